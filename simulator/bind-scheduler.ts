/** Binds the scheduler to a cluster: changes feed it, one kernel event drains its queue. */

import { kinds } from './api/kinds.ts'
import type { Condition, KubeObject, Node, Pod, PodStatus } from './api/types.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { assert } from './kernel/assert.ts'
import { defaultConfiguration, defaultConfigurationDocument, loadSchedulerConfiguration } from './scheduler/configuration/load.ts'
import type { SchedulerConfiguration } from './scheduler/configuration/types.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import type { ObjectLister } from './scheduler/framework.ts'
import type { Decision, SchedulerPorts, StatusPatch } from './scheduler/ports.ts'
import type { QueueRow } from './scheduler/queue.ts'
import type { WaitingRow } from './scheduler/waiting.ts'
import type { Component, ComponentContext, StoreChange } from './store/component.ts'
import { keyOf, objectKey, resourceId } from './store/resource-id.ts'

/** Attempts that one event may make; they are back to back in simulated time. */
const attemptsPerEventMax = 4096
/** Decisions kept; explanations of older ones are recomputed by replay. */
const decisionsMax = 8192

/** A kind of the coscheduling add-on. */
const podGroups = resourceId('scheduling.x-k8s.io', 'podgroups')
const resourceOfKind: ReadonlyMap<string, string> = new Map([...kinds.map((kind) => [kind.kind, resourceId(kind.group, kind.resource)] as const), ['PodGroup', podGroups]])
const kindOfResource: ReadonlyMap<string, string> = new Map([...kinds.map((kind) => [resourceId(kind.group, kind.resource), kind.kind] as const), [podGroups, 'PodGroup']])

/** The scheduler as a component, with what explanations need. */
export interface BoundScheduler extends Component {
  /** The scheduler itself, made when first asked for. */
  scheduler(): Scheduler
  /** Recorded decisions, oldest first. */
  decisions(): readonly Decision[]
  /** The KubeSchedulerConfiguration that counts, as it was given. */
  configuration(): string
  /**
   * Configures the scheduler anew. Its queue stays; pods of profiles that are gone are left alone from now on.
   * @returns the loader's error text, and the old configuration stays; undefined when it counts
   */
  configure(text: string): string | undefined
}

/** What of a cluster's configuration is for its scheduler. */
export type SchedulerOptions = Pick<ClusterConfig, 'addOns' | 'schedulerConfiguration'>

/** Makes the scheduler of a cluster. Its caches are built when first needed, so that forks are cheap. */
export function bindScheduler(context: ComponentContext, options: SchedulerOptions = {}): BoundScheduler {
  const { clock } = context
  const decisions = decisionLog(context)
  const counters = context.table<number>('counters')
  const due = context.table<number>('due')
  const queue = context.table<QueueRow>('queue')
  const waiting = context.table<WaitingRow>('waiting')
  const configured = context.table<string>('configuration')
  let scheduler: Scheduler | undefined
  const ports = portsOf(context, decisions.record)
  const document = (): string => configured.get('document') ?? options.schedulerConfiguration ?? defaultConfigurationDocument
  const open = (): Scheduler => {
    scheduler ??= new Scheduler({ queue, counters, waiting }, ports, loaded(document(), options))
    return scheduler
  }
  const plan = (): void => {
    const dueMs = open().nextDueMs()
    if (dueMs === undefined) return
    const atMs = Math.max(dueMs, clock.nowMs + context.timings.schedulingAttemptMs)
    const planned = due.get('next')
    if (planned !== undefined && planned <= atMs && planned > clock.nowMs) return
    due.set('next', atMs)
    context.schedule(atMs, 'attempt', '')
  }

  return {
    handlers: {
      attempt: () => {
        if (due.get('next') !== clock.nowMs) return
        due.delete('next')
        open().runDue(attemptsPerEventMax)
        plan()
      },
    },
    onChange: (change) => {
      if (tell(open, scheduler, () => queue.size > 0, change)) plan()
    },
    scheduler: open,
    configuration: document,
    configure: (text) => {
      const result = loadSchedulerConfiguration(text, options.addOns)
      if ('error' in result) return result.error
      configured.set('document', text)
      scheduler = undefined
      plan()
      return undefined
    },
    decisions: decisions.list,
  }
}

/** The last decisions, in a ring of cluster state. */
interface DecisionLog {
  readonly record: (decision: Decision) => void
  /** Oldest first. */
  readonly list: () => readonly Decision[]
}

function decisionLog(context: ComponentContext): DecisionLog {
  const decisions = context.log<Decision>('decisions')
  const counters = context.table<number>('counters')
  return {
    record: (decision) => {
      const count = counters.get('decisions') ?? 0
      counters.set('decisions', count + 1)
      decisions.set(count % decisionsMax, decision)
    },
    list: () => {
      const rows = decisions.values()
      const start = (counters.get('decisions') ?? 0) % decisionsMax
      return rows.length < decisionsMax ? rows : [...rows.slice(start), ...rows.slice(0, start)]
    },
  }
}

