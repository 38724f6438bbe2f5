/**
 * What the nodes cost. The prices are a modelling assumption: round figures near the list prices of large clouds in 2025,
 * to compare clusters, not to plan a budget. A caller may set others.
 */

import type { Node } from '../../../simulator/index.ts'
import { quantityMilli, quantityValue } from '../../../simulator/api/quantity.ts'
import { gpuSpecOf } from '../../../simulator/gpu/spec.ts'

/** US dollars per hour. */
export interface Prices {
  readonly perCpu: number
  readonly perMemoryGiB: number
  /** Of one GPU by product, on top of the node's CPU and memory. */
  readonly perGpu: { readonly [product: string]: number }
  /** Of a GPU that no row names. */
  readonly otherGpu: number
  /** Of a whole node by its type (see nodeTypeOf); goes before the rest. */
  readonly perNode: { readonly [type: string]: number }
}

export const defaultPrices: Prices = {
  perCpu: 0.033, perMemoryGiB: 0.0045, otherGpu: 1,
  perGpu: {
    'NVIDIA-A100-SXM4-80GB': 3.4, 'NVIDIA-A100-80GB-PCIe': 3, 'NVIDIA-A100-SXM4-40GB': 2.6, 'NVIDIA-H100-80GB-HBM3': 6.5, 'NVIDIA-A30': 1.1,
    'NVIDIA-A10G': 0.8, 'NVIDIA-L4': 0.55, 'NVIDIA-L40S': 1.5, 'Tesla-T4': 0.35, 'Tesla-V100-SXM2-32GB': 2.2,
    // Labels by which clusters without GPU feature discovery name their GPUs.
    'nvidia-a100': 3.4, 'nvidia-h100': 6.5, 'nvidia-l4': 0.55, 'nvidia-t4': 0.35,
  },
  perNode: {},
}

const gibibyte = 1024 ** 3

interface Gpus { readonly product: string; readonly count: number }

/** Whole GPUs of a node and their product; undefined without any. */
function gpusOf(node: Node): Gpus | undefined {
  const spec = gpuSpecOf(node)
  if (spec !== undefined) return { product: spec.model, count: spec.count }
  const count = quantityValue(node.status?.capacity?.['nvidia.com/gpu'] ?? '0')
  if (count === 0) return undefined
  const { labels = {} } = node.metadata
  return { product: labels['nvidia.com/gpu.product'] ?? labels['accelerator'] ?? 'GPU', count }
}

/** What a node is, in a word that prices can name: its instance type, its GPUs, or its CPUs and memory. */
export function nodeTypeOf(node: Node): string {
  const instance = node.metadata.labels?.['node.kubernetes.io/instance-type']
  if (instance !== undefined) return instance
  const gpus = gpusOf(node)
  if (gpus !== undefined) return `${gpus.count} x ${gpus.product}`
  return `${quantityMilli(node.status?.capacity?.['cpu'] ?? '0') / 1000} CPU, ${Math.round(quantityValue(node.status?.capacity?.['memory'] ?? '0') / gibibyte)} GiB`
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100
}

/** Dollars per hour of one node, to the cent. */
export function priceOf(node: Node, prices: Prices): number {
  const own = prices.perNode[nodeTypeOf(node)]
  if (own !== undefined) return own
  const gpus = gpusOf(node)
  const gpuPrice = gpus === undefined ? 0 : gpus.count * (prices.perGpu[gpus.product] ?? prices.otherGpu)
  return cents((quantityMilli(node.status?.capacity?.['cpu'] ?? '0') / 1000) * prices.perCpu + (quantityValue(node.status?.capacity?.['memory'] ?? '0') / gibibyte) * prices.perMemoryGiB + gpuPrice)
}

export interface CostRow {
  readonly type: string
  readonly before: number
  readonly after: number
  /** Dollars per hour of one node. */
  readonly price: number
}
export interface CostFigures { readonly rows: readonly CostRow[]; readonly before: number; readonly after: number }

const controlPlaneLabel = 'node-role.kubernetes.io/control-plane'

/** Nodes by type before and after, and what they cost per hour. The control plane costs the same always and is left out. */
export function costFigures(before: readonly Node[], after: readonly Node[], prices: Prices): CostFigures {
  const rows = new Map<string, { before: number; after: number; price: number }>()
  const count = (nodes: readonly Node[], side: 'before' | 'after'): number => {
    let sum = 0
    for (const node of nodes) {
      if (node.metadata.labels?.[controlPlaneLabel] !== undefined) continue
      const type = nodeTypeOf(node)
      const row = rows.get(type) ?? { before: 0, after: 0, price: priceOf(node, prices) }
      row[side]++
      rows.set(type, row)
      sum += priceOf(node, prices)
    }
    return cents(sum)
  }
  const figures = { before: count(before, 'before'), after: count(after, 'after') }
  return { rows: [...rows].map(([type, row]) => ({ type, ...row })).sort((a, b) => b.price - a.price || (a.type < b.type ? -1 : 1)), ...figures }
}
