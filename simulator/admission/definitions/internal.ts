/**
 * A definition as the API server has it inside: what all versions share stands above them. Error paths name this form.
 * Models apiextensions-apiserver/pkg/apis/apiextensions and v1/conversion.go (v1.35).
 */

import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { equalSemantic } from '../validation/equal.ts'

/** One rule in CEL of a schema. */
export interface ValidationRule {
  readonly rule?: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** JSONSchemaProps as people write them, also what is forbidden in them. */
export interface SchemaProps {
  readonly [field: string]: unknown
  readonly type?: string
  readonly format?: string
  readonly description?: string
  readonly title?: string
  readonly nullable?: boolean
  readonly default?: Json
  readonly pattern?: string
  readonly enum?: readonly Json[]
  readonly required?: readonly string[]
  readonly uniqueItems?: boolean
  readonly items?: SchemaProps | readonly SchemaProps[]
  readonly allOf?: readonly SchemaProps[]
  readonly anyOf?: readonly SchemaProps[]
  readonly oneOf?: readonly SchemaProps[]
  readonly not?: SchemaProps
  readonly properties?: { readonly [name: string]: SchemaProps }
  readonly additionalProperties?: SchemaProps | boolean
  readonly patternProperties?: { readonly [name: string]: SchemaProps }
  readonly definitions?: { readonly [name: string]: SchemaProps }
  readonly dependencies?: { readonly [name: string]: SchemaProps | readonly string[] }
  readonly additionalItems?: SchemaProps | boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-map-type'?: string
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[]
}

/** Where the schema of a version stands. */
export interface SchemaHolder { readonly openAPIV3Schema?: SchemaProps }

/** Paths of the scale subresource. */
export interface ScalePaths { readonly specReplicasPath?: string; readonly statusReplicasPath?: string; readonly labelSelectorPath?: string }

/** The subresources of a version. */
export interface Subresources { readonly status?: object; readonly scale?: ScalePaths }

/** A printer column. */
export interface Column { readonly name?: string; readonly type?: string; readonly format?: string; readonly description?: string; readonly priority?: number; readonly jsonPath?: string }

/** Names of a kind, in a spec or accepted. */
export interface Names { readonly plural?: string; readonly singular?: string; readonly shortNames?: readonly string[]; readonly kind?: string; readonly listKind?: string; readonly categories?: readonly string[] }

/** What may stand in a version or, where all versions agree, above them. */
export interface Shared {
  readonly schema?: SchemaHolder
  readonly subresources?: Subresources
  readonly additionalPrinterColumns?: readonly Column[]
  readonly selectableFields?: readonly { readonly jsonPath?: string }[]
}

/** One version. */
export interface Version extends Shared {
  readonly name?: string
  readonly served?: boolean
  readonly storage?: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
}

/** The client of a webhook. */
export interface WebhookClient { readonly url?: string; readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number }; readonly caBundle?: string }

/** The spec of a definition of apiextensions.k8s.io/v1. */
export interface DefinitionSpec {
  readonly group?: string
  readonly names?: Names
  readonly scope?: string
  readonly versions?: readonly Version[]
  readonly conversion?: { readonly strategy?: string; readonly webhook?: { readonly clientConfig?: WebhookClient; readonly conversionReviewVersions?: readonly string[] } }
  readonly preserveUnknownFields?: boolean
}

/** The status of a definition. */
export interface DefinitionStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly lastTransitionTime?: string; readonly reason?: string; readonly message?: string }[]
  readonly acceptedNames?: Names
  readonly storedVersions?: readonly string[]
}

/** The inner form of a spec. */
export interface InternalSpec extends DefinitionSpec { readonly top: Shared; readonly versions: readonly Version[] }

const sharedFields = ['subresources', 'schema', 'additionalPrinterColumns', 'selectableFields'] as const

/** The spec with what its versions share above them. */
export function toInternal(spec: DefinitionSpec): InternalSpec {
  const versions = (spec.versions ?? []).map((version) => ({ ...version })) as { [field: string]: unknown }[]
  const top: { [field: string]: unknown } = {}
  if (versions.length > 0) {
    for (const field of sharedFields) {
      const first = versions[0]![field]
      if (!versions.every((version) => equalSemantic(version[field], first))) continue
      if (first !== undefined) top[field] = first
      for (const version of versions) delete version[field]
    }
  }
  return { ...spec, top, versions }
}

/** True for a schema that is no list of schemas. */
export function isSchema(value: unknown): value is SchemaProps {
  return isJsonObject(value)
}

/** The one schema of the items of a list. */
export function itemsOf({ items }: SchemaProps): SchemaProps | undefined {
  return isSchema(items) ? items : undefined
}

/** The schema of a map's values. */
export function valuesOf({ additionalProperties }: SchemaProps): SchemaProps | undefined {
  return isSchema(additionalProperties) ? additionalProperties : undefined
}

/** All schemas in one, itself first. */
export function schemasIn(schema: SchemaProps | undefined): SchemaProps[] {
  if (schema === undefined) return []
  const { items, allOf = [], anyOf = [], oneOf = [], not, properties = {}, patternProperties = {}, definitions = {}, additionalItems } = schema
  const inner: unknown[] = [...(Array.isArray(items) ? items : [items]), ...allOf, ...anyOf, ...oneOf, not, ...Object.values(properties), valuesOf(schema), ...Object.values(patternProperties), additionalItems, ...Object.values(definitions)]
  return [schema, ...inner.filter(isSchema).flatMap(schemasIn)]
}

