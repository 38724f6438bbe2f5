/** Random pods: bound ones and those that come. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { LabelSelector, Pod, PodAffinityTerm } from '../../../simulator/api/types.ts'
import { apps, hostLabel, regionLabel, zoneLabel } from './nodes.ts'
import { clean, oneOf, sometimes, upTo } from './pick.ts'

const topologyKey = oneOf(zoneLabel, hostLabel, zoneLabel, hostLabel, regionLabel, 'disk')
const app = oneOf(...apps)

export const selector: Arbitrary<LabelSelector> = fc.oneof(
  { weight: 8, arbitrary: app.map((name) => ({ matchLabels: { app: name } })) },
  { weight: 2, arbitrary: fc.record({ key: oneOf('app', 'tier'), operator: oneOf('In', 'NotIn'), values: fc.subarray([...apps], { minLength: 1 }) }).map((e) => ({ matchExpressions: [e] })) },
  { weight: 1, arbitrary: oneOf('Exists', 'DoesNotExist').map((operator) => ({ matchExpressions: [{ key: 'tier', operator }] })) },
  { weight: 1, arbitrary: fc.constant({}) },
)

const namespaceSelector = oneOf({}, { matchLabels: { team: 'b' } }, { matchExpressions: [{ key: 'env', operator: 'Exists' }] }, { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['b'] }] })

const term: Arbitrary<PodAffinityTerm> = fc.record({
  topologyKey,
  labelSelector: fc.oneof({ weight: 19, arbitrary: selector as Arbitrary<LabelSelector | undefined> }, { weight: 1, arbitrary: fc.constant(undefined) }),
  namespaces: sometimes(15, fc.subarray(['default', 'team-b', 'team-c'], { minLength: 1 })),
  namespaceSelector: sometimes(15, namespaceSelector),
  keys: sometimes(15, oneOf('matchLabelKeys', 'mismatchLabelKeys')),
}).map(({ keys, ...rest }) => ({ ...rest, ...(keys !== undefined && rest.labelSelector !== undefined && { [keys]: ['rev'] }) })) as unknown as Arbitrary<PodAffinityTerm>

const weighted = fc.record({ weight: oneOf(1, 10, 50, 100, 33), podAffinityTerm: term })

function affinity(percent: number): Arbitrary<unknown> {
  return fc.record({
    requiredDuringSchedulingIgnoredDuringExecution: sometimes(percent, fc.oneof({ weight: 4, arbitrary: upTo(1, term, 1) }, { weight: 1, arbitrary: upTo(2, term, 2) })),
    preferredDuringSchedulingIgnoredDuringExecution: sometimes(percent, upTo(2, weighted, 1)),
  })
}

const nodeExpression = fc.oneof(
  fc.record({ key: oneOf('disk', zoneLabel, 'gen', 'accelerator'), operator: oneOf('In', 'NotIn'), values: oneOf(['ssd'], ['z1', 'z2'], ['2', 'a100'], ['hdd', 'z3', 't4']) }),
  fc.record({ key: oneOf('disk', 'accelerator', regionLabel), operator: oneOf('Exists', 'DoesNotExist') }),
  fc.record({ key: fc.constant('gen'), operator: oneOf('Gt', 'Lt'), values: oneOf(['1'], ['2'], ['0']) }),
)
const nodeField = fc.record({ key: fc.constant('metadata.name'), operator: oneOf('In', 'In', 'NotIn'), values: oneOf(['n1'], ['n2'], ['n3'], ['n9']) })
const nodeTerm = fc.record({ matchExpressions: sometimes(85, upTo(2, nodeExpression, 1)), matchFields: sometimes(12, upTo(1, nodeField, 1)) })

const nodeAffinity = fc.record({
  requiredDuringSchedulingIgnoredDuringExecution: sometimes(35, upTo(2, nodeTerm, 1).map((nodeSelectorTerms) => ({ nodeSelectorTerms }))),
  preferredDuringSchedulingIgnoredDuringExecution: sometimes(60, upTo(3, fc.record({ weight: oneOf(1, 20, 100, 7), preference: nodeTerm }), 1)),
})

const spread = fc.record({
  maxSkew: oneOf(1, 1, 2, 3),
  topologyKey: oneOf(zoneLabel, hostLabel, zoneLabel, hostLabel, regionLabel, 'disk'),
  whenUnsatisfiable: oneOf('ScheduleAnyway', 'DoNotSchedule'),
  labelSelector: fc.oneof({ weight: 12, arbitrary: selector as Arbitrary<LabelSelector | undefined> }, { weight: 1, arbitrary: fc.constant(undefined) }),
  minDomains: sometimes(25, oneOf(1, 2, 3, 4)),
  nodeAffinityPolicy: sometimes(20, oneOf('Ignore', 'Honor')),
  nodeTaintsPolicy: sometimes(25, oneOf('Honor', 'Ignore')),
  hasKeys: sometimes(20, fc.constant(true)),
}).map(({ hasKeys, minDomains, ...rest }) => ({
  ...rest,
  ...(rest.whenUnsatisfiable === 'DoNotSchedule' && { minDomains }),
  ...(hasKeys && rest.labelSelector !== undefined && { matchLabelKeys: ['rev'] }),
}))

const toleration = oneOf<unknown>(
  { key: 'nvidia.com/gpu', operator: 'Exists' }, { key: 'dedicated', operator: 'Equal', value: 'ml', effect: 'NoSchedule' }, { key: 'dedicated', value: 'batch' },
  { key: 'spot', operator: 'Exists' }, { operator: 'Exists', effect: 'NoSchedule' }, { operator: 'Exists' }, { key: 'old', value: 'yes', effect: 'PreferNoSchedule' }, { key: 'dedicated', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }, { operator: 'Exists', effect: 'PreferNoSchedule' },
)

const requests = fc.record({
  cpu: sometimes(80, oneOf('500m', '100m', '1', '250m', '1500m', '3', '0')),
  memory: sometimes(75, oneOf('512Mi', '64Mi', '1Gi', '3Gi', '128Mi', '500M')),
  'ephemeral-storage': sometimes(6, oneOf('1Gi', '6Gi')),
})
const extended = fc.record({
  'nvidia.com/gpu': sometimes(7, oneOf('1', '2', '4')),
  'example.com/foo': sometimes(2, oneOf('1', '2')),
  'nvidia.com/mig-1g.5gb': sometimes(2, oneOf('1', '2')),
})
const containerParts = fc.record({
  requests, extended,
  extraLimits: sometimes(20, fc.record({ cpu: fc.constant('8'), memory: fc.constant('8Gi') })),
  hugepages: sometimes(2, oneOf('32Mi', '64Mi', '100Mi')),
  image: oneOf('web:1', 'db:1', 'train:1', 'db', 'registry.example/web:1', 'other:2'),
  port: sometimes(12, fc.record({ containerPort: fc.constant(80), hostPort: oneOf(8080, 9090), hostIP: sometimes(40, oneOf('127.0.0.1', '10.0.0.1', '0.0.0.0')), protocol: sometimes(35, oneOf('UDP', 'TCP', 'SCTP')) })),
})

type Text = { [name: string]: string | undefined }

function container(name: string, { requests: asked, extended: counted, extraLimits, hugepages, image, port }: typeof containerParts extends Arbitrary<infer T> ? T : never, more: object = {}): unknown {
  const needs: Text = { ...asked, ...counted, ...(hugepages !== undefined && { 'hugepages-2Mi': hugepages, memory: asked.memory ?? '64Mi' }) }
  const limits: Text = { ...counted, ...(hugepages !== undefined && { 'hugepages-2Mi': hugepages }), ...extraLimits }
  return { name, image, resources: { requests: needs, limits }, ports: port === undefined ? undefined : [port], ...more }
}

/** A pod without its name. `rich` ones have constraints more often. */
function partsOf(percent: number) {
  return fc.record({
    namespace: sometimes(12, oneOf('team-b', 'team-c')),
    app: sometimes(92, app), rev: sometimes(30, oneOf('v1', 'v2')), tier: sometimes(20, oneOf('web', 'back')),
    containers: upTo(2, containerParts, 1),
    inits: sometimes(20, upTo(2, fc.record({ parts: containerParts, isSidecar: fc.boolean() }), 1)),
    overhead: sometimes(5, oneOf({ cpu: '250m', memory: '120Mi' }, { cpu: '1' })),
    podLevel: sometimes(4, oneOf({ requests: { cpu: '7', memory: '14Gi' } }, { requests: { cpu: '6' }, limits: { cpu: '9', memory: '16Gi' } }, { limits: { memory: '16Gi' } })),
    nodeSelector: sometimes(Math.floor(percent / 3), oneOf({ disk: 'ssd' }, { disk: 'hdd' }, { [zoneLabel]: 'z1' }, { accelerator: 'a100' })),
    nodeAffinity: sometimes(percent, nodeAffinity),
    podAffinity: sometimes(percent, affinity(30)),
    podAntiAffinity: sometimes(percent, affinity(50)),
    spread: sometimes(percent, upTo(3, spread, 1)),
    tolerations: sometimes(percent, upTo(2, toleration, 1)),
    priority: sometimes(45, oneOf(0, 5, 10, 100, -10)),
    preemptionPolicy: sometimes(6, fc.constant('Never')),
    owner: sometimes(15, oneOf('ReplicaSet', 'StatefulSet', 'ReplicationController')),
  })
}

