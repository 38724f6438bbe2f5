/** The pods of a Job as Kueue counts them, and what admission writes into their template. Models sigs.k8s.io/kueue/pkg/controller/jobs/job and pkg/podset (v0.10). */

import type { Job, JobSpec, ObjectMeta, PodTemplateSpec, StringMap, Toleration } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { isAdmitted, hasQuotaReservation } from './conditions.ts'
import type { PodSet, ResourceFlavor, Workload } from './types.ts'

const managedLabels = ['job-name', 'controller-uid', 'batch.kubernetes.io/job-name', 'batch.kubernetes.io/controller-uid']
const minParallelismAnnotation = 'kueue.x-k8s.io/job-min-parallelism'
const syncCompletionsAnnotation = 'kueue.x-k8s.io/job-completions-equal-parallelism'

/** How many pods of a Job run at the same time. */
export function podsCount({ spec }: Job): number {
  const { parallelism = 1, completions } = spec
  return completions !== undefined && completions < parallelism ? completions : parallelism
}

/** The least number of pods that a Job can do with; undefined when it needs all. */
export function minPodsCount({ metadata }: Job): number | undefined {
  const text = metadata.annotations?.[minParallelismAnnotation]
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
}

function withoutManaged(metadata: ObjectMeta | undefined): ObjectMeta {
  const { labels, ...rest } = metadata ?? {}
  const kept = Object.entries(labels ?? {}).filter(([key]) => !managedLabels.includes(key))
  return kept.length === 0 ? rest : { ...rest, labels: Object.fromEntries(kept) }
}

/** The one pod set of a Job. */
export function podSetOf(job: Job): PodSet {
  const { template } = job.spec
  const minCount = minPodsCount(job)
  return { name: 'main', template: { ...template, metadata: withoutManaged(template.metadata) }, count: podsCount(job), ...(minCount === undefined ? {} : { minCount }) }
}

/** Pods that have ended for good and give their quota back. */
export function reclaimablePods(job: Job): readonly { readonly name: string; readonly count: number }[] {
  const { parallelism = 1, completions = parallelism } = job.spec
  const succeeded = job.status?.succeeded ?? 0
  const remaining = completions - succeeded
  return parallelism === 1 || succeeded === 0 || remaining >= parallelism ? [] : [{ name: 'main', count: parallelism - remaining }]
}

/** What admission adds to the template. */
export interface Placement { readonly count: number; readonly nodeSelector: StringMap; readonly tolerations: readonly Toleration[] }

/** The placement that a workload was given, or undefined when one of its flavors is gone. */
export function placementOf(workload: Workload, findFlavor: (name: string) => ResourceFlavor | undefined): Placement | undefined {
  const assignment = workload.status?.admission?.podSetAssignments[0]
  let nodeSelector: StringMap = {}
  const tolerations: Toleration[] = []
  for (const name of new Set(Object.values(assignment?.flavors ?? {}))) {
    const flavor = findFlavor(name)
    if (flavor === undefined) return undefined
    nodeSelector = { ...flavor.spec?.nodeLabels, ...nodeSelector }
    tolerations.push(...(flavor.spec?.tolerations ?? []))
  }
  return { count: assignment?.count ?? workload.spec.podSets[0]?.count ?? 0, nodeSelector, tolerations }
}

/** The label of a flavor that contradicts the Job's own node selector, as the refusal names it. */
export function conflictText(job: Job, { nodeSelector }: Placement): string | undefined {
  const own = job.spec.template.spec.nodeSelector ?? {}
  const key = Object.keys(nodeSelector).find((label) => own[label] !== undefined && own[label] !== nodeSelector[label])
  return key === undefined ? undefined : `invalid admission check PodSetUpdate: conflict for nodeSelector: conflict for key=${key}, value1=${own[key]}, value2=${nodeSelector[key]}`
}

function mergedTolerations(own: readonly Toleration[] | undefined, added: readonly Toleration[]): Toleration[] {
  const merged = [...(own ?? [])]
  for (const toleration of added) if (!merged.some((one) => equalJson(one, toleration))) merged.push(toleration)
  return merged
}

function withCount(job: Job, count: number): Partial<JobSpec> {
  if (minPodsCount(job) === undefined) return {}
  return job.metadata.annotations?.[syncCompletionsAnnotation] === 'true' ? { parallelism: count, completions: count } : { parallelism: count }
}

/** The Job as it runs where it was placed. */
export function startedJob(job: Job, { count, nodeSelector, tolerations }: Placement): Job {
  const { template } = job.spec
  const selector = { ...nodeSelector, ...template.spec.nodeSelector }
  const all = mergedTolerations(template.spec.tolerations, tolerations)
  const spec = { ...template.spec, ...(Object.keys(selector).length === 0 ? {} : { nodeSelector: selector }), ...(all.length === 0 ? {} : { tolerations: all }) }
  return { ...job, spec: { ...job.spec, ...withCount(job, count), suspend: false, template: { ...template, spec } } }
}

/** The template as it was before admission; the labels of the Job controller stay. */
function restoredTemplate(current: PodTemplateSpec, { template }: PodSet): PodTemplateSpec {
  const kept = Object.entries(current.metadata?.labels ?? {}).filter(([key]) => managedLabels.includes(key))
  const { nodeSelector: _selector, tolerations: _tolerations, ...rest } = current.spec
  const { nodeSelector, tolerations } = template.spec
  return {
    metadata: { ...current.metadata, labels: { ...template.metadata?.labels, ...Object.fromEntries(kept) } },
    spec: { ...rest, ...(nodeSelector === undefined ? {} : { nodeSelector }), ...(tolerations === undefined ? {} : { tolerations }) },
  }
}

/** The Job suspended, its template as the workload keeps it. */
export function stoppedJob(job: Job, workload: Workload | undefined): Job {
  const podSet = workload?.spec.podSets[0]
  if (podSet === undefined) return { ...job, spec: { ...job.spec, suspend: true } }
  return { ...job, spec: { ...job.spec, ...withCount(job, podSet.count), suspend: true, template: restoredTemplate(job.spec.template, podSet) } }
}

function samePods(a: PodSet, b: PodSet, ignoresTolerations: boolean): boolean {
  const [one, other] = [a.template.spec, b.template.spec]
  const hasSameTolerations = ignoresTolerations || equalJson(one.tolerations ?? [], other.tolerations ?? [])
  return a.count === b.count && a.minCount === b.minCount && hasSameTolerations && equalJson(one.initContainers ?? [], other.initContainers ?? []) && equalJson(one.containers, other.containers)
}

/** True when a workload still speaks of the Job as it is. */
export function isEquivalent(job: Job, workload: Workload, placement: Placement | undefined): boolean {
  const asked = workload.spec.podSets[0]
  if (asked === undefined) return false
  const actual = podSetOf(job)
  const isFree = isAdmitted(workload)
  if (!hasQuotaReservation(workload) || placement === undefined) return samePods(actual, asked, isFree)
  const tolerations = mergedTolerations(asked.template.spec.tolerations, placement.tolerations)
  const running: PodSet = { ...asked, count: asked.minCount === undefined ? asked.count : placement.count, template: { ...asked.template, spec: { ...asked.template.spec, tolerations } } }
  return samePods(actual, running, isFree) || (job.spec.suspend === true && samePods(actual, asked, isFree))
}
