import { describe, expect, test } from 'vitest'
import { adminUser, createCluster } from '../../simulator/index.ts'
import type { Cluster, Node } from '../../simulator/index.ts'
import { explain } from './explain-pod.ts'
import type { PodExplanation, SuggestedFix } from './explanation.ts'
import { runAsAuthor } from './scenario.ts'

const gpuTaint = { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }
const small = { cpu: '4', memory: '8Gi', pods: '110' }

function cluster(): Cluster {
  const made = createCluster({
    seed: 1,
    nodes: [
      { name: 'cpu-1', resources: small, labels: { pool: 'cpu', 'topology.kubernetes.io/zone': 'a' } },
      { name: 'cpu-2', resources: small, labels: { pool: 'cpu', 'topology.kubernetes.io/zone': 'b' } },
      { name: 'gpu-1', resources: { ...small, cpu: '32', memory: '128Gi', 'nvidia.com/gpu': '8' }, labels: { pool: 'gpu', 'nvidia.com/gpu.product': 'A100', 'topology.kubernetes.io/zone': 'a' }, taints: [gpuTaint] },
    ],
  })
  made.advanceTo(60_000)
  return made
}

function run(made: Cluster, script: string, files: { readonly [path: string]: string } = {}): void {
  const { exitCode, output } = runAsAuthor(made, script, files)
  if (exitCode !== 0) throw new Error(`${script}: ${output}`)
  made.advanceTo(made.nowMs + 5000)
}

const pod = (spec: string, name = 'p', labels = '{}'): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: ${labels}}\nspec:\n  containers: [{name: c, image: nginx}]\n${spec}`
const asking = (resources: string, more = '', name = 'p'): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: c, image: nginx, resources: {requests: ${resources}, limits: ${resources}}}]\n${more}`
const tolerant = '  tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]\n'
const spread = '  topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: x}}}]\n'
const apart = '  affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: x}}}]}}\n'
const required = (expressions: string): string => `  affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [${expressions}]}]}}}\n`

/** What the learner does with a fix: the commands, then the manifest. */
function carryOut(made: Cluster, { label, commands = [], yaml }: SuggestedFix): void {
  const like = /dd one more node like (\S+)/.exec(label)?.[1]
  if (like !== undefined) {
    const { metadata: { labels = {} }, spec: { taints = [] } = {}, status } = made.peekOne<Node>('nodes', like) as Node
    const kept = taints.filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
    const added = made.clientFor(adminUser).create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'added', labels: { ...labels, 'kubernetes.io/hostname': 'added' } }, spec: { taints: kept }, status } as Node)
    if (!added.ok) throw new Error(added.status.message)
    made.advanceTo(made.nowMs + 20_000)
  }
  for (const command of commands) run(made, command)
  if (yaml !== undefined) run(made, 'kubectl apply -f fix.yaml', { 'fix.yaml': yaml })
  made.advanceTo(made.nowMs + 60_000)
}

/** Of Pods that a controller makes again only the owner can say which are to go. */
function canBeCarriedOut({ label, yaml, commands }: SuggestedFix): boolean {
  return yaml !== undefined || commands !== undefined || label.includes('dd one more node')
}

interface Case { readonly name: string; readonly before?: readonly string[]; readonly manifest: string; readonly fixes: readonly string[] }

