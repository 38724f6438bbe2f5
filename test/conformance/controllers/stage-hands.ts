/**
 * What the cluster of the recordings had and the simulator has not: the controllers of DaemonSets, StatefulSets and
 * persistent volumes, and the rest of a node's status. They set the scene for kubectl; no row tests them.
 */

import type { KubeObject, Pod, StringMap } from '../../../simulator/api/types.ts'
import { adminUser } from '../../../simulator/index.ts'
import type { Player } from '../scenario-player/player.ts'

type Json = { readonly [key: string]: unknown }

/** What a DaemonSet and a StatefulSet have in common. */
interface PodSet extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly serviceName?: string; readonly template: { readonly metadata: { readonly labels: StringMap }; readonly spec: { readonly tolerations?: readonly Json[] } } }
}
interface Volume extends KubeObject { readonly spec: { readonly storageClassName?: string; readonly claimRef?: Json; readonly accessModes: readonly string[]; readonly capacity: Json } }
interface Claim extends KubeObject { readonly spec: { readonly storageClassName?: string }; readonly status?: { readonly phase?: string } }
interface NodeLike extends KubeObject { readonly spec: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] }; readonly status: { readonly capacity?: Json; readonly allocatable?: Json } }

/** Hashes of templates as the recordings have them, by kind and name. */
const templateHashes: { readonly [name: string]: string } = { 'DaemonSet/agent': '7d77b5dfbd', 'StatefulSet/db': 'f5795794f' }

const nodeInfo = { architecture: 'amd64', bootID: '', containerRuntimeVersion: 'containerd://2.1.0', kernelVersion: '6.6.0', kubeProxyVersion: '', kubeletVersion: 'v1.35.4', machineID: '', operatingSystem: 'linux', osImage: 'Linux', systemUUID: '' }
const daemonTolerations = [
  ['node.kubernetes.io/not-ready', 'NoExecute'], ['node.kubernetes.io/unreachable', 'NoExecute'], ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'], ['node.kubernetes.io/pid-pressure', 'NoSchedule'], ['node.kubernetes.io/unschedulable', 'NoSchedule'],
].map(([key, effect]) => ({ key, operator: 'Exists', effect }))

export class StageHands {
  private readonly player: Player

  constructor(player: Player) {
    this.player = player
    for (const [index, node] of player.cluster.peek<NodeLike>('nodes').entries()) {
      this.dressNode(node, index)
      this.tell(node, 'node-controller', 'Normal', 'RegisteredNode', `Node ${node.metadata.name} event: Registered Node ${node.metadata.name} in Controller`)
    }
  }

  private get client() {
    return this.player.cluster.clientFor(adminUser)
  }

  private dressNode(node: NodeLike, index: number): void {
    const { metadata, status } = node
    const storage = { 'ephemeral-storage': '100Gi' }
    const addresses = [{ type: 'InternalIP', address: `192.0.2.${index + 1}` }, { type: 'Hostname', address: metadata.name }]
    const dressed = { ...status, nodeInfo, addresses, capacity: { ...storage, ...status.capacity }, allocatable: { ...storage, ...status.allocatable } }
    this.client.updateStatus('nodes', { ...node, metadata: { ...metadata }, status: dressed } as KubeObject)
    this.client.patch('nodes', metadata.name!, { metadata: { labels: { 'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux' }, annotations: { 'node.alpha.kubernetes.io/ttl': '0' } } })
  }

  /** Does what the missing controllers would have done by now. */
  play(): void {
    const { cluster } = this.player
    for (const set of cluster.peek<PodSet>('daemonsets.apps')) this.playDaemonSet(set)
    for (const set of cluster.peek<PodSet>('statefulsets.apps')) this.playStatefulSet(set)
    for (const claim of cluster.peek<Claim>('persistentvolumeclaims')) this.playClaim(claim)
  }

  private ownPods(owner: KubeObject): Pod[] {
    return this.player.cluster.peek<Pod>('pods').filter((pod) => pod.metadata.ownerReferences?.some((one) => one.uid === owner.metadata.uid) === true)
  }

  private ownerOf(set: KubeObject): Json {
    return { apiVersion: 'apps/v1', kind: set.kind, name: set.metadata.name, uid: set.metadata.uid, controller: true, blockOwnerDeletion: true }
  }

  private revision(set: PodSet): string {
    const { name, namespace } = set.metadata
    const hash = templateHashes[`${set.kind}/${name}`] ?? 'hash'
    const revision = `${name}-${hash}`
    if (this.player.cluster.peekOne('controllerrevisions.apps', `${namespace}/${revision}`) === undefined) {
      const labels = { ...set.spec.template.metadata.labels, 'controller-revision-hash': hash }
      this.create('controllerrevisions.apps', { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: { name: revision, namespace, labels, ownerReferences: [this.ownerOf(set)] }, revision: 1, data: { spec: { template: set.spec.template } } })
    }
    return hash
  }

