/** kubectl describe of workloads. Models k8s.io/kubectl/pkg/describe (v1.35). */

import { deepEqual } from '../../api/patch/common.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import { humanDuration } from '../../api/time.ts'
import type { Deployment, Job, JobSpec, KubeObject, LabelSelector, ObjectReference, PersistentVolumeClaim, PodTemplateSpec, ReplicaSet } from '../../api/types.ts'
import { attempt } from '../failures.ts'
import { formatLabels } from '../printers/table.ts'
import { listObjects } from '../resource-builder.ts'
import { claimClass } from './claim.ts'
import { needKind, podStatusText } from './describer.ts'
import type { DescribeContext, Describer } from './describer.ts'
import { describeEvents } from './events.ts'
import { boolText, controllerOf, longTime, writeAnnotations, writeHead, writeLabels } from './lines.ts'
import type { Lines } from './lines.ts'
import { describePodTemplate } from './pod-template.ts'

/** A selector as labels.Selector prints itself: equality as key=value. */
function selectorText(selector: LabelSelector | undefined): string {
  return formatLabelSelector(selector)
}

function writeConditions(lines: Lines, conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string }[] | undefined): void {
  if (conditions === undefined || conditions.length === 0) return
  lines.write(0, 'Conditions:\n  Type\tStatus\tReason\n')
  lines.write(1, '----\t------\t------\n')
  for (const condition of conditions) lines.write(1, `${condition.type} \t${condition.status}\t${condition.reason ?? ''}\n`)
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { 'pod-template-hash': _hash, ...labels } = template.metadata?.labels ?? {}
  return { ...template, metadata: { ...template.metadata, labels } }
}

