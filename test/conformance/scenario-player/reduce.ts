/** Objects reduced to what a recording compares. The same reduction as the recording program's. */

import type { Dict } from './dict.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'

const annotationNames = [
  'deployment.kubernetes.io/revision', 'deployment.kubernetes.io/desired-replicas', 'deployment.kubernetes.io/max-replicas', 'deployment.kubernetes.io/revision-history', 'kubernetes.io/change-cause',
  'controller.kubernetes.io/pod-deletion-cost', 'batch.kubernetes.io/job-completion-index', 'batch.kubernetes.io/job-index-failure-count', 'batch.kubernetes.io/job-index-ignored-failure-count',
  'pv.kubernetes.io/bind-completed', 'pv.kubernetes.io/bound-by-controller', 'volume.kubernetes.io/selected-node', 'endpoints.kubernetes.io/over-capacity', 'batch.kubernetes.io/cronjob-scheduled-timestamp',
]
const droppedStatus = new Set([
  'conditions', 'startTime', 'completionTime', 'lastPhaseTransitionTime', 'uncountedTerminatedPods', 'lastScaleTime', 'lastScheduleTime', 'lastSuccessfulTime', 'containerStatuses', 'initContainerStatuses',
  'ephemeralContainerStatuses', 'podIPs', 'podIP', 'hostIP', 'hostIPs', 'nodeInfo', 'images', 'addresses', 'daemonEndpoints', 'volumesInUse', 'volumesAttached', 'qosClass', 'features', 'runtimeHandlers',
  'resourceVersion', 'resources', 'allocatedResources',
])

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

function pick(object: Dict, ...keys: string[]): Dict {
  return Object.fromEntries(keys.filter((key) => !isEmpty(object[key])).map((key) => [key, object[key]]))
}

function byKey(key: (item: Dict) => string): (a: Dict, b: Dict) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
}

function conditionsOf(status: Dict): Dict[] {
  const sorted = [...(status['conditions'] ?? [])].sort(byKey((condition) => condition['type']))
  return sorted.map((condition) => Object.fromEntries(['type', 'status', 'reason', 'message'].filter((key) => condition[key]).map((key) => [key, condition[key]])))
}

