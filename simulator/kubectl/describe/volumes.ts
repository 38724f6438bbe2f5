/** The volumes of a pod or pod template. Models k8s.io/kubectl/pkg/describe describeVolumes (v1.35). */

import { isZeroQuantity } from '../../api/quantity.ts'
import type { PersistentVolumeClaim, Volume } from '../../api/types.ts'
import { isJsonObject } from '../../kernel/json.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { writeClaim } from './claim.ts'
import type { Lines } from './lines.ts'

type Source = JsonObject

function member(source: Source, name: string): Json {
  return source[name] ?? null
}

function text(source: Source, name: string, absent = ''): string {
  const value = member(source, name)
  return value === null ? absent : String(value)
}

function fields(lines: Lines, type: string, rows: readonly (readonly [string, string])[]): void {
  lines.write(2, `Type:\t${type}\n${rows.map(([name, value]) => `    ${name}:\t${value}\n`).join('')}`)
}

function isTrue(source: Source, name: string): string {
  return String(member(source, name) === true)
}

function writeProjected(lines: Lines, source: Source): void {
  lines.write(2, 'Type:\tProjected (a volume that contains injected data from multiple sources)\n')
  const sources = member(source, 'sources')
  for (const one of Array.isArray(sources) ? sources.filter(isJsonObject) : []) {
    const { secret, downwardAPI, configMap, serviceAccountToken } = one
    if (isJsonObject(secret)) lines.write(2, `SecretName:\t${text(secret, 'name')}\n    Optional:\t${isTrue(secret, 'optional')}\n`)
    else if (downwardAPI !== undefined) lines.write(2, 'DownwardAPI:\ttrue\n')
    else if (isJsonObject(configMap)) lines.write(2, `ConfigMapName:\t${text(configMap, 'name')}\n    Optional:\t${isTrue(configMap, 'optional')}\n`)
    else if (isJsonObject(serviceAccountToken)) lines.write(2, `TokenExpirationSeconds:\t${text(serviceAccountToken, 'expirationSeconds')}\n`)
  }
}

function writeDownward(lines: Lines, source: Source): void {
  lines.write(2, 'Type:\tDownwardAPI (a volume populated by information about the pod)\n    Items:\n')
  const items = member(source, 'items')
  for (const item of Array.isArray(items) ? items.filter(isJsonObject) : []) {
    const { fieldRef, resourceFieldRef } = item
    if (isJsonObject(fieldRef)) lines.write(3, `${text(fieldRef, 'fieldPath')} -> ${text(item, 'path')}\n`)
    if (isJsonObject(resourceFieldRef)) lines.write(3, `${text(resourceFieldRef, 'resource')} -> ${text(item, 'path')}\n`)
  }
}

function writeEphemeral(lines: Lines, source: Source): void {
  lines.write(2, 'Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)\n')
  const template = member(source, 'volumeClaimTemplate')
  if (isJsonObject(template)) writeClaim(lines, { metadata: {}, ...template } as unknown as PersistentVolumeClaim, { isFull: false, level: 2, since: () => '' })
}

function emptyDirLimit(source: Source): string {
  const limit = text(source, 'sizeLimit')
  return limit === '' || isZeroQuantity(limit) ? '<unset>' : limit
}

const writers: { readonly [source: string]: (lines: Lines, source: Source) => void } = {
  hostPath: (lines, source) => fields(lines, 'HostPath (bare host directory volume)', [['Path', text(source, 'path')], ['HostPathType', text(source, 'type', '<none>')]]),
  emptyDir: (lines, source) => fields(lines, "EmptyDir (a temporary directory that shares a pod's lifetime)", [['Medium', text(source, 'medium')], ['SizeLimit', emptyDirLimit(source)]]),
  secret: (lines, source) => fields(lines, 'Secret (a volume populated by a Secret)', [['SecretName', text(source, 'secretName')], ['Optional', isTrue(source, 'optional')]]),
  configMap: (lines, source) => fields(lines, 'ConfigMap (a volume populated by a ConfigMap)', [['Name', text(source, 'name')], ['Optional', isTrue(source, 'optional')]]),
  nfs: (lines, source) => fields(lines, 'NFS (an NFS mount that lasts the lifetime of a pod)', [['Server', text(source, 'server')], ['Path', text(source, 'path')], ['ReadOnly', isTrue(source, 'readOnly')]]),
  persistentVolumeClaim: (lines, source) => fields(lines, 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)', [['ClaimName', text(source, 'claimName')], ['ReadOnly', isTrue(source, 'readOnly')]]),
  local: (lines, source) => fields(lines, 'LocalVolume (a persistent volume backed by local storage on a node)', [['Path', text(source, 'path')]]),
  image: (lines, source) => fields(lines, 'Image (a container image or OCI artifact)', [['Reference', text(source, 'reference')], ['PullPolicy', text(source, 'pullPolicy')]]),
  ephemeral: writeEphemeral,
  downwardAPI: writeDownward,
  projected: writeProjected,
  csi: (lines, source) => fields(lines, 'CSI (a Container Storage Interface (CSI) volume source)', [
    ['Driver', text(source, 'driver')], ['FSType', text(source, 'fsType')],
    ...(source['volumeHandle'] === undefined ? [] : [['VolumeHandle', text(source, 'volumeHandle')] as const]), ['ReadOnly', isTrue(source, 'readOnly')], ['VolumeAttributes', '<none>'],
  ]),
}

/** The source of a volume or persistent volume; false when none is known. */
export function writeVolumeSource(lines: Lines, holder: object): boolean {
  for (const name of Object.keys(writers)) {
    const source = (holder as { readonly [name: string]: unknown })[name]
    if (!isJsonObject(source)) continue
    writers[name]?.(lines, source)
    return true
  }
  return false
}

/**
 * Writes the volumes in the order of the spec, `<none>` without any, `<unknown>` for a source that upstream does not
 * print. `space` is the indentation of the title; a template has more than a pod.
 */
export function writeVolumes(lines: Lines, volumes: readonly Volume[] | undefined, space: string): void {
  if (volumes === undefined || volumes.length === 0) return lines.write(0, `${space}Volumes:\t<none>\n`)
  lines.write(0, `${space}Volumes:\n`)
  for (const volume of volumes) {
    lines.write(1, `${space === '' ? '' : ' '}${volume.name}:\n`)
    if (!writeVolumeSource(lines, volume)) lines.write(1, '<unknown>\n')
  }
}
