import { describe, expect, test } from 'vitest'
import { createCluster } from '../../simulator/index.ts'
import type { Cluster, Pod } from '../../simulator/index.ts'
import { explain } from './explain-pod.ts'
import type { PodExplanation } from './explanation.ts'
import { runAsAuthor } from './scenario.ts'

const gpuTaint = { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }

function cluster(): Cluster {
  const small = { cpu: '4', memory: '8Gi', pods: '110' }
  const made = createCluster({
    seed: 1,
    nodes: [
      { name: 'cpu-1', resources: small },
      { name: 'gpu-a100-1', resources: { ...small, cpu: '32', memory: '128Gi', 'nvidia.com/gpu': '8' }, taints: [gpuTaint] },
    ],
  })
  made.advanceTo(60_000)
  return made
}

function explained(manifest: string, name?: string): PodExplanation {
  const made = cluster()
  const { exitCode, output } = runAsAuthor(made, 'kubectl apply -f x.yaml', { 'x.yaml': manifest })
  if (exitCode !== 0) throw new Error(output)
  made.advanceTo(made.nowMs + 5000)
  const pod = made.peek('pods').find((candidate) => candidate.metadata.namespace === 'default')
  const found = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: name ?? pod?.metadata.name ?? '' })
  if (found === undefined) throw new Error('not explained')
  return found
}

