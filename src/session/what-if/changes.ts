/**
 * What one may change in a what-if. Each change is a command line that the learner could type, so trying it on a fork
 * and applying it for real are the same requests.
 */

import type { Cluster, GpuSpec, Node } from '../../../simulator/index.ts'
import { toYaml } from '../../../simulator/api/yaml/emit.ts'
import { checkGpuSpec, gpuAnnotation } from '../../../simulator/gpu/spec.ts'
import { isGpuLabel } from '../../../simulator/gpu/labels.ts'

export type WhatIfChange =
  /** More nodes like one that exists. */
  | { readonly kind: 'add-node'; readonly like: string; readonly count: number }
  | { readonly kind: 'remove-node'; readonly node: string }
  | { readonly kind: 'cordon'; readonly node: string }
  | { readonly kind: 'uncordon'; readonly node: string }
  /** As kubectl taint takes it: KEY=VALUE:EFFECT, or KEY:EFFECT- to remove it. */
  | { readonly kind: 'taint'; readonly node: string; readonly taint: string }
  /** As kubectl label takes it: KEY=VALUE, or KEY- to remove it. */
  | { readonly kind: 'label'; readonly node: string; readonly label: string }
  | { readonly kind: 'gpus'; readonly node: string; readonly gpus: GpuSpec }
  /** YAML of objects, applied as kubectl apply does. */
  | { readonly kind: 'apply'; readonly yaml: string; readonly namespace?: string }
  /** A KubeSchedulerConfiguration in place of the present one. */
  | { readonly kind: 'scheduler'; readonly yaml: string }
  /** `deploy/web`. */
  | { readonly kind: 'scale'; readonly target: string; readonly replicas: number; readonly namespace?: string }
  /** `pod/web-0`. */
  | { readonly kind: 'delete'; readonly target: string; readonly namespace?: string }

/** A change that cannot be turned into a command: told in a sentence. */
class ChangeError extends Error {
  override readonly name = 'ChangeError'
}

const addMax = 100

/** A word of a command line, quoted when the shell would split or read it. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=,@%+-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`
}

function hereDocument(command: string, text: string): string {
  let mark = 'EOF'
  while (text.split('\n').includes(mark)) mark += 'F'
  return `${command} <<'${mark}'\n${text.replace(/\n*$/, '\n')}${mark}`
}

function copyOf(node: Node, name: string): object {
  const gpus = node.metadata.annotations?.[gpuAnnotation]
  // GPU feature discovery writes its labels anew on a node that names its GPUs.
  const labels = Object.fromEntries(Object.entries(node.metadata.labels ?? {}).filter(([label]) => gpus === undefined || !isGpuLabel(label)))
  const taints = (node.spec?.taints ?? []).filter(({ key }) => !key.startsWith('node.kubernetes.io/'))
  const resources = { ...node.status?.capacity }
  // The device plugin of the new node brings these.
  if (gpus !== undefined) for (const resource of Object.keys(resources)) if (resource.startsWith('nvidia.com/')) delete resources[resource]
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, labels: { ...labels, 'kubernetes.io/hostname': name }, ...(gpus === undefined ? {} : { annotations: { [gpuAnnotation]: gpus } }) },
    spec: taints.length === 0 ? {} : { taints },
    status: { capacity: resources, allocatable: resources },
  }
}

/** Names of new nodes: the old name with its number replaced by the next free one. */
function freshNames(cluster: Cluster, like: string, count: number, taken: Set<string>): string[] {
  const base = like.replace(/-?\d+$/, '')
  const names: string[] = []
  for (let number = 1; names.length < count; number++) {
    const name = `${base}-${number}`
    if (taken.has(name) || cluster.peekOne('nodes', name) !== undefined) continue
    taken.add(name)
    names.push(name)
  }
  return names
}

function addNodes(cluster: Cluster, { like, count }: Extract<WhatIfChange, { kind: 'add-node' }>, taken: Set<string>): string {
  const node = cluster.peekOne<Node>('nodes', like)
  if (node === undefined) throw new ChangeError(`There is no node "${like}" to copy.`)
  if (!Number.isInteger(count) || count < 1 || count > addMax) throw new ChangeError(`Add 1 to ${addMax} nodes, not ${count}.`)
  return hereDocument('kubectl create -f -', freshNames(cluster, like, count, taken).map((name) => toYaml(copyOf(node, name))).join('---\n'))
}

function lineOf(cluster: Cluster, change: WhatIfChange, taken: Set<string>): string {
  const namespace = 'namespace' in change && change.namespace !== undefined ? ` -n ${quoted(change.namespace)}` : ''
  switch (change.kind) {
    case 'add-node': return addNodes(cluster, change, taken)
    case 'remove-node': return `kubectl delete node ${quoted(change.node)}`
    case 'cordon':
    case 'uncordon': return `kubectl ${change.kind} ${quoted(change.node)}`
    case 'taint': return `kubectl taint node ${quoted(change.node)} ${quoted(change.taint)}${change.taint.endsWith('-') ? '' : ' --overwrite'}`
    case 'label': return `kubectl label node ${quoted(change.node)} ${quoted(change.label)}${change.label.endsWith('-') ? '' : ' --overwrite'}`
    case 'gpus': {
      const error = checkGpuSpec(change.gpus)
      if (error !== undefined) throw new ChangeError(error)
      return `kubectl annotate node ${quoted(change.node)} ${quoted(`${gpuAnnotation}=${JSON.stringify(change.gpus)}`)} --overwrite`
    }
    case 'apply': return hereDocument(`kubectl apply${namespace} -f -`, change.yaml)
    case 'scheduler': return hereDocument('podflight scheduler configure -f -', change.yaml)
    case 'scale': return `kubectl scale ${quoted(change.target)} --replicas=${change.replicas}${namespace}`
    case 'delete': return `kubectl delete ${quoted(change.target)}${namespace} --wait=false`
  }
}

/** One command line per change, in order; or the first change that cannot be, and why. */
export function commandLines(cluster: Cluster, changes: readonly WhatIfChange[]): { readonly lines: readonly string[] } | { readonly change: number; readonly message: string } {
  const taken = new Set<string>()
  const lines: string[] = []
  for (const [index, change] of changes.entries()) {
    try {
      lines.push(lineOf(cluster, change, taken))
    } catch (error) {
      if (error instanceof ChangeError) return { change: index, message: error.message }
      throw error
    }
  }
  return { lines }
}
