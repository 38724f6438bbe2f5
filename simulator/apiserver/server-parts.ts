/** What the API server is made of: the stores, ports and registries that its handlers share. */

import type { UserInfo } from '../api/request.ts'
import type { Store } from '../store/store.ts'
import type { AdmissionDoor } from './admission-door.ts'
import type { AuditLog } from './audit-log.ts'
import type { Authenticator } from './authenticator.ts'
import type { Authorizer } from './authorizer.ts'
import type { Binder } from './binding.ts'
import type { ServedKinds } from './custom-kinds.ts'
import type { EventLog } from './event-log.ts'
import type { FieldManagers } from './field-manager/field-managers.ts'
import type { KubeletDoor, MetricsDoor, ServerClock } from './ports.ts'
import type { Registry } from './registry.ts'
import type { Streams } from './streams.ts'

export interface ServerParts {
  readonly store: Store
  readonly registry: Registry
  readonly binder: Binder
  readonly admission: AdmissionDoor
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly events: EventLog
  readonly audit: AuditLog
  readonly clock: ServerClock
  readonly kubelet: KubeletDoor
  readonly metrics: MetricsDoor
  readonly streams: Streams
  readonly kinds: ServedKinds
  readonly managers: FieldManagers
  /** Status of a SelfSubjectRulesReview: the rules of a user in a namespace. */
  rulesOf(user: UserInfo, namespace: string): unknown
  /** What admission noted for the audit log since the last call. */
  takeAnnotations(): { readonly [key: string]: string } | undefined
}
