/** Server-side apply. Models apiserver/pkg/endpoints/handlers applyPatcher and util/managedfields (v1.35). */

import { apiErrors } from '../../api/errors.ts'
import { goJsonSorted } from '../../api/go-text.ts'
import { apiVersionOf, gvkText } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import type { ApiRequest } from '../../api/request.ts'
import type { KubeObject, Status } from '../../api/types.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import { isJsonObject } from '../../kernel/json.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { objectKey } from '../../store/resource-id.ts'
import { writeOptions } from '../answers.ts'
import type { Outcome } from '../ports.ts'
import { refused, resourceName } from '../registry.ts'
import type { ServerParts } from '../server-parts.ts'
import { difference, noFields, pathTexts, union } from '../../admission/merge/field-set.ts'
import { applyConfiguration, conflictMessage } from './managers.ts'
import type { ApplyOutcome, FieldConflict, ManagedEntry } from './managers.ts'
import { mergeTypeOf } from '../../admission/merge/merge-types.ts'
import { shown } from './recording.ts'
import { convertObject } from '../../admission/schema/convert.ts'
import { typeOf } from '../../admission/schema/schema.ts'
import { compareValues, fieldSetOf, typeErrors } from '../../admission/merge/typed-values.ts'

/** The manager whose earlier client-side applies are taken over. */
const kubectlManager = 'kubectl'

/** Answers an apply patch. @param live undefined when it makes the object */
export function applyObject(parts: ServerParts, kind: KindInfo, request: ApiRequest, live: KubeObject | undefined): Outcome<KubeObject> {
  const config = configOf(request)
  if ('refusal' in config) return refused(config.refusal as Status)
  const malformed = checkConfig(kind, config)
  if (malformed !== undefined) return refused(malformed)
  const applied = applyAs(parts, kind, request, live, config)
  if ('conflicts' in applied) return refused(conflictStatus(applied.conflicts))
  const object = synced(request, config, applied.object)
  const unconverted = checkConversion(kind, object)
  if (unconverted !== undefined) return refused(unconverted)
  const mismatch = checkIdentity(kind, request, object, live)
  if (mismatch !== undefined) return refused(mismatch)
  // A patch may name another uid: that is a change of a fixed field, not a failed precondition.
  const options = { ...writeOptions(request), fieldValidation: 'Ignore' as const, keepsAsked: false, ...(live === undefined ? {} : { patchText: JSON.stringify(object) }) }
  const key = objectKey(kind.namespaced ? request.namespace : undefined, request.name ?? '')
  const body = object as unknown as KubeObject
  const outcome = live === undefined ? parts.registry.create(kind, request.namespace, body, options) : parts.registry.update(kind, key, body, options)
  if (!outcome.ok) return outcome
  if (!options.isDryRun) parts.managers.keep(kind, outcome.object, applied.entries)
  return { ...outcome, object: shown(parts, kind, request, outcome.object), ...(live === undefined ? { isNew: true } : {}) }
}

function configOf(request: ApiRequest): JsonObject | { readonly refusal: Status } {
  const { body } = request
  if (typeof body !== 'string') return isJsonObject(body) ? (body as JsonObject) : { refusal: notAnObject('cannot unmarshal into an object') }
  const parsed = parseYaml(body)
  if (isYamlError(parsed)) return { refusal: notAnObject(parsed.error) }
  return isJsonObject(parsed.value) ? parsed.value : { refusal: notAnObject('cannot unmarshal into an object') }
}

function notAnObject(why: string): Status {
  return apiErrors.badRequest(`error decoding YAML: ${why}`)
}

function checkConfig(kind: KindInfo, config: JsonObject): Status | undefined {
  const { metadata } = config as { metadata?: { namespace?: string; name?: string; managedFields?: Json } }
  const [apiVersion, kindName] = [config['apiVersion'], config['kind']].map((value) => (typeof value === 'string' ? value : '')) as [string, string]
  if (apiVersion !== apiVersionOf(kind) || kindName !== kind.kind) return apiErrors.badRequest(`invalid object type: ${gvkText(apiVersion, kindName)}`)
  if (metadata?.managedFields !== undefined && metadata.managedFields !== null) return apiErrors.badRequest('metadata.managedFields must be nil')
  const errors = typeErrors(config, mergeTypeOf(apiVersion, kindName, kind.custom))
  if (errors.length === 0) return undefined
  const told = errors.length === 1 ? errors[0] : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n')
  return apiErrors.unknown(500, `failed to create typed patch object (${metadata?.namespace ?? ''}/${metadata?.name ?? ''}; ${gvkText(apiVersion, kindName)}): ${told}`)
}

