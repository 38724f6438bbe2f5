/** A cluster as YAML: Nodes and any other objects. Each Node gets a simulated kubelet. */

import { LineCounter, parseAllDocuments } from 'yaml'
import { readApiServerOptions } from '../../simulator/api/api-server-options.ts'
import type { ApiServerOptions } from '../../simulator/api/api-server-options.ts'
import { addOns as knownAddOns } from '../../simulator/bootstrap/add-ons.ts'
import type { Node } from '../../simulator/index.ts'
import { loadSchedulerConfiguration } from '../../simulator/scheduler/configuration/load.ts'
import { configurationKind } from '../../simulator/scheduler/configuration/schema.ts'
import { gpuAnnotation, parseGpuSpec } from '../../simulator/gpu/spec.ts'
import type { ClusterDefinition } from '../content/types.ts'

/** What a document that describes the cluster itself says. */
export const clusterApiVersion = 'podflight.dev/v1'

/** The control plane that every cluster has. */
const controlPlane = {
  name: 'cp-0', resources: { cpu: '4', memory: '8Gi' }, labels: { 'node-role.kubernetes.io/control-plane': '' },
  taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
}

/** Add-ons that every cluster file gets. */
const usualAddOns = ['coredns', 'metrics-server']

/** The add-ons that a document of kind Cluster asks for; or what is wrong with it. */
function readAddOns(document: { readonly addOns?: unknown }): readonly string[] | string {
  const { addOns = [] } = document
  if (!Array.isArray(addOns)) return 'addOns of a Cluster is a list of names.'
  const names = Object.keys(knownAddOns)
  const unknown = addOns.find((name) => !names.includes(String(name)))
  return unknown === undefined ? addOns.map(String) : `There is no add-on "${String(unknown)}"; there are ${names.join(', ')}.`
}

/**
 * Nodes of a cluster text, and the text of its other objects; or what is wrong, with its line. A document
 * `kind: Cluster` of podflight.dev/v1 lists add-ons (`addOns: [kueue]`) and
 * settings of the API server (`apiServer: {featureGates: {...}, runtimeConfig: {...}}`); a KubeSchedulerConfiguration sets the scheduler up.
 */
export function readClusterYaml(text: string): { readonly definition: ClusterDefinition; readonly objects: string } | { readonly error: string; readonly line: number } {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines })
  const nodes: ClusterDefinition['nodes'][number][] = []
  const others: string[] = []
  const addOns = [...usualAddOns]
  let apiServer: ApiServerOptions | undefined
  let scheduler: { readonly text: string; readonly line: number } | undefined
  for (const document of Array.isArray(documents) ? documents : []) {
    if (document.errors.length > 0) return { error: document.errors[0].message.split('\n')[0], line: lines.linePos(document.errors[0].pos[0]).line }
    const object = document.toJS() as Node | null
    if (object === null) continue
    if (object.kind === 'Cluster' && object.apiVersion === clusterApiVersion) {
      const asked = readAddOns(object as unknown as { readonly addOns?: unknown })
      if (typeof asked === 'string') return { error: asked, line: lines.linePos(document.contents?.range?.[0] ?? 0).line }
      addOns.push(...asked)
      const { apiServer: settings } = object as unknown as { readonly apiServer?: unknown }
      const options = settings === undefined ? apiServer : readApiServerOptions(settings)
      if (typeof options === 'string') return { error: options, line: lines.linePos(document.contents?.range?.[0] ?? 0).line }
      apiServer = options
      continue
    }
    if (object.kind === configurationKind) {
      const [start, , end] = document.contents?.range ?? [0, 0, 0]
      if (scheduler !== undefined) return { error: `There are two documents of kind ${configurationKind}.`, line: lines.linePos(start).line }
      scheduler = { text: text.slice(start, end), line: lines.linePos(start).line }
      continue
    }
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
  const loaded = scheduler && loadSchedulerConfiguration(scheduler.text, addOns)
  if (scheduler !== undefined && loaded !== undefined && 'error' in loaded) return { error: loaded.error, line: scheduler.line }
  const hasControlPlane = nodes.some((node) => node.labels?.['node-role.kubernetes.io/control-plane'] !== undefined)
  const definition = { id: 'file', title: 'Cluster file', addOns: [...new Set(addOns)], nodes: hasControlPlane ? nodes : [controlPlane, ...nodes], ...(apiServer && { apiServer }), ...(scheduler && { schedulerConfiguration: scheduler.text }) }
  return { definition, objects: others.join('---\n') }
}
