/** `podflight what-if`: tries changes on a fork and prints what would be different. */

import type { GpuSpec, ProcessContext } from '../../../simulator/index.ts'
import { immediately } from '../../../simulator/shell/commands.ts'
import type { WhatIfChange } from '../what-if/changes.ts'
import { defaultPrices } from '../what-if/cost.ts'
import type { GpuFigures } from '../what-if/gpu-fragmentation.ts'
import { whatIf } from '../what-if/what-if.ts'
import type { WhatIfReport } from '../what-if/what-if.ts'
import type { FlightPort, PodflightCommand } from './command.ts'

const usage = `usage: podflight what-if CHANGE... [-n NAMESPACE] [-o json]
Tries changes on a copy of the cluster and shows what would be different. The cluster stays as it is.
  --add-node NODE=COUNT         more nodes like one that exists
  --remove-node NODE            a node goes
  --cordon NODE, --uncordon NODE
  --taint NODE=KEY=VALUE:EFFECT, --taint NODE=KEY:EFFECT-
  --label NODE=KEY=VALUE, --label NODE=KEY-
  --gpus NODE=MODEL:COUNT[:SHARING:REPLICAS]   for example t4-1=Tesla-T4:1:time-slicing:4
  --scale KIND/NAME=REPLICAS, --delete KIND/NAME
  --scheduler FILE              a KubeSchedulerConfiguration
  -f FILE                       objects to apply
  --price TYPE=DOLLARS          per hour of a node of a type, as the report names it: --price '8 x Tesla-T4=4.20'
`

class UsageError extends Error {
  override readonly name = 'UsageError'
}

interface Parsed { changes: WhatIfChange[]; namespace: string | undefined; isJson: boolean; perNode: { [type: string]: number } }

/** The two sides of the first `=`. */
function sides(flag: string, value: string): [string, string] {
  const at = value.indexOf('=')
  if (at <= 0 || at === value.length - 1) throw new UsageError(`${flag} takes NAME=VALUE, not "${value}"`)
  return [value.slice(0, at), value.slice(at + 1)]
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || text === '') throw new UsageError(`${flag} takes a whole number, not "${text}"`)
  return number
}

/** MODEL:COUNT[:SHARING:REPLICAS] */
function gpusOf(flag: string, text: string): GpuSpec {
  const [model, count, strategy, replicas] = text.split(':')
  if (model === undefined || count === undefined || (strategy !== undefined && replicas === undefined)) throw new UsageError(`${flag} takes NODE=MODEL:COUNT or NODE=MODEL:COUNT:SHARING:REPLICAS`)
  const spec = { model, count: wholeNumber(flag, count) }
  return strategy === undefined ? spec : { ...spec, sharing: { strategy: strategy as 'time-slicing' | 'mps', replicas: wholeNumber(flag, replicas ?? '') } }
}

type Reader = (value: string, context: ProcessContext) => WhatIfChange

