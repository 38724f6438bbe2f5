/** Random clusters in the form of the rows of the scheduler's corpus. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { KubeObject, Node, Pod } from '../../../simulator/api/types.ts'
import { apps, nodeNamed, nodeParts } from './nodes.ts'
import { clean, oneOf, sometimes, upTo } from './pick.ts'
import { comingParts, podNamed, runningParts, selector } from './pods.ts'

export interface ClusterRow {
  name: string
  namespaces: { [name: string]: { [key: string]: string } }
  nodes: Node[]
  pods: Pod[]
  [field: string]: unknown
}
export interface AttemptRow extends ClusterRow { pod: Pod }
export interface Step { pod?: Pod; retry?: string; delete?: string; node?: Node; drop?: string }
export interface SequenceRow extends ClusterRow { steps: Step[] }

const services = upTo(2, fc.record({ app: oneOf(...apps), rev: sometimes(25, oneOf('v1', 'v2')), namespace: sometimes(15, fc.constant('team-b')) }))
const owners = fc.record({ kinds: fc.subarray(['replicasets', 'statefulsets', 'replicationcontrollers']), app: oneOf(...apps) })
const budgets = upTo(2, fc.record({ selector, allowed: oneOf(0, 1, 2), namespace: sometimes(10, fc.constant('team-b')) }))

const running = fc.record({
  parts: runningParts, node: fc.nat(),
  minute: sometimes(50, fc.integer({ min: 0, max: 3 })),
  isLeaving: oneOf(...Array<boolean>(14).fill(false), true),
  isWaiting: oneOf(...Array<boolean>(14).fill(false), true),
})

function bound({ parts, node, minute, isLeaving, isWaiting }: typeof running extends Arbitrary<infer T> ? T : never, index: number, nodeCount: number): Pod {
  const pod = podNamed(`r${index}`, parts)
  const nodeName = `n${(node % nodeCount) + 1}`
  if (isWaiting) return { ...pod, status: { phase: 'Pending', nominatedNodeName: nodeName } }
  return {
    ...pod,
    metadata: { ...pod.metadata, ...(isLeaving && { deletionTimestamp: '2026-01-01T00:10:00Z', finalizers: ['example.com/x'] }) },
    spec: { ...pod.spec, nodeName },
    ...(minute !== undefined && { status: { phase: 'Running', startTime: `2026-01-01T00:0${minute}:00Z` } }),
  }
}

const clusterParts = fc.record({
  nodes: upTo(7, nodeParts, 1),
  running: upTo(10, running),
  services: sometimes(40, services),
  owners: sometimes(35, owners),
  budgets: sometimes(35, budgets),
})

function named(kind: string, name: string, namespace: string | undefined, rest: object): KubeObject {
  return clean({ kind, metadata: { name, namespace }, ...rest }) as unknown as KubeObject
}

/** Nodes, pods on them, and the objects that say which pods belong together. */
export const cluster: Arbitrary<ClusterRow> = clusterParts.map((parts) => {
  const labels = { app: parts.owners?.app ?? '' }
  const owned = (field: string, spec: object): object => (parts.owners?.kinds.includes(field) ? { [field]: [{ metadata: { name: 'owner' }, spec }] } : {})
  return {
    name: 'random cluster',
    namespaces: { default: {}, 'team-b': { team: 'b' }, 'team-c': { team: 'c', env: 'prod' } },
    nodes: parts.nodes.map((node, i) => nodeNamed(`n${i + 1}`, node)),
    pods: parts.running.map((pod, i) => bound(pod, i, parts.nodes.length)),
    services: (parts.services ?? []).map(({ app, rev, namespace }, i) => named('Service', `s${i}`, namespace, { spec: { selector: clean({ app, rev }), ports: [{ port: 80 }] } })),
    pdbs: (parts.budgets ?? []).map((b, i) => named('PodDisruptionBudget', `b${i}`, b.namespace, { spec: { selector: b.selector }, status: { disruptionsAllowed: b.allowed } })),
    ...owned('replicasets', { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } }),
    ...owned('statefulsets', { selector: { matchLabels: labels }, serviceName: 's', template: { metadata: { labels }, spec: { containers: [] } } }),
    ...owned('replicationcontrollers', { selector: labels, template: { metadata: { labels }, spec: { containers: [] } } }),
  }
})

const step = fc.oneof(
  { weight: 10, arbitrary: comingParts.map((parts) => ({ parts })) },
  { weight: 2, arbitrary: fc.nat().map((at) => ({ delete: at })) },
  { weight: 2, arbitrary: fc.nat().map((at) => ({ retry: at })) },
  { weight: 2, arbitrary: fc.record({ at: fc.nat({ max: 7 }), node: nodeParts }) },
  { weight: 1, arbitrary: fc.nat({ max: 7 }).map((drop) => ({ drop })) },
)

/** A cluster and what happens to it. */
export const sequence: Arbitrary<SequenceRow> = fc.record({ cluster, steps: upTo(8, step, 1) }).map(({ cluster: row, steps }) => {
  const keyOf = (pod: Pod): string => `${pod.metadata.namespace ?? 'default'}/${pod.metadata.name}`
  const keys = row.pods.map(keyOf)
  const names = new Set(row.nodes.map((node) => node.metadata.name ?? ''))
  return {
    ...row,
    steps: steps.flatMap((given, i): Step[] => {
      if ('parts' in given) {
        const pod = podNamed(`p${i}`, given.parts)
        keys.push(keyOf(pod))
        return [{ pod }]
      }
      if ('node' in given) {
        names.add(`n${given.at + 1}`)
        return [{ node: nodeNamed(`n${given.at + 1}`, given.node) }]
      }
      if ('drop' in given) return names.delete(`n${given.drop + 1}`) ? [{ drop: `n${given.drop + 1}` }] : []
      if (keys.length === 0) return []
      return 'delete' in given ? [{ delete: keys[given.delete % keys.length] }] : [{ retry: keys[given.retry % keys.length] }]
    }),
  }
})
