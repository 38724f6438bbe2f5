/**
 * Changes that let a pending pod be placed: tolerate a taint, ask for less. Each is tried with the scheduler itself
 * before it is told, so an outcome is never a guess.
 */

import type { Cluster, Container, KubeObject, Node, Pod, Toleration } from '../../simulator/index.ts'
import { formatTaint } from '../../simulator/api/tolerations.ts'
import { toYaml } from '../../simulator/api/yaml/emit.ts'
import { explainPod } from '../../simulator/scheduler/explain.ts'
import { amountOf } from '../../simulator/scheduler/pod-requests.ts'
import type { Scheduler } from '../../simulator/scheduler/scheduler.ts'
import type { SuggestedFix } from './host.ts'
import { amountText, resourceName, shortagesOf, untoleratedTaints } from './node-room.ts'

/** Fixes at most. */
const fixCount = 3
/** Nodes whose change is tried, cheapest first: a large cluster has many of one shape. */
const triesMax = 12
/** Taints that come from a node's state: tolerating them is no remedy. */
const stateTaintPrefix = 'node.kubernetes.io/'

/** Asks a container for less of a resource. */
interface Reduction { readonly container: string; readonly resource: string; readonly from: string; readonly to: string; readonly lost: number }
/** What must change for one node. */
interface Change { readonly tolerations: readonly Toleration[]; readonly taints: readonly string[]; readonly reductions: readonly Reduction[] }

/** Up to three changes that make a pending pod fit, smallest first. */
export function fixesFor(cluster: Cluster, scheduler: Scheduler, pod: Pod): SuggestedFix[] {
  const changes = cluster.peek<Node>('nodes').map((node) => changeFor(scheduler, node, pod)).filter((change) => change !== undefined)
  const fixes: SuggestedFix[] = []
  const tried = new Set<string>()
  for (const change of changes.sort(bySize)) {
    const key = JSON.stringify(change)
    if (tried.has(key) || tried.size >= triesMax) continue
    tried.add(key)
    const fix = tryChange(cluster, scheduler, pod, change, `fix-${fixes.length + 1}`)
    if (fix !== undefined) fixes.push(fix)
    if (fixes.length === fixCount) break
  }
  return fixes
}

function bySize(a: Change, b: Change): number {
  const lost = (change: Change): number => change.reductions.reduce((sum, reduction) => sum + reduction.lost, 0)
  return a.tolerations.length + a.reductions.length - (b.tolerations.length + b.reductions.length) || lost(a) - lost(b)
}

/** What a pod must change to fit one node; undefined when neither tolerations nor smaller requests can do it. */
function changeFor(scheduler: Scheduler, node: Node, pod: Pod): Change | undefined {
  const taints = untoleratedTaints(node, pod.spec.tolerations)
  if (node.spec?.unschedulable === true || taints.some((taint) => taint.key.startsWith(stateTaintPrefix) || taint.key.startsWith('node-role.kubernetes.io/'))) return undefined
  const tolerations = taints.map(({ key, value = '', effect }): Toleration => (value === '' ? { key, operator: 'Exists', effect } : { key, operator: 'Equal', value, effect }))
  const reductions: Reduction[] = []
  for (const { resource, wanted, free } of shortagesOf(scheduler, node.metadata.name ?? '', pod)) {
    const reduction = reductionOf(pod, resource, wanted - free)
    if (reduction === undefined) return undefined
    reductions.push(reduction)
  }
  if (tolerations.length + reductions.length === 0) return undefined
  return { tolerations, taints: taints.map(formatTaint), reductions }
}

/** Takes what is too much from the container that asks for most. */
function reductionOf(pod: Pod, resource: string, tooMuch: number): Reduction | undefined {
  const asked = (container: Container): number => amountOf(resource, container.resources?.requests?.[resource] ?? '0')
  const [container] = [...pod.spec.containers].sort((a, b) => asked(b) - asked(a))
  const left = container === undefined ? 0 : asked(container) - tooMuch
  const to = amountText(resource, left)
  if (container === undefined || left <= 0 || amountOf(resource, to) <= 0) return undefined
  return { container: container.name, resource, from: amountText(resource, asked(container)), to, lost: tooMuch / asked(container) }
}

function tryChange(cluster: Cluster, scheduler: Scheduler, pod: Pod, change: Change, id: string): SuggestedFix | undefined {
  const found = explainPod(scheduler, { ...pod, spec: changedSpec(pod.spec, change) })
  const [first] = found.best
  if (first === undefined) return undefined
  const owner = ownerOf(cluster, pod)
  const place = owner.kind === 'Pod' ? 'the Pod' : `the Pod template of ${owner.kind} ${owner.object.metadata.name ?? ''}`
  const outcome = found.best.length === 1 ? `binds to ${first}` : `binds to one of ${found.best.length} nodes, such as ${first}`
  return {
    id, label: labelOf(change, place), outcome, yaml: toYaml(changedManifest(owner, change)),
    ...(found.best.length === 1 ? { landsOnNode: first } : {}),
  }
}

