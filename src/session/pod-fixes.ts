/**
 * The smallest changes that let a waiting Pod be placed: one edit, or a few together. Each is tried with the scheduler
 * itself before it is told, so an outcome is never a guess.
 */

import type { Cluster, Node, Pod, PodSpec, PriorityClass } from '../../simulator/index.ts'
import { toYaml } from '../../simulator/api/yaml/emit.ts'
import { PodTrials } from '../../simulator/scheduler/pod-trials.ts'
import type { Scheduler } from '../../simulator/scheduler/scheduler.ts'
import { clusterEditors, oneMoreNode } from './explain/cluster-edits.ts'
import type { ClusterEdit, Edit, PodEdit } from './explain/edits.ts'
import { changedManifest, ownerOf } from './explain/owner-manifest.ts'
import type { Owner } from './explain/owner-manifest.ts'
import { podEditors, stateTaintPrefix } from './explain/pod-edits.ts'
import type { SuggestedFix } from './explanation.ts'
import { shortagesOf, untoleratedTaints, wantedBy } from './node-room.ts'

/** Fixes at most, of the Pod alone and of the cluster. */
const fixCounts = { pod: 4, cluster: 3 } as const
/** Edits that one fix may consist of. */
const editsMax = 3
/** Nodes of different kinds for which changes are sought, nearest first, and those of one kind. */
const kindsMax = 8
const perKindMax = 2
/** Kinds of nodes of which one more is tried. */
const newNodesMax = 4
/** Nodes whose kind is looked at, near and far. */
const nearCount = 400
/** Single nodes looked at, so that contradictions and large clusters end soon. */
const trialsMax = 160
const systemPriority = 1_000_000_000

interface Change { readonly edits: readonly Edit[]; readonly size: number }

/** Changes that make a waiting Pod fit, smallest first; empty when none was found. The scheduler must be a fork's. */
export function fixesFor(cluster: Cluster, scheduler: Scheduler, pod: Pod): SuggestedFix[] {
  return new FixSearch(cluster, scheduler, pod).run()
}

class FixSearch {
  private readonly cluster: Cluster
  private readonly scheduler: Scheduler
  private readonly pod: Pod
  private readonly trials: PodTrials
  private readonly owner: Owner
  private readonly found = new Map<string, Change>()
  private trialCount = 0

  constructor(cluster: Cluster, scheduler: Scheduler, pod: Pod) {
    this.cluster = cluster
    this.scheduler = scheduler
    this.pod = pod
    this.trials = new PodTrials(scheduler, pod)
    this.owner = ownerOf(cluster, pod)
  }

  run(): SuggestedFix[] {
    const kinds = this.nodeKinds()
    for (const nodes of kinds) for (const node of nodes.slice(0, perKindMax)) this.explore(node, [])
    this.exploreNewNodes(kinds.map(([node]) => node))
    const left = { ...fixCounts } as { pod: number; cluster: number }
    const fixes: SuggestedFix[] = []
    const changes = [...this.found.values()].sort((a, b) => a.size - b.size || a.edits.length - b.edits.length)
    let hasNewNode = false
    for (const change of changes) {
      const addsNode = change.edits.some((edit) => edit.text.startsWith('add one more node'))
      if (addsNode && hasNewNode) continue
      const kind = change.edits.some((edit) => edit.kind === 'cluster') ? 'cluster' : 'pod'
      if (left[kind] === 0) continue
      const fix = this.tell(change)
      if (fix === undefined) continue
      left[kind] -= 1
      hasNewNode ||= addsNode
      fixes.push(fix)
    }
    const raised = this.raisedPriority()
    return raised === undefined ? fixes : [...fixes, raised]
  }

  /** Nodes by kind, the nearest to the Pod first: few taints to tolerate, little missing. */
  private nodeKinds(): (readonly Node[])[] {
    const { cluster, scheduler, pod } = this
    const wanted = wantedBy(pod)
    const labelKeys = labelKeysOf(pod)
    const rated = cluster.peek<Node>('nodes').map((node) => ({ node, far: farness(scheduler, node, pod, wanted) })).sort((a, b) => a.far - b.far)
    const kinds = new Map<string, Node[]>()
    // Of a large cluster the nearest nodes are looked at one by one, of the rest only some: pools have many of one kind.
    const stride = Math.ceil(Math.max(1, rated.length - nearCount) / nearCount)
    for (const [at, { node }] of rated.entries()) {
      if (at >= nearCount && at % stride !== 0) continue
      const key = kindOf(node, labelKeys)
      const known = kinds.get(key)
      if (known !== undefined) {
        if (known.length < perKindMax) known.push(node)
      } else if (kinds.size < kindsMax) kinds.set(key, [node])
      if (kinds.size === kindsMax && [...kinds.values()].every((nodes) => nodes.length === perKindMax)) break
    }
    return [...kinds.values()]
  }