/** Pods that run; they have few constraints. */
export const runningParts = partsOf(12)
/** Pods to be scheduled. */
export const comingParts = partsOf(32)
export type PodParts = typeof runningParts extends Arbitrary<infer T> ? T : never

const ownerVersions: { readonly [kind: string]: string } = { ReplicaSet: 'apps/v1', StatefulSet: 'apps/v1', ReplicationController: 'v1' }

/** Two constraints of one pod differ in key or in effect. */
function dedupe<T extends { topologyKey: string; whenUnsatisfiable: string }>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list?.filter((c, i) => list.findIndex((o) => o.topologyKey === c.topologyKey && o.whenUnsatisfiable === c.whenUnsatisfiable) === i)
}

/** The pod of that name. */
export function podNamed(name: string, parts: PodParts): Pod {
  const { nodeAffinity: node, podAffinity, podAntiAffinity } = parts
  return clean({
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name, namespace: parts.namespace,
      labels: { app: parts.app, rev: parts.rev, tier: parts.tier },
      ownerReferences: parts.owner === undefined ? undefined : [{ apiVersion: ownerVersions[parts.owner], kind: parts.owner, name: 'owner', uid: 'owner', controller: true }],
    },
    spec: {
      containers: parts.containers.map((c, i) => container(`c${i}`, c)),
      initContainers: parts.inits?.map(({ parts: c, isSidecar }, i) => container(`i${i}`, c, { restartPolicy: isSidecar ? 'Always' : undefined })),
      overhead: parts.overhead, resources: parts.podLevel, nodeSelector: parts.nodeSelector,
      affinity: node === undefined && podAffinity === undefined && podAntiAffinity === undefined ? undefined : { nodeAffinity: node, podAffinity, podAntiAffinity },
      topologySpreadConstraints: dedupe(parts.spread), tolerations: parts.tolerations, priority: parts.priority, preemptionPolicy: parts.preemptionPolicy,
    },
  }) as unknown as Pod
}
