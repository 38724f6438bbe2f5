/** Defaults of pods and pod templates. Models pkg/apis/core/v1/defaults.go and component-helpers/resource (v1.35). Changes the given object. */

import { parseImageReference } from '../../api/image-reference.ts'
import { formatQuantity, isQuantityError, parseQuantity, roundUpParsed } from '../../api/quantity.ts'
import { containerRequests, isPodLevelResource, podLimits } from '../../api/resources.ts'
import type { PodSpec, ResourceList, ResourceRequirements } from '../../api/types.ts'
import { defaultClaimSpec } from './claim-defaults.ts'
import type { FullContainer, FullHandler, FullPodSpec, FullProbe, FullVolume } from './pod-types.ts'

/** Resource lists keep thousandths; finer digits round up. */
export function roundResourceList(list: ResourceList | undefined): void {
  if (list === undefined) return
  for (const resource of Object.keys(list)) {
    const parsed = parseQuantity(list[resource]!)
    if (isQuantityError(parsed) || parsed.scale >= -3) continue
    list[resource] = formatQuantity(roundUpParsed(parsed, -3).quantity)
  }
}

function roundRequirements(resources: ResourceRequirements | undefined): void {
  roundResourceList(resources?.limits)
  roundResourceList(resources?.requests)
}

function defaultHandler(handler: FullHandler | undefined): void {
  if (handler?.httpGet === undefined) return
  if (!handler.httpGet.path) handler.httpGet.path = '/'
  if (!handler.httpGet.scheme) handler.httpGet.scheme = 'HTTP'
}

function defaultProbe(probe: FullProbe | undefined): void {
  if (probe === undefined) return
  defaultHandler(probe)
  if (probe.grpc !== undefined) probe.grpc.service ??= ''
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
}

function defaultPullPolicy(image: string | undefined): string {
  const reference = parseImageReference(image ?? '')
  return 'tag' in reference && reference.tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultContainer(container: FullContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image)
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  for (const env of container.env ?? []) if (env.valueFrom?.fieldRef !== undefined) env.valueFrom.fieldRef.apiVersion ||= 'v1'
  for (const env of container.env ?? []) if (env.valueFrom?.fileKeyRef !== undefined) env.valueFrom.fileKeyRef.optional ??= false
  roundRequirements(container.resources)
  defaultProbe(container.livenessProbe)
  defaultProbe(container.readinessProbe)
  defaultProbe(container.startupProbe)
  defaultHandler(container.lifecycle?.postStart)
  defaultHandler(container.lifecycle?.preStop)
}

const fileMode = 0o644

function defaultVolume(volume: FullVolume): void {
  const hasSource = Object.keys(volume).some((key) => key !== 'name' && volume[key] !== undefined)
  if (!hasSource) volume.emptyDir = {}
  if (volume.secret !== undefined) volume.secret.defaultMode ??= fileMode
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= fileMode
  if (volume.downwardAPI !== undefined) volume.downwardAPI.defaultMode ??= fileMode
  if (volume.projected !== undefined) volume.projected.defaultMode ??= fileMode
  if (volume.hostPath !== undefined) volume.hostPath.type ??= ''
  if (volume.image !== undefined) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference)
  defaultNetworkDisk(volume)
  for (const file of volume.downwardAPI?.items ?? []) if (file.fieldRef !== undefined) file.fieldRef.apiVersion ||= 'v1'
  for (const source of volume.projected?.sources ?? []) {
    if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600
    for (const file of source.downwardAPI?.items ?? []) if (file.fieldRef !== undefined) file.fieldRef.apiVersion ||= 'v1'
  }
  if (volume.ephemeral?.volumeClaimTemplate !== undefined) defaultClaimSpec((volume.ephemeral.volumeClaimTemplate.spec ??= {}))
}

/** Defaults of disks in networks, which come from generated code. */
export function defaultNetworkDisk(source: { [name: string]: unknown }): void {
  const set = (name: string, defaults: { readonly [field: string]: unknown }): void => {
    const value = source[name]
    if (typeof value !== 'object' || value === null) return
    const disk = value as { [field: string]: unknown }
    for (const field of Object.keys(defaults)) if (disk[field] === undefined || disk[field] === '') disk[field] = defaults[field]
  }
  set('iscsi', { iscsiInterface: 'default' })
  set('rbd', { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' })
  set('azureDisk', { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false })
  set('scaleIO', { storageMode: 'ThinProvisioned', fsType: 'xfs' })
}

/** Defaults that pods and templates share. */
export function defaultPodSpec(spec: FullPodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ||= 'default-scheduler'
  syncServiceAccount(spec)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])]) defaultContainer(container)
  roundResourceList(spec.overhead)
  roundRequirements(spec.resources)
}

/** The deprecated name of the service account follows the real one; alone, it sets it. */
export function syncServiceAccount(spec: FullPodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount
  if (name === undefined || name === '') return
  spec.serviceAccountName = name
  spec.serviceAccount = name
}

function defaultHostPorts(container: FullContainer): void {
  for (const port of container.ports ?? []) if (!port.hostPort) port.hostPort = port.containerPort
}

/** A container's missing requests are its limits; only pods get this, templates stay as they are. */
function defaultRequests(container: FullContainer): void {
  const limits = container.resources?.limits
  if (limits === undefined) return
  container.resources!.requests = { ...limits, ...container.resources!.requests }
}

/** Defaults of a pod itself, after those of its spec. */
export function defaultPod(spec: FullPodSpec): void {
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultRequests(container)
  defaultPodLevelResources(spec)
  spec.enableServiceLinks ??= true
  if (spec.hostNetwork === true) for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultHostPorts(container)
}

/** The spec as the room api reads it; decoding has checked all types. */
function asPod(spec: FullPodSpec): { spec: PodSpec } {
  return { spec: { ...(spec as unknown as PodSpec), containers: (spec.containers ?? []) as PodSpec['containers'] } }
}

/** What the containers of a pod request together. */
export function aggregateRequests(spec: FullPodSpec): ResourceList {
  return containerRequests(asPod(spec))
}

/** The limits of the containers of a pod together. */
export function aggregateLimits(spec: FullPodSpec): ResourceList {
  return podLimits(asPod(spec), { skipPodLevel: true, excludeOverhead: true })
}

function defaultPodLevelResources(spec: FullPodSpec): void {
  const { resources } = spec
  if (resources === undefined) return
  defaultHugePageLimits(spec, resources)
  if (Object.keys(resources.limits ?? {}).length === 0) return
  const requests: ResourceList = { ...resources.requests }
  const aggregate = aggregateRequests(spec)
  for (const key of Object.keys(aggregate)) if (requests[key] === undefined && (key === 'cpu' || key === 'memory')) requests[key] = aggregate[key]!
  for (const key of Object.keys(resources.limits!)) if (requests[key] === undefined && isPodLevelResource(key)) requests[key] = resources.limits![key]!
  if (Object.keys(requests).length > 0) resources.requests = requests
}

function defaultHugePageLimits(spec: FullPodSpec, resources: ResourceRequirements): void {
  if (Object.keys(resources.limits ?? {}).length === 0 && Object.keys(resources.requests ?? {}).length === 0) return
  const aggregate = aggregateLimits(spec)
  for (const key of Object.keys(aggregate)) {
    if (!key.startsWith('hugepages-') || resources.requests?.[key] !== undefined || resources.limits?.[key] !== undefined) continue
    resources.limits = { ...resources.limits, [key]: aggregate[key]! }
  }
}