/** Applies as the request's manager; kubectl may take fields from its own client-side applies. */
function applyAs(parts: ServerParts, kind: KindInfo, request: ApiRequest, live: KubeObject | undefined, config: JsonObject): ApplyOutcome {
  const writer = parts.managers.writerOf(kind, request)
  const type = mergeTypeOf(apiVersionOf(kind), kind.kind, kind.custom)
  const entries: readonly ManagedEntry[] = live === undefined ? [] : parts.managers.entriesOf(kind, live)
  const before = live as unknown as JsonObject | undefined
  const apply = (isForced: boolean): ApplyOutcome => applyConfiguration(entries, before, config, type, writer, isForced)
  const outcome = apply(request.query?.force === true)
  if (!('conflicts' in outcome) || writer.manager !== kubectlManager || live === undefined) return outcome
  const text = live.metadata.annotations?.[lastAppliedAnnotation]
  const earlier = text === undefined ? undefined : (parseYaml(text) as { value?: Json }).value
  if (!isJsonObject(earlier) || earlier['apiVersion'] !== apiVersionOf(kind)) return outcome
  const { added, modified, removed } = compareValues(earlier, live as unknown as Json, type)
  const allowed = new Set(pathTexts(difference(fieldSetOf(earlier, type), [added, modified, removed].reduce(union, noFields))))
  const left = outcome.conflicts.filter(({ field }) => !allowed.has(field))
  return left.length > 0 ? { conflicts: left } : apply(true)
}

/** The annotation of client-side applies follows kubectl's server-side ones, so that people may go back. */
function synced(request: ApiRequest, config: JsonObject, object: JsonObject): JsonObject {
  const { metadata } = object as unknown as KubeObject
  if (request.query?.fieldManager !== kubectlManager || (metadata.annotations?.[lastAppliedAnnotation] ?? '') === '') return object
  const given = config as unknown as KubeObject
  const { [lastAppliedAnnotation]: _own, ...annotations } = given.metadata.annotations ?? {}
  const bare = given.metadata.annotations === undefined ? given : { ...given, metadata: { ...given.metadata, annotations } }
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [lastAppliedAnnotation]: `${goJsonSorted(bare)}\n` } } } as unknown as JsonObject
}

/** Why what came out of the merge is no object of its kind. Whole numbers that are too large wrap around. */
function checkConversion(kind: KindInfo, object: JsonObject): Status | undefined {
  const schema = kind.custom === undefined ? typeOf(apiVersionOf(kind), kind.kind) : undefined
  const error = schema === undefined ? undefined : convertObject(object, schema).error
  if (error === undefined) return undefined
  const { namespace = '', name = '' } = (object as { metadata?: KubeObject['metadata'] }).metadata ?? {}
  const gvk = gvkText(apiVersionOf(kind), kind.kind)
  return apiErrors.unknown(500, `failed to convert new object (${namespace}/${name}; ${gvk}) to proper version: unable to convert unstructured object to ${gvk}: ${error}`)
}

function checkIdentity(kind: KindInfo, request: ApiRequest, object: JsonObject, live: KubeObject | undefined): Status | undefined {
  const { metadata = {} } = object as { metadata?: KubeObject['metadata'] }
  const { name = '' } = request
  if (live === undefined && metadata.uid !== undefined && metadata.uid !== '') {
    return apiErrors.conflict(resourceName(kind), name, `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`)
  }
  const given = metadata.name ?? ''
  if (live !== undefined && given === '') return apiErrors.badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata.name !== undefined && metadata.name !== name) return apiErrors.badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  if (metadata.namespace !== undefined && kind.namespaced && metadata.namespace !== request.namespace) return apiErrors.badRequest('the namespace of the provided object does not match the namespace sent on the request')
  return undefined
}

function conflictStatus(conflicts: readonly FieldConflict[]): Status {
  const causes = conflicts.map(({ manager, field }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field }))
  return { ...apiErrors.conflict({ group: '', name: '' }, '', ''), message: conflictMessage(conflicts), details: { causes } }
}
