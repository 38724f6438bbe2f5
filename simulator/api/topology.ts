/** Labels of a node that its pods get. Models plugin/pkg/admission/podtopologylabels (v1.35). */

import type { KubeObject, StringMap } from './types.ts'

const topologyLabels = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone']

/** The region and zone of a node as labels; undefined when it has neither. */
export function topologyLabelsOf(node: KubeObject | undefined): StringMap | undefined {
  const labels = node?.metadata.labels
  if (labels === undefined || !topologyLabels.some((label) => labels[label] !== undefined)) return undefined
  const found = topologyLabels.filter((label) => labels[label] !== undefined)
  return found.length === 0 ? undefined : Object.fromEntries(found.map((label) => [label, labels[label]!]))
}
