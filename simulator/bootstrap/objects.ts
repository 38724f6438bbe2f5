/** What every cluster holds before anybody uses it: namespaces, priority classes, the API's own Service. */

import type { KubeObject, Node } from '../api/types.ts'
import { countByResource, gpuDevices } from '../gpu/devices.ts'
import { gpuLabels } from '../gpu/labels.ts'
import { checkGpuSpec, gpuAnnotation } from '../gpu/spec.ts'
import type { GpuSpec } from '../gpu/spec.ts'
import { assert } from '../kernel/assert.ts'

const v1 = 'v1'

function namespace(name: string): KubeObject {
  return { apiVersion: v1, kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } }
}

/** Objects that the API server makes at its first start, with their resource. */
export const systemObjects: readonly { readonly resource: string; readonly object: KubeObject }[] = [
  { resource: 'namespaces', object: namespace('default') },
  { resource: 'namespaces', object: namespace('kube-node-lease') },
  { resource: 'namespaces', object: namespace('kube-public') },
  { resource: 'namespaces', object: namespace('kube-system') },
  {
    resource: 'priorityclasses.scheduling.k8s.io',
    object: priorityClass('system-cluster-critical', 2_000_000_000, 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'),
  },
  {
    resource: 'priorityclasses.scheduling.k8s.io',
    object: priorityClass('system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'),
  },
  {
    resource: 'services',
    object: {
      apiVersion: v1,
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }] },
    } as KubeObject,
  },
]

function priorityClass(name: string, value: number, description: string): KubeObject {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description } as KubeObject
}

/** What a cluster file or a scenario says of a node. */
export interface NodeSpec {
  readonly name: string
  /** Quantities of allocatable resources, such as { cpu: '4', memory: '16Gi', 'nvidia.com/gpu': '1' }. */
  readonly resources: { readonly [resource: string]: string }
  readonly labels?: { readonly [key: string]: string }
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  /** GPUs with a model: their device plugin adds resources and labels. */
  readonly gpus?: GpuSpec
}

interface GpuParts { readonly resources: { [resource: string]: string }; readonly labels: { [label: string]: string }; readonly annotations?: { [name: string]: string } }

const noGpus: GpuParts = { resources: {}, labels: {} }

/** What GPUs add to a node. @throws AssertionError for GPUs that cannot be */
function gpuParts({ name, gpus }: NodeSpec): GpuParts {
  if (gpus === undefined) return noGpus
  const error = checkGpuSpec(gpus)
  assert(error === undefined, `node ${name}: ${error}`)
  const counts = countByResource(gpuDevices(name, gpus))
  return { resources: Object.fromEntries(Object.entries(counts).map(([resource, count]) => [resource, String(count)])), labels: gpuLabels(name, gpus), annotations: { [gpuAnnotation]: JSON.stringify(gpus) } }
}

/** A Node object as its kubelet would register it. @throws AssertionError for GPUs that cannot be */
export function nodeObject(spec: NodeSpec): Node {
  const gpu = gpuParts(spec)
  const resources = { 'ephemeral-storage': '100Gi', pods: '110', ...gpu.resources, ...spec.resources }
  return {
    apiVersion: v1,
    kind: 'Node',
    metadata: {
      name: spec.name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': spec.name,
        'kubernetes.io/os': 'linux',
        ...gpu.labels,
        ...spec.labels,
      },
      ...(gpu.annotations === undefined ? {} : { annotations: gpu.annotations }),
    },
    spec: spec.taints === undefined || spec.taints.length === 0 ? {} : { taints: spec.taints.map((taint) => ({ ...taint })) },
    status: { capacity: { ...resources }, allocatable: { ...resources } },
  }
}

