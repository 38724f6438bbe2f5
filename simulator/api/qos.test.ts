import { describe, expect, it } from 'vitest'
import { evictionMessage, graceText, parseEvictionConfig, rankByRequest, thresholdQuantity } from './eviction.ts'
import { computePodQos, isCriticalPod, oomScoreAdjust } from './qos.ts'
import { podLimits, podRequestOf, podRequests } from './resources.ts'
import type { Container, Pod, PodSpec, ResourceList } from './types.ts'

const gi = 1024 ** 3

function container(name: string, requests?: ResourceList, limits?: ResourceList): Container {
  return { name, image: 'x', resources: { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) } }
}

function pod(name: string, spec: Partial<PodSpec>): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [], ...spec } }
}

describe('the requests of a pod', () => {
  const sidecar: Container = { ...container('proxy', { cpu: '200m' }), restartPolicy: 'Always' }
  const cases: [name: string, spec: Partial<PodSpec>, cpu: string][] = [
    ['are the sum over containers', { containers: [container('a', { cpu: '1' }), container('b', { cpu: '500m' })] }, '1500m'],
    ['are at least those of each init container', { containers: [container('a', { cpu: '1' })], initContainers: [container('i', { cpu: '2' })] }, '2'],
    ['count sidecars beside the containers', { containers: [container('a', { cpu: '1' })], initContainers: [sidecar] }, '1200m'],
    ['count earlier sidecars beside an init container', { containers: [container('a', { cpu: '1' })], initContainers: [sidecar, container('i', { cpu: '2' })] }, '2200m'],
    ['include overhead', { containers: [container('a', { cpu: '1' })], overhead: { cpu: '250m' } }, '1250m'],
    ['of the pod level win', { containers: [container('a', { cpu: '1' })], resources: { requests: { cpu: '4' } } }, '4'],
  ]
  it.each(cases)('%s', (_name, spec, cpu) => {
    expect(podRequests(pod('p', spec))['cpu']).toBe(cpu)
    expect(podRequestOf(pod('p', spec), 'cpu')).toBe(cpu)
  })
  it('are told apart from limits', () => expect(podLimits(pod('p', { containers: [container('a', { cpu: '1' }, { cpu: '2' })] }))).toEqual({ cpu: '2' }))
})

describe('the QoS class', () => {
  const full = { cpu: '1', memory: '1Gi' }
  const cases: [name: string, spec: Partial<PodSpec>, qos: string][] = [
    ['is BestEffort without requests and limits', { containers: [container('a')] }, 'BestEffort'],
    ['is Guaranteed when all requests equal their limits', { containers: [container('a', full, full)] }, 'Guaranteed'],
    ['is Burstable when one container has none', { containers: [container('a', full, full), container('b')] }, 'Burstable'],
    ['is Burstable with cpu alone', { containers: [container('a', { cpu: '1' }, { cpu: '1' })] }, 'Burstable'],
    ['does not look at GPUs', { containers: [container('a', { 'nvidia.com/gpu': '1' }, { 'nvidia.com/gpu': '1' })] }, 'BestEffort'],
  ]
  it.each(cases)('%s', (_name, spec, qos) => expect(computePodQos(pod('p', spec))).toBe(qos))
})

describe('the OOM score', () => {
  it.each([
    ['of BestEffort is the highest', undefined, undefined, 1000],
    ['of Guaranteed is the lowest', { cpu: '1', memory: '1Gi' }, { cpu: '1', memory: '1Gi' }, -997],
    ['falls with the share of memory asked for', { memory: '4Gi' }, undefined, 750],
    ['stays above Guaranteed', { memory: '16Gi' }, undefined, 3],
  ] as const)('%s', (_name, requests, limits, score) => {
    const only = container('a', requests, limits)
    expect(oomScoreAdjust(pod('p', { containers: [only] }), only, 16 * gi)).toBe(score)
  })
  it('knows what is critical', () => expect(isCriticalPod(pod('p', { priority: 2_000_000_000 }))).toBe(true))
})

describe('eviction', () => {
  it('reads thresholds in their order', () => {
    const parsed = parseEvictionConfig({ hard: { 'memory.available': '100Mi' }, soft: { 'nodefs.available': '25%' }, softGracePeriod: { 'nodefs.available': '90s' } })
    if (!Array.isArray(parsed)) throw new Error(JSON.stringify(parsed))
    expect(parsed.map((threshold) => [threshold.signal, thresholdQuantity(threshold, '100Gi'), graceText(threshold)])).toEqual([
      ['memory.available', '100Mi', '0s'], ['nodefs.available', '25Gi', '1m30s'],
    ])
  })
  it('takes first who uses more than asked for, then the lower priority, then the larger excess', () => {
    const usage: { readonly [name: string]: number } = { within: 9 * gi, small: 2 * gi, large: 3 * gi, important: 8 * gi }
    const requests = { memory: '10Gi' }
    const pods = [
      pod('important', { priority: 100, containers: [container('a')] }), pod('within', { containers: [container('a', requests)] }),
      pod('small', { containers: [container('a')] }), pod('large', { containers: [container('a')] }),
    ]
    expect(rankByRequest(pods, (p) => usage[p.metadata.name ?? ''], 'memory').map((p) => p.metadata.name)).toEqual(['large', 'small', 'important', 'within'])
  })
  it('tells what the node lacked and who used it', () => {
    const victim = pod('p', { containers: [container('a', { memory: '1Gi' })] })
    const { message, annotations } = evictionMessage(victim, {
      resource: 'memory', threshold: { quantity: '100Mi', available: '50Mi' }, usage: { pod: 2 * gi, containers: [{ name: 'a', bytes: 2 * gi }] },
    })
    expect(message).toBe('The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container a was using 2Gi, request is 1Gi, has larger consumption of memory. ')
    expect(annotations).toEqual({ offending_containers: 'a', offending_containers_usage: '2Gi', starved_resource: 'memory' })
  })
})
