/**
 * From the body of a create or update to the object that is stored: decoding, defaults, plugins, validation.
 * Models apiserver/pkg/endpoints/handlers and pkg/registry/rest (v1.35).
 */

import type { Failure } from '../api/errors.ts'
import { apiErrors } from '../api/errors.ts'
import { goQuote } from '../api/go-text.ts'
import type { KindInfo } from '../api/kinds.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { UserInfo } from '../api/request.ts'
import type { KubeObject } from '../api/types.ts'
import type { Json } from '../kernel/json.ts'
import { decodeBody } from './body.ts'
import { customRules } from './custom/rules.ts'
import { toServedCustom, toStoredCustom } from './custom/versions.ts'
import type { FieldValidation } from './body.ts'
import { checkEscalation } from './escalation.ts'
import type { AdmittedObject, Identity, KindRules } from './kind-rules.ts'
import { plainRules } from './kinds/plain.ts'
import { findKindRules } from './kinds/registry.ts'
import type { AdmissionConfig, AdmissionReader, PluginRequest, QuotaCharge } from './plugins/plugin.ts'
import { admissionPlugins, pluginsOfStep } from './plugins/registry.ts'
import type { Mutable } from './schema/decode.ts'
import { normalizeObject } from './schema/normalize.ts'
import { typeOf } from './schema/schema.ts'
import { equalSemantic } from './validation/equal.ts'
import { ErrorList } from './validation/error-list.ts'
import { nameIsPathSegment, validateObjectMeta, validateObjectMetaUpdate } from './validation/meta.ts'

/** A write as admission sees it. */
export interface AdmissionRequest {
  readonly kind: KindInfo
  /** Namespace of the request's path, '' for cluster-scoped kinds. */
  readonly namespace: string
  /** Name of the request's path; '' for creates. */
  readonly name?: string
  readonly subresource?: string
  /** YAML text, or a JSON value. */
  readonly body: Json | string | KubeObject
  readonly isYaml?: boolean
  readonly fieldValidation?: FieldValidation
  /** For patches: what a refusal of the patched object quotes. */
  readonly patchText?: string
  readonly user: UserInfo
  readonly isDryRun?: boolean
  readonly identity: Identity
  /** Whether the answer should carry `asked`. */
  readonly keepsAsked?: boolean
  /** Takes what plugins note for the audit log. */
  annotate?(key: string, value: string): void
}

/** What came out: the object to store with what the client must be told, or the refusal. */
export type Admission =
  | { readonly ok: true; readonly object: KubeObject; readonly warnings: readonly string[]; readonly quotaCharges: readonly QuotaCharge[]; /** The object with its defaults, before plugins and the kind's strategy changed it. */ readonly asked?: KubeObject }
  | { readonly ok: false; readonly status: Failure; readonly warnings: readonly string[] }

const generatedSuffixLength = 5
const namespaceMismatch = 'the namespace of the provided object does not match the namespace sent on the request'

/** Metadata that only the system sets. */
function wipeSystemFields(object: AdmittedObject): void {
  const meta = (object.metadata ??= {}) as { [field: string]: unknown }
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'uid', 'selfLink', 'managedFields']) delete meta[field]
}

function settleNamespace(object: AdmittedObject, request: AdmissionRequest): Failure | undefined {
  const expected = request.kind.namespaced ? request.namespace : ''
  const { namespace } = object.metadata
  if (namespace === undefined || namespace === '' || expected === '') {
    if (expected === '') delete object.metadata.namespace
    else object.metadata.namespace = expected
    return undefined
  }
  return namespace === expected ? undefined : apiErrors.badRequest(namespaceMismatch)
}

/** Owner references that say the same twice are merged, with a warning. */
function dropRepeatedOwners(object: AdmittedObject, warnings: string[]): void {
  const owners = object.metadata.ownerReferences
  if (owners === undefined || owners.length < 2) return
  const distinct = owners.filter((owner, index) => owners.findIndex((other) => equalSemantic(other, owner)) === index)
  const repeated = owners.filter((owner, index) => owners.findIndex((other) => equalSemantic(other, owner)) !== index)
  if (repeated.length === 0) return
  object.metadata.ownerReferences = distinct
  warnings.push(`.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${[...new Set(repeated.map((owner) => owner.uid))].join(', ')}`)
}