function rulesAsGo(rules: readonly ValidationRule[] | undefined): object[] | null {
  return rules === undefined ? null : rules.map(ruleAsGo)
}

/** A rule as errors quote it. */
export function ruleAsGo({ rule = '', message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: ValidationRule): object {
  return { Rule: rule, Message: message, MessageExpression: messageExpression, Reason: reason ?? null, FieldPath: fieldPath, OptionalOldSelf: optionalOldSelf ?? null }
}

function mapAsGo(map: { readonly [name: string]: SchemaProps } | undefined): object | null {
  return map === undefined ? null : Object.fromEntries(Object.keys(map).sort(compareText).map((name) => [name, schemaAsGo(map[name]!)]))
}

function listAsGo(list: readonly SchemaProps[] | undefined): object[] | null {
  return list === undefined ? null : list.map(schemaAsGo)
}

function orBoolAsGo(value: SchemaProps | boolean | undefined): object | null {
  if (value === undefined) return null
  return isSchema(value) ? { Allows: true, Schema: schemaAsGo(value) } : { Allows: value, Schema: null }
}

/** Items as errors quote them. */
export function itemsAsGo(items: SchemaProps['items']): object | null {
  if (items === undefined) return null
  return isSchema(items) ? { Schema: schemaAsGo(items), JSONSchemas: null } : { Schema: null, JSONSchemas: listAsGo(items as readonly SchemaProps[]) }
}

/** A schema as errors quote it: the fields of the Go type in its order. */
export function schemaAsGo(schema: SchemaProps): { readonly [field: string]: unknown } {
  const of = (field: string, zero: unknown): unknown => schema[field] ?? zero
  return {
    ID: of('id', ''), Schema: of('$schema', ''), Ref: of('$ref', null), Description: of('description', ''), Type: of('type', ''), Nullable: of('nullable', false), Format: of('format', ''), Title: of('title', ''),
    Default: of('default', null), Maximum: of('maximum', null), ExclusiveMaximum: of('exclusiveMaximum', false), Minimum: of('minimum', null), ExclusiveMinimum: of('exclusiveMinimum', false),
    MaxLength: of('maxLength', null), MinLength: of('minLength', null), Pattern: of('pattern', ''), MaxItems: of('maxItems', null), MinItems: of('minItems', null), UniqueItems: of('uniqueItems', false),
    MultipleOf: of('multipleOf', null), Enum: of('enum', null), MaxProperties: of('maxProperties', null), MinProperties: of('minProperties', null), Required: of('required', null), Items: itemsAsGo(schema.items),
    AllOf: listAsGo(schema.allOf), OneOf: listAsGo(schema.oneOf), AnyOf: listAsGo(schema.anyOf), Not: schema.not === undefined ? null : schemaAsGo(schema.not), Properties: mapAsGo(schema.properties),
    AdditionalProperties: orBoolAsGo(schema.additionalProperties), PatternProperties: mapAsGo(schema.patternProperties), Dependencies: of('dependencies', null), AdditionalItems: orBoolAsGo(schema.additionalItems),
    Definitions: mapAsGo(schema.definitions), ExternalDocs: of('externalDocs', null), Example: of('example', null), XPreserveUnknownFields: of('x-kubernetes-preserve-unknown-fields', null),
    XEmbeddedResource: of('x-kubernetes-embedded-resource', false), XIntOrString: of('x-kubernetes-int-or-string', false), XListMapKeys: of('x-kubernetes-list-map-keys', null),
    XListType: of('x-kubernetes-list-type', null), XMapType: of('x-kubernetes-map-type', null), XValidations: rulesAsGo(schema['x-kubernetes-validations']),
  }
}

function subresourcesAsGo(subresources: Subresources | undefined): object | null {
  if (subresources === undefined) return null
  const { status, scale } = subresources
  return { Status: status ?? null, Scale: scale === undefined ? null : { SpecReplicasPath: scale.specReplicasPath ?? '', StatusReplicasPath: scale.statusReplicasPath ?? '', LabelSelectorPath: scale.labelSelectorPath ?? null } }
}

/** Versions as errors quote them. */
export function versionsAsGo(versions: readonly Version[]): object[] {
  return versions.map(({ name = '', served = false, storage = false, deprecated = false, deprecationWarning, schema, subresources, additionalPrinterColumns, selectableFields }) => ({
    Name: name, Served: served, Storage: storage, Deprecated: deprecated, DeprecationWarning: deprecationWarning ?? null,
    Schema: schema === undefined ? null : { OpenAPIV3Schema: schema.openAPIV3Schema === undefined ? null : schemaAsGo(schema.openAPIV3Schema) },
    Subresources: subresourcesAsGo(subresources),
    AdditionalPrinterColumns: additionalPrinterColumns?.map((column) => ({ Name: column.name ?? '', Type: column.type ?? '', Format: column.format ?? '', Description: column.description ?? '', Priority: column.priority ?? 0, JSONPath: column.jsonPath ?? '' })) ?? null,
    SelectableFields: selectableFields?.map(({ jsonPath = '' }) => ({ JSONPath: jsonPath })) ?? null,
  }))
}