const cases: readonly Case[] = [
  { name: 'a toleration', manifest: asking('{nvidia.com/gpu: 2}'), fixes: ['Tolerate nvidia.com/gpu=true:NoSchedule in the Pod'] },
  { name: 'less of a device', manifest: asking('{nvidia.com/gpu: 9}', tolerant), fixes: ['Ask for GPU 8 instead of 9 in the Pod'] },
  {
    name: 'two changes when one is not enough', manifest: asking('{nvidia.com/gpu: 9}'),
    fixes: ['Tolerate nvidia.com/gpu=true:NoSchedule, ask for GPU 8 instead of 9 in the Pod'],
  },
  {
    name: 'another value of the node selector, or a label', manifest: pod('  nodeSelector: {pool: gpus}\n' + tolerant),
    fixes: ['Select nodes by pool=cpu instead of gpus in the Pod', 'Select nodes by pool=gpu instead of gpus in the Pod', 'Label cpu-1 with pool=gpus', 'Label cpu-2 with pool=gpus', 'Label gpu-1 with pool=gpus'],
  },
  { name: 'a node selector whose label no node has', manifest: pod('  nodeSelector: {disk: ssd}\n'), fixes: ['Drop the node selector disk=ssd in the Pod', 'Label cpu-1 with disk=ssd', 'Label cpu-2 with disk=ssd', 'Tolerate nvidia.com/gpu=true:NoSchedule in the Pod; label gpu-1 with disk=ssd'] },
  { name: 'a value more in the required node affinity', manifest: pod(required('{key: pool, operator: In, values: [fast]}')), fixes: ['Allow pool cpu too in the required node affinity in the Pod', 'Tolerate nvidia.com/gpu=true:NoSchedule, allow pool gpu too in the required node affinity in the Pod'] },
  { name: 'an expression less in the required node affinity', manifest: pod(required('{key: pool, operator: In, values: [cpu]}, {key: disk, operator: Exists}')), fixes: ['Drop the required node affinity on disk in the Pod', 'Tolerate nvidia.com/gpu=true:NoSchedule, allow pool gpu too in the required node affinity and drop the required node affinity on disk in the Pod'] },
  { name: 'a node that is cordoned', before: ['kubectl cordon gpu-1'], manifest: asking('{nvidia.com/gpu: 2}', tolerant), fixes: ['Uncordon gpu-1', 'Add one more node like gpu-1 (8 A100)'] },
  {
    name: 'a GPU that another Pod holds', before: ['kubectl apply -f - <<E\n' + asking('{nvidia.com/gpu: 7}', tolerant, 'big') + '\nE'], manifest: asking('{nvidia.com/gpu: 4}', tolerant),
    fixes: ['Free 3 GPU on gpu-1: end default/big', 'Ask for GPU 1 instead of 4 in the Pod', 'Add one more node like gpu-1 (8 A100)'],
  },
  {
    name: 'anti-affinity on all nodes', before: ['kubectl apply -f - <<E\n' + [1, 2].map((i) => pod(spread, `x${i}`, '{app: x}')).join('---\n') + '\nE'], manifest: pod(apart, 'p', '{app: x}'),
    fixes: ['Tolerate nvidia.com/gpu=true:NoSchedule in the Pod', 'Prefer rather than require Pod anti-affinity on kubernetes.io/hostname in the Pod', 'Add one more node like cpu-1'],
  },
  {
    name: 'a spread that cannot be even', before: ['kubectl cordon cpu-2', 'kubectl apply -f - <<E\n' + pod(spread, 'x1', '{app: x}') + '\nE'], manifest: pod(spread, 'p', '{app: x}'),
    fixes: ['Uncordon cpu-2', 'Allow a skew of 2 instead of 1 over topology.kubernetes.io/zone in the Pod', 'Schedule anyway when spreading over topology.kubernetes.io/zone is not possible in the Pod', 'Add one more node like cpu-2'],
  },
  {
    name: 'a host port that is taken', before: ['kubectl apply -f - <<E\n' + [1, 2].map((i) => pod('', `x${i}`).replace('image: nginx', 'image: nginx, ports: [{containerPort: 80, hostPort: 8080}]')).join('---\n') + '\nE'],
    manifest: pod('').replace('image: nginx', 'image: nginx, ports: [{containerPort: 80, hostPort: 8080}]'),
    fixes: ['Tolerate nvidia.com/gpu=true:NoSchedule in the Pod', 'Drop host port 8080 in the Pod', 'Add one more node like cpu-1'],
  },
  { name: 'a scheduling gate', manifest: pod('  schedulingGates: [{name: quota}]\n'), fixes: ['Remove the scheduling gate quota in the Pod'] },
  {
    name: 'a priority class that may evict', before: ['kubectl create priorityclass urgent --value=1000', 'kubectl apply -f - <<E\n' + asking('{nvidia.com/gpu: 8}', tolerant, 'big') + '\nE'], manifest: asking('{nvidia.com/gpu: 4}', tolerant),
    fixes: ['Free 4 GPU on gpu-1: end default/big', 'Add one more node like gpu-1 (8 A100)', 'Use the priority class urgent (1000) in the Pod'],
  },
]

function waiting({ before = [], manifest }: Case): Cluster {
  const made = cluster()
  for (const line of before) run(made, line)
  run(made, 'kubectl apply -f p.yaml', { 'p.yaml': manifest })
  return made
}

