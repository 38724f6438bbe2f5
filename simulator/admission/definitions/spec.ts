/** The spec of a CustomResourceDefinition. Models apiextensions-apiserver/pkg/apis/apiextensions/validation (v1.35). */

import { checkDns1035Label, checkDns1123Subdomain } from '../../api/names.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateImmutable } from '../validation/meta.ts'
import { defaultErrors } from './defaults.ts'
import { findFieldPath } from './field-path.ts'
import { schemaAsGo, toInternal, versionsAsGo } from './internal.ts'
import type { Column, DefinitionSpec, InternalSpec, Names, ScalePaths, Shared, Subresources, Version, WebhookClient } from './internal.ts'
import { openApiErrors } from './open-api-schema.ts'
import { conversionError, structuralErrors } from './structural.ts'

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']
const selectableMax = 8
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u

/** What may stand at the root of a schema whose status is a subresource. */
const rootFields = ['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum', 'MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items', 'Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations']

function joined(messages: readonly string[]): string {
  return messages.join(',')
}

/** Validates the spec of a new definition. */
export function validateSpec(given: DefinitionSpec, errors: ErrorList): void {
  const spec = toInternal(given)
  const { group = '', scope = '', versions, names = {}, top } = spec
  if (group === '') errors.required('spec.group')
  else if (checkDns1123Subdomain(group).length > 0) errors.invalid('spec.group', group, joined(checkDns1123Subdomain(group)))
  else if (!group.includes('.')) errors.invalid('spec.group', group, 'should be a domain with at least one dot')
  errors.oneOf('spec.scope', scope, ['Cluster', 'Namespaced'])
  if (top.schema?.openAPIV3Schema === undefined) {
    versions.forEach((version, index) => { if (version.schema?.openAPIV3Schema === undefined) errors.required(`spec.versions[${index}].schema.openAPIV3Schema`) })
  }
  versions.forEach((version, index) => {
    errors.add(checkDns1035Label(version.name ?? '').length === 0 ? [] : [{ type: 'FieldValueInvalid', field: `spec.versions[${index}].name`, value: version.name ?? '', detail: joined(checkDns1035Label(version.name ?? '')) }])
    validateVersion(version, spec, `spec.versions[${index}]`, errors)
  })
  validateVersionList(given.versions === undefined ? null : versions, errors)
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if ((names[field] ?? '') === '') errors.required(`spec.names.${field}`)
  validateNames(names, 'spec.names', errors)
  const hasStatus = [top, ...versions].some(({ subresources }) => subresources?.status !== undefined)
  validateSchema(top, hasStatus, 'spec.validation', errors)
  validateSubresources(top.subresources, 'spec.subresources', errors)
  top.additionalPrinterColumns?.forEach((column, index) => validateColumn(column, `spec.additionalPrinterColumns[${index}]`, errors))
  validateSelectable(top, top, 'spec', errors)
  validateConversion(spec, errors)
}

/** Validates the spec of a changed definition. */
export function validateSpecUpdate(spec: DefinitionSpec, old: DefinitionSpec, isEstablished: boolean, errors: ErrorList): void {
  validateSpec(spec, errors)
  if (isEstablished) {
    validateImmutable(spec.scope, old.scope, 'spec.scope', errors)
    validateImmutable(spec.names?.kind, old.names?.kind, 'spec.names.kind', errors)
  }
  validateImmutable(spec.group, old.group, 'spec.group', errors)
  validateImmutable(spec.names?.plural, old.names?.plural, 'spec.names.plural', errors)
}

function validateVersion(version: Version, spec: InternalSpec, path: string, errors: ErrorList): void {
  const { deprecated = false, deprecationWarning } = version
  for (const message of deprecationErrors(deprecated, deprecationWarning)) errors.invalid(`${path}.deprecationWarning`, deprecationWarning, message)
  const subresources = spec.versions.some((other) => other.subresources !== undefined) ? version.subresources : spec.top.subresources
  validateSchema(version, subresources?.status !== undefined, `${path}.schema`, errors)
  validateSubresources(version.subresources, `${path}.subresources`, errors)
  version.additionalPrinterColumns?.forEach((column, index) => validateColumn(column, `${path}.additionalPrinterColumns[${index}]`, errors))
  validateSelectable(version, version, path, errors)
}

