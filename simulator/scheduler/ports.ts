/** What the scheduler needs from its neighbors. Requests are made as the scheduler's own user. */

import type { Condition, KubeObject, Node, Pod } from '../api/types.ts'
import type { ObjectLister } from './framework.ts'

/** An Event to be recorded about a pod. */
export interface SchedulerEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: 'Scheduled' | 'FailedScheduling' | 'Preempted'
  readonly action: 'Binding' | 'Scheduling' | 'Preempting'
  readonly note: string
  /** The pod that caused it, for Preempted. */
  readonly related?: Pod
}

/** A compact record of one attempt; explanations are recomputed when somebody asks. */
export interface Decision {
  readonly podKey: string
  readonly atMs: number
  /** 'waiting': chosen for the node, held at Permit. */
  readonly result: 'scheduled' | 'unschedulable' | 'error' | 'skipped' | 'waiting'
  /** The node of a scheduled pod, or the one that preemption will free. */
  readonly node: string
  readonly feasibleCount: number
  /** Nodes that shared the highest score. */
  readonly bestCount: number
  readonly message: string
  /** Keys of evicted pods. */
  readonly victims: readonly string[]
}

/** Changes of a pod's status. */
export interface StatusPatch {
  readonly condition?: Condition
  /** '' removes it. */
  readonly nominatedNodeName?: string
}

export interface SchedulerPorts {
  nowMs(): number
  /** Objects of any kind, as the watch has delivered them. */
  readonly objects: ObjectLister
  findPod(podKey: string): Pod | undefined
  /** Simulated ms of a timestamp. Absent: counted from the usual epoch. */
  timeOf?(timestamp: string): number
  /** For rebuilding after a fork or restore. */
  listNodes(): readonly Node[]
  listPods(): readonly Pod[]
  /** Creates the Binding. @returns undefined when done, else the error's text */
  bind(pod: Pod, nodeName: string): string | undefined
  /** Patches status; does nothing when nothing would change. */
  patchStatus(pod: Pod, patch: StatusPatch): void
  /** Marks a victim with the condition and deletes it. */
  evict(victim: Pod, condition: Condition): void
  /** Replaces an object of another kind: claims and volumes that are prepared before a binding. */
  writeObject?(object: KubeObject): void
  recordEvent(pod: Pod, event: SchedulerEvent): void
  /** A random whole number from 0 to `bound` - 1, from the scheduler's own stream. */
  pick(bound: number): number
  recordDecision(decision: Decision): void
}
