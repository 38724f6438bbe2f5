/**
 * A slow scheduler to hold the fast one against: plain objects in, an answer out, nothing remembered, nothing counted
 * ahead. Each plugin is one file that says what the plugin of Kubernetes 1.35 does, in the most obvious way.
 */

import type { KubeObject, Node, Pod } from '../../../api/types.ts'

/** Everything a plugin may look at. */
export interface Cluster {
  /** In the order of their creation. */
  readonly nodes: readonly Node[]
  /** All pods, bound and waiting. */
  readonly pods: readonly Pod[]
  /** Everything else. */
  readonly objects: readonly KubeObject[]
  /** The cluster as it was before some pods were taken away for a trial. */
  readonly before?: Cluster
}

export interface Verdict { readonly code: 'unschedulable' | 'unschedulableAndUnresolvable' | 'error'; readonly reasons: readonly string[] }

/** 'skip' leaves the plugin's filter out; names narrow the nodes. */
export type PreFilterAnswer = Verdict | 'skip' | undefined | { readonly names: readonly string[] }

export interface Scores { readonly raw: readonly number[]; readonly normalized: readonly number[] }

export interface ReferencePlugin {
  readonly name: string
  preEnqueue?(pod: Pod, cluster: Cluster): Verdict | undefined
  preFilter?(pod: Pod, cluster: Cluster): PreFilterAnswer
  filter?(pod: Pod, node: Node, cluster: Cluster): Verdict | undefined
  readonly weight?: number
  /** Scores of the nodes that fit, in their order; 'skip' when the plugin has no opinion. */
  score?(pod: Pod, nodes: readonly Node[], cluster: Cluster): Scores | Verdict | 'skip'
}

/** No, but evictions may help. */
export function no(...reasons: string[]): Verdict { return { code: 'unschedulable', reasons } }
/** No, whoever leaves. */
export function never(...reasons: string[]): Verdict { return { code: 'unschedulableAndUnresolvable', reasons } }
export function broken(reason: string): Verdict { return { code: 'error', reasons: [reason] } }

export function isVerdict(answer: unknown): answer is Verdict {
  return typeof answer === 'object' && answer !== null && 'code' in answer
}

/** Pods that take place on a node. */
export function podsOn({ pods }: Cluster, nodeName: string): Pod[] {
  return pods.filter((pod) => pod.spec.nodeName === nodeName && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
}

/** Pods on nodes that exist, with their nodes. */
export function placedPods(cluster: Cluster): { pod: Pod; node: Node }[] {
  return cluster.nodes.flatMap((node) => podsOn(cluster, node.metadata.name ?? '').map((pod) => ({ pod, node })))
}

export function priorityOf({ spec }: Pod): number { return spec.priority ?? 0 }
export function keyOf({ metadata }: KubeObject): string { return `${metadata.namespace ?? ''}/${metadata.name ?? ''}` }

export function findObject<T extends KubeObject>({ objects }: Cluster, kind: string, namespace: string, name: string): T | undefined {
  return objects.find((o) => o.kind === kind && (o.metadata.namespace ?? '') === namespace && o.metadata.name === name) as T | undefined
}

export function listObjects<T extends KubeObject>({ objects }: Cluster, kind: string): T[] {
  return objects.filter((o) => o.kind === kind) as T[]
}

/** 0 to 100 by the highest; reversed, the highest gets 0. */
export function byHighest(raw: readonly number[], isReversed = false): number[] {
  const highest = Math.max(0, ...raw)
  if (highest === 0) return raw.map(() => (isReversed ? 100 : 0))
  return raw.map((score) => (isReversed ? 100 - Math.floor((100 * score) / highest) : Math.floor((100 * score) / highest)))
}
