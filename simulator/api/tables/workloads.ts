/** Rows of workloads, autoscalers, nodes and namespaces. Models kubernetes/pkg/printers/internalversion (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { formatLabelSelector, formatSelector, isSelectorError, toSelector } from '../selector.ts'
import type { KubeObject, LabelSelector } from '../types.ts'
import { splitApiVersion } from '../kinds.ts'
import { age, between, conditionStatus, containerCells, count, fieldsOf, firstText, formatLabels, listOf, nameOf, quantity, since, text } from './cells.ts'
import type { Cell, Fields, RowMaker } from './cells.ts'

function specOf(object: KubeObject): Fields {
  return fieldsOf(object.spec)
}

function statusOf(object: KubeObject): Fields {
  return fieldsOf(object.status)
}

function templateSpec(object: KubeObject): Fields {
  return fieldsOf(fieldsOf(specOf(object)['template'])['spec'])
}

function selectorText(selector: unknown): string {
  return formatLabelSelector(selector as LabelSelector | undefined)
}

/** Replicas that the spec asks for; the API's default is 1. */
function desired(object: KubeObject): number {
  const replicas = specOf(object)['replicas']
  return typeof replicas === 'number' ? replicas : 1
}

const deployment: RowMaker = (object, at) => {
  const status = statusOf(object)
  const selector = toSelector(specOf(object)['selector'] as LabelSelector | undefined)
  return [
    nameOf(object), `${count(status['readyReplicas'])}/${desired(object)}`, count(status['updatedReplicas']), count(status['availableReplicas']), age(object, at),
    ...containerCells(templateSpec(object)['containers']), isSelectorError(selector) ? '<invalid>' : formatSelector(selector),
  ]
}

const replicaSet: RowMaker = (object, at) => {
  const status = statusOf(object)
  return [nameOf(object), desired(object), count(status['replicas']), count(status['readyReplicas']), age(object, at), ...containerCells(templateSpec(object)['containers']), selectorText(specOf(object)['selector'])]
}

const replicationController: RowMaker = (object, at) => {
  const status = statusOf(object)
  return [nameOf(object), desired(object), count(status['replicas']), count(status['readyReplicas']), age(object, at), ...containerCells(templateSpec(object)['containers']), formatLabels(specOf(object)['selector'])]
}

const statefulSet: RowMaker = (object, at) =>
  [nameOf(object), `${count(statusOf(object)['readyReplicas'])}/${desired(object)}`, age(object, at), ...containerCells(templateSpec(object)['containers'])]

const daemonSet: RowMaker = (object, at) => {
  const status = statusOf(object)
  const numbers = ['desiredNumberScheduled', 'currentNumberScheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable'].map((field) => count(status[field]))
  return [nameOf(object), ...numbers, formatLabels(templateSpec(object)['nodeSelector']), age(object, at), ...containerCells(templateSpec(object)['containers']), selectorText(specOf(object)['selector'])]
}

function jobStatus(object: KubeObject): string {
  const holds = (type: string): boolean => conditionStatus(statusOf(object)['conditions'], type) === 'True'
  if (holds('Complete')) return 'Complete'
  if (holds('Failed')) return 'Failed'
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running'
}

const job: RowMaker = (object, at) => {
  const spec = specOf(object)
  const status = statusOf(object)
  const succeeded = count(status['succeeded'])
  const parallelism = count(spec['parallelism'])
  const completions = typeof spec['completions'] === 'number' ? `${succeeded}/${spec['completions']}` : parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
  return [
    nameOf(object), jobStatus(object), completions, between(status['startTime'], status['completionTime'], at), age(object, at),
    ...containerCells(templateSpec(object)['containers']), selectorText(spec['selector']),
  ]
}

const cronJob: RowMaker = (object, at) => {
  const spec = specOf(object)
  const status = statusOf(object)
  const jobSpec = fieldsOf(fieldsOf(spec['jobTemplate'])['spec'])
  const suspend = spec['suspend'] === undefined ? '<unset>' : spec['suspend'] === true ? 'True' : 'False'
  const last = status['lastScheduleTime'] === undefined || status['lastScheduleTime'] === null ? '<none>' : since(status['lastScheduleTime'], at)
  const containers = fieldsOf(fieldsOf(jobSpec['template'])['spec'])['containers']
  return [nameOf(object), text(spec['schedule']), typeof spec['timeZone'] === 'string' ? spec['timeZone'] : '<none>', suspend, listOf(status['active']).length, last, age(object, at), ...containerCells(containers), selectorText(jobSpec['selector'])]
}

