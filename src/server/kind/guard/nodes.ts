/**
 * Whether a cluster is kind's own, by what its nodes say of themselves. kind starts each kubelet with the provider ID
 * kind://PROVIDER/CLUSTER/NODE and names nodes CLUSTER-control-plane and CLUSTER-worker with a number; kubeadm labels the
 * control plane. kind's own label (io.x-k8s.kind.cluster) is one of containers, not of nodes: what stands in the API is the
 * label kubernetes.io/hostname with the container's name.
 * Models sigs.k8s.io/kind/pkg/cluster/internal/kubeadm (v0.30).
 */

import type { Node } from '../../../../simulator/index.ts'
import { BridgeError } from '../contract.ts'
import { firstRefusal } from './guard.ts'
import type { Guard } from './guard.ts'

/** What containers kind runs its nodes with. */
const providers: readonly string[] = ['docker', 'podman', 'nerdctl']
const hostnameLabel = 'kubernetes.io/hostname'
const controlPlaneLabel = 'node-role.kubernetes.io/control-plane'

type NodeGuard = Guard<[readonly Node[], string]>

function nameOf(node: Node): string {
  return node.metadata.name ?? ''
}

/** Keeps out clusters without nodes, of which nothing is known. */
export function refuseNoNodes(nodes: readonly Node[], cluster: string): string | undefined {
  return nodes.length > 0 ? undefined : `cluster ${cluster} has no nodes, so nothing shows that kind made it`
}

/** Keeps out nodes that another program than kind started, and those of another kind cluster. */
export function refuseProviderId(nodes: readonly Node[], cluster: string): string | undefined {
  const wrong = nodes.find((node) => !providers.some((provider) => node.spec?.providerID === `kind://${provider}/${cluster}/${nameOf(node)}`))
  return wrong === undefined ? undefined : `node ${nameOf(wrong)} does not carry the provider ID that kind gives (kind://PROVIDER/${cluster}/${nameOf(wrong)}), but ${JSON.stringify(wrong.spec?.providerID ?? '')}`
}

/** Keeps out nodes that are not labelled and named as kind's containers are. */
export function refuseNodeLabel(nodes: readonly Node[], cluster: string): string | undefined {
  const role = /^(control-plane|worker)\d*$/
  const wrong = nodes.find((node) => node.metadata.labels?.[hostnameLabel] !== nameOf(node) || !nameOf(node).startsWith(`${cluster}-`) || !role.test(nameOf(node).slice(cluster.length + 1)))
  return wrong === undefined ? undefined : `node ${nameOf(wrong)} is not named and labelled as kind does: ${hostnameLabel} and the name must be ${cluster}-control-plane or ${cluster}-worker, with a number`
}

/** Keeps out clusters whose control plane is elsewhere. */
export function refuseForeignControlPlane(nodes: readonly Node[], cluster: string): string | undefined {
  return nodes.some((node) => node.metadata.labels?.[controlPlaneLabel] !== undefined) ? undefined : `no node of cluster ${cluster} has the label ${controlPlaneLabel}, which kind's control plane has`
}

const nodeGuards: readonly NodeGuard[] = [refuseNoNodes, refuseProviderId, refuseNodeLabel, refuseForeignControlPlane]

/** Passes only clusters of kind with the name that the context says. @throws BridgeError in words */
export function checkNodes(nodes: readonly Node[], cluster: string): void {
  const refusal = firstRefusal(nodeGuards, nodes, cluster)
  if (refusal !== undefined) throw new BridgeError(refusal)
}

/** The nodes that may be lent to: workers in the order of their names' numbers, or the only node of a cluster without any. */
export function workersOf(nodes: readonly Node[]): readonly Node[] {
  const number = (node: Node): number => Number(/\d*$/.exec(nameOf(node))?.[0] ?? '')
  const workers = nodes.filter((node) => node.metadata.labels?.[controlPlaneLabel] === undefined).toSorted((a, b) => number(a) - number(b))
  return workers.length > 0 ? workers : nodes.slice(0, 1)
}