/** What the scheduler reads and writes, through the API as its own user. */
function portsOf(context: ComponentContext, recordDecision: DecisionLog['record']): SchedulerPorts {
  const { api, clock } = context
  return {
    nowMs: () => clock.nowMs,
    objects: listerOf(context),
    timeOf: (timestamp) => clock.parse(timestamp),
    findPod: (key) => api.find<Pod>('pods', key),
    listNodes: () => api.list<Node>('nodes'),
    listPods: () => api.list<Pod>('pods'),
    bind: (pod, nodeName) => {
      const result = api.bindPod(keyOf(pod), nodeName)
      return result.ok ? undefined : result.status.message
    },
    patchStatus: (pod, patch) => patchStatus(context, pod, patch),
    evict: (victim, condition) => {
      patchStatus(context, victim, { condition })
      api.delete('pods', keyOf(victim), { uid: victim.metadata.uid })
    },
    writeObject: (object) => {
      api.update(resourceOfKind.get(object.kind) ?? object.kind, object)
    },
    recordEvent: (pod, event) => context.recorder.record(pod, event.type, event.reason, event.note),
    pick: (bound) => context.random.nextInt(bound),
    recordDecision,
  }
}

/** The loaded document. The default one is not parsed for each cluster and fork. */
function loaded(document: string, { addOns = [] }: SchedulerOptions): SchedulerConfiguration {
  if (document === defaultConfigurationDocument) return defaultConfiguration()
  const result = loadSchedulerConfiguration(document, addOns)
  if ('error' in result) assert(false, `the scheduler's configuration: ${result.error}`)
  return result
}

/** Kinds beside pods and nodes whose changes may wake a waiting pod. */
const watchedResources: ReadonlySet<string> = new Set([
  'services', 'namespaces', 'replicationcontrollers', 'replicasets.apps', 'statefulsets.apps', 'persistentvolumes', 'persistentvolumeclaims',
  'storageclasses.storage.k8s.io', 'csinodes.storage.k8s.io', 'csidrivers.storage.k8s.io', 'csistoragecapacities.storage.k8s.io',
  'poddisruptionbudgets.policy', 'resourceclaims.resource.k8s.io', 'resourceslices.resource.k8s.io', 'deviceclasses.resource.k8s.io', podGroups,
])

/**
 * Tells the scheduler of a change. One that is made now, on a fork, has read the store, in which the change already
 * stands; its queue has yet to hear of it.
 * @param hasWaiting whether any pod is in the queue
 * @returns whether it concerned the scheduler
 */
function tell(open: () => Scheduler, existing: Scheduler | undefined, hasWaiting: () => boolean, change: StoreChange): boolean {
  const { resource, before, after } = change
  if (resource === 'pods') {
    const scheduler = existing ?? open()
    const isKnown = existing === undefined && before === undefined && (after as Pod | undefined)?.spec.nodeName === undefined
    if (!isKnown) scheduler.onPodChange(before as Pod | undefined, after as Pod | undefined, change.key)
    return true
  }
  if (resource === 'nodes') {
    const scheduler = existing ?? open()
    scheduler.onNodeChange(before as Node | undefined, after as Node | undefined)
    return true
  }
  if (!watchedResources.has(resource) || (existing === undefined && !hasWaiting())) return false
  const scheduler = existing ?? open()
  scheduler.onObjectChange(kindOfResource.get(resource) ?? '', before, after)
  return true
}

function listerOf(context: ComponentContext): ObjectLister {
  return {
    find: (kind, namespace, name) => context.api.find<KubeObject>(resourceOfKind.get(kind) ?? kind, objectKey(namespace, name)),
    list: (kind, namespace) => context.api.list<KubeObject>(resourceOfKind.get(kind) ?? kind, namespace === undefined ? {} : { namespace }),
  }
}

function patchStatus(context: ComponentContext, pod: Pod, patch: StatusPatch): void {
  const current = context.api.find<Pod>('pods', keyOf(pod))
  if (current === undefined) return
  const status: PodStatus = { ...current.status }
  if (patch.condition !== undefined) status.conditions = withCondition(status.conditions ?? [], patch.condition, context.clock.timestamp(context.clock.nowMs))
  if (patch.nominatedNodeName === '') delete status.nominatedNodeName
  else if (patch.nominatedNodeName !== undefined) status.nominatedNodeName = patch.nominatedNodeName
  context.api.updateStatus('pods', { ...current, status })
}

function withCondition(conditions: readonly Condition[], condition: Condition, now: string): Condition[] {
  const old = conditions.find((candidate) => candidate.type === condition.type)
  if (old !== undefined && old.status === condition.status && old.reason === condition.reason && old.message === condition.message) return [...conditions]
  const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : now
  const fresh: Condition = { lastProbeTime: null, lastTransitionTime, ...condition }
  return old === undefined ? [...conditions, fresh] : conditions.map((candidate) => (candidate === old ? fresh : candidate))
}
