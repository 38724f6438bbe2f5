/**
 * The configuration of kind for a cluster definition of the course: a node for each of its nodes, with labels and taints.
 * What a container cannot have (GPUs, that much memory) is not here: grading lends it for as long as it lasts.
 */

import { stringify } from 'yaml'
import type { ClusterDefinition } from '../../../content/types.ts'

/** Kubernetes 1.35 of kind v0.31. */
export const defaultNodeImage = 'kindest/node:v1.35.0@sha256:452d707d4862f52530247495d180205e029056831160e22870e37e3f6c1ac31f'

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane'
/** Labels of Kubernetes' own domains that a kubelet may give itself. Models kubelet's checks of --node-labels (v1.35). */
const kubeletLabels: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname', 'kubernetes.io/arch', 'kubernetes.io/os', 'node.kubernetes.io/instance-type', 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone',
  'beta.kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/instance-type', 'failure-domain.beta.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/zone',
])

type DefinedNode = ClusterDefinition['nodes'][number]
type Labels = { readonly [label: string]: string }

/** A configuration with what it leaves out. */
export interface KindConfig {
  readonly yaml: string
  readonly workers: number
  /** Labels that a kubelet must not give itself, by node; they can be set when the cluster runs. */
  readonly leftOut: readonly string[]
}

/** Whether a kubelet may register with a label. */
export function isKubeletLabel(label: string): boolean {
  const slash = label.indexOf('/')
  const domain = slash < 0 ? '' : label.slice(0, slash)
  const isKubernetes = ['kubernetes.io', 'k8s.io'].some((own) => domain === own || domain.endsWith(`.${own}`))
  const isAllowedDomain = ['kubelet.kubernetes.io', 'node.kubernetes.io'].some((own) => domain === own || domain.endsWith(`.${own}`))
  return !isKubernetes || isAllowedDomain || kubeletLabels.has(label)
}

function isControlPlane({ labels = {} }: DefinedNode): boolean {
  return controlPlaneLabel in labels
}

function labelsOf({ labels = {} }: DefinedNode, isKept: (label: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([label]) => label !== controlPlaneLabel && isKept(label)))
}

function nodeOf(node: DefinedNode, image: string): object {
  const labels = labelsOf(node, isKubeletLabel)
  const { taints = [] } = node
  const isWorker = !isControlPlane(node)
  return {
    role: isWorker ? 'worker' : 'control-plane', image,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    // kubeadm taints control planes itself.
    ...(isWorker && taints.length > 0 ? { kubeadmConfigPatches: [stringify({ kind: 'JoinConfiguration', nodeRegistration: { taints } })] } : {}),
  }
}

/** The first line of each file that is written, by which a later start knows it. */
export const configMark = '# Written by podflight kind up'

/** The configuration for a cluster. Control planes come first, as kind wants them. */
export function kindConfig(definition: ClusterDefinition, image: string = defaultNodeImage): KindConfig {
  const nodes = [...definition.nodes.filter(isControlPlane), ...definition.nodes.filter((node) => !isControlPlane(node))]
  const hasControlPlane = nodes.some(isControlPlane)
  const all = [...(hasControlPlane ? [] : [{ role: 'control-plane', image }]), ...nodes.map((node) => nodeOf(node, image))]
  const yaml = stringify({ kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', nodes: all }, { lineWidth: 0 })
  return {
    yaml: `${configMark}: ${definition.title} (${definition.id}).\n# kind create cluster --name NAME --config THIS-FILE makes it.\n${yaml}`,
    workers: nodes.filter((node) => !isControlPlane(node)).length,
    leftOut: nodes.flatMap((node) => Object.entries(labelsOf(node, (label) => !isKubeletLabel(label))).map(([label, value]) => `${node.name}: ${label}=${value}`)),
  }
}
