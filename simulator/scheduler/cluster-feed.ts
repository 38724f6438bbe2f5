/**
 * How changes of the cluster reach the scheduler's cache, queue and nominations. Models the event handlers of
 * pkg/scheduler/eventhandlers.go (v1.35).
 */

import type { KubeObject, Node, Pod } from '../api/types.ts'
import type { ClusterCache } from './cluster-cache.ts'
import { nodeUpdateActions, podUpdateActions } from './cluster-events.ts'
import type { ClusterEvent, EventAction, EventObjects } from './cluster-events.ts'
import type { Nominator } from './nominator.ts'
import { podKeyOf, priorityOf } from './pod-class.ts'
import type { SchedulingQueue } from './queue.ts'
import type { WaitingPods } from './waiting.ts'

/** Kinds that decide which pods belong together. */
const selectingKinds: readonly string[] = ['Service', 'ReplicaSet', 'StatefulSet', 'ReplicationController', 'Namespace']

function isVisible(pod: Pod | undefined): pod is Pod {
  return pod !== undefined && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'
}

/** True for a pod that has its node, whoever gave it. */
export function isAssigned(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== ''
}

/** What changes are told to, and what only the scheduler can do. */
interface FeedParts {
  readonly cache: ClusterCache
  readonly queue: SchedulingQueue
  readonly nominator: Nominator
  readonly waiting: WaitingPods
  /** Whether one of the profiles schedules a pod. */
  isResponsible(pod: Pod): boolean
  /** Takes back all that was done for a pod that was deleted while it waited at Permit. */
  releaseGone(pod: Pod, podKey: string): void
}

/** Takes in changes of one cluster, in the order in which they were committed. Decides nothing and writes nothing to the API. */
export class ClusterFeed {
  private readonly parts: FeedParts
  private readonly cache: ClusterCache
  private readonly queue: SchedulingQueue
  private readonly nominator: Nominator
  private readonly waiting: WaitingPods
  /** Grows when an object changes that decides which pods belong together. */
  objectsEpoch = 1

  constructor(parts: FeedParts) {
    this.parts = parts
    this.cache = parts.cache
    this.queue = parts.queue
    this.nominator = parts.nominator
    this.waiting = parts.waiting
  }

  /** Takes in a pod that existed before this scheduler was made, without events. */
  learn(pod: Pod): void {
    if (!isVisible(pod)) return
    const podKey = podKeyOf(pod)
    const waiting = this.waiting.size === 0 ? undefined : this.waiting.find(podKey)
    if (isAssigned(pod)) this.cache.addPod(pod)
    else if (!this.parts.isResponsible(pod)) this.queue.remove(podKey)
    else if (waiting !== undefined) this.cache.assumePod(pod, waiting.nodeName, this.cache.classOf(pod), podKey)
    else {
      if (this.queue.find(podKey) === undefined) this.queue.add(pod)
      this.noteNomination(pod)
    }
  }

  /** A pod was created (old undefined), changed or deleted (pod undefined). */
  onPodChange(old: Pod | undefined, pod: Pod | undefined, podKey = podKeyOf((pod ?? old) as Pod)): void {
    const before = isVisible(old) ? old : undefined
    const after = isVisible(pod) ? pod : undefined
    if (before === undefined && after === undefined) return
    if (after === undefined) return this.podGone(before as Pod)
    if (before === undefined) return this.podCame(after, podKey)
    if (isAssigned(before)) this.boundPodChanged(before, after, podKey)
    else if (isAssigned(after)) {
      this.boundPodCame(after, podKey)
      if (this.parts.isResponsible(before)) this.forgetWaiting(podKey)
    } else if (this.parts.isResponsible(before)) this.waitingPodChanged(before, after)
  }

  private podCame(pod: Pod, podKey: string): void {
    if (isAssigned(pod)) return this.boundPodCame(pod, podKey)
    if (!this.parts.isResponsible(pod)) return
    this.queue.add(pod, podKey)
    if ((pod.status?.nominatedNodeName ?? '') !== '') this.noteNomination(pod)
  }

