/** All variation of a cluster, as data: scenarios, conformance runners and the sandbox use only this. */

import type { ApiServerOptions } from './api/api-server-options.ts'
import type { NodeSpec } from './bootstrap/objects.ts'
import type { SimTimeMs } from './kernel/event-queue.ts'
import type { Timings } from './kernel/timings.ts'
import type { ImageEntry } from './workloads/program.ts'

export interface ClusterConfig {
  /** Seeds names, uids, jitter and ties. An integer. */
  readonly seed: number
  /** Simulated ms from the bootstrap to T+00:00, for a scenario with a history. Default 0. */
  readonly historyMs?: SimTimeMs
  /** Unix ms of T+00:00. Default 2026-01-05T09:00:00Z. */
  readonly epochMs?: number
  readonly nodes?: readonly NodeSpec[]
  /** Names of add-ons, such as 'coredns', 'metrics-server' or 'kueue': the rows of bootstrap/add-ons.ts. */
  readonly addOns?: readonly string[]
  /** Images beside (or instead of) those of the built-in table. */
  readonly images?: { readonly [reference: string]: ImageEntry }
  /** Images that every node has from the start. */
  readonly cachedImages?: readonly string[]
  /** True: an image that no table has runs as an idle server (the sandbox). Default false: it cannot be pulled. */
  readonly runsUnknownImages?: boolean
  readonly timings?: Partial<Timings>
  /** Names of the controllers that run; default all. */
  readonly controllers?: readonly string[]
  /** Flags of kube-controller-manager that differ from its defaults, by the names of ControllerFlags. */
  readonly controllerFlags?: { readonly [flag: string]: number | boolean | string }
  /** Names of admission plugins that do not run; all others of a default kube-apiserver 1.35 do. */
  readonly disabledAdmissionPlugins?: readonly string[]
  /** `model`: kubelets run pods. `scripted`: nobody runs pods; the caller writes their status. Default `model`. */
  readonly kubelet?: 'model' | 'scripted'
  /** False: pods stay unbound unless the caller binds them. Default true. */
  readonly hasScheduler?: boolean
  /** A KubeSchedulerConfiguration document for the scheduler; it must load. Default: kube-scheduler's own. */
  readonly schedulerConfiguration?: string
  /** Feature gates and API versions that kube-apiserver does not have by default. */
  readonly apiServer?: ApiServerOptions
  /** False: requests are not checked against RBAC rules. Default true. */
  readonly hasAuthorization?: boolean
}
