/**
 * nvidia-smi in a container: the list, the table and --query-gpu, of the GPUs that the container sees.
 * Models the layout of NVIDIA's tool (driver 570). Temperature, power and use are those of an idle GPU (modelling assumption).
 */

import { formatDate } from './dates.ts'
import { ToolFailure } from './tool.ts'
import type { Tool, ToolContext } from './tool.ts'

/** Where the driver tells of the GPUs that a container sees. */
export const gpuFolder = '/proc/driver/nvidia/gpus'
const driverVersion = '570.172.08'
const cudaVersion = '12.8'

interface MigDevice { readonly profile: string; readonly uuid: string; readonly memoryMiB: string }
interface Gpu { readonly name: string; readonly uuid: string; readonly busId: string; readonly memoryMiB: string; readonly migs: readonly MigDevice[] }

function readGpu(text: string): Gpu {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? ''
  const migs = [...text.matchAll(/^MIG Device:\s*(\S+) (\S+) (\d+)$/gm)].map(([, profile, uuid, memoryMiB]) => ({ profile, uuid, memoryMiB }))
  return { name: field('Model'), uuid: field('GPU UUID'), busId: `0000${field('Bus Location').toUpperCase()}`, memoryMiB: field('Memory').replace(' MiB', ''), migs }
}

function gpusOf({ files }: ToolContext): Gpu[] {
  return (files.list(gpuFolder) ?? []).map((name) => readGpu(files.read(`${gpuFolder}/${name}/information`) ?? ''))
}

function listText(gpus: readonly Gpu[]): string {
  return gpus.map(({ name, uuid, migs }, index) =>
    `GPU ${index}: ${name} (UUID: ${uuid})\n${migs.map((mig, device) => `  MIG ${mig.profile.padEnd(11)} Device ${String(device).padStart(2)}: (UUID: ${mig.uuid})\n`).join('')}`).join('')
}

const fields: { readonly [name: string]: (gpu: Gpu, index: number, count: number) => string } = {
  index: (_gpu, index) => String(index),
  name: ({ name }) => name,
  gpu_name: ({ name }) => name,
  uuid: ({ uuid }) => uuid,
  gpu_uuid: ({ uuid }) => uuid,
  count: (_gpu, _index, count) => String(count),
  driver_version: () => driverVersion,
  'pci.bus_id': ({ busId }) => busId,
  'memory.total': ({ memoryMiB }) => `${memoryMiB} MiB`,
  'memory.used': () => '1 MiB',
  'memory.free': ({ memoryMiB }) => `${Number(memoryMiB) - 1} MiB`,
  'utilization.gpu': () => '0 %',
  'mig.mode.current': ({ migs }) => (migs.length > 0 ? 'Enabled' : 'Disabled'),
}
/** Names in the header of --format=csv that have a unit. */
const units: { readonly [name: string]: string } = { 'memory.total': ' [MiB]', 'memory.used': ' [MiB]', 'memory.free': ' [MiB]', 'utilization.gpu': ' [%]' }

function queryText(gpus: readonly Gpu[], query: string, format: readonly string[]): string {
  const names = query.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !Object.hasOwn(fields, name))
  if (unknown !== undefined) throw new ToolFailure(`Field "${unknown}" is not a valid field to query.\n\n`, 2)
  if (!format.includes('csv')) throw new ToolFailure('"--query-gpu=" switch is missing required "--format=" switch.\n', 2)
  const hasUnits = !format.includes('nounits')
  const rows = gpus.map((gpu, index) => names.map((name) => {
    const value = fields[name](gpu, index, gpus.length)
    return hasUnits || units[name] === undefined ? value : value.replace(/ (MiB|%)$/, '')
  }).join(', '))
  const header = format.includes('noheader') ? [] : [names.map((name) => `${name}${hasUnits ? (units[name] ?? '') : ''}`).join(', ')]
  return [...header, ...rows].map((row) => `${row}\n`).join('')
}

const line = '+-----------------------------------------+------------------------+----------------------+'

function tableRows({ name, busId, memoryMiB, migs }: Gpu, index: number): string {
  const isDivided = migs.length > 0
  const memory = isDivided ? '                    N/A ' : `${`1MiB / ${memoryMiB.padStart(6)}MiB`.padStart(23)} `
  return [
    `|${String(index).padStart(4)}  ${name.padEnd(30)} On  |${busId.padStart(19)} Off |${(isDivided ? 'On' : '0').padStart(21)} |`,
    `| N/A   33C    P0             62W / 400W  |${memory}|${(isDivided ? 'N/A' : '0%').padStart(9)}      Default |`,
    `|                                         |                        |${(isDivided ? 'Enabled' : 'Disabled').padStart(21)} |`,
    line,
  ].map((row) => `${row}\n`).join('')
}

function migTable(gpus: readonly Gpu[]): string {
  if (gpus.every(({ migs }) => migs.length === 0)) return ''
  const rows = gpus.flatMap(({ migs }, gpu) => migs.map((mig, device) =>
    `|${String(gpu).padStart(3)}  ${String(device + 1).padStart(3)}   0   ${String(device).padStart(2)}  | ${mig.profile.padEnd(14)} 1MiB / ${mig.memoryMiB.padStart(6)}MiB | ${''.padEnd(39)}|\n`))
  const rule = `+------------------+----------------------------------+${'-'.repeat(40)}+\n`
  return `\n${rule}| GPU  GI  CI  MIG | Profile            Memory-Usage  | ${'MIG devices'.padEnd(39)}|\n${rule}${rows.join('')}${rule}`
}

function tableText(context: ToolContext, gpus: readonly Gpu[]): string {
  const date = formatDate('%a %b %e %H:%M:%S %Y', context.timestamp(context.nowMs), context.nowMs)
  return `${date.padEnd(31)}
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI ${driverVersion.padEnd(22)} Driver Version: ${driverVersion.padEnd(14)} CUDA Version: ${cudaVersion.padEnd(9)}|
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |
|                                         |                        |               MIG M. |
|=========================================+========================+======================|
${gpus.map(tableRows).join('')}${migTable(gpus)}
+-----------------------------------------------------------------------------------------+
| Processes:                                                                              |
|  GPU   GI   CI              PID   Type   Process name                        GPU Memory |
|        ID   ID                                                               Usage      |
|=========================================================================================|
|  No running processes found                                                             |
+-----------------------------------------------------------------------------------------+
`
}

export const nvidiaSmi: Tool = {
  run(context) {
    const gpus = gpusOf(context)
    const [, ...args] = context.argv
    if (args.length === 0) return { out: tableText(context, gpus), code: 0 }
    if (args.includes('-L') || args.includes('--list-gpus')) return { out: listText(gpus), code: 0 }
    const query = args.map((arg) => /^--query-gpu=(.*)$/.exec(arg)?.[1]).find((found) => found !== undefined)
    const format = args.map((arg) => /^--format=(.*)$/.exec(arg)?.[1]).find((found) => found !== undefined) ?? ''
    if (query !== undefined) return { out: queryText(gpus, query, format.split(',')), code: 0 }
    throw new ToolFailure(`Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\n`)
  },
}