  /**
   * Looks for edits that make the Pod fit on one node, cheapest first; the cluster edits so far have been made.
   * @returns whether the edits given are enough
   */
  private explore(node: Node, edits: readonly Edit[]): boolean {
    if (this.trialCount >= trialsMax) return false
    this.trialCount += 1
    const pod = edited(this.pod, edits)
    const status = this.trials.verdictOn(pod, node.metadata.name ?? '')
    if (status.code === 'success') {
      if (edits.length > 0) this.note(edits)
      return true
    }
    if (edits.length === editsMax || status.plugin === undefined) return false
    const obstacle = { cluster: this.cluster, scheduler: this.scheduler, node, pod, status }
    const isReal = this.cluster.peekOne('nodes', node.metadata.name ?? '') !== undefined
    const options: readonly Edit[] = [...(podEditors[status.plugin]?.(obstacle) ?? []), ...(isReal ? (clusterEditors[status.plugin]?.(obstacle) ?? []) : [])]
    const doneFamilies = new Set<string>()
    for (const option of options) {
      const family = option.kind === 'pod' ? option.family : undefined
      if (edits.some((edit) => edit.text === option.text) || (family !== undefined && doneFamilies.has(family))) continue
      const undo = option.kind === 'cluster' ? option.make(this.scheduler) : undefined
      const isEnough = this.explore(node, [...edits, option])
      undo?.()
      if (isEnough && family !== undefined) doneFamilies.add(family)
    }
    return false
  }

  private exploreNewNodes(nodes: readonly Node[]): void {
    const workers = nodes.filter((node) => !(node.spec?.taints ?? []).some((taint) => taint.key.startsWith('node-role.kubernetes.io/')))
    for (const like of workers.slice(0, newNodesMax)) {
      const { edit, node } = oneMoreNode(like)
      const undo = edit.make(this.scheduler)
      this.explore(node, [edit])
      undo()
    }
  }

  /** Keeps a change unless a part of it is enough by itself. */
  private note(edits: readonly Edit[]): void {
    const texts = edits.map((edit) => edit.text)
    const key = [...texts].sort((a, b) => (a < b ? -1 : 1)).join('\n')
    if (this.found.has(key)) return
    for (const { edits: smaller } of this.found.values()) if (smaller.length < edits.length && smaller.every((edit) => texts.includes(edit.text))) return
    this.found.set(key, { edits, size: edits.reduce((sum, edit) => sum + edit.size, 0) })
  }

  /** Tries the change on the whole cluster. */
  private tell({ edits }: Change): SuggestedFix | undefined {
    const undos = edits.flatMap((edit) => (edit.kind === 'cluster' ? [edit.make(this.scheduler)] : []))
    const best = this.trials.landing(edited(this.pod, edits))
    for (const undo of undos.toReversed()) undo()
    const known = best.filter((name) => this.cluster.peekOne('nodes', name) !== undefined)
    if (best.length === 0) return undefined
    const outcome = known.length === 0 ? 'binds to the new node' : best.length === 1 ? `binds to ${known[0]}` : `binds to one of ${best.length} nodes, such as ${known[0]}`
    const podEdits = edits.filter((edit) => edit.kind === 'pod')
    const clusterEdits = edits.filter((edit) => edit.kind === 'cluster')
    const label = labelOf(edits, this.placeText())
    return { id: label, label, outcome, ...(best.length === 1 && known.length === 1 ? { landsOnNode: known[0] } : {}), ...this.remedy(podEdits, clusterEdits) }
  }

  private placeText(): string {
    const { kind, object } = this.owner
    return kind === 'Pod' ? 'the Pod' : `the Pod template of ${kind} ${object.metadata.name ?? ''}`
  }

  /** How the learner makes the change: the manifest, and commands before it. */
  private remedy(podEdits: readonly PodEdit[], clusterEdits: readonly ClusterEdit[]): Pick<SuggestedFix, 'yaml' | 'changedLine' | 'fileName' | 'commands' | 'note'> {
    const commands = clusterEdits.flatMap(({ command }) => command ?? [])
    const notes = clusterEdits.flatMap(({ note }) => note ?? [])
    if (podEdits.length === 0) return { ...(commands.length > 0 ? { commands } : {}), ...(notes.length > 0 ? { note: notes.join(' ') } : {}) }
    const { kind, resource, object } = this.owner
    const { name = '', namespace = 'default' } = object.metadata
    const isReplaced = kind === 'Job' || (kind === 'Pod' && podEdits.some((edit) => !edit.isInPlace))
    if (isReplaced) {
      commands.push(`kubectl delete ${resource} ${name} -n ${namespace}`)
      notes.push(kind === 'Job' ? 'The Pod template of a Job cannot be changed in place: delete the Job first, then apply.' : 'These fields of a Pod cannot be changed in place: delete the Pod first, then apply.')
    } else if (kind === 'ReplicaSet') {
      commands.push(`kubectl delete pod ${this.pod.metadata.name ?? ''} -n ${namespace}`)
      notes.push('A ReplicaSet changes no Pod that it has made: apply, then delete this one.')
    }
    const text = toYaml(changedManifest(this.owner, (spec) => podEdits.reduce((changed, edit) => edit.apply(changed), spec)))
    const head = isReplaced ? `# ${notes.at(-1) ?? ''}\n#   ${commands.at(-1) ?? ''}\n` : ''
    const before = toYaml(changedManifest(this.owner, (spec) => spec)).split('\n')
    const changedAt = text.split('\n').findIndex((line, i) => line !== before[i])
    const changedLine = head.split('\n').length + Math.max(0, changedAt)
    return { yaml: head + text, changedLine, fileName: `${name}-changed.yaml`, ...(commands.length > 0 ? { commands } : {}), ...(notes.length > 0 ? { note: notes.join(' ') } : {}) }
  }