/** `current/target` of one metric. */
function metricText(spec: Fields, status: Fields | undefined): string {
  const sources: { readonly [type: string]: string } = { External: 'external', Pods: 'pods', Object: 'object', Resource: 'resource', ContainerResource: 'containerResource' }
  const source = sources[text(spec['type'])]
  if (source === undefined) return '<unknown type>'
  const metric = fieldsOf(spec[source])
  const target = fieldsOf(metric['target'])
  const measured = status === undefined || status[source] === undefined ? undefined : fieldsOf(fieldsOf(status[source])['current'])
  const amount = (field: string): string => (measured === undefined ? '<unknown>' : quantity(measured[field]))
  if (source === 'pods') return `${amount('averageValue')}/${quantity(target['averageValue'])}`
  if (source === 'external' || source === 'object') {
    if (target['averageValue'] === undefined) return `${amount('value')}/${quantity(target['value'])}`
    return `${measured?.['averageValue'] === undefined ? '<unknown>' : amount('averageValue')}/${quantity(target['averageValue'])} (avg)`
  }
  if (target['averageValue'] !== undefined) return `${text(metric['name'])}: ${amount('averageValue')}/${quantity(target['averageValue'])}`
  const current = typeof measured?.['averageUtilization'] === 'number' ? `${measured['averageUtilization']}%` : '<unknown>'
  return `${text(metric['name'])}: ${current}/${typeof target['averageUtilization'] === 'number' ? `${target['averageUtilization']}%` : '<auto>'}`
}

/** The metrics of autoscaling/v2, or the one of v1 in that form. */
function hpaMetrics(object: KubeObject): [Fields[], Fields[]] {
  const spec = specOf(object)
  const status = statusOf(object)
  if (spec['targetCPUUtilizationPercentage'] === undefined) return [listOf(spec['metrics']), listOf(status['currentMetrics'])]
  const current = status['currentCPUUtilizationPercentage']
  const measured = current === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }]
  return [[{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: spec['targetCPUUtilizationPercentage'] } } }], measured]
}

const metricsShownMax = 2

const horizontalPodAutoscaler: RowMaker = (object, at) => {
  const spec = specOf(object)
  const target = fieldsOf(spec['scaleTargetRef'])
  const [specs, statuses] = hpaMetrics(object)
  const texts = specs.map((metric, index) => metricText(metric, statuses[index]))
  const shown = texts.slice(0, metricsShownMax).join(', ')
  const metrics = texts.length === 0 ? '<none>' : texts.length > metricsShownMax ? `${shown} + ${texts.length - metricsShownMax} more...` : shown
  const min = typeof spec['minReplicas'] === 'number' ? String(spec['minReplicas']) : '<unset>'
  return [nameOf(object), `${text(target['kind'])}/${text(target['name'])}`, metrics, min, count(spec['maxReplicas']), count(statusOf(object)['currentReplicas']), age(object, at)]
}

/** Roles of a node, from its labels; `<none>` without any. */
export function nodeRoles(labels: { readonly [key: string]: string } | undefined): string {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (key.startsWith('node-role.kubernetes.io/')) roles.add(key.slice('node-role.kubernetes.io/'.length))
    else if (key === 'kubernetes.io/role') roles.add(value)
  }
  roles.delete('')
  return roles.size === 0 ? '<none>' : [...roles].sort(compareText).join(',')
}

const node: RowMaker = (object, at) => {
  const status = statusOf(object)
  const info = fieldsOf(status['nodeInfo'])
  const ready = conditionStatus(status['conditions'], 'Ready')
  const words = [ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady', ...(specOf(object)['unschedulable'] === true ? ['SchedulingDisabled'] : [])]
  const address = (type: string): string => text(listOf(status['addresses']).find((each) => each['type'] === type)?.['address'] ?? '<none>')
  const known = (field: string): string => firstText(info[field], '<unknown>')
  return [
    nameOf(object), words.join(','), nodeRoles(object.metadata.labels), age(object, at), text(info['kubeletVersion']),
    address('InternalIP'), address('ExternalIP'), known('osImage'), known('kernelVersion'), known('containerRuntimeVersion'),
  ]
}

const namespace: RowMaker = (object, at) => [nameOf(object), text(statusOf(object)['phase']), age(object, at)]

const controllerRevision: RowMaker = (object, at) => {
  const owner = object.metadata.ownerReferences?.find((reference) => reference.controller === true)
  const group = owner === undefined ? '' : splitApiVersion(owner.apiVersion).group
  const controller = owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`
  return [nameOf(object), controller, count(fieldsOf(object)['revision']), age(object, at)]
}

const podTemplate: RowMaker = (object) => {
  const template = fieldsOf(fieldsOf(object)['template'])
  return [nameOf(object), ...containerCells(fieldsOf(template['spec'])['containers']), formatLabels(fieldsOf(template['metadata'])['labels'])]
}

const metrics: RowMaker = (object) => {
  const containers = listOf(fieldsOf(object)['containers'])
  const usage = fieldsOf(containers[0]?.['usage'] ?? fieldsOf(object)['usage'])
  return [nameOf(object), quantity(usage['cpu']), quantity(usage['memory']), text(fieldsOf(object)['window'])]
}

/** Rows by `group/Kind`. */
export const workloadRows: { readonly [kind: string]: (object: KubeObject, at: Parameters<RowMaker>[1]) => Cell[] } = {
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ControllerRevision': controllerRevision,
  'batch/Job': job,
  'batch/CronJob': cronJob,
  'autoscaling/HorizontalPodAutoscaler': horizontalPodAutoscaler,
  '/ReplicationController': replicationController,
  '/PodTemplate': podTemplate,
  '/Node': node,
  '/Namespace': namespace,
  'metrics.k8s.io/NodeMetrics': metrics,
  'metrics.k8s.io/PodMetrics': metrics,
}