  /** A pod that is held back takes no place. */
  private noteNomination(pod: Pod): void {
    const isGated = (this.queue.find(podKeyOf(pod))?.gatedBy ?? '') !== ''
    this.nominator.add(pod, isGated ? '' : (pod.status?.nominatedNodeName ?? ''))
  }

  private boundPodCame(pod: Pod, podKey: string): void {
    this.cache.addPod(pod, podKey)
    this.nominator.remove(podKey)
    this.queue.moveAll({ resource: 'Pod', action: 'add' }, { new: pod })
  }

  private boundPodChanged(old: Pod, pod: Pod, podKey: string): void {
    this.cache.updatePod(pod, podKey)
    if (!this.queue.waitsForEvents) return
    for (const action of podUpdateActions(old, pod)) this.queue.moveAll({ resource: 'Pod', action }, { old, new: pod })
  }

  private waitingPodChanged(old: Pod, pod: Pod): void {
    if (this.cache.findEntry(podKeyOf(pod))?.isAssumed) return
    const events: ClusterEvent[] = podUpdateActions(old, pod).map((action) => ({ resource: 'Pod', action }))
    this.queue.update(pod, events, { old, new: pod })
    this.noteNomination(pod)
    const nominated = old.status?.nominatedNodeName ?? ''
    if (nominated !== '' && nominated !== (pod.status?.nominatedNodeName ?? '')) this.nominationEnded(old)
  }

  /** Pods that stood back behind a nominated one may try again. */
  private nominationEnded(pod: Pod): void {
    this.queue.moveAll({ resource: 'Pod', action: 'delete' }, { old: pod }, (other) => priorityOf(other) <= priorityOf(pod))
  }

  private forgetWaiting(podKey: string): void {
    this.queue.remove(podKey)
    this.nominator.remove(podKey)
  }

  private podGone(pod: Pod): void {
    const key = podKeyOf(pod)
    if (isAssigned(pod)) {
      this.cache.removePod(key)
      this.queue.moveAll({ resource: 'Pod', action: 'delete' }, { old: pod })
      return
    }
    if (!this.parts.isResponsible(pod)) return
    this.forgetWaiting(key)
    if (this.cache.findEntry(key)?.isAssumed) this.parts.releaseGone(pod, key)
    else if ((pod.status?.nominatedNodeName ?? '') !== '') this.nominationEnded(pod)
  }

  /** A node was created (old undefined), changed or deleted (node undefined). */
  onNodeChange(old: Node | undefined, node: Node | undefined): void {
    if (node === undefined) {
      if (old === undefined) return
      this.queue.moveAll({ resource: 'Node', action: 'delete' }, { old })
      this.cache.removeNode(old.metadata.name ?? '')
      return
    }
    if (old === undefined) {
      this.cache.addNode(node)
      this.queue.moveAll({ resource: 'Node', action: 'add' }, { new: node })
      return
    }
    this.cache.updateNode(node)
    if (!this.queue.waitsForEvents) return
    for (const action of nodeUpdateActions(old, node)) this.queue.moveAll({ resource: 'Node', action }, { old, new: node })
  }

  /** An object of another kind was created, changed or deleted: services, owners, namespaces, volumes, claims, budgets. */
  onObjectChange(kind: string, old: KubeObject | undefined, object: KubeObject | undefined): void {
    if (selectingKinds.includes(kind) && (old === undefined || object === undefined || selects(old) !== selects(object))) this.objectsEpoch++
    const action: EventAction = old === undefined ? 'add' : object === undefined ? 'delete' : 'update'
    const objects: EventObjects = { old, new: object }
    this.queue.moveAll({ resource: kind, action }, objects)
  }
}

/** The part of an object that says which pods belong to it, as text. */
function selects({ kind, metadata, spec }: KubeObject): string {
  return JSON.stringify(kind === 'Namespace' ? metadata.labels : (spec as { selector?: unknown } | undefined)?.selector)
}

