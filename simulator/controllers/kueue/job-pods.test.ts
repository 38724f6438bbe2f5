import { describe, expect, test } from 'vitest'
import type { Job } from '../../api/types.ts'
import { backoffSeconds } from './configuration.ts'
import { conflictText, isEquivalent, placementOf, podsCount, podSetOf, reclaimablePods, startedJob, stoppedJob } from './job-pods.ts'
import { flavor } from './testing/objects.ts'
import type { Workload } from './types.ts'

const container = { name: 'c', image: 'i' }

function job(spec: Partial<Job['spec']> = {}, pod: Partial<Job['spec']['template']['spec']> = {}, annotations: { [key: string]: string } = {}): Job {
  return {
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace: 'lab', annotations },
    spec: { parallelism: 4, completions: 4, suspend: true, ...spec, template: { metadata: { labels: { app: 'x', 'job-name': 'j', 'batch.kubernetes.io/controller-uid': 'u' } }, spec: { containers: [container], ...pod } } },
  }
}

function workload(of: Job, status: Workload['status'] = {}): Workload {
  return { apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'Workload', metadata: { name: 'w' }, spec: { podSets: [podSetOf(of)] }, status }
}

const placement = { count: 2, nodeSelector: { gpu: 'a100' }, tolerations: [{ key: 'gpu', operator: 'Exists' }] }

describe('the pods of a Job', () => {
  test('run as many as parallelism allows and completions need', () => {
    expect([podsCount(job()), podsCount(job({ completions: 2 })), podsCount(job({ completions: undefined, parallelism: 3 }))]).toEqual([4, 2, 3])
  })
  test('leave out the labels of the Job controller', () => {
    expect(podSetOf(job()).template.metadata?.labels).toEqual({ app: 'x' })
  })
  test.each<[string, Partial<Job['spec']>, number, readonly object[]]>([
    ['give nothing back while others take their place', { completions: 10 }, 3, []],
    ['give back what nobody takes any more', { completions: 5 }, 3, [{ name: 'main', count: 2 }]],
    ['give nothing back one by one', { parallelism: 1, completions: 2 }, 1, []],
  ])('%s', (_name, spec, succeeded, expected) => {
    expect(reclaimablePods({ ...job(spec), status: { succeeded } })).toEqual(expected)
  })
})

describe('a placement', () => {
  test('is the labels and tolerations of all its flavors', () => {
    const flavors = [flavor('a', { nodeLabels: { x: '1' }, tolerations: [{ key: 't' }] }), flavor('b', { nodeLabels: { y: '2' } })]
    const placed = workload(job(), { admission: { clusterQueue: 'q', podSetAssignments: [{ name: 'main', flavors: { cpu: 'a', memory: 'a', gpu: 'b' }, count: 4 }] } })
    expect(placementOf(placed, (name) => flavors.find(({ metadata }) => metadata.name === name))).toEqual({ count: 4, nodeSelector: { x: '1', y: '2' }, tolerations: [{ key: 't' }] })
    expect(placementOf(placed, () => undefined)).toBeUndefined()
  })
  test('is written into the template and taken out again', () => {
    const before = job({}, { nodeSelector: { own: 'yes' } })
    const started = startedJob(before, placement)
    expect(started.spec).toMatchObject({ suspend: false, parallelism: 4, template: { spec: { nodeSelector: { own: 'yes', gpu: 'a100' }, tolerations: placement.tolerations } } })
    expect(stoppedJob(started, workload(before)).spec).toEqual(before.spec)
  })
  test('with fewer pods makes a Job that allows it smaller', () => {
    const elastic = job({}, {}, { 'kueue.x-k8s.io/job-min-parallelism': '1' })
    expect(podSetOf(elastic).minCount).toBe(1)
    expect(startedJob(elastic, placement).spec).toMatchObject({ parallelism: 2, completions: 4 })
    expect(stoppedJob(startedJob(elastic, placement), workload(elastic)).spec.parallelism).toBe(4)
  })
  test('that contradicts the Job is refused', () => {
    expect(conflictText(job({}, { nodeSelector: { gpu: 't4' } }), placement)).toContain('conflict for nodeSelector: conflict for key=gpu')
    expect(conflictText(job(), placement)).toBeUndefined()
  })
})

describe('a workload matches its Job', () => {
  const admitted: Workload['status'] = { conditions: [{ type: 'QuotaReserved', status: 'True' }, { type: 'Admitted', status: 'True' }] }
  test.each<[string, Job, Workload, boolean]>([
    ['as long as nothing has changed', job(), workload(job()), true],
    ['not with another number of pods', job({ parallelism: 3 }), workload(job()), false],
    ['not with another container', job({}, { containers: [{ name: 'c', image: 'other' }] }), workload(job()), false],
    ['not with other tolerations before it is admitted', job({}, { tolerations: [{ key: 'x' }] }), workload(job()), false],
    ['with the tolerations that admission added', startedJob(job(), { ...placement, count: 4 }), workload(job(), admitted), true],
    ['with a node selector of any kind', job({}, { nodeSelector: { a: 'b' } }), workload(job()), true],
  ])('%s', (_name, actual, kept, expected) => {
    expect(isEquivalent(actual, kept, placement)).toBe(expected)
  })
})

test('back-off doubles up to its limit', () => {
  const settings = { timeoutMs: 0, blocksAdmission: true, backoffBaseSeconds: 60, backoffMaxSeconds: 300 }
  expect([1, 2, 3, 4, 9].map((count) => backoffSeconds(settings, count))).toEqual([60, 120, 240, 300, 300])
})