  private create(resource: string, object: Json): KubeObject {
    const result = this.client.create(resource, object as unknown as KubeObject)
    if (!result.ok) throw new Error(`${resource}: ${result.status.message}`)
    return result.object
  }

  private tell(object: KubeObject, component: string, type: string, reason: string, message: string): void {
    this.player.cluster.events.record(object, type, reason, message, component, this.player.cluster.nowMs)
  }

  private setStatus(resource: string, object: KubeObject, status: Json): void {
    if (JSON.stringify((object as { status?: unknown }).status) !== JSON.stringify(status)) this.client.updateStatus(resource, { ...object, status } as KubeObject)
  }

  private playDaemonSet(set: PodSet): void {
    const hash = this.revision(set)
    const { namespace, name, generation } = set.metadata
    const { template } = set.spec
    const pods = this.ownPods(set)
    const nodes = this.player.cluster.peek<NodeLike>('nodes').filter((node) => !(node.spec.taints ?? []).some((taint) => taint.effect === 'NoExecute' && !taint.key.startsWith('node.kubernetes.io/')))
    const termOf = (nodeName: string): Json => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] })
    for (const node of nodes) {
      const nodeName = node.metadata.name!
      if (pods.some((pod) => pod.spec.affinity !== undefined && JSON.stringify(pod.spec.affinity).includes(`"${nodeName}"`))) continue
      const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [termOf(nodeName)] } } }
      const pod = this.create('pods', {
        apiVersion: 'v1', kind: 'Pod', metadata: { generateName: `${name}-`, namespace, labels: { ...template.metadata.labels, 'controller-revision-hash': hash, 'pod-template-generation': '1' }, ownerReferences: [this.ownerOf(set)] },
        spec: { ...template.spec, affinity, tolerations: [...(template.spec.tolerations ?? []), ...daemonTolerations] },
      })
      this.tell(set, 'daemonset-controller', 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
    }
    const ready = pods.filter((pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true).length
    const status = { currentNumberScheduled: pods.length, desiredNumberScheduled: nodes.length, numberAvailable: ready, numberMisscheduled: 0, numberReady: ready, observedGeneration: generation, updatedNumberScheduled: pods.length }
    this.setStatus('daemonsets.apps', set, status)
  }

  private playStatefulSet(set: PodSet): void {
    const hash = this.revision(set)
    const { namespace, name, generation } = set.metadata
    const { template, replicas = 1, serviceName } = set.spec
    const pods = this.ownPods(set)
    for (let index = 0; index < replicas; index++) {
      const podName = `${name}-${index}`
      if (pods.some((pod) => pod.metadata.name === podName)) continue
      const labels = { ...template.metadata.labels, 'apps.kubernetes.io/pod-index': String(index), 'controller-revision-hash': `${name}-${hash}`, 'statefulset.kubernetes.io/pod-name': podName }
      this.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: podName, generateName: `${name}-`, namespace, labels, ownerReferences: [this.ownerOf(set)] }, spec: { ...template.spec, hostname: podName, subdomain: serviceName } })
      this.tell(set, 'statefulset-controller', 'Normal', 'SuccessfulCreate', `Create Pod ${podName} in StatefulSet ${name} successful`)
    }
    const ready = pods.filter((pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true).length
    const revision = `${name}-${hash}`
    this.setStatus('statefulsets.apps', set, { availableReplicas: ready, collisionCount: 0, currentReplicas: pods.length, currentRevision: revision, observedGeneration: generation, readyReplicas: ready, replicas: pods.length, updateRevision: revision, updatedReplicas: pods.length })
  }

  private playClaim(claim: Claim): void {
    const { cluster } = this.player
    const { spec, status } = claim
    if (status?.phase === 'Bound') return
    const volume = cluster.peek<Volume>('persistentvolumes').find((one) => one.spec.storageClassName === spec.storageClassName && one.spec.claimRef === undefined)
    this.tell(claim, 'persistentvolume-controller', 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${spec.storageClassName}" not found`)
    if (volume === undefined) return
    const { name, namespace, uid, resourceVersion } = claim.metadata
    const [volumeName, claimKey] = [volume.metadata.name!, `${namespace}/${name}`]
    const annotations = { 'pv.kubernetes.io/bound-by-controller': 'yes' }
    this.patch('persistentvolumes', volumeName, { metadata: { annotations }, spec: { claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid, resourceVersion } } })
    this.setStatus('persistentvolumes', cluster.peekOne('persistentvolumes', volumeName)!, { phase: 'Bound' })
    this.patch('persistentvolumeclaims', claimKey, { metadata: { annotations: { ...annotations, 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName } })
    this.setStatus('persistentvolumeclaims', cluster.peekOne('persistentvolumeclaims', claimKey)!, { accessModes: volume.spec.accessModes, capacity: volume.spec.capacity, phase: 'Bound' })
  }

  private patch(resource: string, key: string, patch: Json): void {
    this.client.patch(resource, key, patch as unknown as Parameters<typeof this.client.patch>[2])
  }
}
