/** Random claims, volumes and classes on a random cluster, and a pod that wants some of them. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { KubeObject, Pod } from '../../../simulator/api/types.ts'
import { cluster } from './clusters.ts'
import type { AttemptRow } from './clusters.ts'
import { hostLabel, regionLabel, zoneLabel } from './nodes.ts'
import { clean, oneOf, orNone, sometimes, upTo } from './pick.ts'
import { podNamed, runningParts } from './pods.ts'

const driver = 'csi.example.com'
const provisioned = 'volume.kubernetes.io/selected-node'

function classNamed(name: string, more: object): object {
  return { metadata: { name }, provisioner: driver, ...more }
}

const lateMode = { volumeBindingMode: 'WaitForFirstConsumer' }
const zonesOf = (...values: string[]): object => ({ matchLabelExpressions: [{ key: zoneLabel, values }] })
const classes = [
  classNamed('late', lateMode),
  classNamed('now', { volumeBindingMode: 'Immediate' }),
  classNamed('local', { ...lateMode, provisioner: 'kubernetes.io/no-provisioner' }),
  classNamed('zonal', { ...lateMode, allowedTopologies: [zonesOf('z1', 'z2')] }),
  classNamed('regional', { ...lateMode, allowedTopologies: [{ matchLabelExpressions: [{ key: zoneLabel, values: ['z1'] }, { key: regionLabel, values: ['r1'] }] }, zonesOf('z3')] }),
]
const className = oneOf('late', 'local', 'zonal', 'late', 'regional', 'late', 'local', 'zonal', 'late', 'local', 'regional', 'now', 'late', 'local', 'none')
const size = oneOf('1Gi', '2Gi', '5Gi', '500Mi')
const modes = oneOf(['ReadWriteOnce'], ['ReadWriteOnce'], ['ReadWriteMany', 'ReadWriteOnce'], ['ReadWriteOncePod'], ['ReadOnlyMany'])

const reach = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.subarray(['z1', 'z2', 'z3', 'z9'], { minLength: 1, maxLength: 2 }).map((values) => [{ matchExpressions: [{ key: zoneLabel, operator: 'In', values }] }]) },
  { weight: 3, arbitrary: fc.subarray(['n1', 'n2', 'n3', 'n4'], { minLength: 1, maxLength: 3 }).map((values) => [{ matchExpressions: [{ key: hostLabel, operator: 'In', values }] }]) },
  { weight: 1, arbitrary: oneOf([{ matchExpressions: [{ key: 'disk', operator: 'NotIn', values: ['hdd'] }] }, { matchExpressions: [{ key: zoneLabel, operator: 'In', values: ['z2'] }] }]) },
)
const volume = fc.record({
  className, size, modes, reach,
  zone: sometimes(15, oneOf('z1', 'z2', 'z2__z3', 'z9')),
  oldZone: sometimes(5, oneOf('z1', 'z3')),
  region: sometimes(5, oneOf('r1', 'r2')),
  speed: sometimes(25, oneOf('fast', 'slow')),
  mode: sometimes(8, fc.constant('Block')),
  isCsi: oneOf(true, true, true, false),
  handle: sometimes(12, fc.constant('shared')),
  /** Kept for the claim of that number, which is not bound yet. */
  keptFor: sometimes(8, fc.nat({ max: 4 })),
  isAvailable: oneOf(...Array<boolean>(9).fill(true), false),
})
type VolumeParts = typeof volume extends Arbitrary<infer T> ? T : never

const claim = fc.record({
  className, size, modes,
  /** Bound to a volume of its own. */
  bound: sometimes(45, volume),
  isVolumeGone: oneOf(...Array<boolean>(29).fill(false), true),
  selected: sometimes(8, oneOf('n1', 'n2')),
  speed: sometimes(10, oneOf('fast', 'slow')),
  isLeaving: oneOf(...Array<boolean>(49).fill(false), true),
  isLost: oneOf(...Array<boolean>(49).fill(false), true),
  isMissing: oneOf(...Array<boolean>(49).fill(false), true),
  mode: sometimes(5, fc.constant('Block')),
})
type ClaimParts = typeof claim extends Arbitrary<infer T> ? T : never

