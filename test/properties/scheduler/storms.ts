/** Random storms: few nodes, many demanding pods, and faults. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { KubeObject, Node, Pod } from '../../../simulator/api/types.ts'
import { clean, oneOf, sometimes, upTo } from './pick.ts'
import { podGroupLabel } from './storm.ts'
import type { StormEvent, StormRow } from './storm.ts'

const nodeParts = fc.record({
  name: oneOf('n1', 'n2', 'n3'),
  cpu: oneOf('4', '2', '8'), memory: oneOf('8Gi', '4Gi'), gpus: oneOf('4', '2', '1', '0'), pods: oneOf('10', '10', '10', '2'),
  taint: sometimes(18, oneOf<object>({ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }, { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }, { key: 'nvidia.com/gpu', effect: 'NoSchedule' })),
})

function nodeOf({ name, cpu, memory, gpus, pods, taint }: typeof nodeParts extends Arbitrary<infer T> ? T : never): Node {
  return clean({
    apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels: { 'kubernetes.io/hostname': name } },
    spec: { taints: taint === undefined ? undefined : [taint] }, status: { allocatable: { cpu, memory, pods, 'nvidia.com/gpu': gpus } },
  }) as unknown as Node
}

const podParts = fc.record({
  cpu: oneOf('1', '500m', '2', '3'), gpus: sometimes(35, oneOf('1', '2', '4')), port: sometimes(20, oneOf(8080, 9090)),
  priority: oneOf(0, 0, 5, 10, 100), isGated: oneOf(...Array<boolean>(9).fill(false), true), never: sometimes(10, fc.constant('Never')),
  app: oneOf('web', 'db'), group: sometimes(20, oneOf('g1', 'g2')), tolerates: sometimes(20, fc.constant([{ key: 'nvidia.com/gpu', operator: 'Exists' }])),
  isSolo: oneOf(...Array<boolean>(8).fill(false), true),
})

function podOf(name: string, { cpu, gpus, port, priority, isGated, never, app, group, tolerates, isSolo }: typeof podParts extends Arbitrary<infer T> ? T : never): Pod {
  const solo = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } }] } }
  return clean({
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', uid: `default/${name}`, labels: { app, [podGroupLabel]: group } },
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu, memory: '256Mi', 'nvidia.com/gpu': gpus } }, ports: port === undefined ? undefined : [{ containerPort: 80, hostPort: port }] }],
      priority, preemptionPolicy: never, tolerations: tolerates, schedulingGates: isGated ? [{ name: 'wait' }] : undefined, affinity: isSolo ? solo : undefined,
    },
    status: { phase: 'Pending' },
  }) as unknown as Pod
}

const event = fc.oneof(
  { weight: 12, arbitrary: podParts.map((pod) => ({ pod })) },
  { weight: 2, arbitrary: fc.nat().map((at): StormEvent => ({ kind: 'delete', at })) },
  { weight: 1, arbitrary: fc.nat().map((at): StormEvent => ({ kind: 'ungate', at })) },
  { weight: 3, arbitrary: nodeParts.map((parts): StormEvent => ({ kind: 'node', node: nodeOf(parts) })) },
  { weight: 1, arbitrary: oneOf('n1', 'n2', 'n3').map((name): StormEvent => ({ kind: 'nodeGone', name })) },
  { weight: 4, arbitrary: oneOf(1, 3, 12, 40).map((seconds): StormEvent => ({ kind: 'pass', seconds })) },
)

const budgets = upTo(2, fc.record({ app: oneOf('web', 'db'), allowed: oneOf(0, 1) }))
const groups = fc.record({ g1: oneOf(2, 3), g2: oneOf(2, 4) })

function objectsOf(budgetList: readonly { app: string; allowed: number }[], minMembers: { g1: number; g2: number }): KubeObject[] {
  const named = (kind: string, name: string, rest: object): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'default', uid: name }, ...rest }) as KubeObject
  return [
    ...budgetList.map(({ app, allowed }, i) => named('PodDisruptionBudget', `b${i}`, { spec: { selector: { matchLabels: { app } } }, status: { disruptionsAllowed: allowed } })),
    ...Object.entries(minMembers).map(([name, minMember]) => named('PodGroup', name, { spec: { minMember, scheduleTimeoutSeconds: 10 } })),
  ]
}

/** Up to three nodes and some fifteen events. */
export const stormRow: Arbitrary<StormRow> = fc.record({ nodes: fc.uniqueArray(nodeParts, { selector: (n) => n.name, minLength: 1, maxLength: 3 }), budgets, groups, events: upTo(18, event, 4) })
  .map(({ nodes, budgets: budgetList, groups: minMembers, events }) => ({
    nodes: nodes.map(nodeOf),
    objects: objectsOf(budgetList, minMembers),
    events: events.map((e, i): StormEvent => ('kind' in e ? e : { kind: 'pod', pod: podOf(`p${i}`, e.pod) })),
  }))
