/** What admission knows about one kind: the part that differs from kind to kind. */

import type { UserInfo } from '../api/request.ts'
import type { KubeObject, ObjectMeta } from '../api/types.ts'
import type { ErrorList } from './validation/error-list.ts'
import { equalSemantic } from './validation/equal.ts'

/** An object in admission: decoded, ours to change, its fields checked by type. */
export interface AdmittedObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** What admission must invent for a new object; the caller decides, so that replays agree. */
export interface Identity {
  /** Five characters for generated names and the token volume. */
  suffix(purpose: 'name' | 'tokenVolume'): string
  /** The uid that an object of this name will have. Absent when the caller gives it out afterwards. */
  uid?(name: string): string
  /** The time of the request, as the API writes times. */
  timestamp(): string
  /** Who asks, for kinds that note it. */
  readonly user?: UserInfo
}

/** Rules of one subresource that is written with the whole object, such as status. */
export interface SubresourceRules {
  /** Puts back what this subresource may not change. Changes `object`. */
  prepareUpdate(object: AdmittedObject, old: AdmittedObject, identity: Identity): void
  validateUpdate(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void
}

/** The strategy of a kind, as registry/GROUP/KIND/strategy.go has it upstream. */
export interface KindRules {
  readonly apiVersion: string
  readonly kind: string
  /** Fills what the user left out. Runs on every decoded body, creates and updates alike. */
  applyDefaults?(object: AdmittedObject): void
  /** Runs before all else at a create; its errors come alone. */
  beginCreate?(object: AdmittedObject, errors: ErrorList, isDryRun: boolean): void
  /** The same at an update. */
  beginUpdate?(object: AdmittedObject, old: AdmittedObject, errors: ErrorList, isDryRun: boolean): void
  /** Clears what only the system may set, and sets the first generation. */
  prepareCreate?(object: AdmittedObject, identity: Identity, warnings: string[]): void
  validateCreate(object: AdmittedObject, errors: ErrorList): void
  warnOnCreate?(object: AdmittedObject): readonly string[]
  /** Puts back what an update of the main resource may not change, and counts the generation. */
  prepareUpdate?(object: AdmittedObject, old: AdmittedObject): void
  validateUpdate(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void
  warnOnUpdate?(object: AdmittedObject, old: AdmittedObject): readonly string[]
  /** For a version that is not the stored one: the object as the stored version says it, and back. */
  readonly storedAs?: { readonly rules: KindRules; toStored(object: AdmittedObject): AdmittedObject; toServed(object: KubeObject): KubeObject }
  /** Why an object may not be deleted. */
  refuseDelete?(object: KubeObject): string | undefined
  readonly subresources?: { readonly [name: string]: SubresourceRules }
  /** False when an update must name the resourceVersion that it read. */
  readonly allowsUnconditionalUpdate?: boolean
  /** True when PUT of an unknown name creates it. */
  readonly allowsCreateOnUpdate?: boolean
}

/** The generation of a changed object: one more when what counts has changed. */
export function countGeneration(object: AdmittedObject, old: AdmittedObject, fields: readonly string[]): void {
  const hasChanged = fields.some((field) => !equalSemantic(object[field], old[field]))
  object.metadata.generation = (old.metadata.generation ?? 0) + (hasChanged ? 1 : 0)
}

/** Rules of a status subresource that keeps the spec. Labels and annotations may change with it, as upstream. */
export function statusOnly(validate: SubresourceRules['validateUpdate']): SubresourceRules {
  return {
    prepareUpdate(object, old) {
      object['spec'] = old['spec']
    },
    validateUpdate: validate,
  }
}

/** Keeps labels, annotations, finalizers and owners. Models meta/v1 ResetObjectMetaForStatus. */
export function keepMetaForStatus(object: AdmittedObject, old: AdmittedObject): void {
  for (const field of ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'] as const) {
    const meta = object.metadata as { [field: string]: unknown }
    const oldValue = (old.metadata as { [field: string]: unknown })[field]
    if (oldValue === undefined) delete meta[field]
    else meta[field] = oldValue
  }
}
