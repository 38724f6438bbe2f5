/** head and tail. */

import type { ParsedOptions, Tool, ToolContext } from './tool.ts'
import { fromLines, lastValue, parseOptions, readInput, toLines, ToolFailure } from './tool.ts'

/** Reads `-5` as `-n 5`. */
function withCount(context: ToolContext): ToolContext {
  const argv = context.argv.flatMap((arg, i) => (i > 0 && /^-\d+$/.test(arg) && context.argv[i - 1] !== '-n' ? ['-n', arg.slice(1)] : [arg]))
  return Object.create(context, { argv: { value: argv } }) as ToolContext
}

function sizeOf(context: ToolContext, text: string, what: string): number {
  const match = /^[+-]?(\d+)([kKMGb]?)$/.exec(text)
  if (match === null) throw new ToolFailure(context.dialect === 'ash' ? `${context.argv[0]}: invalid number '${text}'\n` : `${context.argv[0]}: invalid number of ${what}: '${text}'\n`)
  const units: { readonly [unit: string]: number } = { b: 512, k: 1024, K: 1024, M: 1048576, G: 1073741824 }
  return Number(match[1]) * (units[match[2]] ?? 1)
}

function eachInput(context: ToolContext, options: ParsedOptions, take: (text: string) => string): { out: string; err: string; code: number } {
  let out = ''
  let err = ''
  const { operands, flags } = options
  const names = operands.length === 0 ? ['-'] : operands
  const hasHeaders = (names.length > 1 && !flags.has('q')) || flags.has('v')
  let isFirst = true
  for (const name of names) {
    const input = readInput(context, name)
    if ('error' in input) {
      const text = context.dialect === 'ash' ? `${context.argv[0]}: ${name}: ${input.error}\n` : input.error === 'Is a directory' ? `${context.argv[0]}: error reading '${name}': Is a directory\n` : `${context.argv[0]}: cannot open '${name}' for reading: ${input.error}\n`
      err += text
      continue
    }
    if (hasHeaders) out += `${isFirst ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`
    isFirst = false
    out += take(input.text)
  }
  return { out, err, code: err === '' ? 0 : 1 }
}

export const head: Tool = {
  streams: true,
  run(context) {
    const options = parseOptions(withCount(context), 'n:c:qv', { lines: 'n', bytes: 'c', quiet: 'q' })
    const bytes = lastValue(options, 'c')
    if (bytes !== undefined) {
      const count = sizeOf(context, bytes, 'bytes')
      return eachInput(context, options, (text) => (bytes.startsWith('-') ? text.slice(0, -count) : text.slice(0, count)))
    }
    const wanted = lastValue(options, 'n') ?? '10'
    const count = sizeOf(context, wanted, 'lines')
    if (wanted.startsWith('-')) return eachInput(context, options, (text) => { if (!context.isInputEnd && options.operands.length === 0) return ''; return fromLines(count === 0 ? toLines(text) : toLines(text).slice(0, -count)) })
    let isFull = false
    const result = eachInput(context, options, (text) => {
      let at = 0
      for (let i = 0; i < count; i++) {
        const next = text.indexOf('\n', at)
        if (next < 0) return text
        at = next + 1
      }
      isFull = true
      return text.slice(0, at)
    })
    return { ...result, isDone: isFull }
  },
}

export const tail: Tool = {
  run(context) {
    const options = parseOptions(withCount(context), 'n:c:qvfFs:', { lines: 'n', bytes: 'c', quiet: 'q', follow: 'f' })
    if (options.flags.has('f') && options.operands.length > 0 && context.memory === undefined) {
      const first = tailOf(context, options)
      return { ...first, wait: { t: 'time', untilMs: context.nowMs + 1000 }, memory: { lengths: options.operands.map((name) => (context.files.read(name) ?? '').length) } }
    }
    const memory = context.memory as { readonly lengths: readonly number[] } | undefined
    if (memory === undefined) return tailOf(context, options)
    const texts = options.operands.map((name) => context.files.read(name) ?? '')
    return { out: texts.map((text, i) => text.slice(memory.lengths[i])).join(''), wait: { t: 'time', untilMs: context.nowMs + 1000 }, memory: { lengths: texts.map((text) => text.length) } }
  },
}

function tailOf(context: ToolContext, options: ParsedOptions): { out: string; err: string; code: number } {
  const bytes = lastValue(options, 'c')
  const wanted = bytes ?? lastValue(options, 'n') ?? '10'
  const count = sizeOf(context, wanted, bytes === undefined ? 'lines' : 'bytes')
  return eachInput(context, options, (text) => {
    if (bytes !== undefined) return wanted.startsWith('+') ? text.slice(count - 1) : count === 0 ? '' : text.slice(-count)
    const lines = text.split('\n')
    const last = lines.at(-1) === '' ? lines.pop() : undefined
    const kept = wanted.startsWith('+') ? lines.slice(Math.max(count - 1, 0)) : count === 0 ? [] : lines.slice(-count)
    return kept.length === 0 ? '' : kept.join('\n') + (last === undefined ? '' : '\n')
  })
}
