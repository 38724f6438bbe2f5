/** A cluster FILE: YAML of Nodes and any other objects. Each Node in it gets a simulated kubelet. */

import { parseAllDocuments } from 'yaml'
import type { Node } from '../../simulator/index.ts'
import type { ClusterDefinition, Scenario } from '../content/types.ts'
import { UsageError } from './files.ts'

/** Nodes and start of a cluster file. @throws UsageError for YAML that does not parse or has no Node */
export function readClusterFile(text: string): { readonly definition: ClusterDefinition; readonly scenario: Scenario } {
  const documents = parseAllDocuments(text)
  const nodes: ClusterDefinition['nodes'][number][] = []
  const others: string[] = []
  for (const document of documents) {
    if (document.errors.length > 0) throw new UsageError(`the cluster file does not parse: ${document.errors[0].message}`)
    const object = document.toJS() as Node | null
    if (object === null) continue
    if (object.kind !== 'Node') {
      others.push(document.toString())
      continue
    }
    const resources = object.status?.allocatable ?? object.status?.capacity
    if (object.metadata?.name === undefined) throw new UsageError('a Node of the cluster file has no metadata.name')
    nodes.push({ name: object.metadata.name, resources: { cpu: '4', memory: '16Gi', ...resources }, labels: object.metadata.labels, taints: object.spec?.taints })
  }
  if (nodes.length === 0) throw new UsageError('the cluster file has no Node')
  const hasControlPlane = nodes.some((node) => node.labels?.['node-role.kubernetes.io/control-plane'] !== undefined)
  const controlPlane = { name: 'cp-0', resources: { cpu: '4', memory: '8Gi' }, labels: { 'node-role.kubernetes.io/control-plane': '' }, taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }
  return {
    definition: { id: 'file', title: 'Cluster file', addOns: ['coredns', 'metrics-server'], nodes: hasControlPlane ? nodes : [controlPlane, ...nodes] },
    scenario: { cluster: 'file', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: others.length === 0 ? [] : [{ apply: others.join('---\n') }] },
  }
}

/** The scenario of a shell without a scenario: an empty practice cluster. */
export const emptyScenario: Scenario = { cluster: 'cpu3', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: [] }
