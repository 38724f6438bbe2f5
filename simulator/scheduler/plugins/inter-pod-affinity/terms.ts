/** Which pods the terms of pod affinity mean. Models kube-scheduler/framework AffinityTerm.Matches (v1.35). */

import type { StringMap } from '../../../api/types.ts'
import type { AffinityTerm, PodClass } from '../../pod-class.ts'

/** Labels of a namespace; undefined when it does not exist. */
export type NamespaceLabels = (namespace: string) => StringMap | undefined

/** True when the term of a running pod means the pods of a class. */
export function termMeans(term: AffinityTerm, other: Pick<PodClass, 'namespace' | 'pod'>, labelsOf: NamespaceLabels): boolean {
  if (!term.namespaces.includes(other.namespace) && !term.namespaceSelector.matches(labelsOf(other.namespace))) return false
  return term.selector.matches(other.pod.metadata.labels)
}

/**
 * True when a term of the pod to be scheduled means the pods of a class.
 * Upstream asks the selector of namespaces once more, without labels: one that only rules labels out means all namespaces.
 */
export function ownTermMeans(term: AffinityTerm, other: Pick<PodClass, 'namespace' | 'pod'>, labelsOf: NamespaceLabels): boolean {
  return term.namespaceSelector.matches(undefined) ? term.selector.matches(other.pod.metadata.labels) : termMeans(term, other, labelsOf)
}

/** True when the pod to be scheduled has terms and all of them mean the pods of a class. */
export function allTermsMean(terms: readonly AffinityTerm[], other: Pick<PodClass, 'namespace' | 'pod'>, labelsOf: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every((term) => ownTermMeans(term, other, labelsOf))
}