/** KIND/NAME of the first owner. */
export function ownerText(object: KubeObject): string | undefined {
  const owner = object.metadata.ownerReferences?.[0]
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}${owner.controller === true ? '' : ' (not controller)'}`
}

function containerState(status: Dict): Dict {
  const result: Dict = { ready: status['ready'], restartCount: status['restartCount'] }
  for (const which of ['state', 'lastState']) {
    for (const [key, value] of Object.entries((status[which] ?? {}) as Dict)) result[which] = { [key]: pick(value ?? {}, 'reason', 'exitCode', 'message') }
  }
  return result
}

function reducePod(object: KubeObject, result: Dict): Dict {
  const spec = (object.spec ?? {}) as Dict
  const status = (object.status ?? {}) as Dict
  result['labels'] = object.metadata.labels
  Object.assign(result, pick(spec, 'nodeName', 'schedulingGates'))
  for (const field of ['hostname', 'subdomain', 'nodeSelector']) if (spec[field]) result[field] = spec[field]
  const containers: Dict = {}
  for (const entry of (status['containerStatuses'] ?? []) as Dict[]) {
    const state = containerState(entry)
    if (JSON.stringify(state) !== JSON.stringify({ ready: state['ready'], restartCount: 0, state: { running: {} } })) containers[entry['name']] = state
  }
  if (!isEmpty(containers)) result['containers'] = containers
  result['phase'] = status['phase']
  Object.assign(result, pick(status, 'reason', 'message'))
  const conditions = conditionsOf(status)
  result['ready'] = conditions.some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True')
  const usual = ['PodReadyToStartContainers', 'Initialized', 'ContainersReady', 'Ready']
  const extra = conditions.filter((condition) => !usual.includes(condition['type']) && !(condition['type'] === 'PodScheduled' && condition['status'] === 'True'))
  if (extra.length > 0) result['conditions'] = extra
  if (object.metadata.deletionGracePeriodSeconds !== undefined) result['deletionGracePeriodSeconds'] = object.metadata.deletionGracePeriodSeconds
  return result
}

function reduceSlice(object: Dict, result: Dict): void {
  result['addressType'] = object['addressType']
  result['ports'] = (object['ports'] ?? []).map((port: Dict) => ({ ...('name' in port ? { name: port['name'] } : {}), ...pick(port, 'port', 'protocol') }))
  result['endpoints'] = (object['endpoints'] ?? []).map((endpoint: Dict) => ({ addresses: endpoint['addresses'], conditions: endpoint['conditions'], ...pick(endpoint, 'nodeName', 'hostname'), targetRef: endpoint['targetRef']?.name ?? null }))
    .sort(byKey((endpoint) => String(endpoint['targetRef'])))
}

function reduceEndpoints(object: Dict, result: Dict): void {
  const addresses = (list: Dict[]): Dict[] => list.map((address) => ({ ...pick(address, 'ip', 'nodeName', 'hostname'), targetRef: address['targetRef']?.name ?? null })).sort(byKey((address) => String(address['targetRef'])))
  result['subsets'] = (object['subsets'] ?? []).map((subset: Dict) => {
    const reduced: Dict = {}
    for (const field of ['addresses', 'notReadyAddresses']) if (subset[field]?.length > 0) reduced[field] = addresses(subset[field])
    if (subset['ports']?.length > 0) reduced['ports'] = subset['ports']
    return reduced
  })
}

/** What matters of an object. */
export function reduceObject(object: KubeObject): Dict {
  const { kind, metadata } = object
  const spec = (object.spec ?? {}) as Dict
  let status = (object.status ?? {}) as Dict
  const result: Dict = {}
  const owner = ownerText(object)
  if (owner !== undefined) result['owner'] = owner
  const annotations = Object.fromEntries(annotationNames.filter((name) => metadata.annotations?.[name] !== undefined).map((name) => [name, metadata.annotations![name]]))
  if (!isEmpty(annotations)) result['annotations'] = annotations
  if (metadata.deletionTimestamp !== undefined) result['deleting'] = true
  if (!isEmpty(metadata.finalizers)) result['finalizers'] = metadata.finalizers
  if (['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'].includes(kind)) {
    result['replicas'] = spec['replicas']
    if (spec['paused']) result['paused'] = true
  }
  switch (kind) {
    case 'Pod': return reducePod(object, result)
    case 'Job':
      for (const field of ['parallelism', 'completions', 'suspend', 'backoffLimit']) if (spec[field] !== undefined) result[field] = spec[field]
      if (!isEmpty(status['uncountedTerminatedPods'])) result['uncounted'] = Object.fromEntries(Object.entries(status['uncountedTerminatedPods'] as Dict).map(([key, uids]) => [key, uids.length]))
      result['timestamps'] = ['startTime', 'completionTime'].filter((field) => status[field])
      break
    case 'CronJob':
      Object.assign(result, { suspend: spec['suspend'], active: (status['active'] ?? []).map((job: Dict) => job['name']), timestamps: ['lastScheduleTime', 'lastSuccessfulTime'].filter((field) => status[field]) })
      status = {}
      break
    case 'EndpointSlice':
      reduceSlice(object as unknown as Dict, result)
      status = {}
      break
    case 'Endpoints':
      reduceEndpoints(object as unknown as Dict, result)
      break
    case 'Node':
      result['taints'] = (spec['taints'] ?? []).map((taint: Dict) => Object.fromEntries(['key', 'value', 'effect'].filter((field) => field in taint).map((field) => [field, taint[field]])))
      if (spec['unschedulable']) result['unschedulable'] = true
      result['conditions'] = conditionsOf(status)
      return result
    case 'Service':
      Object.assign(result, pick(spec, 'type', 'selector', 'publishNotReadyAddresses'))
      status = {}
      break
    case 'PersistentVolumeClaim':
      Object.assign(result, pick(spec, 'volumeName', 'storageClassName'))
      break
    case 'PersistentVolume':
      Object.assign(result, pick(spec, 'storageClassName', 'persistentVolumeReclaimPolicy'))
      if (spec['claimRef']) result['claimRef'] = pick(spec['claimRef'], 'namespace', 'name')
      break
    case 'ControllerRevision':
      result['revision'] = (object as unknown as Dict)['revision']
      status = {}
      break
    case 'HorizontalPodAutoscaler':
      Object.assign(result, pick(spec, 'minReplicas', 'maxReplicas'))
      break
    default:
  }
  const kept = Object.fromEntries(Object.entries(status).filter(([field, value]) => !droppedStatus.has(field) && value !== undefined))
  if (!isEmpty(kept)) result['status'] = kept
  if (!isEmpty(status['conditions'])) result['conditions'] = conditionsOf(status)
  return result
}
