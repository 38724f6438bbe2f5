/** A cluster as YAML: Nodes and any other objects. Each Node gets a simulated kubelet. */

import { LineCounter, parseAllDocuments } from 'yaml'
import type { Node } from '../../simulator/index.ts'
import { gpuAnnotation, parseGpuSpec } from '../../simulator/gpu/spec.ts'
import type { ClusterDefinition } from '../content/types.ts'

/** The control plane that every cluster has. */
const controlPlane = {
  name: 'cp-0', resources: { cpu: '4', memory: '8Gi' }, labels: { 'node-role.kubernetes.io/control-plane': '' },
  taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
}

/** Nodes of a cluster text, and the text of its other objects; or what is wrong, with its line. */
export function readClusterYaml(text: string): { readonly definition: ClusterDefinition; readonly objects: string } | { readonly error: string; readonly line: number } {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines })
  const nodes: ClusterDefinition['nodes'][number][] = []
  const others: string[] = []
  for (const document of Array.isArray(documents) ? documents : []) {
    if (document.errors.length > 0) return { error: document.errors[0].message.split('\n')[0], line: lines.linePos(document.errors[0].pos[0]).line }
    const object = document.toJS() as Node | null
    if (object === null) continue
    if (object.kind !== 'Node') {
      others.push(document.toString())
      continue
    }
    const resources = object.status?.allocatable ?? object.status?.capacity
    if (object.metadata?.name === undefined) return { error: 'A Node has no metadata.name.', line: lines.linePos(document.contents?.range?.[0] ?? 0).line }
    const gpuText = object.metadata.annotations?.[gpuAnnotation]
    const gpus = gpuText === undefined ? undefined : parseGpuSpec(gpuText)
    if (gpus !== undefined && 'error' in gpus) return { error: `Node ${object.metadata.name}: ${gpus.error}`, line: lines.linePos(document.contents?.range?.[0] ?? 0).line }
    nodes.push({ name: object.metadata.name, resources: { cpu: '4', memory: '16Gi', ...resources }, labels: object.metadata.labels, taints: object.spec?.taints, ...(gpus === undefined ? {} : { gpus: gpus.spec }) })
  }
  if (nodes.length === 0) return { error: 'The cluster has no Node.', line: 1 }
  const hasControlPlane = nodes.some((node) => node.labels?.['node-role.kubernetes.io/control-plane'] !== undefined)
  const definition = { id: 'file', title: 'Cluster file', addOns: ['coredns', 'metrics-server'], nodes: hasControlPlane ? nodes : [controlPlane, ...nodes] }
  return { definition, objects: others.join('---\n') }
}