const podOf = (resources: string, more = ''): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: c, image: nginx, resources: ${resources}}]\n${more}`
const toleration = '  tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]\n'
const whyOf = (found: PodExplanation): Record<string, string | undefined> => Object.fromEntries(found.nodes.map((node) => [node.node, node.why]))
const told = (found: PodExplanation): string[][] => found.fixes.map(({ label, outcome }) => [label, outcome])

describe('explain', () => {
  test('a GPU Pod without toleration is told the taint and how to tolerate it', () => {
    const found = explained(podOf('{limits: {nvidia.com/gpu: 2}}'))
    expect(whyOf(found)).toMatchObject({ 'cpu-1': 'GPU: 2 wanted, 0 free of 0', 'gpu-a100-1': 'taint nvidia.com/gpu=true:NoSchedule is not tolerated' })
    expect(told(found)).toEqual([['Tolerate nvidia.com/gpu=true:NoSchedule in the Pod', 'binds to gpu-a100-1']])
    expect(found.fixes[0]).toMatchObject({ landsOnNode: 'gpu-a100-1' })
    expect(found.fixes[0]?.yaml).toContain('  tolerations:\n  - effect: NoSchedule\n    key: nvidia.com/gpu\n    operator: Equal\n    value: "true"\n')
  })

  test('too many GPUs are told in figures, and how many fit', () => {
    const found = explained(podOf('{limits: {nvidia.com/gpu: 16}}', toleration))
    expect(whyOf(found)['gpu-a100-1']).toBe('GPU: 16 wanted, 8 free of 8')
    expect(told(found)).toEqual([['Ask for GPU 8 instead of 16 in the Pod', 'binds to gpu-a100-1']])
    expect(found.fixes[0]?.yaml).toContain('nvidia.com/gpu: "8"')
  })

  test('the YAML of a Pod that was made without a file has nothing that admission added', () => {
    const made = cluster()
    runAsAuthor(made, `kubectl run p --image=nginx --overrides='{"spec":{"containers":[{"name":"p","image":"nginx","resources":{"limits":{"nvidia.com/gpu":"2"}}}]}}'`)
    made.advanceTo(made.nowMs + 5000)
    const yaml = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: 'p' })?.fixes[0]?.yaml
    expect(yaml).toContain('value: "true"')
    expect(yaml).not.toMatch(/kube-api-access|node\.kubernetes\.io|status:|uid:/)
  })

  test('a Job that needs both changes gets one fix with both, in its template', () => {
    const found = explained(`apiVersion: batch/v1\nkind: Job\nmetadata: {name: train}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: c, image: nginx, resources: {limits: {nvidia.com/gpu: 9}}}]\n`)
    expect(told(found)).toEqual([['Tolerate nvidia.com/gpu=true:NoSchedule, ask for GPU 8 instead of 9 in the Pod template of Job train', 'binds to gpu-a100-1']])
    expect(found.fixes[0]).toMatchObject({ commands: ["kubectl delete job train -n default"] })
    expect(found.fixes[0]?.yaml).toMatch(/^# The Pod template of a Job cannot be changed in place.*\n# .*\napiVersion: batch\/v1\nkind: Job\n/)
  })

  test('the smallest change stands first: less CPU before a toleration with less', () => {
    const found = explained(podOf('{requests: {cpu: "40"}}'))
    expect(found.fixes[0]?.label).toMatch(/^Ask for CPU \d+m? instead of 40 in the Pod$/)
    expect(found.fixes.map((fix) => fix.landsOnNode)).toEqual(['cpu-1', 'gpu-a100-1'])
  })

  test('a Pod that is placed needs no fix', () => {
    expect(explained(podOf('{requests: {cpu: "1"}}'))).toMatchObject({ kind: 'placed', fixes: [] })
  })

  test.each<[string, string, string, string]>([
    ['a taint stands before the devices', '', podOf('{limits: {nvidia.com/gpu: 2}}'), 'gpu-a100-1 has the 2 GPU that it needs, but: taint nvidia.com/gpu=true:NoSchedule is not tolerated.'],
    ['too few are left', podOf('{limits: {nvidia.com/gpu: 7}}', toleration).replace('name: p}', 'name: big}'), podOf('{limits: {nvidia.com/gpu: 2}}', toleration), 'It needs 2 GPU; 1 is free.'],
    ['none is left', podOf('{limits: {nvidia.com/gpu: 8}}', toleration).replace('name: p}', 'name: big}'), podOf('{limits: {nvidia.com/gpu: 2}}', toleration), 'It needs 2 GPU; none is free.'],
  ])('the sentence tells when %s', (_name, before, manifest, sentence) => {
    expect(explained(before === '' ? manifest : `${before}---\n${manifest}`, 'p').sentence).toBe(`None of 2 nodes fits. ${sentence}`)
  })

  test.each<[string, string, Partial<PodExplanation>]>([
    ['is held back by a gate', podOf('{}', '  schedulingGates: [{name: quota}]\n'), { kind: 'gated', sentence: 'A scheduling gate holds the Pod back; no node is looked at.', wakes: "This Pod's last scheduling gate is removed." }],
    ['names its node', podOf('{}', '  nodeName: cpu-1\n'), { kind: 'bypassed', sentence: 'The Pod named cpu-1 itself; the scheduler was not asked.', nodes: [], fixes: [] }],
    ['names a scheduler that does not run', podOf('{}', '  schedulerName: fancy\n'), { kind: 'ignored', sentence: 'No scheduler named fancy runs, so nobody looks at the Pod.', fixes: [] }],
    ['claims a volume that is not there', podOf('{}', '  volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]\n'), { kind: 'pending', sentence: 'No node is looked at: persistentvolumeclaim "data" not found.', nodes: [], fixes: [] }],
  ])('a Pod that %s', (_name, manifest, expected) => {
    expect(explained(manifest)).toMatchObject(expected)
  })

  test('which nodes an attempt did not look at', () => {
    const made = createCluster({ seed: 1, nodes: Array.from({ length: 250 }, (_unused, i) => ({ name: `n${i}`, resources: { cpu: '4', memory: '8Gi', pods: '10' } })) })
    made.advanceTo(30_000)
    const start = made.fork()
    runAsAuthor(made, 'kubectl run p --image=nginx')
    const after = made.fork()
    made.advanceTo(made.nowMs + 5000)
    const past = { at: (ms: number) => {
      const line = (ms < after.nowMs ? start : after).fork()
      line.advanceTo(ms)
      return line
    } }
    const found = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: 'p' }, past)
    expect(found).toMatchObject({ basis: 'attempt', kind: 'placed' })
    expect(found?.samplingNote).toMatch(/^An attempt stops when it has found 120 nodes that fit\. It began at n\d+ and looked at 120 of 250 nodes; the others were not scored\.$/)
    expect(found?.nodes.filter((node) => node.isUnseen === true)).toHaveLength(130)
    expect(found?.scoreNote).toMatch(/^\d+ nodes share the highest score; n\d+ was drawn\.$/)
    expect(found?.best).toContain(found?.nodes.find((node) => node.isChosen === true)?.node)
  })

  test('a Pod that backs off is told until when', () => {
    const made = cluster()
    runAsAuthor(made, 'kubectl apply -f x.yaml', { 'x.yaml': podOf('{limits: {nvidia.com/gpu: 2}}') })
    made.advanceTo(made.nowMs + 200)
    const found = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: 'p' })
    expect(found?.wakeUp).toMatchObject({ queue: 'unschedulable', backoffEndsAtMs: 61_000 })
    expect(found?.wakes).toContain('Its back-off lasts until T+01:01: woken before, it lets other waiting Pods go first.')
  })

  test('of every Pod of a crowd, tried in one moment, the node that it got is among the best as it was then', () => {
    const nodes = Array.from({ length: 12 }, (_unused, i) => ({ name: `n${i}`, resources: { cpu: String(2 + (i % 3)), memory: '8Gi', pods: '20' }, labels: { 'topology.kubernetes.io/zone': `z${i % 3}` } }))
    const made = createCluster({ seed: 3, nodes })
    made.advanceTo(30_000)
    runAsAuthor(made, 'kubectl create deployment web --image=nginx --replicas=40 && kubectl create deployment api --image=httpd --replicas=25')
    const start = made.fork()
    made.advanceTo(made.nowMs + 20_000)
    const past = { at: (ms: number) => {
      const line = start.fork()
      line.advanceTo(ms)
      return line
    } }
    const pods = made.peek<Pod>('pods').filter((pod) => pod.metadata.namespace === 'default')
    expect(pods).toHaveLength(65)
    for (const pod of pods.filter((_pod, i) => i % 3 === 0)) {
      const found = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: pod.metadata.name ?? '' }, past)
      expect(found?.basis).toBe('attempt')
      expect(found?.best).toContain(pod.spec.nodeName)
    }
  })
})