function replicaSetsText(sets: readonly ReplicaSet[]): string {
  return sets.length === 0 ? '<none>' : sets.map((set) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec.replicas ?? 0} replicas created)`).join(', ')
}

function* writeReplicaSets(deployment: Deployment, { session, lines }: DescribeContext) {
  const read = yield* attempt(listObjects(session, needKind('apps', 'replicasets'), { namespace: deployment.metadata.namespace, selector: formatLabelSelector(deployment.spec.selector), limit: session.flags.int('chunk-size') }))
  if (!read.ok) return
  const owned = (read.value.items as ReplicaSet[]).filter((set) => set.metadata.ownerReferences?.some((one) => one.controller === true && one.uid === deployment.metadata.uid))
  if (owned.length === 0) return
  const template = withoutHash(deployment.spec.template)
  const byAge = [...owned].sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1))
  const newest = byAge.find((set) => deepEqual(withoutHash(set.spec.template), template))
  lines.field('OldReplicaSets', replicaSetsText(owned.filter((set) => set !== newest)))
  lines.field('NewReplicaSet', replicaSetsText(newest === undefined ? [] : [newest]))
}

export const describeDeployment: Describer<Deployment> = function* (deployment, context) {
  const { lines, session } = context
  const { metadata, spec, status = {} } = deployment
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  lines.field('CreationTimestamp', longTime(metadata.creationTimestamp))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  lines.field('Selector', selectorText(spec.selector))
  lines.field('Replicas', `${spec.replicas ?? 0} desired | ${status.updatedReplicas ?? 0} updated | ${status.replicas ?? 0} total | ${status.availableReplicas ?? 0} available | ${status.unavailableReplicas ?? 0} unavailable`)
  lines.field('StrategyType', spec.strategy?.type ?? '')
  lines.field('MinReadySeconds', spec.minReadySeconds ?? 0)
  const rolling = spec.strategy?.rollingUpdate
  if (rolling !== undefined) lines.field('RollingUpdateStrategy', `${rolling.maxUnavailable ?? ''} max unavailable, ${rolling.maxSurge ?? ''} max surge`)
  describePodTemplate(spec.template, lines)
  writeConditions(lines, status.conditions)
  yield* writeReplicaSets(deployment, context)
  yield* describeEvents(session, lines, deployment)
}

export const describeReplicaSet: Describer<ReplicaSet> = function* (set, { lines, session }) {
  const { metadata, spec, status } = set
  const podsStatus = yield* podStatusText(session, set, spec.selector)
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  lines.field('Selector', formatLabelSelector(spec.selector))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  const controller = controllerOf(metadata)
  if (controller !== undefined) lines.field('Controlled By', controller)
  lines.field('Replicas', `${status?.replicas ?? 0} current / ${spec.replicas ?? 0} desired`)
  lines.field('Pods Status', podsStatus)
  describePodTemplate(spec.template, lines)
  writeConditions(lines, status?.conditions)
  yield* describeEvents(session, lines, set)
}

interface StatefulSet extends KubeObject {
  spec: { replicas?: number; selector: LabelSelector; template: PodTemplateSpec; updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: number | string } }; volumeClaimTemplates?: PersistentVolumeClaim[] }
  status?: { replicas?: number }
}

function writeClaimTemplates(lines: Lines, templates: readonly PersistentVolumeClaim[] | undefined): void {
  if (templates === undefined || templates.length === 0) return lines.field('Volume Claims', '<none>')
  lines.write(0, 'Volume Claims:\n')
  for (const claim of templates) {
    lines.field('Name', claim.metadata.name ?? '', 1)
    lines.field('StorageClass', claimClass(claim), 1)
    writeLabels(lines, 'Labels', claim.metadata.labels, '  ')
    writeLabels(lines, 'Annotations', claim.metadata.annotations, '  ')
    lines.field('Capacity', claim.spec.resources?.requests?.['storage'] ?? '<default>', 1)
    lines.field('Access Modes', `[${(claim.spec.accessModes ?? []).join(' ')}]`, 1)
  }
}

export const describeStatefulSet: Describer<StatefulSet> = function* (set, { lines, session }) {
  const { metadata, spec, status } = set
  const podsStatus = yield* podStatusText(session, set, spec.selector)
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  lines.field('CreationTimestamp', longTime(metadata.creationTimestamp))
  lines.field('Selector', selectorText(spec.selector))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  lines.field('Replicas', `${spec.replicas ?? 0} desired | ${status?.replicas ?? 0} total`)
  lines.field('Update Strategy', spec.updateStrategy?.type ?? '')
  const rolling = spec.updateStrategy?.rollingUpdate
  if (rolling?.partition !== undefined) {
    lines.field('Partition', rolling.partition, 1)
    if (rolling.maxUnavailable !== undefined) lines.field('MaxUnavailable', rolling.maxUnavailable, 1)
  }
  lines.field('Pods Status', podsStatus)
  describePodTemplate(spec.template, lines)
  writeClaimTemplates(lines, spec.volumeClaimTemplates)
  yield* describeEvents(session, lines, set)
}

interface DaemonSet extends KubeObject {
  spec: { selector: LabelSelector; template: PodTemplateSpec }
  status?: { desiredNumberScheduled?: number; currentNumberScheduled?: number; updatedNumberScheduled?: number; numberAvailable?: number; numberMisscheduled?: number }
}

export const describeDaemonSet: Describer<DaemonSet> = function* (set, { lines, session }) {
  const { metadata, spec, status = {} } = set
  const podsStatus = yield* podStatusText(session, set, spec.selector)
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  lines.field('Selector', selectorText(spec.selector))
  lines.field('Node-Selector', formatLabels(spec.template.spec.nodeSelector))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  lines.write(0, `Desired Number of Nodes Scheduled: ${status.desiredNumberScheduled ?? 0}\n`)
  lines.write(0, `Current Number of Nodes Scheduled: ${status.currentNumberScheduled ?? 0}\n`)
  lines.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status.updatedNumberScheduled ?? 0}\n`)
  lines.write(0, `Number of Nodes Scheduled with Available Pods: ${status.numberAvailable ?? 0}\n`)
  lines.write(0, `Number of Nodes Misscheduled: ${status.numberMisscheduled ?? 0}\n`)
  lines.field('Pods Status', podsStatus)
  describePodTemplate(spec.template, lines)
  yield* describeEvents(session, lines, set)
}

const indexesLengthMax = 50

