/** What the registry asks of the admission room. */

import type { KindInfo } from '../api/kinds.ts'
import type { ContentType, RequestQuery, UserInfo } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import type { Outcome } from './ports.ts'

/** Circumstances of a write. */
export interface WriteContext {
  readonly user: UserInfo
  readonly namespace: string | undefined
  readonly isDryRun: boolean
  readonly subresource?: string
}

/** An admitted object and what is to be written with it (such as quota usage). */
export type Admission = Outcome<KubeObject> & { readonly effects?: unknown }

export interface AdmissionDoor {
  /** Strict decoding of a body, with the texts of the real decoder. */
  decode(kind: KindInfo, body: unknown, contentType: ContentType, fieldValidation: RequestQuery['fieldValidation']): Outcome<KubeObject>
  /** Defaults, admission plugins and validation of a new object that has its name and uid. */
  create(kind: KindInfo, object: KubeObject, context: WriteContext): Admission
  /** The same for an update of an object or of a subresource. */
  update(kind: KindInfo, before: KubeObject, after: KubeObject, context: WriteContext): Admission
  /** A Status when the object may not be deleted. */
  delete(kind: KindInfo, object: KubeObject, context: WriteContext): Status | undefined
  /** Writes what an admission brings with it, once the object is stored. */
  commit(admission: Admission): void
}