function absolute({ workingDirectory }: ProcessContext, path: string): string {
  return path.startsWith('/') ? path : `${workingDirectory}/${path}`.replace(/\/\.\//g, '/')
}

function fileText(context: ProcessContext, path: string): string {
  const text = context.files.read(absolute(context, path))
  if (text === undefined) throw new UsageError(`the file "${path}" does not exist`)
  return text
}

const readers: { readonly [flag: string]: Reader } = {
  '--add-node': (value) => {
    const [like, count] = value.includes('=') ? sides('--add-node', value) : [value, '1']
    return { kind: 'add-node', like, count: wholeNumber('--add-node', count) }
  },
  '--remove-node': (node) => ({ kind: 'remove-node', node }),
  '--cordon': (node) => ({ kind: 'cordon', node }),
  '--uncordon': (node) => ({ kind: 'uncordon', node }),
  '--taint': (value) => {
    const [node, taint] = sides('--taint', value)
    return { kind: 'taint', node, taint }
  },
  '--label': (value) => {
    const [node, label] = sides('--label', value)
    return { kind: 'label', node, label }
  },
  '--gpus': (value) => {
    const [node, text] = sides('--gpus', value)
    return { kind: 'gpus', node, gpus: gpusOf('--gpus', text) }
  },
  '--scale': (value) => {
    const [target, replicas] = sides('--scale', value)
    return { kind: 'scale', target, replicas: wholeNumber('--scale', replicas) }
  },
  '--delete': (target) => ({ kind: 'delete', target }),
  '--scheduler': (path, context) => ({ kind: 'scheduler', yaml: fileText(context, path) }),
  '-f': (path, context) => ({ kind: 'apply', yaml: fileText(context, path) }),
}

function setPrice(perNode: { [type: string]: number }, value: string): void {
  const [type, dollars] = sides('--price', value)
  const price = Number(dollars)
  if (!Number.isFinite(price) || price < 0) throw new UsageError(`--price takes dollars, not "${dollars}"`)
  perNode[type] = price
}

/** Flags and their values, `--flag value` or `--flag=value`. */
function parse(context: ProcessContext): Parsed {
  const parsed: Parsed = { changes: [], namespace: undefined, isJson: false, perNode: {} }
  const args = context.argv.slice(2)
  for (let i = 0; i < args.length; i++) {
    const joined = /^(--[a-z-]+)=(.*)$/s.exec(args[i])
    const flag = joined?.[1] ?? args[i]
    const value = joined?.[2] ?? args[++i]
    const read = Object.hasOwn(readers, flag) ? readers[flag] : undefined
    if (read === undefined && !['-n', '--namespace', '-o', '--output', '--price'].includes(flag)) throw new UsageError(`unknown flag "${flag}"`)
    if (value === undefined) throw new UsageError(`${flag} needs a value`)
    if (read !== undefined) parsed.changes.push(read(value, context))
    else if (flag === '-n' || flag === '--namespace') parsed.namespace = value
    else if (flag === '--price') setPrice(parsed.perNode, value)
    else if (value === 'json') parsed.isJson = true
    else throw new UsageError(`-o takes json, not "${value}"`)
  }
  if (parsed.changes.length === 0) throw new UsageError('name at least one change')
  return parsed
}

/** Columns of texts, two blanks apart at least. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] + 3)).join('').trimEnd()}\n`).join('')
}

function fragmentationText({ fragmentationRate }: GpuFigures): string {
  return fragmentationRate === undefined ? '-' : `${Math.round(fragmentationRate * 100)}%`
}

/** The report as a table. */
function reportText({ placements, pods, gpus, cost, isSettled, settledSeconds, commands }: WhatIfReport): string {
  const moved = placements.map(({ change, namespace, pod, from = '<none>', to = '<none>', why = '' }) => [change, namespace, pod, from, to, why])
  const figures = [
    ['', 'BEFORE', 'AFTER'],
    ['Pods with a node', String(pods.before.running), String(pods.after.running)],
    ['Pods pending', String(pods.before.pending), String(pods.after.pending)],
    ['Pods failed', String(pods.before.failed), String(pods.after.failed)],
    ...(gpus.before.total + gpus.after.total === 0 ? [] : [
      ['GPUs in use', `${gpus.before.inUse} of ${gpus.before.total}`, `${gpus.after.inUse} of ${gpus.after.total}`],
      ['Free GPUs fragmented', fragmentationText(gpus.before), fragmentationText(gpus.after)],
    ]),
    ['Nodes, $ per hour', cost.before.toFixed(2), cost.after.toFixed(2)],
    ...cost.rows.map(({ type, before, after, price }) => [`  ${type} at ${price.toFixed(2)}`, String(before), String(after)]),
  ]
  const time = isSettled ? `Settled after ${settledSeconds} s of simulated time.` : `Not settled after ${settledSeconds} s of simulated time: Pods still move.`
  return `${placements.length === 0 ? 'No Pod changes its place.\n' : columns([['CHANGE', 'NAMESPACE', 'POD', 'FROM', 'TO', 'WHY'], ...moved])}\n${columns(figures)}\n${time} Nothing was changed yet. To do it:\n${commands.map((command) => `  ${command.replace(/\n/g, '\n  ')}\n`).join('')}`
}

function run(port: FlightPort, context: ProcessContext): number {
  if (port.isExam) {
    context.err('error: what-if is not available in an exam\n')
    return 1
  }
  try {
    const { changes, namespace, isJson, perNode } = parse(context)
    const answer = whatIf(port.cluster(), changes, { namespace: namespace ?? port.namespace(), prices: { ...defaultPrices, perNode } })
    if (answer.kind === 'refused') {
      context.err(`Change ${answer.change + 1} was refused:\n${answer.message}\n`)
      return 1
    }
    context.out(isJson ? `${JSON.stringify(answer, null, 2)}\n` : reportText(answer))
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    context.err(`error: ${error.message}\n${usage}`)
    return 1
  }
}

export const whatIfCommand: PodflightCommand = { name: 'what-if', make: (port) => immediately((context) => run(port, context)) }
