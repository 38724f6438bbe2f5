import type { ClusterDefinition } from '../../content/types.ts'

/** A preset as YAML, to start a sandbox of one's own from: add-ons beyond the usual ones, nodes, objects. */
export function clusterYaml(cluster: ClusterDefinition): string {
  const addOns = cluster.addOns.filter((name) => name !== 'coredns' && name !== 'metrics-server')
  const head = addOns.length === 0 ? [] : [`apiVersion: podflight.dev/v1\nkind: Cluster\naddOns: [${addOns.join(', ')}]\n`]
  return [...head, nodesYaml(cluster), ...(cluster.objects === undefined ? [] : [cluster.objects])].join('---\n')
}

function nodesYaml(cluster: ClusterDefinition): string {
  return cluster.nodes.map((node) => [
    'apiVersion: v1', 'kind: Node', 'metadata:', `  name: ${node.name}`, ...pairs('  labels', node.labels ?? {}),
    // As src/session/cluster-yaml.ts reads it.
    ...(node.gpus === undefined ? [] : ['  annotations:', `    podflight.dev/gpus: '${JSON.stringify(node.gpus)}'`]),
    ...(node.taints === undefined || node.taints.length === 0 ? [] : ['spec:', '  taints:', ...node.taints.flatMap((taint) => [`  - key: ${taint.key}`, ...(taint.value === undefined ? [] : [`    value: ${JSON.stringify(taint.value)}`]), `    effect: ${taint.effect}`])]),
    'status:', ...pairs('  capacity', node.resources), ...pairs('  allocatable', node.resources), '',
  ].join('\n')).join('---\n')
}

function pairs(head: string, values: { readonly [key: string]: string }): readonly string[] {
  const keys = Object.keys(values)
  const indent = head.slice(0, head.length - head.trimStart().length)
  return keys.length === 0 ? [] : [`${head}:`, ...keys.map((key) => `  ${indent}${key}: ${JSON.stringify(values[key])}`)]
}
