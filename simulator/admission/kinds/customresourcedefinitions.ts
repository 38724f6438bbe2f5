/** CustomResourceDefinition. Models apiextensions-apiserver/pkg/registry/customresourcedefinition (v1.35). */

import { checkDns1123Subdomain } from '../../api/names.ts'
import { schemasIn } from '../definitions/internal.ts'
import type { DefinitionSpec, DefinitionStatus } from '../definitions/internal.ts'
import { validateNames, validateSpec, validateSpecUpdate } from '../definitions/spec.ts'
import { countGeneration } from '../kind-rules.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Definition extends AdmittedObject { spec?: Mutable<DefinitionSpec>; status?: Mutable<DefinitionStatus> }
type Mutable<T> = { -readonly [field in keyof T]: T[field] }

const approval = 'api-approved.kubernetes.io'

/** Formats of strings that the API server checks or knows, without their dashes. */
const formats = new Set(['bsonobjectid', 'uri', 'email', 'hostname', 'ipv4', 'ipv6', 'cidr', 'mac', 'uuid', 'uuid3', 'uuid4', 'uuid5', 'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn', 'hexcolor', 'rgbcolor', 'byte', 'password', 'date', 'duration', 'datetime', 'k8sshortname', 'k8slongname'])

function definitionOf(object: AdmittedObject): Definition {
  return object as Definition
}

function applyDefaults(object: AdmittedObject): void {
  const { spec, status } = definitionOf(object)
  if (spec === undefined) return
  const names = { ...spec.names } as Mutable<NonNullable<DefinitionSpec['names']>>
  if (!names.singular) names.singular = (names.kind ?? '').toLowerCase()
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`
  spec.names = names
  spec.conversion ??= { strategy: 'None' }
  const { webhook } = spec.conversion
  const { clientConfig } = webhook ?? {}
  if (clientConfig?.service !== undefined && clientConfig.service.port === undefined) spec.conversion = { ...spec.conversion, webhook: { ...webhook, clientConfig: { ...clientConfig, service: { ...clientConfig.service, port: 443 } } } }
  if (spec.preserveUnknownFields === false) delete spec.preserveUnknownFields
  const stored = spec.versions?.find(({ storage }) => storage === true)?.name
  if (stored !== undefined && (status?.storedVersions ?? []).length === 0) definitionOf(object).status = { ...status, storedVersions: [stored] }
}

/** The status with the version that is stored now among those that were. */
function withStored(status: DefinitionStatus, { versions = [] }: DefinitionSpec): DefinitionStatus {
  const stored = versions.find(({ storage }) => storage === true)?.name
  const { storedVersions = [] } = status
  return stored === undefined || storedVersions.includes(stored) ? status : { ...status, storedVersions: [...storedVersions, stored] }
}

function validateStored({ storedVersions = [] }: DefinitionStatus, { versions = [] }: DefinitionSpec, errors: ErrorList): void {
  const path = 'status.storedVersions'
  if (storedVersions.length === 0) return errors.invalid(path, null, 'must have at least one stored version')
  for (const { name = '', storage } of versions) if (storage === true && !storedVersions.includes(name)) errors.invalid(path, storedVersions, `must have the storage version ${name}`)
  storedVersions.forEach((name, index) => {
    if (versions.some((version) => version.name === name)) return
    errors.invalid(`${path}[${index}]`, name, `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`)
  })
}

function isProtected(group: string): boolean {
  return group === 'k8s.io' || group === 'kubernetes.io' || group.endsWith('.k8s.io') || group.endsWith('.kubernetes.io')
}

function approvalState(value = ''): 'missing' | 'bypassed' | 'approved' | 'invalid' {
  if (value === '') return 'missing'
  if (value.startsWith('unapproved')) return 'bypassed'
  return /^[a-zA-Z][\w+.-]*:\/\/[^/\s]+/.test(value) ? 'approved' : 'invalid'
}

function validateApproval(object: AdmittedObject, old: AdmittedObject | undefined, errors: ErrorList): void {
  if (!isProtected(definitionOf(object).spec?.group ?? '')) return
  const value = object.metadata.annotations?.[approval]
  const state = approvalState(value)
  if (old !== undefined && approvalState(old.metadata.annotations?.[approval]) === state) return
  const path = `metadata.annotations[${approval}]`
  const [see, needed] = ['see https://github.com/kubernetes/enhancements/pull/1111', `protected groups must have approval annotation "${approval}"`]
  if (state === 'missing') errors.required(path, `${needed}, ${see}`)
  if (state === 'invalid') errors.invalid(path, value, `${needed} with either a URL or a reason starting with "unapproved", ${see}`)
}

function validateKept({ preserveUnknownFields }: DefinitionSpec, errors: ErrorList): void {
  if (preserveUnknownFields === true) errors.invalid('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead')
}

function unknownFormats({ versions = [] }: DefinitionSpec): string[] {
  return versions.flatMap(({ schema }) => schemasIn(schema?.openAPIV3Schema)).flatMap(({ format = '', type }) => (format === '' || type !== 'string' || formats.has(format.replaceAll('-', '')) ? [] : [format]))
}

function warningsOf(texts: readonly string[]): string[] {
  return texts.map((format) => `unrecognized format "${format}"`)
}

function isEstablished({ status }: Definition): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True') === true
}

export const customresourcedefinitions: KindRules = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  applyDefaults,
  prepareCreate(object) {
    object['status'] = withStored({}, definitionOf(object).spec ?? {})
    object.metadata.generation = 1
  },
  validateCreate(object, errors) {
    const { spec = {}, status = {} } = definitionOf(object)
    const required = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`
    validateObjectMeta(object.metadata, false, (name) => [...checkDns1123Subdomain(name), ...(name === required ? [] : ['must be spec.names.plural+"."+spec.group'])], errors, false)
    validateSpec(spec, errors)
    validateStored(status, spec, errors)
    validateApproval(object, undefined, errors)
    validateKept(spec, errors)
  },
  warnOnCreate: (object) => warningsOf(unknownFormats(definitionOf(object).spec ?? {})),
  prepareUpdate(object, old) {
    object['status'] = withStored(definitionOf(old).status ?? {}, definitionOf(object).spec ?? {})
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    const { spec = {}, status = {} } = definitionOf(object)
    validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
    validateSpecUpdate(spec, definitionOf(old).spec ?? {}, isEstablished(definitionOf(old)), errors)
    validateNames(status.acceptedNames ?? {}, 'status.acceptedNames', errors)
    validateStored(status, spec, errors)
    validateApproval(object, old, errors)
    if (definitionOf(old).spec?.preserveUnknownFields !== true) validateKept(spec, errors)
  },
  warnOnUpdate(object, old) {
    const before = new Set(unknownFormats(definitionOf(old).spec ?? {}))
    return warningsOf(unknownFormats(definitionOf(object).spec ?? {}).filter((format) => !before.has(format)))
  },
  allowsUnconditionalUpdate: false,
  subresources: {
    status: {
      // Metadata change with the status: the finalizer goes this way.
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
      },
      validateUpdate(object, old, errors) {
        validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
        validateNames(definitionOf(object).status?.acceptedNames ?? {}, 'status.acceptedNames', errors)
      },
    },
  },
}
