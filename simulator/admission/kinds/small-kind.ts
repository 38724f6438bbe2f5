/** Rules of kinds whose strategy is the usual one: what differs is a table of parts. Models pkg/registry (v1.35). */

import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import type { NameCheck } from '../validation/meta.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

type UpdateCheck = 'meta' | 'metaChange' | 'rest' | 'change'

const usualChecks: readonly UpdateCheck[] = ['metaChange', 'rest', 'change']

export interface SmallKind {
  readonly apiVersion: string
  readonly kind: string
  readonly isNamespaced?: true
  /** Names; DNS subdomains unless told. */
  readonly nameCheck?: NameCheck
  /** What a name is generated from may be anything. */
  readonly checksNameOnly?: true
  /** Finalizers may have any name. */
  readonly takesAnyFinalizer?: true
  applyDefaults?(object: AdmittedObject): void
  /** What counts for the generation; absent: the kind has none. */
  readonly counted?: readonly string[]
  /** The first generation is counted at the first change only. */
  readonly hasNoFirstGeneration?: true
  readonly hasStatus?: true
  /** Everything but metadata. */
  validate(object: AdmittedObject, errors: ErrorList): void
  /** What only a change may do wrong. */
  validateChange?(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void
  /** What an update checks, in order. Default: the change of metadata, all but metadata, the change. */
  readonly updateChecks?: readonly UpdateCheck[]
  validateStatus?(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void
  readonly allowsUnconditionalUpdate?: true
  readonly allowsCreateOnUpdate?: true
}

/** The rules of such a kind. */
export function smallKind(parts: SmallKind): KindRules {
  const { apiVersion, kind, counted, hasStatus } = parts
  return {
    apiVersion,
    kind,
    ...(parts.applyDefaults === undefined ? {} : { applyDefaults: (object: AdmittedObject) => parts.applyDefaults?.(object) }),
    prepareCreate(object) {
      if (hasStatus === true) object['status'] = {}
      if (counted !== undefined && parts.hasNoFirstGeneration !== true) object.metadata.generation = 1
    },
    validateCreate(object, errors) {
      validateObjectMeta(object.metadata, parts.isNamespaced === true, parts.nameCheck ?? nameIsDnsSubdomain, errors, parts.takesAnyFinalizer !== true, parts.checksNameOnly !== true)
      parts.validate(object, errors)
    },
    prepareUpdate(object, old) {
      if (hasStatus === true) object['status'] = old['status']
      if (counted !== undefined) countGeneration(object, old, counted)
    },
    validateUpdate(object, old, errors) {
      const checks: { readonly [check in UpdateCheck]: () => void } = {
        meta: () => validateObjectMeta(object.metadata, parts.isNamespaced === true, parts.nameCheck ?? nameIsDnsSubdomain, errors, parts.takesAnyFinalizer !== true, parts.checksNameOnly !== true),
        metaChange: () => validateObjectMetaUpdate(object.metadata, old.metadata, errors, parts.takesAnyFinalizer !== true),
        rest: () => parts.validate(object, errors),
        change: () => parts.validateChange?.(object, old, errors),
      }
      for (const check of parts.updateChecks ?? usualChecks) checks[check]()
    },
    allowsUnconditionalUpdate: parts.allowsUnconditionalUpdate === true,
    ...(parts.allowsCreateOnUpdate === true ? { allowsCreateOnUpdate: true } : {}),
    ...(hasStatus === true ? { subresources: { status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors, parts.takesAnyFinalizer !== true)
      parts.validateStatus?.(object, old, errors)
    }) } } : {}),
  }
}

/** The spec of an object as one kind's own type. */
export function specAs<T>(object: AdmittedObject): T {
  return (object['spec'] ??= {}) as T
}