describe('fixes', () => {
  test.each(cases)('$name: smallest first, and each one works when it is carried out', (given) => {
    const made = waiting(given)
    const { fixes } = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: 'p' }) as PodExplanation
    expect(fixes.map((fix) => fix.label)).toEqual(given.fixes)
    for (const fix of fixes.filter(canBeCarriedOut)) {
      const line = made.fork()
      carryOut(line, fix)
      const { spec } = line.peekOne('pods', 'default/p') as { spec?: { nodeName?: string } }
      expect(spec?.nodeName, fix.label).toBeDefined()
      if (fix.landsOnNode !== undefined) expect(spec?.nodeName, fix.label).toBe(fix.landsOnNode)
    }
  })

  test.each<[string, string, RegExp]>([
    ['asks for more than any node has', asking('{nvidia.com/gpu: 16}', tolerant), /never fit.*16 GPU; the largest node has 8/],
    ['asks for what no node has', asking('{example.com/fpga: 1}'), /never fit.*no node has any/],
    ['asks for more at once than one node has', asking('{nvidia.com/gpu: 1, cpu: 33}', tolerant), /never fit.*33 CPU; the largest node has 32/],
    ['may use nodes only that are too small', pod('  nodeSelector: {pool: cpu}\n').replace('image: nginx', 'image: nginx, resources: {requests: {cpu: 20}}'), /No node that its node selector and affinity allow is large enough/],
    ['contradicts its node selector', pod('  nodeSelector: {pool: cpu}\n' + required('{key: pool, operator: In, values: [gpu]}')), /contradict each other: no value of pool/],
    ['wants a label that it does not want', pod(required('{key: pool, operator: Exists}, {key: pool, operator: DoesNotExist}')), /contradicts itself: no value of pool/],
    ['wants a number between two that follow each other', pod(required('{key: "n", operator: Gt, values: ["3"]}, {key: "n", operator: Lt, values: ["4"]}')), /contradicts itself: no value of n/],
    ['wants to stand beside those that it flees', pod('  affinity: {podAffinity: &a {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: x}}}]}, podAntiAffinity: *a}\n'), /affinity and anti-affinity contradict each other/],
  ])('a Pod that %s is told that it can never fit', (_name, manifest, sentence) => {
    const made = waiting({ name: '', manifest, fixes: [] })
    const found = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: 'p' }) as PodExplanation
    expect(found.never.length).toBeGreaterThan(0)
    expect(found.sentence).toMatch(sentence)
  })

  /** Pods with constraints drawn from small lists, alone or together. */
  function drawn(seed: number): string {
    let state = seed * 7919 + 17
    const pick = <T>(values: readonly T[]): T => {
      state = (state * 1103515245 + 12345) % 2147483648
      return values[Math.floor(state / 65536) % values.length]!
    }
    const resources = pick(['{}', '{requests: {cpu: 3}}', '{requests: {cpu: 6}}', '{requests: {cpu: 40}}', '{limits: {nvidia.com/gpu: 2}}', '{limits: {nvidia.com/gpu: 12}}', '{requests: {memory: 20Gi}}'])
    const parts = [
      pick(['', '', tolerant]), pick(['', '', '  nodeSelector: {pool: gpu}\n', '  nodeSelector: {pool: cpu, disk: ssd}\n', '  nodeSelector: {pool: none}\n']),
      pick(['', apart, required('{key: pool, operator: NotIn, values: [cpu, gpu]}'), required('{key: pool, operator: In, values: [gpu]}, {key: disk, operator: DoesNotExist}')]), pick(['', spread]),
    ]
    return pod(parts.join(''), 'p', '{app: x}').replace('image: nginx', `image: nginx, resources: ${resources}`)
  }

  test.each(Array.from({ length: 24 }, (_unused, seed) => seed))('drawn constraints %i: whatever is suggested works', (seed) => {
    const made = cluster()
    run(made, 'kubectl apply -f - <<E\n' + [1, 2].map((i) => pod(apart + spread, `x${i}`, '{app: x}')).join('---\n') + '\nE')
    if (seed % 3 === 0) run(made, 'kubectl cordon cpu-1')
    run(made, 'kubectl apply -f p.yaml', { 'p.yaml': drawn(seed) })
    const found = explain(made.fork(), { kind: 'Pod', namespace: 'default', name: 'p' }) as PodExplanation
    for (const fix of found.fixes.filter(canBeCarriedOut)) {
      const line = made.fork()
      carryOut(line, fix)
      expect((line.peekOne('pods', 'default/p') as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName, fix.label).toBeDefined()
    }
  })
})