function indexesText(indexes: string | undefined): string {
  if (indexes === undefined || indexes === '') return '<none>'
  const end = indexes.indexOf(',', indexesLengthMax)
  return end < 0 ? indexes : `${indexes.slice(0, end + 1)}...`
}

function writeJobSpec(lines: Lines, spec: JobSpec): void {
  if (spec.parallelism !== undefined) lines.field('Parallelism', spec.parallelism)
  lines.field('Completions', spec.completions ?? '<unset>')
  if (spec.completionMode !== undefined) lines.field('Completion Mode', spec.completionMode)
  if (spec.suspend !== undefined) lines.field('Suspend', spec.suspend)
  if (spec.backoffLimit !== undefined) lines.field('Backoff Limit', spec.backoffLimit)
  if (spec.ttlSecondsAfterFinished !== undefined) lines.field('TTL Seconds After Finished', spec.ttlSecondsAfterFinished)
}

export const describeJob: Describer<Job> = function* (job, { lines, session }) {
  const { metadata, spec, status = {} } = job
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  lines.field('Selector', selectorText(spec.selector))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  const controller = controllerOf(metadata)
  if (controller !== undefined) lines.field('Controlled By', controller)
  writeJobSpec(lines, spec)
  const { startTime, completionTime } = status
  if (startTime !== undefined) lines.field('Start Time', longTime(startTime))
  if (completionTime !== undefined) lines.field('Completed At', longTime(completionTime))
  if (startTime !== undefined && completionTime !== undefined) lines.field('Duration', humanDuration(session.process.clock.parse(completionTime) - session.process.clock.parse(startTime)))
  if (spec.activeDeadlineSeconds !== undefined) lines.field('Active Deadline Seconds', `${spec.activeDeadlineSeconds}s`)
  const ready = status.ready === undefined ? '' : ` (${status.ready} Ready)`
  lines.field('Pods Statuses', `${status.active ?? 0} Active${ready} / ${status.succeeded ?? 0} Succeeded / ${status.failed ?? 0} Failed`)
  if (spec.completionMode === 'Indexed') lines.field('Completed Indexes', indexesText(status.completedIndexes))
  describePodTemplate(spec.template, lines)
  yield* describeEvents(session, lines, job)
}

interface CronJob extends KubeObject {
  spec: { schedule: string; concurrencyPolicy?: string; suspend?: boolean; successfulJobsHistoryLimit?: number; failedJobsHistoryLimit?: number; startingDeadlineSeconds?: number; jobTemplate: { spec: JobSpec } }
  status?: { lastScheduleTime?: string; active?: ObjectReference[] }
}

export const describeCronJob: Describer<CronJob> = function* (cronJob, { lines, session }) {
  const { metadata, spec, status } = cronJob
  const job = spec.jobTemplate.spec
  writeHead(lines, metadata)
  lines.field('Schedule', spec.schedule)
  lines.field('Concurrency Policy', spec.concurrencyPolicy ?? '')
  lines.field('Suspend', boolText(spec.suspend))
  lines.field('Successful Job History Limit', spec.successfulJobsHistoryLimit ?? '<unset>')
  lines.field('Failed Job History Limit', spec.failedJobsHistoryLimit ?? '<unset>')
  lines.field('Starting Deadline Seconds', spec.startingDeadlineSeconds === undefined ? '<unset>' : `${spec.startingDeadlineSeconds}s`)
  lines.field('Selector', job.selector === undefined ? '<unset>' : selectorText(job.selector))
  lines.field('Parallelism', job.parallelism ?? '<unset>')
  lines.field('Completions', job.completions ?? '<unset>')
  if (job.activeDeadlineSeconds !== undefined) lines.field('Active Deadline Seconds', `${job.activeDeadlineSeconds}s`)
  describePodTemplate(job.template, lines)
  lines.field('Last Schedule Time', status?.lastScheduleTime === undefined ? '<unset>' : longTime(status.lastScheduleTime))
  const active = status?.active ?? []
  lines.field('Active Jobs', active.length === 0 ? '<none>' : active.map(({ name }) => name).join(', '))
  yield* describeEvents(session, lines, cronJob)
}