function noNote(): void {
  // Nobody keeps an audit log.
}

function pluginRequest(request: AdmissionRequest, object: AdmittedObject, reader: AdmissionReader, warnings: string[], old?: AdmittedObject): PluginRequest {
  const name = request.name ?? object.metadata.name ?? ''
  const namespace = request.kind.resource === 'namespaces' && request.kind.group === '' ? name : request.namespace
  return {
    operation: old === undefined ? 'CREATE' : 'UPDATE', kind: request.kind, subresource: request.subresource ?? '', namespace, name, object, ...(old === undefined ? {} : { old }),
    user: request.user, reader, identity: request.identity, warnings, quotaCharges: [],
    isDryRun: request.isDryRun === true, annotate: request.annotate ?? noNote, reinvocation: { isAgain: false, isWanted: false, ran: [], again: [] },
  }
}

function runPlugins(step: 'admit' | 'validate', request: PluginRequest, config: AdmissionConfig): Failure | undefined {
  for (const plugin of pluginsOfStep[step]) {
    if (config.disabledPlugins?.includes(plugin.name) || (plugin.needsAuthorization === true && config.hasAuthorization === false)) continue
    if (plugin.feature !== undefined && config.features?.includes(plugin.feature) !== true) continue
    const refusal = plugin[step]?.(request)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Runs the plugins that change objects; once more when one of them asks for it. */
function mutate(request: PluginRequest, config: AdmissionConfig): Failure | undefined {
  const refusal = runPlugins('admit', request, config)
  if (refusal !== undefined || !request.reinvocation.isWanted) return refusal
  request.reinvocation.isAgain = true
  return runPlugins('admit', request, config)
}

/** A generated name is made after the mutating plugins ran: their refusals show the prefix alone. */
function nameBeforeGeneration({ metadata: { generateName: prefix = '', name = '' } }: AdmittedObject): string | undefined {
  return prefix !== '' && name.length === prefix.length + generatedSuffixLength && name.startsWith(prefix) ? prefix : undefined
}

function generateName(object: AdmittedObject, identity: Identity): void {
  const { generateName: prefix, name } = object.metadata
  if (prefix === undefined || prefix === '' || (name !== undefined && name !== '')) return
  object.metadata.name = `${prefix.slice(0, 58)}${identity.suffix('name')}`
}

/** An object in the form of the store: apiVersion and kind first, then fields in Go's order. */
function toStored(object: AdmittedObject, rules: KindRules): KubeObject {
  // The store's own decoding applies defaults once more: plugins and strategies may have left holes.
  rules.applyDefaults?.(object)
  return inSchema(object, rules)
}

function inSchema(object: AdmittedObject, rules: KindRules): KubeObject {
  const schema = typeOf(rules.apiVersion, rules.kind)
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = schema === undefined ? object : normalizeObject(object as Mutable, schema)
  return { apiVersion: rules.apiVersion, kind: rules.kind, ...rest } as KubeObject
}

function refuse(status: Failure, warnings: readonly string[]): Admission {
  return { ok: false, status, warnings }
}

function rulesOf(kind: KindInfo): KindRules {
  if (kind.custom !== undefined) return customRules(kind, kind.custom)
  return findKindRules(apiVersionOf(kind), kind.kind) ?? plainRules(kind)
}

/** True when admission has rules of this kind; all others are checked by their metadata only. */
export function canAdmit(kind: KindInfo): boolean {
  return findKindRules(apiVersionOf(kind), kind.kind) !== undefined
}

function groupKind(kind: KindInfo): { group: string; name: string } {
  return { group: kind.group, name: kind.kind }
}

/** True when a PUT of a name that does not exist creates it. */
export function createsOnUpdate(kind: KindInfo): boolean {
  return findKindRules(apiVersionOf(kind), kind.kind)?.allowsCreateOnUpdate === true
}

/** The object in the version that is stored, its own version's defaults done. */
function inStoredVersion(object: AdmittedObject, given: KindRules): AdmittedObject {
  if (given.storedAs === undefined) return object
  given.applyDefaults?.(object)
  return given.storedAs.toStored(object)
}

/** A stored object as a version of its kind shows it. */
export function toServedVersion(kind: KindInfo, object: KubeObject): KubeObject {
  if (kind.custom !== undefined) return toServedCustom(kind, kind.custom, object)
  const rules = findKindRules(apiVersionOf(kind), kind.kind)
  return rules?.storedAs === undefined ? object : inSchema(rules.storedAs.toServed(object) as unknown as AdmittedObject, rules)
}

function askedOf(request: AdmissionRequest, object: AdmittedObject, rules: KindRules): { readonly asked?: KubeObject } {
  if (request.keepsAsked !== true) return {}
  const stored = toStored(object, rules)
  // With a schema it is a copy; without one it shares what plugins will change.
  return { asked: typeOf(rules.apiVersion, rules.kind) === undefined ? (JSON.parse(JSON.stringify(stored)) as KubeObject) : stored }
}

/** What a kind settles before its strategy runs. */
function begin(object: AdmittedObject, old: AdmittedObject | undefined, rules: KindRules, request: AdmissionRequest): Failure | undefined {
  const errors = new ErrorList()
  const isDryRun = request.isDryRun === true
  if (old === undefined) rules.beginCreate?.(object, errors, isDryRun)
  else rules.beginUpdate?.(object, old, errors, isDryRun)
  return errors.size === 0 ? undefined : apiErrors.invalid(groupKind(request.kind), object.metadata.name ?? '', errors.list)
}

function validateCreate(object: AdmittedObject, rules: KindRules, kind: KindInfo): Failure | undefined {
  const errors = new ErrorList()
  rules.validateCreate(object, errors)
  if (errors.size === 0) validateObjectMeta(object.metadata, kind.namespaced, nameIsPathSegment, errors, false)
  return errors.size === 0 ? undefined : apiErrors.invalid(groupKind(kind), object.metadata.name ?? '', errors.list)
}

/**
 * Admits a new object. Pure: what is random or allocated (names' suffixes, cluster IPs, node ports, uid, times) comes
 * from `request.identity` or is filled in by the caller afterwards.
 */
export function admitCreate(request: AdmissionRequest, reader: AdmissionReader, config: AdmissionConfig = {}): Admission {
  const given = rulesOf(request.kind)
  const rules = given.storedAs?.rules ?? given
  const warnings: string[] = []
  const decoded = decodeBody(request, warnings)
  if ('refusal' in decoded) return refuse(decoded.refusal, warnings)
  const object = inStoredVersion(decoded.object, given)
  wipeSystemFields(object)
  const mismatch = settleNamespace(object, request)
  if (mismatch !== undefined) return refuse(mismatch, warnings)
  dropRepeatedOwners(object, warnings)
  if (given === rules) rules.applyDefaults?.(object)
  const asked = askedOf(request, object, rules)
  const plugin = pluginRequest(request, object, reader, warnings)
  const refusal = mutate({ ...plugin, name: nameBeforeGeneration(object) ?? plugin.name }, config) ?? (config.hasAuthorization === false ? undefined : checkEscalation(plugin))
  if (refusal !== undefined) return refuse(refusal, warnings)
  const moved = plugin.reinvocation.isWanted ? settleNamespace(object, request) : undefined
  if (moved !== undefined) return refuse(moved, warnings)
  generateName(object, request.identity)
  const uid = request.identity.uid?.(object.metadata.name ?? '')
  if (uid !== undefined) object.metadata.uid = uid
  const begun = begin(object, undefined, rules, request)
  if (begun !== undefined) return refuse(begun, warnings)
  rules.prepareCreate?.(object, { ...request.identity, user: request.user }, warnings)
  const invalid = validateCreate(object, rules, request.kind)
  if (invalid !== undefined) return refuse(invalid, warnings)
  warnings.push(...(rules.warnOnCreate?.(object) ?? []))
  const rejection = runPlugins('validate', plugin, config)
  if (rejection !== undefined) return refuse(rejection, warnings)
  return { ok: true, object: toStoredCustom(request.kind, toStored(object, rules)), warnings, quotaCharges: plugin.quotaCharges, ...asked }
}

/** Parts that an update keeps are copied: the defaults of the object to store must not reach the stored one. */
function ownWhatIsKept(object: AdmittedObject, old: AdmittedObject): void {
  for (const part of ['spec', 'status'] as const) {
    if (object[part] !== undefined && object[part] === old[part]) object[part] = JSON.parse(JSON.stringify(old[part])) as unknown
  }
}

/** Puts back metadata that an update may not change by leaving it out. */
function keepSystemMeta(object: AdmittedObject, old: AdmittedObject): void {
  const meta = object.metadata
  if (!meta.uid && old.metadata.uid !== undefined) meta.uid = old.metadata.uid
  if (old.metadata.creationTimestamp !== undefined) meta.creationTimestamp = old.metadata.creationTimestamp
  if (old.metadata.deletionTimestamp !== undefined) meta.deletionTimestamp = old.metadata.deletionTimestamp
  if (old.metadata.deletionGracePeriodSeconds !== undefined) meta.deletionGracePeriodSeconds ??= old.metadata.deletionGracePeriodSeconds
}

function validateUpdate(object: AdmittedObject, old: AdmittedObject, rules: KindRules, request: AdmissionRequest): Failure | undefined {
  const errors = new ErrorList()
  validateObjectMeta(object.metadata, request.kind.namespaced, nameIsPathSegment, errors, false)
  validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
  const subresource = rules.subresources?.[request.subresource ?? '']
  if (subresource === undefined) rules.validateUpdate(object, old, errors)
  else subresource.validateUpdate(object, old, errors)
  return errors.size === 0 ? undefined : apiErrors.invalid(groupKind(request.kind), object.metadata.name ?? '', errors.list)
}

/** Kinds that the real store keeps under another name than their resource. */
const storagePrefixes: { readonly [resource: string]: string } = { services: 'services/specs', endpoints: 'services/endpoints', nodes: 'minions', ingresses: 'ingress' }

function storageKey(kind: KindInfo, { metadata }: KubeObject): string {
  const path = [storagePrefixes[kind.resource] ?? kind.resource, metadata.namespace, metadata.name].filter((part) => part !== undefined)
  return `/registry/${path.join('/')}`
}

/** The refusal of an update that names another resourceVersion or uid than the stored one, or none where one is needed. */
function checkPreconditions(object: AdmittedObject, old: KubeObject, rules: KindRules, request: AdmissionRequest): Failure | undefined {
  const { kind } = request
  const resource = { group: kind.group, name: kind.resource }
  const name = old.metadata.name ?? ''
  const version = object.metadata.resourceVersion ?? ''
  if (!/^\d*$/.test(version)) return apiErrors.unknown(500, `strconv.ParseUint: parsing ${goQuote(version)}: invalid syntax`)
  if (version !== '' && version !== old.metadata.resourceVersion) return apiErrors.staleVersion(resource, name)
  if (version === '' && rules.allowsUnconditionalUpdate !== true) {
    return apiErrors.invalid(resource, name, [{ type: 'FieldValueInvalid', field: 'metadata.resourceVersion', value: 0, detail: 'must be specified for an update' }])
  }
  const uid = object.metadata.uid ?? ''
  if (uid === '' || uid === old.metadata.uid || request.patchText !== undefined) return undefined
  return apiErrors.conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${storageKey(kind, old)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`)
}

/**
 * Admits a changed object: the body of a PUT, or what a patch made of the stored object.
 * @param old the stored object; it is not changed
 */
export function admitUpdate(request: AdmissionRequest, old: KubeObject, reader: AdmissionReader, config: AdmissionConfig = {}): Admission {
  const given = rulesOf(request.kind)
  const rules = given.storedAs?.rules ?? given
  const warnings: string[] = []
  const decoded = decodeBody({ ...request, isUpdate: true }, warnings)
  if ('refusal' in decoded) return refuse(decoded.refusal, warnings)
  const object = inStoredVersion(decoded.object, given)
  object.metadata ??= {}
  const name = object.metadata.name ?? ''
  if (request.name !== undefined && name === '') return refuse(apiErrors.badRequest(`the name of the object (${request.name} based on URL) was undeterminable: name must be provided`), warnings)
  if (request.name !== undefined && name !== request.name) return refuse(apiErrors.badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`), warnings)
  const mismatch = settleNamespace(object, request)
  if (mismatch !== undefined) return refuse(mismatch, warnings)
  const failed = checkPreconditions(object, old, rules, request)
  if (failed !== undefined) return refuse(failed, warnings)
  object.metadata.resourceVersion ||= old.metadata.resourceVersion
  dropRepeatedOwners(object, warnings)
  if (given === rules) rules.applyDefaults?.(object)
  const before = old as unknown as AdmittedObject
  const asked = askedOf(request, object, rules)
  const plugin = pluginRequest(request, object, reader, warnings, before)
  const refusal = mutate(plugin, config) ?? (config.hasAuthorization === false ? undefined : checkEscalation(plugin))
  if (refusal !== undefined) return refuse(refusal, warnings)
  const moved = plugin.reinvocation.isWanted ? settleNamespace(object, request) : undefined
  if (moved !== undefined) return refuse(moved, warnings)
  object.metadata.generation = old.metadata.generation
  const begun = request.subresource ? undefined : begin(object, before, rules, request)
  if (begun !== undefined) return refuse(begun, warnings)
  const subresource = rules.subresources?.[request.subresource ?? '']
  if (subresource === undefined) rules.prepareUpdate?.(object, before)
  else subresource.prepareUpdate(object, before, request.identity)
  ownWhatIsKept(object, before)
  keepSystemMeta(object, before)
  const invalid = validateUpdate(object, before, rules, request)
  if (invalid !== undefined) return refuse(invalid, warnings)
  if (subresource === undefined) warnings.push(...(rules.warnOnUpdate?.(object, before) ?? []))
  const rejection = runPlugins('validate', plugin, config)
  if (rejection !== undefined) return refuse(rejection, warnings)
  return { ok: true, object: toStoredCustom(request.kind, toStored(object, rules)), warnings, quotaCharges: plugin.quotaCharges, ...asked }
}

/** Plugins that are asked about deletes, in their order. */
const deletePlugins = ['NamespaceLifecycle', 'NodeRestriction', 'MutatingAdmissionWebhook', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook']
const pluginsOfDeletes = admissionPlugins.filter(({ name }) => deletePlugins.includes(name))

/** The refusal of a delete, where the object or its namespace may not go. Such a request has an old object only. */
export function admitDelete(request: Omit<AdmissionRequest, 'body'>, old: KubeObject, reader: AdmissionReader, config: AdmissionConfig = {}): Failure | undefined {
  const { kind } = request
  const name = old.metadata.name ?? ''
  const given = old as unknown as AdmittedObject
  const plugin: PluginRequest = { ...pluginRequest({ ...request, body: old, name }, given, reader, []), old: given, operation: 'DELETE' }
  for (const step of ['admit', 'validate'] as const) {
    for (const each of pluginsOfDeletes) {
      const refusal = config.disabledPlugins?.includes(each.name) ? undefined : each[step]?.(plugin)
      if (refusal !== undefined) return refusal
    }
  }
  const reason = findKindRules(apiVersionOf(kind), kind.kind)?.refuseDelete?.(old)
  return reason === undefined ? undefined : apiErrors.forbidden({ group: kind.group, name: kind.resource }, name, reason)
}
