import type { KubeObject } from '../../../api/types.ts'
import type { FilterPlugin, ObjectLister, PreFilterPlugin } from '../../framework.ts'
import { nodeOf, skipPreFilter } from '../../framework.ts'
import { isEqual } from '../../is-equal.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'
import { bindsLate, classNameOf, concernsClaimOf, findClaim, findStorageClass, findVolume } from '../../storage.ts'

/** A label of a volume and the zones or regions in it. */
interface Topology { readonly key: string; readonly values: readonly string[] }

/** Labels of zones and regions, with their names of today. */
const topologyLabels: readonly (readonly [string, string])[] = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]

function topologiesOf(volume: KubeObject | undefined): Topology[] {
  return topologyLabels.flatMap(([key]) => {
    const value = volume?.metadata.labels?.[key]
    return value === undefined ? [] : [{ key, values: value.split('__').map((zone) => zone.trim()) }]
  })
}

function claimTopologies(objects: ObjectLister, namespace: string, name: string): Topology[] | PluginStatus {
  const claim = findClaim(objects, namespace, name)
  if (claim === undefined) return unresolvable(schedulerReasons.claimNotFound(name))
  const volumeName = claim.spec.volumeName ?? ''
  if (volumeName !== '') {
    const volume = findVolume(objects, volumeName)
    return volume === undefined ? unresolvable(schedulerReasons.volumeNotFound(volumeName)) : topologiesOf(volume)
  }
  const className = classNameOf(claim)
  if (className === '') return unresolvable(schedulerReasons.claimWithoutVolumeAndClass)
  if (findStorageClass(objects, className) === undefined) return unresolvable(schedulerReasons.classNotFound(className))
  return bindsLate(objects, claim) ? [] : unresolvable(schedulerReasons.volumeWithoutName)
}

/**
 * A volume labelled with a zone can be used in that zone only.
 * Models kubernetes/pkg/scheduler/framework/plugins/volumezone (v1.35).
 */
export const volumeZone: PreFilterPlugin<readonly Topology[]> & FilterPlugin<readonly Topology[]> = {
  name: 'VolumeZone',
  isNodeLocal: false,
  retryOn: [
    { resource: 'StorageClass', actions: ['add'], hint: (_pod, { new: added }) => (added as { volumeBindingMode?: string } | undefined)?.volumeBindingMode === 'WaitForFirstConsumer' },
    { resource: 'Node', actions: ['add', 'updateNodeLabel'] },
    { resource: 'PersistentVolumeClaim', actions: ['add', 'update'], hint: (pod, { new: claim }) => concernsClaimOf(pod, claim) },
    { resource: 'PersistentVolume', actions: ['add', 'update'], hint: (_pod, { old, new: volume }) => old === undefined || !isEqual(topologiesOf(old), topologiesOf(volume)) },
  ],
  preFilter({ podClass: { claimNames, namespace }, objects }) {
    if (claimNames.length === 0) return skipPreFilter
    const state: Topology[] = []
    for (const name of claimNames) {
      const found = claimTopologies(objects, namespace, name)
      if (!Array.isArray(found)) return { status: found as PluginStatus }
      state.push(...found)
    }
    return state.length === 0 ? skipPreFilter : { status: success, state }
  },
  filter(_cycle, slot, topologies) {
    const labels = nodeOf(slot).metadata.labels ?? {}
    // A cluster without any zones is taken for one zone.
    if (!topologyLabels.some(([key]) => labels[key] !== undefined)) return success
    for (const { key, values } of topologies) {
      const today = topologyLabels.find(([label]) => label === key)?.[1] ?? key
      const zone = labels[key] ?? labels[today]
      if (zone === undefined || !values.includes(zone)) return unresolvable(schedulerReasons.volumeZone)
    }
    return success
  },
}
