/** A pod template inside of a workload. Models k8s.io/kubectl/pkg/describe DescribePodTemplate (v1.35). */

import { formatLabelSelector } from '../../api/selector.ts'
import type { PodTemplateSpec, TopologySpreadConstraint } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { writeContainers } from './containers.ts'
import { writeAnnotations, writeLabels, writeTolerations } from './lines.ts'
import type { Lines } from './lines.ts'
import { writeVolumes } from './volumes.ts'

/** Writes topology spread constraints sorted by topology key; nothing without any. `space` goes before the title and each further line. */
export function writeSpreadConstraints(lines: Lines, constraints: readonly TopologySpreadConstraint[] | undefined, space: string): void {
  if (constraints === undefined || constraints.length === 0) return
  const sorted = [...constraints].sort((a, b) => compareText(a.topologyKey, b.topologyKey))
  lines.write(0, `${space}Topology Spread Constraints:\t`)
  sorted.forEach((one, index) => {
    const selector = one.labelSelector === undefined ? '' : ` for selector ${formatLabelSelector(one.labelSelector)}`
    lines.write(0, `${index === 0 ? '' : `${space}\t`}${one.topologyKey}:${one.whenUnsatisfiable} when max skew ${one.maxSkew} is exceeded${selector}\n`)
  })
}

/** Writes the block "Pod Template" with all its parts, as every workload's description has it. */
export function describePodTemplate(template: PodTemplateSpec, lines: Lines): void {
  const { metadata, spec } = template
  lines.write(0, 'Pod Template:\n')
  writeLabels(lines, '  Labels', metadata?.labels)
  if (Object.keys(metadata?.annotations ?? {}).length > 0) writeAnnotations(lines, '  Annotations', metadata?.annotations)
  if ((spec.serviceAccountName ?? '') !== '') lines.field('Service Account', spec.serviceAccountName ?? '', 1)
  if ((spec.initContainers ?? []).length > 0) writeContainers(lines, 'Init Containers', spec.initContainers ?? [], { space: '  ' })
  writeContainers(lines, 'Containers', spec.containers, { space: '  ' })
  writeVolumes(lines, spec.volumes, '  ')
  writeSpreadConstraints(lines, spec.topologySpreadConstraints, '  ')
  if ((spec.priorityClassName ?? '') !== '') lines.field('Priority Class Name', spec.priorityClassName ?? '', 1)
  writeLabels(lines, '  Node-Selectors', spec.nodeSelector)
  writeTolerations(lines, '  Tolerations', spec.tolerations)
}
