/** What the cluster can change so that a plugin says no no longer, by plugin. */

import type { Node, Pod } from '../../../simulator/index.ts'
import type { PodEntry } from '../../../simulator/scheduler/cluster-cache.ts'
import type { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import { amountText, resourceName, shortagesOf } from '../node-room.ts'
import type { ClusterEdit, Editor } from './edits.ts'
import { stateTaintPrefix } from './pod-edits.ts'

/** Pods that one suggestion ends at most. */
const freedMax = 3
const cordonTaintKey = `${stateTaintPrefix}unschedulable`
const newNodeName = 'one-more-node'

function replaceNode(scheduler: Scheduler, node: Node, changed: Node): () => void {
  scheduler.cache.updateNode(changed)
  return () => scheduler.cache.updateNode(node)
}

const uncordon: Editor = ({ node }) => {
  if (node.spec?.unschedulable !== true) return []
  const name = node.metadata.name ?? ''
  const { unschedulable: _unschedulable, taints = [], ...spec } = node.spec
  const changed: Node = { ...node, spec: { ...spec, taints: taints.filter((taint) => taint.key !== cordonTaintKey) } }
  return [{ kind: 'cluster', text: `uncordon ${name}`, size: 1.05, command: `kubectl uncordon ${name}`, make: (scheduler) => replaceNode(scheduler, node, changed) }]
}

const label: Editor = ({ node, pod }) => {
  const name = node.metadata.name ?? ''
  const labels = node.metadata.labels ?? {}
  const wrong = Object.entries(pod.spec.nodeSelector ?? {}).filter(([key, value]) => labels[key] !== value)
  // Names and labels that a node gives itself are not the learner's to change.
  if (wrong.length === 0 || wrong.some(([key]) => key.startsWith('kubernetes.io/') || key.startsWith('node.kubernetes.io/') || key.startsWith('topology.kubernetes.io/'))) return []
  const pairs = wrong.map(([key, value]) => `${key}=${value}`)
  const overwrite = wrong.some(([key]) => labels[key] !== undefined) ? ' --overwrite' : ''
  const changed: Node = { ...node, metadata: { ...node.metadata, labels: { ...labels, ...Object.fromEntries(wrong) } } }
  return [{ kind: 'cluster', text: `label ${name} with ${pairs.join(' and ')}`, size: wrong.length * 1.25, command: `kubectl label node ${name} ${pairs.join(' ')}${overwrite}`, make: (scheduler) => replaceNode(scheduler, node, changed) }]
}

function isOurs({ pod }: PodEntry): boolean {
  const isDaemon = pod.metadata.ownerReferences?.some((owner) => owner.kind === 'DaemonSet' || owner.kind === 'Node') === true
  return !isDaemon && pod.metadata.namespace !== 'kube-system'
}

/** The fewest Pods of a node whose end leaves enough; those that hold most first. */
function holdersOf(scheduler: Scheduler, node: Node, pod: Pod): readonly PodEntry[] {
  const slot = scheduler.cache.findSlot(node.metadata.name ?? '')
  const short = shortagesOf(scheduler, node.metadata.name ?? '', pod)
  if (slot === undefined || short.length === 0 || short.some(({ wanted, allocatable }) => wanted > allocatable)) return []
  const missing = short.map(({ resource, wanted, free }) => ({ resource, amount: wanted - free }))
  const held = (entry: PodEntry, resource: string): number => (resource === 'pods' ? 1 : (entry.usage.requests.get(resource) ?? 0))
  const entries = slot.pods.filter(isOurs).sort((a, b) => held(b, missing[0].resource) - held(a, missing[0].resource) || (a.key < b.key ? -1 : 1))
  const enough = (chosen: readonly PodEntry[]): boolean => missing.every(({ resource, amount }) => chosen.reduce((sum, entry) => sum + held(entry, resource), 0) >= amount)
  const single = entries.filter((entry) => enough([entry])).at(-1)
  if (single !== undefined) return [single]
  for (let count = 2; count <= freedMax; count++) if (enough(entries.slice(0, count))) return entries.slice(0, count)
  return []
}

const free: Editor = ({ scheduler, node, pod }) => {
  const holders = holdersOf(scheduler, node, pod)
  if (holders.length === 0) return []
  const name = node.metadata.name ?? ''
  const what = shortagesOf(scheduler, name, pod).map(({ resource, wanted, free: left }) => (resource === 'pods' ? 'a place' : `${amountText(resource, wanted - left)} ${resourceName(resource)}`)).join(' and ')
  const isLasting = holders.every((entry) => entry.pod.metadata.ownerReferences === undefined)
  const commands = holders.map((entry) => `kubectl delete pod ${entry.pod.metadata.name} -n ${entry.pod.metadata.namespace}`)
  const made: ClusterEdit = {
    kind: 'cluster', text: `free ${what} on ${name}: end ${holders.map((entry) => entry.key).join(' and ')}`, size: 1.5 * holders.length,
    ...(isLasting ? { command: commands.join(' && ') } : { note: 'A controller makes a new Pod for one that is deleted: scale it down, or it may take the place again.' }),
    make: ({ cache }) => {
      const slot = cache.findSlot(name)
      const before = slot?.pods ?? []
      for (const entry of holders) cache.liftPod(entry)
      return () => {
        for (const entry of holders) cache.placePod(entry)
        if (slot !== undefined) slot.pods = before
      }
    },
  }
  return [made]
}

/** Edits by the plugin that says no. */
export const clusterEditors: { readonly [plugin: string]: Editor } = { NodeUnschedulable: uncordon, NodeAffinity: label, NodeResourcesFit: free }

/** Another node of the same kind, empty. @returns the edit and the node that it adds */
export function oneMoreNode(like: Node): { readonly edit: ClusterEdit; readonly node: Node } {
  const name = like.metadata.name ?? ''
  const labels: { [key: string]: string } = { ...like.metadata.labels, 'kubernetes.io/hostname': newNodeName }
  const { unschedulable: _unschedulable, taints = [], ...spec } = like.spec ?? {}
  const node: Node = {
    ...like, metadata: { ...like.metadata, name: newNodeName, uid: newNodeName, labels },
    spec: { ...spec, taints: taints.filter((taint) => !taint.key.startsWith(stateTaintPrefix)) },
  }
  const product = labels['nvidia.com/gpu.product']
  const gpus = like.status?.allocatable?.['nvidia.com/gpu']
  const parts = gpus === undefined ? '' : ` (${gpus} ${product ?? 'GPU'})`
  return {
    node,
    edit: {
      kind: 'cluster', text: `add one more node like ${name}${parts}`, size: 3, note: 'A node is added by whoever owns the machines, or by an autoscaler.',
      make: ({ cache }) => {
        cache.addNode(node)
        return () => cache.removeNode(newNodeName)
      },
    },
  }
}