  /** A higher priority class with which it may evict others. */
  private raisedPriority(): SuggestedFix | undefined {
    const { pod } = this
    if (pod.spec.preemptionPolicy === 'Never') return undefined
    const classes = this.cluster.peek<PriorityClass>('priorityclasses.scheduling.k8s.io').filter(({ value, preemptionPolicy }) => value > (pod.spec.priority ?? 0) && value < systemPriority && preemptionPolicy !== 'Never')
    for (const { metadata: { name = '' }, value } of [...classes].sort((a, b) => a.value - b.value)) {
      const candidate = this.trials.preemption({ ...pod, spec: { ...pod.spec, priority: value, priorityClassName: name } })?.candidates.find(({ isBest }) => isBest)
      if (candidate === undefined) continue
      const edit: PodEdit = {
        kind: 'pod', text: `use the priority class ${name} (${value})`, size: 2, isInPlace: false,
        apply: ({ priority: _priority, ...spec }: PodSpec) => ({ ...spec, priorityClassName: name }),
      }
      const label = labelOf([edit], this.placeText())
      return { id: label, label, outcome: `evicts ${candidate.victims.join(' and ')}, then binds to ${candidate.node}`, ...this.remedy([edit], []) }
    }
    return undefined
  }
}

/** A number that grows with what keeps a Pod from a node. */
function farness(scheduler: Scheduler, node: Node, pod: Pod, wanted: ReturnType<typeof wantedBy>): number {
  const taints = untoleratedTaints(node, pod.spec.tolerations)
  const short = shortagesOf(scheduler, node.metadata.name ?? '', pod, wanted)
  const labels = node.metadata.labels ?? {}
  const wrongLabels = Object.entries(pod.spec.nodeSelector ?? {}).filter(([key, value]) => labels[key] !== value).length
  return (node.spec?.unschedulable === true ? 3 : 0) + taints.length + wrongLabels + short.reduce((sum, shortage) => sum + 1 + (shortage.wanted - Math.max(shortage.free, 0)) / shortage.wanted, 0)
}

/** Labels by which a Pod tells nodes apart, but for the name of the node. */
function labelKeysOf({ spec }: Pod): readonly string[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {}
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const others = [podAffinity, podAntiAffinity].flatMap((part) => part?.requiredDuringSchedulingIgnoredDuringExecution ?? [])
  const keys = [
    ...Object.keys(spec.nodeSelector ?? {}), ...terms.flatMap((term) => (term.matchExpressions ?? []).map(({ key }) => key)), ...others.map((term) => term.topologyKey),
    ...(spec.topologySpreadConstraints ?? []).map((constraint) => constraint.topologyKey),
  ]
  return [...new Set(keys)].filter((key) => key !== 'kubernetes.io/hostname')
}

/** Nodes with the same text differ in nothing that matters to a suggestion, but for what runs on them. */
function kindOf({ metadata, spec, status }: Node, labelKeys: readonly string[]): string {
  const parts = labelKeys.map((key) => metadata.labels?.[key] ?? '-')
  for (const { key, value = '', effect } of spec?.taints ?? []) if (!key.startsWith(stateTaintPrefix)) parts.push(key, value, effect)
  parts.push(spec?.unschedulable === true ? 'cordoned' : '')
  for (const [resource, amount] of Object.entries(status?.allocatable ?? {})) parts.push(resource, amount)
  return parts.join('\n')
}

function edited(pod: Pod, edits: readonly Edit[]): Pod {
  let { spec } = pod
  for (const edit of edits) if (edit.kind === 'pod') spec = edit.apply(spec)
  return spec === pod.spec ? pod : { ...pod, spec }
}

function labelOf(edits: readonly Edit[], place: string): string {
  const ofPod = edits.filter((edit) => edit.kind === 'pod').map((edit) => edit.text).join(', ')
  const ofCluster = edits.filter((edit) => edit.kind === 'cluster').map((edit) => edit.text)
  const text = [...(ofPod === '' ? [] : [`${ofPod} in ${place}`]), ...ofCluster].join('; ')
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
