/** Nodes as kind makes them, kept alive by KWOK. */

import type { Library } from '../../src/content/types.ts'

/** Name of the cluster; its context is kind-podflight-oracle. */
export const clusterName = 'podflight-oracle'

export interface NodeSize { readonly cpu: string; readonly memory: string }

/** Every node of a kind cluster shows the machine that it runs on. */
export const machineSize: NodeSize = { cpu: '16', memory: '64Gi' }

/** Workers of the largest cluster definition. */
export function workersNeeded(library: Pick<Library, 'clusters'>): number {
  const counts = library.clusters.map(({ nodes }) => nodes.filter((node) => !(node.taints ?? []).some(({ key }) => key === 'node-role.kubernetes.io/control-plane')).length)
  return Math.max(1, ...counts)
}

/** Names as kind gives them: worker, worker2, worker3 and so on. Without workers: the control plane alone. */
export function nodeNames(workers: number): string[] {
  return [`${clusterName}-control-plane`, ...Array.from({ length: workers }, (_, index) => `${clusterName}-worker${index === 0 ? '' : index + 1}`)]
}

/** The address of a node in the network of kind; without one, KWOK's pods would have no host. */
function addressOf(name: string): string {
  return `172.18.0.${name.endsWith('-control-plane') ? 2 : 2 + Number(/\d*$/.exec(name)?.[0] || 1)}`
}

/** A Node with the labels, annotations and provider ID that kubeadm and kind give it. */
export function nodeManifest(name: string, size: NodeSize): object {
  const isControlPlane = name.endsWith('-control-plane')
  const resources = { ...size, pods: '110', 'ephemeral-storage': '200Gi', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0' }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux',
        ...(isControlPlane ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', 'kwok.x-k8s.io/node': 'fake' },
    },
    spec: {
      providerID: `kind://docker/${clusterName}/${name}`,
      ...(isControlPlane ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {}),
    },
    status: {
      capacity: resources, allocatable: resources,
      addresses: [{ type: 'InternalIP', address: addressOf(name) }, { type: 'Hostname', address: name }],
      nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', osImage: 'Debian GNU/Linux 12 (bookworm)', kubeletVersion: 'v1.35.4', kubeProxyVersion: '', containerRuntimeVersion: 'containerd://2.2.0', kernelVersion: '6.1.0', bootID: '', machineID: '', systemUUID: '' },
    },
  }
}
