/** What admission plugins see and answer. */

import type { Failure } from '../../api/errors.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { UserInfo } from '../../api/request.ts'
import type { KubeObject, ResourceList } from '../../api/types.ts'
import type { Json } from '../../kernel/json.ts'
import type { AdmittedObject, Identity } from '../kind-rules.ts'

/** What admission reads of the cluster. Resources are plural names of the core group or `resource.group`. */
export interface AdmissionReader {
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined
  list(resource: string, namespace: string | undefined): readonly KubeObject[]
}

/** Which plugins run, and their settings. Names are those of kube-apiserver. */
export interface AdmissionConfig {
  readonly disabledPlugins?: readonly string[]
  /** False where requests are not checked against RBAC rules: then nobody escalates either. */
  readonly hasAuthorization?: boolean
  /** Feature gates that are on. */
  readonly features?: readonly string[]
}

/** A quota that this write is charged to; the caller stores `used` in its status. */
export interface QuotaCharge { readonly namespace: string; readonly name: string; readonly used: ResourceList }

/** What plugins that change objects leave for a second round of all of them. Models apiserver/pkg/admission/reinvocation.go. */
export interface Reinvocation {
  /** True in the second round. */
  isAgain: boolean
  /** Set by a plugin after which the others should look again. */
  isWanted: boolean
  /** Keys of policies that ran and want to run again when others change the object. */
  ran: readonly string[]
  /** Keys of those that run in the second round. */
  again: readonly string[]
  /** The object when the policies were done with it. */
  output?: Json
}

/** One write on its way through the plugins. */
export interface PluginRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly kind: KindInfo
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** The object to store; mutating plugins change it. */
  readonly object: AdmittedObject
  readonly old?: AdmittedObject
  readonly user: UserInfo
  readonly reader: AdmissionReader
  readonly identity: Identity
  readonly warnings: string[]
  readonly quotaCharges: QuotaCharge[]
  readonly isDryRun: boolean
  /** Notes something about the request for the audit log. */
  annotate(key: string, value: string): void
  readonly reinvocation: Reinvocation
}

/** `admit` may change the object, `validate` may not; both may refuse. */
export interface AdmissionPlugin {
  readonly name: string
  /** Left out where requests are not checked against RBAC rules. */
  readonly needsAuthorization?: true
  /** Runs only where this feature gate is on. */
  readonly feature?: string
  admit?(request: PluginRequest): Failure | undefined
  validate?(request: PluginRequest): Failure | undefined
}
