/** Texts that all kinds of rollouts share. Models k8s.io/kubectl/pkg/polymorphichelpers history (v1.35). */

import type { KubeObject, PodTemplateSpec } from '../../api/types.ts'
import { Lines } from '../describe/lines.ts'
import { describePodTemplate } from '../describe/pod-template.ts'
import { alignTabs, describeTabs } from '../printers/tab-writer.ts'

/** Where the cause of a revision is written. */
export const causeAnnotation = 'kubernetes.io/change-cause'

/** A pod template; kubectl leaves its tabs alone here. */
export function templateText(template: PodTemplateSpec): string {
  const lines = new Lines({ isAligned: false })
  describePodTemplate(template, lines)
  return lines.text()
}

/** The list of revisions with their change causes. */
export function revisionTable(entries: readonly (readonly [revision: number, object: KubeObject])[]): string {
  if (entries.length === 0) return 'No rollout history found.'
  const rows = entries.map(([revision, { metadata }]) => `${revision}\t${metadata.annotations?.[causeAnnotation] || '<none>'}\n`)
  return alignTabs(`REVISION\tCHANGE-CAUSE\n${rows.join('')}`, describeTabs)
}
