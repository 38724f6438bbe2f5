/** A PersistentVolumeClaim, also inside of templates. Models k8s.io/kubectl/pkg/describe printPersistentVolumeClaim (v1.35). */

import type { PersistentVolumeClaim } from '../../api/types.ts'
import { goList, writeAnnotations, writeLabels } from './lines.ts'
import type { Lines } from './lines.ts'

const shortModes: { readonly [mode: string]: string } = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }

/** `RWO,RWX`, each once, in the order of the API. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.keys(shortModes).filter((mode) => (modes ?? []).includes(mode)).map((mode) => shortModes[mode]).join(',')
}

/** The storage class of a claim; the old annotation wins. */
export function claimClass(claim: PersistentVolumeClaim): string {
  return claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec.storageClassName ?? ''
}

interface DataSource { readonly apiGroup?: string; readonly kind?: string; readonly name?: string }

/** Writes a claim; templates leave out what only a real one has. */
export function writeClaim(lines: Lines, claim: PersistentVolumeClaim, options: { readonly isFull: boolean; readonly level: number; since(timestamp: string): string }): void {
  const { metadata, spec, status } = claim
  const indent = '  '.repeat(options.level)
  const field = (name: string, value: string): void => lines.write(options.level, `${name}:\t${value}\n`)
  if (options.isFull) {
    field('Name', metadata.name ?? '')
    field('Namespace', metadata.namespace ?? '')
  }
  field('StorageClass', claimClass(claim))
  if (options.isFull) field('Status', metadata.deletionTimestamp === undefined ? status?.phase ?? '' : `Terminating (lasts ${options.since(metadata.deletionTimestamp)})`)
  field('Volume', spec.volumeName ?? '')
  if (options.level === 0) {
    writeLabels(lines, 'Labels', metadata.labels)
    writeAnnotations(lines, 'Annotations', metadata.annotations)
  } else {
    writeLabels(lines, 'Labels', metadata?.labels, indent)
    lines.write(options.level, '')
    writeAnnotations(lines, 'Annotations', metadata?.annotations)
  }
  if (options.isFull) field('Finalizers', goList(metadata.finalizers))
  const isBound = (spec.volumeName ?? '') !== ''
  field('Capacity', isBound ? status?.capacity?.['storage'] ?? '0' : '')
  field('Access Modes', isBound ? accessModesText(status?.accessModes) : '')
  if (spec.volumeMode !== undefined) field('VolumeMode', spec.volumeMode)
  const { dataSource } = spec as { readonly dataSource?: DataSource }
  if (dataSource === undefined) return
  lines.write(options.level, 'DataSource:\n')
  if (dataSource.apiGroup !== undefined) lines.write(options.level + 1, `APIGroup:\t${dataSource.apiGroup}\n`)
  lines.write(options.level + 1, `Kind:\t${dataSource.kind ?? ''}\n`)
  lines.write(options.level + 1, `Name:\t${dataSource.name ?? ''}\n`)
}
