/** `podflight gpu`: the GPUs of the nodes, and the fault that breaks one. Breaking and repairing are requests on the Node. */

import { isStream, isSuccess } from '../../../simulator/index.ts'
import type { ApiAnswer, KubeList, Node, ProcessContext } from '../../../simulator/index.ts'
import { gpuDevices, gpuFaultsOf, gpuFaultsText, unhealthyGpus } from '../../../simulator/gpu/devices.ts'
import type { GpuDevice } from '../../../simulator/gpu/devices.ts'
import { gpuFaultsAnnotation, gpuSpecOf } from '../../../simulator/gpu/spec.ts'
import type { Json } from '../../../simulator/kernel/json.ts'
import type { Process, ProcessAnswer, ProcessNeed } from '../../../simulator/shell/process.ts'
import type { PodflightCommand } from './command.ts'

const usage = `usage: podflight gpu list
       podflight gpu break NODE GPU [XID]   a fault of the hardware; Xid 79 when none is named
       podflight gpu repair NODE GPU
`
/** "GPU has fallen off the bus". Source: NVIDIA's list of Xids. */
const usualXid = 79
const xidMax = 999

type NodeRequest = { readonly verb: 'list' } | { readonly verb: 'get'; readonly name: string } | { readonly verb: 'patch'; readonly name: string; readonly contentType: 'application/merge-patch+json'; readonly body: Json }

/** One request for nodes. */
function* ask(request: NodeRequest): Generator<ProcessNeed, ApiAnswer, ProcessAnswer> {
  const answer = yield { kind: 'request', request: { group: '', version: 'v1', resource: 'nodes', ...request } }
  if (answer.kind !== 'response' || isStream(answer.response)) return { code: 500, body: { message: 'the API gave no answer' }, warnings: [] }
  return answer.response
}

function refuse({ err }: ProcessContext, answer: ApiAnswer): number {
  const { reason, message } = answer.body as { readonly reason?: string; readonly message?: string }
  err(`Error from server (${reason ?? answer.code}): ${message ?? ''}\n`)
  return 1
}

/** One row per GPU: what it is called, its model, its NVLink island and its health. */
function rowsOf(node: Node): string[][] {
  const spec = gpuSpecOf(node)
  const name = node.metadata.name ?? ''
  if (spec === undefined) return []
  const faults = gpuFaultsOf(node)
  const broken = unhealthyGpus(node)
  const first = new Map<number, GpuDevice>()
  for (const device of gpuDevices(name, spec)) if (!first.has(device.gpu)) first.set(device.gpu, device)
  return [...first.values()].map(({ gpu, gpuUuid, island }) => {
    const xid = faults.get(gpu)
    const health = xid === undefined ? 'Healthy' : `${broken.has(gpu) ? 'Unhealthy' : 'Healthy'}, Xid ${xid}`
    return [name, String(gpu), spec.model, String(island), health, gpuUuid]
  })
}

function* list(context: ProcessContext): Process {
  const answer = yield* ask({ verb: 'list' })
  if (!isSuccess(answer)) return refuse(context, answer)
  const rows = (answer.body as KubeList<Node>).items.flatMap(rowsOf)
  if (rows.length === 0) {
    context.out('No node names its GPUs.\n')
    return 0
  }
  const table = [['NODE', 'GPU', 'MODEL', 'ISLAND', 'HEALTH', 'UUID'], ...rows]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  context.out(table.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] + 3)).join('').trimEnd()}\n`).join(''))
  return 0
}

function* setFault(context: ProcessContext, name: string, gpu: number, xid: number | undefined): Process {
  const found = yield* ask({ verb: 'get', name })
  if (!isSuccess(found)) return refuse(context, found)
  const node = found.body as Node
  const spec = gpuSpecOf(node)
  if (spec === undefined || gpu >= spec.count) {
    context.err(spec === undefined ? `error: node ${name} names no GPUs\n` : `error: node ${name} has GPUs 0 to ${spec.count - 1}\n`)
    return 1
  }
  const faults = new Map(gpuFaultsOf(node))
  if (xid === undefined) faults.delete(gpu)
  else faults.set(gpu, xid)
  const answer = yield* ask({ verb: 'patch', name, contentType: 'application/merge-patch+json', body: { metadata: { annotations: { [gpuFaultsAnnotation]: gpuFaultsText(faults) ?? null } } } })
  if (!isSuccess(answer)) return refuse(context, answer)
  context.out(xid === undefined ? `node/${name} GPU ${gpu} repaired\n` : `node/${name} GPU ${gpu} broken: Xid ${xid}\n`)
  return 0
}

/** A whole number up to a bound, or undefined. */
function numberOf(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && Number(text) <= max ? Number(text) : undefined
}

function* run(context: ProcessContext): Process {
  const [, , action, node, index, xidText] = context.argv
  if (action === 'list') return yield* list(context)
  const gpuIndex = numberOf(index, xidMax)
  const xid = xidText === undefined ? usualXid : numberOf(xidText, xidMax)
  if ((action !== 'break' && action !== 'repair') || node === undefined || gpuIndex === undefined || xid === undefined) {
    context.err(usage)
    return 1
  }
  return yield* setFault(context, node, gpuIndex, action === 'break' ? xid : undefined)
}

export const gpuCommand: PodflightCommand = {
  name: 'gpu',
  make: (port) => function* gpu(context) {
    if (!port.isExam) return yield* run(context)
    context.err('error: gpu is not available in an exam\n')
    return 1
  },
}
