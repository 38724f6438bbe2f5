/** The schema and the columns of custom kinds. Models apiextensions-apiserver/pkg/apis/apiextensions/v1 (v1.35). */

import type { Json } from '../kernel/json.ts'

/** A structural schema: the part of OpenAPI v3 that definitions may use. */
export interface StructuralSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description?: string
  readonly properties?: { readonly [name: string]: StructuralSchema }
  readonly additionalProperties?: StructuralSchema | boolean
  readonly items?: StructuralSchema
  readonly required?: readonly string[]
  readonly enum?: readonly Json[]
  readonly default?: Json
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly nullable?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly exclusiveMinimum?: boolean
  readonly exclusiveMaximum?: boolean
  readonly multipleOf?: number
  readonly allOf?: readonly StructuralSchema[]
  readonly anyOf?: readonly StructuralSchema[]
  readonly oneOf?: readonly StructuralSchema[]
  readonly not?: StructuralSchema
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
  /** Rules in CEL: each must be true of the value `self` (and, at updates, of `oldSelf`). */
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string; readonly messageExpression?: string; readonly reason?: string; readonly fieldPath?: string; readonly optionalOldSelf?: boolean }[]
}

/** A column that the server prints. `jsonPath` begins with a dot. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly priority?: number
  readonly format?: string
  readonly description?: string
}

/** What the API knows of a custom kind beyond a row of the kind table. */
export interface CustomKind {
  readonly schema: StructuralSchema
  readonly columns: readonly PrinterColumn[]
  /** The version in which objects are stored, where it is another one. */
  readonly storedVersion?: string
  /** The schema of the stored version, where that is another one. */
  readonly storedSchema?: StructuralSchema
  /** True when stored objects may differ from what this version says: other versions exist, or the definition was changed. */
  readonly mayDiffer?: true
  /** Paths of the scale subresource. */
  readonly scale?: ScalePaths
  /** JSON paths that field selectors may name, such as `.spec.color`. */
  readonly selectable?: readonly string[]
  /** What is said of a version that goes out of use. */
  readonly warning?: string
  /** The definition is being deleted: nothing new is made. */
  readonly isTerminating?: true
}

/** Where the scale subresource reads and writes. */
export interface ScalePaths { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string }
