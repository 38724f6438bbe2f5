/** Runs recorded answers of a 1.35 API server to manifests: what it refuses and with which text, what it stores. */

import { admitCreate, canAdmit, toServedVersion } from '../../../simulator/admission/admit.ts'
import type { AdmissionReader } from '../../../simulator/admission/plugins/plugin.ts'
import type { KindInfo } from '../../../simulator/api/kinds.ts'
import { kindByResource } from '../../../simulator/api/kinds.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'
import { jsonEqual, objectOf, textOf } from '../compare.ts'
import { createRecordedServer, recorder } from './server.ts'
import type { RecordedServer } from './server.ts'
import type { CommandResult } from '../scenario-player/kubectl-runner.ts'
import type { CaseResult, Row } from '../runner.ts'

/** What the recorded server held before each manifest. */
const existing: readonly KubeObject[] = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } })),
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
  ...[['system-cluster-critical', 2000000000], ['system-node-critical', 2000001000]].map(([name, value]) => ({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: String(name) }, value, preemptionPolicy: 'PreemptLowerPriority' })),
]
const resourceOfKind: { readonly [kind: string]: string } = { Namespace: 'namespaces', ServiceAccount: 'serviceaccounts', PriorityClass: 'priorityclasses.scheduling.k8s.io' }

const reader: AdmissionReader = {
  get: (resource, namespace, name) => existing.find((object) => resourceOfKind[object.kind] === resource && object.metadata.name === name && (object.metadata.namespace ?? '') === (namespace ?? '')),
  list: (resource, namespace) => existing.filter((object) => resourceOfKind[object.kind] === resource && (namespace === undefined || object.metadata.namespace === namespace)),
}

/** The kind and namespace of a request's path. */
export function readPath(path: string): { kind: KindInfo | undefined; namespace: string; name: string; subresource: string } {
  const match = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path)
  if (match === null) return { kind: undefined, namespace: '', name: '', subresource: '' }
  const [, group = '', version, namespace = '', resource, name = '', subresource = ''] = match
  return { kind: kindByResource(group, resource!, version), namespace, name, subresource }
}

const uid = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
const identity = { suffix: (): string => 'abcde', timestamp: (): string => 'TIME', uid: (): string => uid }

interface AllocatedSpec { clusterIP?: string; clusterIPs?: string[]; healthCheckNodePort?: number; ports?: { nodePort?: number }[] }

/** Addresses and ports that the server allocates are not recorded. */
function maskAllocated({ spec }: { spec?: AllocatedSpec }): void {
  if (spec?.clusterIP === undefined && spec?.ports === undefined) return
  if (spec.clusterIP !== 'None') {
    delete spec.clusterIP
    delete spec.clusterIPs
  }
  delete spec.healthCheckNodePort
  if (Array.isArray(spec.ports)) for (const port of spec.ports) delete port.nodePort
}

/** Parts that the recorded objects leave out or mask. */
export function normalized(object: KubeObject): unknown {
  const text = JSON.stringify(object).replaceAll(uid, 'UID').replaceAll('kube-api-access-abcde', 'kube-api-access-*****')
  const copy: unknown = JSON.parse(text, (key, value: unknown) => (key === 'metadata' ? withoutSystemFields(value) : value))
  maskAllocated(copy as { spec?: AllocatedSpec })
  return copy
}

function withoutSystemFields(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return metadata
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, managedFields: _managed, selfLink: _link, ...rest } = metadata as { [key: string]: unknown }
  return rest
}

/** A generated name ends in five letters that differ from run to run. */
function withoutSuffix(accepted: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(accepted)) as { metadata?: { name?: string; generateName?: string } }
  if (copy.metadata?.generateName !== undefined && copy.metadata.name?.startsWith(copy.metadata.generateName)) copy.metadata.name = `${copy.metadata.name.slice(0, -5)}*****`
  return copy
}

/** Go prints maps in random order, so several errors of one map may come in any order. */
function sameError(expected: { [key: string]: unknown }, actual: { [key: string]: unknown }): boolean {
  if (jsonEqual(expected, actual)) return true
  const sorted = (error: { [key: string]: unknown }): unknown => {
    const details = objectOf(error['details'] as never) as { causes?: { message?: string; field?: string }[] }
    const causes = [...(details.causes ?? [])].map((cause) => JSON.stringify([cause.field, cause.message])).sort()
    return [error['reason'], error['code'], String(error['message']).length, [...String(error['message'])].sort().join(''), causes]
  }
  return jsonEqual(sorted(expected), sorted(actual))
}

/** The error members that the corpus keeps. */
export function errorOf(status: { reason?: string; message?: string; details?: unknown; code?: number }): { [key: string]: unknown } {
  const { reason, message, details, code } = status
  return { reason, message, ...(details === undefined ? {} : { details }), code }
}

