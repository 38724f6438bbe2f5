/**
 * The rows a host pushes to the app. Plain data, structured-cloneable, no functions, no class instances.
 * Times are integer ms since the start of the cluster (T+00:00) unless the name says wall.
 */

/** How a Pod is drawn. The host decides it from phase, conditions and container states. */
export type PodShape =
  | 'running' | 'starting' | 'not-ready' | 'pending' | 'gated'
  | 'failing' | 'failed' | 'terminating' | 'succeeded' | 'unknown'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** Names one object. `namespace` is left out for cluster-scoped kinds. */
export interface ObjectRef { readonly kind: string; readonly namespace?: string; readonly name: string }

export interface PodRow {
  /** Stable key of the row. */
  readonly uid: string
  readonly namespace: string
  readonly name: string
  /** Undefined while no node is bound. */
  readonly nodeName?: string
  readonly shape: PodShape
  /** `status.phase`. */
  readonly phase: string
  /** The STATUS column of `kubectl get pods`, exact. */
  readonly status: string
  readonly readyCount: number
  readonly containerCount: number
  readonly restartCount: number
  readonly qos: QosClass
  readonly owner?: { readonly kind: string; readonly name: string }
  readonly labels: Readonly<Record<string, string>>
  readonly createdAtMs: number
  /** When the present shape began: for "not ready 2 m". */
  readonly sinceMs: number
  /** Image pull or model load, 0..1. */
  readonly progress?: number
  /** Moment when the grace period of a terminating Pod ends. */
  readonly killAtMs?: number
  /** Short words for what it does now: "pulling", "loading model", "readiness answers 404". Our words, sentence case off. */
  readonly doing?: string
  /** Reason of a pending or failing Pod as Kubernetes words it, first cause only: "Insufficient nvidia.com/gpu", "OOMKilled". */
  readonly reason?: string
  readonly cpuRequestMillis: number
  readonly memoryRequestBytes: number
  readonly gpuRequest: number
  /** GPUs, shares of GPUs and MIG devices by resource name; absent without any. */
  readonly gpuResources?: Readonly<Record<string, number>>
  readonly cpuUsageMillis?: number
  readonly memoryUsageBytes?: number
  /** Indexes into `NodeRow.gpuSlots` that this Pod holds. */
  readonly gpuSlots?: readonly number[]
  readonly podIP?: string
}

export interface GpuSlot {
  /** uid of the Pod that holds it. */
  readonly podUid?: string
  readonly lost?: boolean
  /** Number of Pods on a GPU that is shared by time slicing or MPS. */
  readonly shared?: number
  /** Shares of it that nobody has; absent when it is not shared. */
  readonly sharesFree?: number
  /** MIG profile such as `3g.40gb`; the first digit is the width. */
  readonly mig?: string
}

export interface NodeRow {
  readonly name: string
  /** Node pool, or the name without its ordinal; `control plane` for control-plane nodes. */
  readonly pool: string
  readonly zone: string
  readonly rack?: string
  readonly isReady: boolean
  readonly isUnschedulable: boolean
  /** `key=value:Effect`, as kubectl prints them. */
  readonly taints: readonly string[]
  /** Types of pressure conditions that are True: `MemoryPressure`. */
  readonly pressure: readonly string[]
  readonly cpuMillis: number
  readonly memoryBytes: number
  readonly podsMax: number
  readonly cpuRequestMillis: number
  readonly memoryRequestBytes: number
  readonly cpuUsageMillis?: number
  readonly memoryUsageBytes?: number
  readonly gpuProduct?: string
  readonly gpuSlots: readonly GpuSlot[]
  readonly pricePerHourCents?: number
  readonly kubeletVersion: string
  readonly labels: Readonly<Record<string, string>>
  readonly createdAtMs: number
  /** When Ready last changed. */
  readonly sinceMs: number
}

export interface ServiceRow {
  readonly namespace: string
  readonly name: string
  readonly type: string
  readonly clusterIP?: string
  /** The PORT(S) column. */
  readonly ports: string
  readonly endpoints: readonly { readonly podName: string; readonly address: string; readonly isReady: boolean; readonly sharePercent?: number }[]
}

export interface WorkloadRow {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly wanted: number
  readonly ready: number
  readonly updated?: number
  readonly available?: number
  readonly revision?: string
}

export interface EventRow {
  /** Stable key; a count that grows keeps its id. */
  readonly id: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly object: ObjectRef
  readonly from: string
  readonly message: string
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

export type TimelineLane = 'you' | 'control' | 'nodes' | 'findings'

export interface TimelineMark {
  readonly id: string
  readonly lane: TimelineLane
  /** `lasts` is a bar from atMs to endMs (or to now while it has none). `holds` never appears in an exam. */
  readonly kind: 'action' | 'event' | 'lasts' | 'waits' | 'wrong' | 'holds'
  readonly atMs: number
  readonly endMs?: number
  /** What happened, in words: "k apply -f mock-inference.yaml", "Scheduled web-1 to node-a". */
  readonly label: string
  readonly object?: ObjectRef
}

export interface ForkRow {
  readonly id: string
  /** Named after its first difference. */
  readonly label: string
  readonly atMs: number
  readonly nowMs: number
  readonly isCurrent: boolean
}

/** One learner-visible variable of a lab, by step. */
export interface TrackerRow {
  readonly id: string
  readonly label: string
  /** Value at T+00:00. */
  readonly start: string
  /** Value when step n (from 0) was completed; undefined when it was not yet. */
  readonly bySteps: readonly (string | undefined)[]
  readonly now: string
  readonly goal?: string
}

/** One file of the learner's home directory. `path` is absolute (`/home/learner/x.yaml`). */
export interface FileRow { readonly path: string; readonly sizeBytes: number; readonly changedAtMs: number }

/** Output of the terminal since the last delta, in order. Only SGR color sequences occur in `text`; line ends are \n. */
export interface TerminalDelta {
  readonly output: string
  /** The text before the cursor of a new command: `~ $ `. */
  readonly prompt: string
  readonly isRunning: boolean
  /** The running command reads lines (cat, kubectl exec -it); what is typed otherwise waits for the next prompt. */
  readonly readsInput?: boolean
  /** A command waits for simulated time, and time is paused. */
  readonly waitsForTime: boolean
  readonly context: string
  readonly namespace: string
  readonly cwd: string
  /** Set when a command (clear) wiped the screen before `output`. */
  readonly clear?: boolean
}