const disk = oneOf<unknown>(
  { gcePersistentDisk: { pdName: 'd' } }, { gcePersistentDisk: { pdName: 'd', readOnly: true } }, { awsElasticBlockStore: { volumeID: 'd' } },
  { iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2026-01.example:x', lun: 0, readOnly: true } }, { rbd: { monitors: ['a', 'b'], pool: 'p', image: 'i' } }, { rbd: { monitors: ['b'], image: 'i' } }, { emptyDir: {} },
)
const uses = fc.record({ claims: fc.subarray(['c0', 'c1', 'c2', 'c3', 'c4'], { maxLength: 2 }), disk: sometimes(12, disk) })

const storageParts = fc.record({
  claims: upTo(5, claim, 5),
  volumes: upTo(5, volume),
  running: upTo(10, uses),
  coming: fc.record({ claims: fc.subarray(['c0', 'c1', 'c2', 'c3', 'c4'], { minLength: 1, maxLength: 3 }), disk: sometimes(15, disk) }),
  limits: fc.array(sometimes(30, oneOf(1, 0, 2, 3)), { minLength: 7, maxLength: 7 }),
  tracks: sometimes(25, fc.boolean()),
  capacities: upTo(3, fc.record({ className: oneOf('late', 'zonal', 'regional'), zone: sometimes(80, oneOf('z1', 'z2', 'z3')), capacity: sometimes(90, oneOf('10Gi', '512Mi', '2Gi')), most: sometimes(20, oneOf('1Gi', '10Gi')) })),
})

function volumeObject(name: string, v: VolumeParts, claimName: string | undefined, isBound: boolean): KubeObject {
  return clean({
    metadata: { name, labels: { [zoneLabel]: v.zone, 'failure-domain.beta.kubernetes.io/zone': v.oldZone, [regionLabel]: v.region, speed: v.speed } },
    spec: {
      capacity: { storage: v.size }, accessModes: v.modes, storageClassName: v.className, volumeMode: v.mode,
      ...(v.isCsi ? { csi: { driver, volumeHandle: v.handle ?? name } } : { hostPath: { path: '/x' } }),
      nodeAffinity: v.reach === undefined ? undefined : { required: { nodeSelectorTerms: v.reach } },
      claimRef: claimName === undefined ? undefined : { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'default', name: claimName, ...(isBound && { uid: `default/${claimName}` }) },
    },
    status: { phase: isBound ? 'Bound' : v.isAvailable ? 'Available' : 'Released' },
  }) as unknown as KubeObject
}

function claimObject(name: string, c: ClaimParts): KubeObject {
  const volumeName = c.bound === undefined ? undefined : `pv-${name}`
  return clean({
    metadata: {
      name, namespace: 'default',
      annotations: { 'pv.kubernetes.io/bind-completed': volumeName === undefined ? undefined : 'yes', [provisioned]: c.selected },
      ...(c.isLeaving && { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] }),
    },
    spec: {
      accessModes: c.bound?.modes ?? c.modes, storageClassName: c.bound?.className ?? c.className, volumeName, volumeMode: c.mode,
      selector: c.speed === undefined ? undefined : { matchLabels: { speed: c.speed } }, resources: { requests: { storage: c.size } },
    },
    status: { phase: c.isLost ? 'Lost' : volumeName === undefined ? 'Pending' : 'Bound' },
  }) as unknown as KubeObject
}

function withVolumes(pod: Pod, { claims, disk: own }: { claims: readonly string[]; disk: unknown }): Pod {
  const volumes = [...claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })), ...(own === undefined ? [] : [{ name: 'disk', ...(own as object) }])]
  return { ...pod, spec: { ...pod.spec, volumes: orNone(volumes) } } as Pod
}

/** A cluster with storage and one pod that wants some of it. */
export const storage: Arbitrary<AttemptRow> = fc.record({ cluster, coming: runningParts, parts: storageParts }).map(({ cluster: row, coming, parts }) => {
  const bound = parts.claims.flatMap((c, i) => (c.bound === undefined || c.isVolumeGone ? [] : [volumeObject(`pv-c${i}`, c.bound, `c${i}`, true)]))
  const free = parts.volumes.map((v, i) => volumeObject(`pv${i}`, v, v.keptFor === undefined ? undefined : `c${v.keptFor}`, false))
  const inDefault = (pod: Pod): boolean => (pod.metadata.namespace ?? 'default') === 'default'
  return {
    ...row,
    pods: row.pods.map((pod, i) => (inDefault(pod) && i < parts.running.length ? withVolumes(pod, parts.running[i]) : pod)),
    pod: withVolumes(podNamed('p', { ...coming, namespace: undefined }), parts.coming),
    pvs: [...bound, ...free],
    pvcs: parts.claims.flatMap((c, i) => (c.isMissing ? [] : [claimObject(`c${i}`, c)])),
    storageClasses: classes,
    csinodes: parts.limits.flatMap((count, i) => (count === undefined ? [] : [{ metadata: { name: `n${i + 1}` }, spec: { drivers: [{ name: driver, nodeID: `n${i + 1}`, topologyKeys: [], allocatable: { count } }] } }])),
    csidrivers: parts.tracks === undefined ? [] : [{ metadata: { name: driver }, spec: { storageCapacity: parts.tracks, attachRequired: true } }],
    csistoragecapacities: parts.capacities.map((c, i) => clean({
      metadata: { name: `cap${i}`, namespace: 'default' }, storageClassName: c.className, capacity: c.capacity, maximumVolumeSize: c.most,
      nodeTopology: c.zone === undefined ? undefined : { matchLabels: { [zoneLabel]: c.zone } },
    })),
  }
})