function labelOf({ taints, reductions }: Change, place: string): string {
  const parts = [
    ...(taints.length === 0 ? [] : [`tolerate ${taints.join(' and ')}`]),
    ...reductions.map(({ resource, from, to }) => `ask for ${resourceName(resource)} ${to} instead of ${from}`),
  ]
  const text = `${parts.join(', ')} in ${place}`
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

// ---- the changed object ----------------------------------------------------------------------------------------------

interface Owner { readonly kind: string; readonly apiVersion: string; readonly object: KubeObject }
type Json = { readonly [key: string]: unknown }

/** The object that a person wrote: the pod, or the controller at the top. */
function ownerOf(cluster: Cluster, pod: Pod): Owner {
  let owner: Owner = { kind: 'Pod', apiVersion: 'v1', object: pod }
  for (;;) {
    const reference = owner.object.metadata.ownerReferences?.find((candidate) => candidate.controller === true)
    const kind = cluster.kinds.all.find((candidate) => candidate.kind === reference?.kind && candidate.isVirtual !== true)
    if (reference === undefined || kind === undefined) return owner
    const resource = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
    const object = cluster.peekOne<KubeObject>(resource, `${pod.metadata.namespace ?? ''}/${reference.name}`)
    if (object === undefined || asJson(asJson(object['spec'])['template'])['spec'] === undefined) return owner
    owner = { kind: reference.kind, apiVersion: reference.apiVersion, object }
  }
}

/** What was applied last when there is such a record, else the object without what the server adds; with the change. */
function changedManifest({ kind, apiVersion, object }: Owner, change: Change): Json {
  const applied = object.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  const base = applied === undefined ? written(kind, apiVersion, object) : withoutEmpty(JSON.parse(applied) as Json)
  const spec = asJson(base['spec'])
  if (kind === 'Pod') return { ...base, spec: changedSpec(spec, change) }
  const template = asJson(spec['template'])
  return { ...base, spec: { ...spec, template: { ...template, spec: changedSpec(asJson(template['spec']), change) } } }
}

/** `kubectl apply` notes an empty list of annotations that nobody wrote. */
function withoutEmpty(manifest: Json): Json {
  const { annotations, ...metadata } = asJson(manifest['metadata'])
  return { ...manifest, metadata: Object.keys(asJson(annotations)).length === 0 ? metadata : { ...metadata, annotations } }
}

function written(kind: string, apiVersion: string, object: KubeObject): Json {
  const { name, namespace, labels, annotations } = object.metadata
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }
  const spec = asJson(object['spec'])
  return { apiVersion, kind, metadata, spec: kind === 'Job' ? writtenJob(spec) : kind === 'Pod' ? writtenPod(spec) : spec }
}

/** Admission mounts a token and adds tolerations of node states to every Pod; a person writes neither. */
function writtenPod(spec: Json): Json {
  const isWritten = ({ name }: { readonly name: string }): boolean => !name.startsWith('kube-api-access-')
  const volumes = ((spec['volumes'] as Pod['spec']['volumes']) ?? []).filter(isWritten)
  const tolerations = ((spec['tolerations'] as readonly Toleration[] | undefined) ?? []).filter(({ key = '' }) => !key.startsWith(stateTaintPrefix))
  const containers = (spec['containers'] as readonly Container[]).map(({ volumeMounts = [], ...container }) => {
    const mounts = volumeMounts.filter(isWritten)
    return mounts.length === 0 ? container : { ...container, volumeMounts: mounts }
  })
  const { volumes: _volumes, tolerations: _tolerations, ...rest } = spec
  return { ...rest, containers, ...(volumes.length === 0 ? {} : { volumes }), ...(tolerations.length === 0 ? {} : { tolerations }) }
}

/** A Job's selector and the labels that follow from it are the server's. */
function writtenJob({ selector: _selector, ...spec }: Json): Json {
  const template = asJson(spec['template'])
  const { labels, ...metadata } = asJson(template['metadata'])
  const own = Object.fromEntries(Object.entries(asJson(labels)).filter(([key]) => !key.startsWith('batch.kubernetes.io/') && key !== 'controller-uid' && key !== 'job-name'))
  return { ...spec, template: { ...template, metadata: { ...metadata, ...(Object.keys(own).length === 0 ? {} : { labels: own }) } } }
}

/** A pod spec with the change; the spec given stays as it is. */
function changedSpec<T extends object>(spec: T, { tolerations, reductions }: Change): T {
  const fields = spec as Json
  const containers = (fields['containers'] as readonly Container[] | undefined) ?? []
  const before = (fields['tolerations'] as readonly Toleration[] | undefined) ?? []
  return {
    ...spec, containers: containers.map((container) => reductions.filter((reduction) => reduction.container === container.name).reduce(reduced, container)),
    ...(tolerations.length === 0 ? {} : { tolerations: [...before, ...tolerations] }),
  }
}

/** Devices have equal requests and limits; CPU and memory keep their limits. */
function reduced(container: Container, { resource, to }: Reduction): Container {
  const { requests, limits } = container.resources ?? {}
  const isDevice = resource.includes('/')
  return {
    ...container,
    resources: {
      ...container.resources,
      ...(requests?.[resource] === undefined && isDevice ? {} : { requests: { ...requests, [resource]: to } }),
      ...(isDevice && limits?.[resource] !== undefined ? { limits: { ...limits, [resource]: to } } : {}),
    },
  }
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}
