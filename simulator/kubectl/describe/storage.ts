/** kubectl describe of volumes, claims and storage classes. Models k8s.io/kubectl/pkg/describe (v1.35). */

import type { KubeObject, NodeSelectorRequirement, PersistentVolumeClaim, Pod, StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { formatLabels } from '../printers/table.ts'
import { listObjects } from '../resource-builder.ts'
import { accessModesText, writeClaim } from './claim.ts'
import { needKind } from './describer.ts'
import type { Describer } from './describer.ts'
import { describeEvents, sinceText } from './events.ts'
import { boolText, goList, longTime, writeAnnotations, writeLabels, writeList } from './lines.ts'
import type { Lines } from './lines.ts'
import { writeVolumeSource } from './volumes.ts'

interface PersistentVolume extends KubeObject {
  spec: {
    claimRef?: { namespace?: string; name?: string }; persistentVolumeReclaimPolicy?: string; accessModes?: string[]; volumeMode?: string; storageClassName?: string
    capacity?: StringMap; nodeAffinity?: { required?: { nodeSelectorTerms?: { matchExpressions?: NodeSelectorRequirement[] }[] } }
  }
  status?: { phase?: string; message?: string }
}

function requirementText({ key, operator, values = [] }: NodeSelectorRequirement): string {
  return `${key} ${operator.toLowerCase()}${values.length === 0 ? '' : ` [${values.join(', ')}]`}`
}

function writeAffinity(lines: Lines, volume: PersistentVolume): void {
  const required = volume.spec.nodeAffinity?.required
  lines.write(0, `Node Affinity:\t${required === undefined ? '<none>' : ''}\n`)
  if (required === undefined) return
  const terms = required.nodeSelectorTerms ?? []
  lines.write(1, `Required Terms:\t${terms.length === 0 ? '<none>' : ''}\n`)
  terms.forEach((term, index) => {
    const texts = (term.matchExpressions ?? []).map(requirementText)
    lines.write(2, `Term ${index}:\t${texts[0] ?? '<none>'}\n`)
    for (const text of texts.slice(1)) lines.write(2, `\t${text}\n`)
  })
}

export const describeVolume: Describer<PersistentVolume> = function* (volume, { lines, session }) {
  const { metadata, spec, status } = volume
  lines.field('Name', metadata.name ?? '')
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  lines.field('Finalizers', goList(metadata.finalizers))
  lines.field('StorageClass', metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? '')
  lines.field('Status', metadata.deletionTimestamp === undefined ? status?.phase ?? '' : `Terminating (lasts ${sinceText(session, metadata.deletionTimestamp)})`)
  lines.field('Claim', spec.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`)
  lines.field('Reclaim Policy', spec.persistentVolumeReclaimPolicy ?? '')
  lines.field('Access Modes', accessModesText(spec.accessModes))
  if (spec.volumeMode !== undefined) lines.field('VolumeMode', spec.volumeMode)
  lines.field('Capacity', spec.capacity?.['storage'] ?? '0')
  writeAffinity(lines, volume)
  lines.field('Message', status?.message ?? '')
  lines.write(0, 'Source:\n')
  if (!writeVolumeSource(lines, spec)) lines.write(1, '<unknown>\n')
  yield* describeEvents(session, lines, volume)
}

export const describeClaim: Describer<PersistentVolumeClaim> = function* (claim, { lines, session }) {
  const { items } = yield* listObjects(session, needKind('', 'pods'), { namespace: claim.metadata.namespace, limit: session.flags.int('chunk-size') })
  const users = (items as Pod[]).filter((pod) => (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === claim.metadata.name))
  writeClaim(lines, claim, { isFull: true, level: 0, since: (timestamp) => sinceText(session, timestamp) })
  writeList(lines, 'Used By', users.map((pod) => pod.metadata.name ?? '').sort(compareText))
  const conditions = claim.status?.conditions ?? []
  if (conditions.length > 0) lines.write(0, 'Conditions:\n  Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n  ----\t------\t-----------------\t------------------\t------\t-------\n')
  for (const one of conditions) lines.write(1, `${one.type} \t${one.status} \t${longTime(one.lastProbeTime)} \t${longTime(one.lastTransitionTime)} \t${one.reason ?? ''} \t${one.message ?? ''}\n`)
  yield* describeEvents(session, lines, claim)
}

interface StorageClass extends KubeObject { provisioner?: string; parameters?: StringMap; allowVolumeExpansion?: boolean; mountOptions?: string[]; reclaimPolicy?: string; volumeBindingMode?: string }

export const describeStorageClass: Describer<StorageClass> = function* (storageClass, { lines, session }) {
  const { metadata, mountOptions = [] } = storageClass
  const isDefault = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some((key) => metadata.annotations?.[key] === 'true')
  lines.field('Name', metadata.name ?? '')
  lines.field('IsDefaultClass', isDefault ? 'Yes' : 'No')
  lines.field('Annotations', formatLabels(metadata.annotations))
  lines.field('Provisioner', storageClass.provisioner ?? '')
  lines.field('Parameters', formatLabels(storageClass.parameters))
  lines.field('AllowVolumeExpansion', boolText(storageClass.allowVolumeExpansion))
  lines.write(0, mountOptions.length === 0 ? 'MountOptions:\t<none>\n' : 'MountOptions:\n')
  for (const option of mountOptions) lines.write(1, `${option}\n`)
  if (storageClass.reclaimPolicy !== undefined) lines.field('ReclaimPolicy', storageClass.reclaimPolicy)
  if (storageClass.volumeBindingMode !== undefined) lines.field('VolumeBindingMode', storageClass.volumeBindingMode)
  yield* describeEvents(session, lines, storageClass)
}
