/** What the nodes of the recordings had and the player's have not: the rest of their status. It sets the scene for kubectl; no row tests it. */

import type { KubeObject } from '../../../simulator/api/types.ts'
import { adminUser } from '../../../simulator/index.ts'
import type { Player } from '../scenario-player/player.ts'

type Json = { readonly [key: string]: unknown }

interface NodeLike extends KubeObject { readonly status: { readonly capacity?: Json; readonly allocatable?: Json } }

const nodeInfo = { architecture: 'amd64', bootID: '', containerRuntimeVersion: 'containerd://2.1.0', kernelVersion: '6.6.0', kubeProxyVersion: '', kubeletVersion: 'v1.35.4', machineID: '', operatingSystem: 'linux', osImage: 'Linux', systemUUID: '' }
const storage = { 'ephemeral-storage': '100Gi' }

function dressNode({ cluster }: Player, node: NodeLike, index: number): void {
  const { metadata, status } = node
  const client = cluster.clientFor(adminUser)
  const addresses = [{ type: 'InternalIP', address: `192.0.2.${index + 1}` }, { type: 'Hostname', address: metadata.name }]
  const dressed = { ...status, nodeInfo, addresses, capacity: { ...storage, ...status.capacity }, allocatable: { ...storage, ...status.allocatable } }
  client.updateStatus('nodes', { ...node, metadata: { ...metadata }, status: dressed } as KubeObject)
  client.patch('nodes', metadata.name!, { metadata: { labels: { 'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux' }, annotations: { 'node.alpha.kubernetes.io/ttl': '0' } } })
}

/** Gives the player's nodes what the recording program's had. */
export function dressNodes(player: Player): void {
  const { cluster } = player
  for (const [index, node] of cluster.peek<NodeLike>('nodes').entries()) {
    dressNode(player, node, index)
    const { name } = node.metadata
    cluster.events.record(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`, 'node-controller', cluster.nowMs)
  }
}