function deprecationErrors(isDeprecated: boolean, warning: string | undefined): string[] {
  if (warning === undefined) return []
  if (!isDeprecated) return ['can only be set for deprecated versions']
  const found: string[] = []
  if (warning.length > 256) found.push('must be <= 256 characters long')
  if (warning === '') found.push('must not be an empty string')
  const index = [...warning].findIndex((char) => !printable.test(char))
  if (index >= 0) found.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`)
  return found
}

function validateVersionList(given: readonly Version[] | null, errors: ErrorList): void {
  const versions = given ?? []
  const shown = given === null ? null : versionsAsGo(versions)
  const first = versions[0]?.name ?? ''
  const names = versions.map(({ name }) => name)
  if (new Set(names).size < names.length) errors.invalid('spec.versions', shown, 'must contain unique version names')
  if (versions.filter(({ storage }) => storage === true).length !== 1) errors.invalid('spec.versions', shown, 'must have exactly one version marked as storage version')
  // The first version stands above the others, too.
  const problems = first === '' ? [] : checkDns1035Label(first)
  if (problems.length > 0) errors.invalid('spec.version', first, joined(problems))
}

/** Names in a spec or in a status. */
export function validateNames(names: Names, path: string, errors: ErrorList): void {
  const { kind = '', listKind = '', shortNames = [], categories = [] } = names
  const check = (field: string, value: string, messages: readonly string[], prefix = ''): void => {
    if (messages.length > 0) errors.invalid(`${path}.${field}`, value, prefix + joined(messages))
  }
  for (const field of ['plural', 'singular'] as const) if ((names[field] ?? '') !== '') check(field, names[field]!, checkDns1035Label(names[field]!))
  const mixed = 'may have mixed case, but should otherwise match: '
  if (kind !== '') check('kind', kind, checkDns1035Label(kind.toLowerCase()), mixed)
  if (listKind !== '') check('listKind', listKind, checkDns1035Label(listKind.toLowerCase()), mixed)
  shortNames.forEach((name, index) => check(`shortNames[${index}]`, name, checkDns1035Label(name)))
  if (kind !== '' && kind === listKind) errors.invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same')
  categories.forEach((name, index) => check(`categories[${index}]`, name, checkDns1035Label(name)))
}

function validateColumn({ name = '', type = '', format = '', jsonPath = '' }: Column, path: string, errors: ErrorList): void {
  if (name === '') errors.required(`${path}.name`)
  const typeText = `must be one of ${joined(columnTypes)}`
  if (type === '') errors.required(`${path}.type`, typeText)
  else if (!columnTypes.includes(type)) errors.invalid(`${path}.type`, type, typeText)
  if (format !== '' && !columnFormats.includes(format)) errors.invalid(`${path}.format`, format, `must be one of ${joined(columnFormats)}`)
  if (jsonPath === '') errors.required(`${path}.JSONPath`)
  else if (!jsonPath.startsWith('.')) errors.invalid(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .')
}

function validateSubresources(subresources: Subresources | undefined, path: string, errors: ErrorList): void {
  const { scale } = subresources ?? {}
  if (scale === undefined) return
  const check = (field: keyof ScalePaths, roots: readonly string[], detail: string): void => {
    const value = scale[field] ?? ''
    const at = `${path}.scale.${field}`
    if (value === '') {
      if (field !== 'labelSelectorPath') errors.required(at)
    } else if (!value.startsWith('.')) errors.invalid(at, value, 'must be a simple json path starting with .')
    else if (!roots.some((root) => value.startsWith(root))) errors.invalid(at, value, detail)
  }
  check('specReplicasPath', ['.spec.'], 'should be a json path under .spec')
  check('statusReplicasPath', ['.status.'], 'should be a json path under .status')
  check('labelSelectorPath', ['.spec.', '.status.'], 'should be a json path under either .spec or .status')
}

function validateSelectable({ selectableFields = [] }: Shared, { schema }: Shared, path: string, errors: ErrorList): void {
  if (selectableFields.length === 0) return
  const at = `${path}.selectableFields`
  const openApi = schema?.openAPIV3Schema
  if (openApi === undefined) {
    errors.invalid(at, '', path === 'spec' ? 'may only be set when validations.schema is included' : 'may only be set when `version.schema.openAPIV3Schema` is not included')
    return
  }
  const seen = new Set<string>()
  selectableFields.forEach(({ jsonPath = '' }, index) => {
    const own = `${at}[${index}].jsonPath`
    if (jsonPath === '') return errors.required(own)
    const found = findFieldPath(jsonPath, openApi, false)
    if ('error' in found) return errors.invalid(own, jsonPath, `is an invalid path: ${found.error}`)
    if (found.root === 'metadata') errors.invalid(own, jsonPath, 'must not point to fields in metadata')
    if (!['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')) errors.invalid(own, jsonPath, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.')
    if (seen.has(found.path)) errors.duplicate(own, jsonPath)
    seen.add(found.path)
  })
  if (seen.size > selectableMax) errors.tooMany(at, seen.size, selectableMax)
}

function validateSchema({ schema }: Shared, hasStatus: boolean, path: string, errors: ErrorList): void {
  const openApi = schema?.openAPIV3Schema
  if (openApi === undefined) return
  const at = `${path}.openAPIV3Schema`
  const sizeBefore = errors.size
  if (hasStatus) validateRoot(schema!.openAPIV3Schema!, at, errors)
  if (openApi.nullable === true) errors.forbidden(`${at}.nullable`, 'nullable cannot be true at the root')
  const unreadable = conversionError(openApi)
  const structural = unreadable === undefined ? structuralErrors(at, openApi) : []
  const ofDefaults = unreadable === undefined && structural.length === 0 ? defaultErrors(at, openApi) : []
  errors.add([...structural, ...ofDefaults])
  errors.add(openApiErrors(openApi, at, unreadable === undefined && structural.length === 0 && ofDefaults.length === 0))
  if (errors.size === sizeBefore && unreadable !== undefined) errors.invalid(at, '', unreadable)
}

function isZero(value: unknown): boolean {
  return value === null || value === '' || value === false
}

function validateRoot(schema: NonNullable<NonNullable<Shared['schema']>['openAPIV3Schema']>, path: string, errors: ErrorList): void {
  for (const [field, value] of Object.entries(schemaAsGo(schema))) {
    if (isZero(value)) continue
    if (field === 'Type') {
      if (value === 'object') continue
      return errors.invalid(`${path}.type`, value, 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled')
    }
    if (rootFields.includes(field)) continue
    return errors.invalid(path, schemaAsGo(schema), `only [${rootFields.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`)
  }
}

function validateClient({ url, service }: WebhookClient, path: string, errors: ErrorList): void {
  if ((url === undefined) === (service === undefined)) return errors.required(path, 'exactly one of url or service is required')
  if (service === undefined) {
    const scheme = /^([a-zA-Z][\w+.-]*):/.exec(url!)?.[1] ?? ''
    if (scheme !== 'https') errors.invalid(`${path}.url`, scheme, `'https' is the only allowed URL scheme; desired format: https://host[/path]`)
    return
  }
  if ((service.name ?? '') === '') errors.required(`${path}.service.name`, 'service name is required')
  if ((service.namespace ?? '') === '') errors.required(`${path}.service.namespace`, 'service namespace is required')
}

function validateConversion({ conversion }: InternalSpec, errors: ErrorList): void {
  if (conversion === undefined) return
  const { strategy, webhook } = conversion
  const reviewVersions = webhook?.conversionReviewVersions ?? []
  errors.oneOf('spec.conversion.strategy', strategy, ['None', 'Webhook'])
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook'
    if (webhook?.clientConfig !== undefined) errors.forbidden('spec.conversion.webhookClientConfig', detail)
    if (reviewVersions.length > 0) errors.forbidden('spec.conversion.conversionReviewVersions', detail)
    return
  }
  if (webhook?.clientConfig === undefined) errors.required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook')
  else validateClient(webhook.clientConfig, 'spec.conversion.webhookClientConfig', errors)
  const at = 'spec.conversion.conversionReviewVersions'
  if (reviewVersions.length === 0) return errors.required(at)
  reviewVersions.forEach((version, index) => {
    if (reviewVersions.indexOf(version) < index) errors.invalid(`${at}[${index}]`, version, 'duplicate version')
    else errors.invalidEach(`${at}[${index}]`, version, checkDns1035Label(version))
  })
  if (!reviewVersions.some((version) => version === 'v1' || version === 'v1beta1')) errors.invalid(at, reviewVersions, 'must include at least one of v1, v1beta1')
}
