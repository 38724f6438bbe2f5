/**
 * What a kubelet reports of its node: addresses, capacity, conditions, images. It writes when something changes;
 * heartbeats are not written while nothing does (the node lifecycle asks whether the node runs).
 * Models kubernetes/pkg/kubelet/nodestatus (v1.35).
 */

import type { Condition, KubeObject, Node, ResourceList } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import { hexDigits } from '../kernel/hash.ts'
import { compareText } from '../kernel/text.ts'
import { labelGpus, withDevices } from './devices.ts'
import type { Host } from './host.ts'

/** Images listed in a node's status at most. Source: kubelet nodeStatusMaxImages. */
const imagesMax = 50
/** Last byte of the first worker's address; the next nodes follow (modelling assumption: one /16 for nodes). */
const firstHost = 2

interface Healthy {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

const healthy: readonly Healthy[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory', message: 'kubelet has sufficient memory available' },
  { type: 'DiskPressure', status: 'False', reason: 'KubeletHasNoDiskPressure', message: 'kubelet has no disk pressure' },
  { type: 'PIDPressure', status: 'False', reason: 'KubeletHasSufficientPID', message: 'kubelet has sufficient PID available' },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
]

function conditionsOf(host: Host, old: readonly Condition[]): Condition[] {
  const now = host.timestamp(host.nowMs)
  const own = healthy.map((verdict): Condition => {
    const before = old.find(({ type }) => type === verdict.type)
    return { type: verdict.type, status: verdict.status, lastHeartbeatTime: now, lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : now, reason: verdict.reason, message: verdict.message }
  })
  return [...old.filter(({ type }) => !healthy.some((verdict) => verdict.type === type)), ...own]
}

/** The address of a node: its own, or the next of the nodes' network. */
function addressesOf(host: Host, node: Node): { type: string; address: string }[] {
  const name = node.metadata.name ?? ''
  const number = firstHost + indexOf(host, name)
  return [{ type: 'InternalIP', address: `192.168.${49 + (number >> 8)}.${number & 255}` }, { type: 'Hostname', address: name }]
}

function imagesOf(host: Host, name: string): { names: string[]; sizeBytes: number }[] {
  const { images } = host.nodeRecord(name)
  const references = Object.keys(images).sort((a, b) => images[b] - images[a] || compareText(a, b))
  return references.slice(0, imagesMax).map((reference) => {
    const { entry, imageId } = host.image(reference)
    return { names: entry === undefined ? [reference] : [imageId, reference], sizeBytes: images[reference] }
  })
}

/** Extended resources that somebody wrote into capacity become allocatable. */
function withExtended(capacity: ResourceList | undefined, allocatable: ResourceList | undefined): ResourceList | undefined {
  if (capacity === undefined) return allocatable
  const result: ResourceList = { ...allocatable }
  for (const resource of Object.keys(capacity)) if (result[resource] === undefined) result[resource] = capacity[resource]
  return result
}

/** Number of a node in order of registration. */
function indexOf(host: Host, name: string): number {
  const known = host.counters.get(`node ${name}`)
  if (known !== undefined) return known
  const index = host.takeCount('nodes')
  host.counters.set(`node ${name}`, index)
  return index
}

/** The range of a node's pods: 10.244.INDEX.0/24. */
function podRangeOf(host: Host, node: Node): string {
  const index = indexOf(host, node.metadata.name ?? '')
  return `10.${244 + (index >> 8)}.${index & 255}.0/24`
}

/** What the TTL controller and the kubelet write on every node. */
const ownAnnotations = { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' }

/** Gives a new node what its kubelet and the node IPAM controller set: range of pods, addresses, conditions. */
export function registerNode(host: Host, name: string): void {
  const node = host.findNode(name)
  if (node === undefined) return
  if (node.spec?.podCIDR === undefined) {
    const range = podRangeOf(host, node)
    host.client(name).patch('nodes', name, { metadata: { annotations: ownAnnotations }, spec: { podCIDR: range, podCIDRs: [range] } })
  }
  takeLease(host, name)
  const images: { [reference: string]: number } = { ...host.nodes.get(name)?.images }
  for (const { names = [], sizeBytes = 0 } of node.status?.images ?? []) for (const reference of names) if (!reference.includes('@')) images[reference] = sizeBytes
  for (const reference of host.config.cachedImages ?? []) images[reference] ??= host.image(reference).entry?.bytes ?? host.timings.defaultImageBytes
  host.changeNode(name, { images })
  reportNode(host, name)
}

/** Writes the status of a node when it differs from what the API has. */
export function reportNode(host: Host, name: string): void {
  if (!host.nodeRecord(name).isStopped) labelGpus(host, name)
  const node = host.findNode(name)
  if (node === undefined || host.nodeRecord(name).isStopped) return
  const old = node.status ?? {}
  const conditions = conditionsOf(host, old.conditions ?? [])
  const isSteady = old.conditions !== undefined && conditions.every((condition) => old.conditions!.some(({ type, status, reason }) => type === condition.type && status === condition.status && reason === condition.reason))
  const { capacity, allocatable } = withDevices(host, node, old.capacity, old.allocatable)
  const status: NonNullable<Node['status']> = {
    ...old,
    capacity,
    allocatable: withExtended(capacity, allocatable),
    conditions: isSteady ? old.conditions : conditions,
    addresses: old.addresses ?? addressesOf(host, node),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: (old.nodeInfo?.['kubeletVersion'] ?? '') === '' ? nodeInfoOf(name) : old.nodeInfo,
    images: imagesOf(host, name),
  }
  if (!equalJson(old, status)) host.client(name).updateStatus<Node>('nodes', { ...node, status })
}

const leaseResource = 'leases.coordination.k8s.io'
const leaseNamespace = 'kube-node-lease'

interface Lease extends KubeObject { readonly spec?: { readonly holderIdentity: string; readonly leaseDurationSeconds: number; readonly renewTime?: string } }

/**
 * The Lease of a node. While the node runs it tells no time, since renewals would be all that happens in a quiet cluster:
 * such a Lease is renewed always. A stopped node leaves the time at which it renewed last.
 */
function writeLease(host: Host, node: Node, renewTime: string | undefined): void {
  const name = node.metadata.name ?? ''
  const client = host.client(name)
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, ...(renewTime === undefined ? {} : { renewTime }) }
  const old = client.find<Lease>(leaseResource, `${leaseNamespace}/${name}`)
  if (old !== undefined) {
    if (!equalJson(old.spec, spec)) client.update<Lease>(leaseResource, { ...old, spec })
    return
  }
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' }]
  client.create<Lease>(leaseResource, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: leaseNamespace, ownerReferences }, spec })
}

/** Nobody renews the node's Lease from now on. */
export function leaveLease(host: Host, name: string): void {
  const node = host.findNode(name)
  if (node !== undefined) writeLease(host, node, host.context.clock.microTimestamp(host.nowMs))
}

/** The node's Lease is renewed again. */
export function takeLease(host: Host, name: string): void {
  const node = host.findNode(name)
  if (node !== undefined) writeLease(host, node, undefined)
}

function nodeInfoOf(name: string): { [key: string]: string } {
  const id = hexDigits(`machine|${name}`, 32)
  const boot = hexDigits(`boot|${name}`, 32)
  return {
    machineID: id, systemUUID: dashed(id), bootID: dashed(boot), kernelVersion: '6.12.0', osImage: 'Debian GNU/Linux 13 (trixie)', containerRuntimeVersion: 'containerd://2.2.3',
    kubeletVersion: 'v1.35.4', kubeProxyVersion: '', operatingSystem: 'linux', architecture: 'amd64',
  }
}

function dashed(id: string): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`
}
