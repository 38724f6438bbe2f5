/** ControllerRevisions: the templates that a StatefulSet or DaemonSet had. Models kubernetes/pkg/controller/history (v1.35). */

import type { KubeObject, PodTemplateSpec } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import { compareText } from '../kernel/text.ts'
import { revisionData } from './pod-template-hash.ts'

/** A stored template with its number; later ones are higher. */
export interface ControllerRevision extends KubeObject { data: { spec: { template: PodTemplateSpec & { $patch?: string } } }; revision: number }

/** The label of a pod that names its revision. */
export const revisionLabel = 'controller-revision-hash'

/** By number, then by age, then by name; a new array. */
export function sortRevisions(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return [...revisions].sort((a, b) =>
    a.revision - b.revision || compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name!, b.metadata.name!))
}

/** The template that a revision keeps. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  const { $patch: _replace, ...template } = data.spec.template
  return template
}

/** Whether a revision keeps this template. */
export function keepsTemplate(revision: ControllerRevision, template: PodTemplateSpec): boolean {
  return equalJson(revision.data, revisionData(template))
}
