/** What the registry asks of the admission room. */

import type { KindInfo } from '../api/kinds.ts'
import type { ContentType, RequestQuery, UserInfo } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import type { Outcome } from './ports.ts'

/** Circumstances of a write. */
export interface WriteContext {
  readonly user: UserInfo
  readonly namespace: string | undefined
  readonly name?: string
  readonly isDryRun: boolean
  readonly subresource?: string
  readonly fieldValidation?: RequestQuery['fieldValidation']
  /** For patches: what a refusal of the patched object quotes. */
  readonly patchText?: string
  /** Whether the answer should carry `asked`. */
  readonly keepsAsked?: boolean
  /** The resource and prefix for which a generated name is needed. */
  generateName(prefix: string): string
}

/** A body as it came: an object, or YAML text. */
export type Body = KubeObject | string

/** An admitted object and what is to be written with it (such as quota usage). */
export type Admission = Outcome<KubeObject> & { readonly effects?: unknown }

export interface AdmissionDoor {
  /** Reads a body of a kind that is answered and not stored. */
  decode(kind: KindInfo, body: unknown, contentType: ContentType): Outcome<KubeObject>
  /** Strict decoding, defaults, admission plugins and validation of a new object. uid and times are the caller's. */
  create(kind: KindInfo, body: Body, context: WriteContext): Admission
  /** The same for an update of an object or of a subresource. */
  update(kind: KindInfo, before: KubeObject, body: Body, context: WriteContext): Admission
  /** True when an update of a name that does not exist creates it. */
  createsOnUpdate(kind: KindInfo): boolean
  /** A stored object in the version of a request; the same object where that is the stored one. */
  toServed(kind: KindInfo, object: KubeObject): KubeObject
  /** A Status when the object may not be deleted. */
  delete(kind: KindInfo, object: KubeObject, context: WriteContext): Status | undefined
  /** Writes what an admission brings with it, once the object is stored. */
  commit(admission: Admission): void
}
