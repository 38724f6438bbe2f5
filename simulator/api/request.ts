/** The one door: everything that reads or changes the cluster is an ApiRequest. */

import type { Json } from '../kernel/json.ts'
import type { KubeObject, Status } from './types.ts'

/** Who asks. Service accounts are `system:serviceaccount:NAMESPACE:NAME`, kubelets `system:node:NAME`. */
export interface UserInfo {
  readonly name: string
  readonly groups: readonly string[]
  /** Service accounts have one. */
  readonly uid?: string
  readonly extra?: { readonly [key: string]: readonly string[] }
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** Query parameters by their names in the API. Absent means the API's default. */
export interface RequestQuery {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: string
  readonly sendInitialEvents?: boolean
  readonly allowWatchBookmarks?: boolean
  readonly timeoutSeconds?: number
  readonly dryRun?: 'All'
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
  readonly fieldManager?: string
  readonly force?: boolean
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
  /** Ask for a Table (true) instead of the object or list, as `Accept: ...;as=Table` does. */
  readonly table?: boolean
  /** With a Table: what each row carries of its object; absent means its metadata. */
  readonly includeObject?: 'None' | 'Metadata' | 'Object'
  /** Answers carry metadata.managedFields, as they do on the wire. Absent: they leave it out. */
  readonly managedFields?: boolean
  /** For pods/log. */
  readonly container?: string
  readonly follow?: boolean
  readonly previous?: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly timestamps?: boolean
  readonly limitBytes?: number
  /** For pods/exec and pods/attach. */
  readonly command?: readonly string[]
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly tty?: boolean
}

/** What a body is. YAML text is decoded by the server as the real one does. */
export type ContentType =
  | 'application/json'
  | 'application/yaml'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/json-patch+json'
  | 'application/apply-patch+yaml'

export interface ApiRequest {
  readonly user: UserInfo
  readonly verb: Verb
  /** API group, '' for the core group. */
  readonly group: string
  readonly version: string
  /** Plural resource name, such as 'pods'. */
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  /** An object (JSON value) or, for application/yaml and apply patches, its text. Delete options for delete. */
  readonly body?: Json | string | KubeObject
  readonly contentType?: ContentType
  readonly query?: RequestQuery
  /** As clients name themselves, such as `kubectl/v1.35.0 (linux/amd64)`. */
  readonly userAgent?: string
}

/** Body of a list answer. */
export interface KubeList<T = KubeObject> {
  apiVersion: string
  kind: string
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  items: T[]
}

/** Body of a Table answer. */
export interface Table {
  kind: 'Table'
  apiVersion: 'meta.k8s.io/v1'
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
  columnDefinitions: TableColumn[]
  rows: TableRow[]
}
export interface TableColumn { name: string; type: string; format: string; description: string; priority: number }
export interface TableRow { cells: (string | number | boolean | null)[]; conditions?: { type: string; status: string; reason?: string; message?: string }[]; object: KubeObject }

/** An answer with a body; an expected failure has a Status body and its code. */
export interface ApiAnswer<T = unknown> {
  readonly code: number
  readonly body: T
  /** Texts of `Warning: 299` headers, in order. */
  readonly warnings: readonly string[]
  /** What admission noted for the audit log. */
  readonly auditAnnotations?: { readonly [key: string]: string }
}

/** The answer to watch, logs -f, exec and attach: a cursor in the cluster's state, read with `readStream`. */
export interface ApiStream {
  readonly code: 200 | 101
  readonly streamId: string
  readonly warnings: readonly string[]
}

export type ApiResponse<T = unknown> = ApiAnswer<T> | ApiStream

/** One frame of a stream. Watches give events; logs, exec and attach give text; `end` closes it. */
export type StreamFrame =
  | { readonly kind: 'watch'; readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; readonly object: KubeObject | Status | Table }
  | { readonly kind: 'output'; readonly channel: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'end'; readonly exitCode?: number; readonly error?: string }

/** True when the answer is a stream. */
export function isStream(response: ApiResponse): response is ApiStream {
  return 'streamId' in response
}

/** True for codes 200 to 299. */
export function isSuccess(response: ApiResponse): boolean {
  return response.code >= 200 && response.code < 300
}
