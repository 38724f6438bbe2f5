import { claimNames, className, classOf, findClaim, findVolume, isLate } from './storage.ts'
import type { Pod } from '../../../api/types.ts'
import { isVerdict, never } from './types.ts'
import type { Cluster, ReferencePlugin, Verdict } from './types.ts'

const labels = ['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

interface Place { readonly label: string; readonly values: readonly string[] }

/** Where the volumes of a claim are, by their labels. */
function placesOf(pod: Pod, name: string, cluster: Cluster): Place[] | Verdict {
  const claim = findClaim(cluster, pod, name)
  if (claim === undefined) return never(`persistentvolumeclaim "${name}" not found`)
  const volumeName = claim.spec.volumeName ?? ''
  if (volumeName === '') {
    if (className(claim) === '') return never('PersistentVolumeClaim had no pv name and storageClass name')
    if (classOf(cluster, claim) === undefined) return never(`storageclass.storage.k8s.io "${className(claim)}" not found`)
    return isLate(cluster, claim) ? [] : never('PersistentVolume had no name')
  }
  const volume = findVolume(cluster, volumeName)
  if (volume === undefined) return never(`persistentvolume "${volumeName}" not found`)
  return labels.flatMap((label) => {
    const value = volume.metadata.labels?.[label]
    return value === undefined ? [] : [{ label, values: value.split('__').map((zone) => zone.trim()) }]
  })
}

function allPlaces(pod: Pod, cluster: Cluster): Place[] | Verdict {
  const places: Place[] = []
  for (const { name } of claimNames(pod)) {
    const found = placesOf(pod, name, cluster)
    if (isVerdict(found)) return found
    places.push(...found)
  }
  return places
}

export const volumeZone: ReferencePlugin = {
  name: 'VolumeZone',
  preFilter(pod, cluster) {
    const places = allPlaces(pod, cluster)
    return isVerdict(places) ? places : places.length === 0 ? 'skip' : undefined
  },
  filter(pod, node, cluster) {
    const places = allPlaces(pod, cluster)
    const own = node.metadata.labels ?? {}
    // A node without any zone is in all of them.
    if (isVerdict(places) || !labels.some((label) => own[label] !== undefined)) return undefined
    const isHere = ({ label, values }: Place): boolean => values.includes(own[label] ?? own[label.replace('failure-domain.beta', 'topology')] ?? '')
    return places.every(isHere) ? undefined : never('node(s) had no available volume zone')
  },
}