/** Texts of errors with times masked, and the letters after a generated name's prefix. */
function withoutChance(error: { [key: string]: unknown }, prefix: string): { [key: string]: unknown } {
  return JSON.parse(JSON.stringify(error), (_key, value: unknown) => {
    if (typeof value !== 'string') return value
    const text = value.replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, 'TIME').replaceAll(uid, 'UID')
    return prefix === '' ? text : text.split(prefix).map((part, index) => (index === 0 ? part : part.replace(/^[a-z0-9]{5}(?![a-z0-9])/, '*****'))).join(prefix)
  }) as { [key: string]: unknown }
}

/** Messages that quote a Go diff are compared up to the first line break. */
function withoutDiff(error: { [key: string]: unknown }): { [key: string]: unknown } {
  if (!String(error['message']).includes('pod updates may not change fields')) return error
  return JSON.parse(JSON.stringify(error), (key, value: unknown) => (key === 'message' && typeof value === 'string' ? value.split('\n')[0] : value)) as { [key: string]: unknown }
}

/**
 * Compares two errors of the API.
 * @param prefix the generateName of the object
 */
export function errorsMatch(expected: { [key: string]: unknown }, actual: { [key: string]: unknown }, prefix = ''): boolean {
  return sameError(withoutDiff(withoutChance(expected, prefix)), withoutDiff(withoutChance(actual, prefix)))
}

/** Runs one manifest against the admission code, then with kubectl where that was recorded. */
export function runAdmission(row: Row): CaseResult[] {
  return [...(row['code'] === undefined ? [] : [runServer(row)]), ...(row['kubectl'] === undefined ? [] : [runClient(row)])]
}

/** One server for all manifests, until one of them is stored after all. */
const kubectl = (() => {
  let server: RecordedServer | undefined
  return (argv: readonly string[], manifest: string): CommandResult => {
    server ??= createRecordedServer('lab-one', {})
    const result = server.kubectl(argv, { 'm.yaml': manifest })
    if (/ created$/m.test(result.stdout)) server = undefined
    return result
  }
})()

/** What kubectl says of the manifest. Nothing is stored: it was refused, or the command says --dry-run=server. */
function runClient(row: Row): CaseResult {
  const name = `kubectl, ${textOf(row['name'])}`
  const recorded = objectOf(row['kubectl'])
  for (const verb of ['apply', 'create']) {
    const answer = objectOf(recorded['both'] ?? recorded[verb])
    const dryRun = row['code'] === 201 && row['withoutDryRun'] === undefined ? ['--dry-run=server'] : []
    const { exit, stdout, stderr } = kubectl([verb, '-f', 'm.yaml', ...dryRun], textOf(row['manifest']))
    const expected = { exit: answer['exit'], stdout: answer['stdout'] ?? '', stderr: answer['stderr'] ?? '' }
    const actual = { exit, stdout, stderr: stderr.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID') }
    if (!jsonEqual(expected, actual)) return { name, ok: false, expected, actual, note: `kubectl ${verb}` }
  }
  return { name, ok: true }
}

/** Runs one manifest with fieldValidation=Strict and dryRun=All, as it was recorded. */
function runServer(row: Row): CaseResult {
  const name = textOf(row['name'])
  const { kind, namespace } = readPath(textOf(row['path']))
  if (kind === undefined || !canAdmit(kind)) return { name, ok: false, note: `no admission rules for ${textOf(row['path'])}` }
  const result = admitCreate({ kind, namespace, body: textOf(row['manifest']), isYaml: true, fieldValidation: 'Strict', isDryRun: true, user: recorder, identity }, reader)
  const expected = { ...(row['error'] === undefined ? { accepted: withoutSuffix(row['accepted']) } : { error: row['error'] }), warnings: row['warnings'] ?? [] }
  const exists = result.ok ? reader.get(kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`, kind.namespaced ? namespace : undefined, result.object.metadata.name ?? '') : undefined
  if (exists !== undefined) return { name, ok: row['code'] === 409, note: 'the store refuses what exists already' }
  const actual = { ...(result.ok ? { accepted: withoutSuffix(normalized(toServedVersion(kind, result.object))) } : { error: errorOf(result.status) }), warnings: [...result.warnings] }
  const prefix = /^  generateName: *["']?([^"'\s]+)/m.exec(textOf(row['manifest']))?.[1] ?? ''
  const isSame = 'error' in expected && 'error' in actual ? errorsMatch(objectOf(expected.error), actual.error as { [key: string]: unknown }, prefix) && jsonEqual(expected.warnings, actual.warnings) : jsonEqual(expected, actual)
  return isSame ? { name, ok: true } : { name, ok: false, expected, actual }
}
