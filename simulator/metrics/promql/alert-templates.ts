/** Templates in labels and annotations of alerts. Models prometheus/template/template.go (v3.7). */

import { compareText } from '../../kernel/text.ts'
import { FunctionFailure, functions } from '../../api/go-template/functions.ts'
import type { FunctionRow } from '../../api/go-template/functions.ts'
import { GoStruct, runTemplate } from '../../api/go-template/print.ts'
import { formatFloatTo, GoFloat, goQuote } from '../../api/go-text.ts'
import { RE2JS } from 're2js'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Labels } from '../series.ts'
import { civilDate } from './functions.ts'
import { parseDuration, parseNumber } from './literal.ts'
import { expandGroups } from './call.ts'
import type { VectorElement } from './value.ts'

/** What a template is expanded with. */
export interface TemplateContext {
  readonly alertName: string
  readonly labels: Labels
  readonly value: number
  readonly nowMs: SimTimeMs
  /** Runs a query now, for the function `query`. @throws PromqlError */
  query(text: string): readonly VectorElement[]
}

const dataType = 'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }'
const definitions = '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}'
const larger = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']
const smaller = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y']

/** Expands a template; what is wrong with it becomes its text. */
export function expandTemplate(text: string, context: TemplateContext): string {
  if (!text.includes('{{')) return text
  const name = `__alert_${context.alertName}`
  const data = new GoStruct(dataType, { Labels: context.labels, ExternalLabels: {}, ExternalURL: '', Value: new GoFloat(context.value) })
  const result = runTemplate(definitions + text, data, true, { name, functions: { ...functions, ...alertFunctions, ...contextFunctions(context) }, missingIsEmpty: true })
  if ('output' in result) return result.output
  return `<error expanding template: error ${result.stage === 'parse' ? 'parsing' : 'executing'} template ${name}: ${result.error}>`
}

function numberOf(value: unknown): number {
  if (value instanceof GoFloat) return value.value
  if (typeof value === 'number') return value
  if (typeof value !== 'string') throw new FunctionFailure(`can't convert ${value === null || value === undefined ? '<nil>' : typeof value} to float`)
  const sign = /^[+-]/.exec(value)?.[0] ?? ''
  const number = parseNumber(value.slice(sign.length))
  if (typeof number === 'string') throw new FunctionFailure(`strconv.ParseFloat: parsing ${goQuote(value)}: invalid syntax`)
  return sign === '-' ? -number : number
}

function four(value: number): string {
  return formatFloatTo(value, 4)
}

function scaledDown(value: number, base: number, prefixes: readonly string[]): string {
  let [size, prefix] = [value, '']
  for (const next of prefixes) {
    if (Math.abs(size) < base) break
    prefix = next
    size /= base
  }
  return four(size) + prefix
}

function scaledUp(value: number): string {
  let [size, prefix] = [value, '']
  for (const next of smaller) {
    if (Math.abs(size) >= 1) break
    prefix = next
    size *= 1000
  }
  return four(size) + prefix
}

function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return four(value)
  return Math.abs(value) >= 1 ? scaledDown(value, 1000, larger) : scaledUp(value)
}

function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value)
  return scaledDown(value, 1024, larger.map((prefix) => `${prefix}i`))
}

function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return four(value)
  if (value === 0) return '0s'
  if (Math.abs(value) < 1) return `${scaledUp(value)}s`
  const sign = value < 0 ? '-' : ''
  const whole = Math.trunc(Math.abs(value))
  const [days, hours, minutes, seconds] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60]
  if (days > 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`
  if (hours > 0) return `${sign}${hours}h ${minutes}m ${seconds}s`
  return minutes > 0 ? `${sign}${minutes}m ${seconds}s` : `${sign}${four(Math.abs(value))}s`
}

/** A time as Go prints it, in UTC with milliseconds. */
function timeText(seconds: number): string {
  const ms = Math.trunc(seconds * 1000)
  const days = Math.floor(ms / 86_400_000)
  const { year, month, day } = civilDate(days)
  const rest = ms - days * 86_400_000
  const two = (part: number): string => String(part).padStart(2, '0')
  const fraction = rest % 1000 === 0 ? '' : `.${String(rest % 1000).padStart(3, '0').replace(/0+$/, '')}`
  return `${year}-${two(month)}-${two(day)} ${two(Math.floor(rest / 3_600_000))}:${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}${fraction} +0000 UTC`
}

function humanizeTimestamp(value: number): string {
  return Number.isFinite(value) ? timeText(value) : four(value)
}

function hostAndPort(text: string): readonly [string, string] | undefined {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text)
  return found === null ? undefined : [found[1] ?? found[2], found[3]]
}

function stripDomain(text: string): string {
  const [host, port] = hostAndPort(text) ?? [text, '']
  if (/^\d+\.\d+\.\d+\.\d+$|:/.test(host)) return text
  const first = host.split('.')[0]
  return port === '' ? first : `${first}:${port}`
}

function compiled(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw new FunctionFailure(error instanceof Error ? error.message : String(error))
  }
}

function reReplaceAll(pattern: string, replacement: string, text: string): string {
  const matcher = compiled(pattern).matcher(text)
  let result = ''
  let end = 0
  while (matcher.find()) {
    result += text.slice(end, matcher.start()) + expandGroups(matcher, replacement)
    end = matcher.end()
  }
  return result + text.slice(end)
}

function durationSeconds(text: string): GoFloat {
  const isNegative = text.startsWith('-')
  const ms = parseDuration(isNegative ? text.slice(1) : text)
  if (typeof ms === 'string') throw new FunctionFailure(ms)
  return new GoFloat((isNegative ? -ms : ms) / 1000)
}

function link(text: string, tab: 0 | 1): string {
  return `/graph?g0.expr=${String(functions.urlquery.call?.([text]))}&g0.tab=${tab}`
}

function ofNumber(change: (value: number) => string): FunctionRow {
  return { args: [1, 1], call: ([value]) => change(numberOf(value)) }
}

function ofTexts(count: number, change: (...texts: string[]) => unknown): FunctionRow {
  return { args: [count, count], takesTexts: true, call: (values) => change(...(values as string[])) }
}

interface QuerySample { readonly Labels: Labels; readonly Value: GoFloat }

function sampleOf(value: unknown): QuerySample {
  return (value as GoStruct).fields as unknown as QuerySample
}

const alertFunctions: { readonly [name: string]: FunctionRow } = {
  humanize: ofNumber(humanize),
  humanize1024: ofNumber(humanize1024),
  humanizeDuration: ofNumber(humanizeDuration),
  humanizePercentage: ofNumber((value) => `${four(value * 100)}%`),
  humanizeTimestamp: ofNumber(humanizeTimestamp),
  toTime: ofNumber(timeText),
  toUpper: ofTexts(1, (text) => text.toUpperCase()),
  toLower: ofTexts(1, (text) => text.toLowerCase()),
  title: ofTexts(1, (text) => text.replace(/(^|[^\p{L}\p{N}'_])(\p{L})/gu, (_all, before: string, letter: string) => before + letter.toUpperCase())),
  match: ofTexts(2, (pattern, text) => compiled(pattern).matcher(text).find()),
  reReplaceAll: ofTexts(3, reReplaceAll),
  stripPort: ofTexts(1, (text) => hostAndPort(text)?.[0] ?? text),
  stripDomain: ofTexts(1, stripDomain),
  safeHtml: ofTexts(1, (text) => text),
  graphLink: ofTexts(1, (text) => link(text, 0)),
  tableLink: ofTexts(1, (text) => link(text, 1)),
  parseDuration: ofTexts(1, durationSeconds),
  args: { args: [0, Number.POSITIVE_INFINITY], call: (values) => Object.fromEntries(values.map((value, i) => [`arg${i}`, value])) },
  first: {
    args: [1, 1],
    call: ([list]) => {
      if (!Array.isArray(list) || list.length === 0) throw new FunctionFailure('first() called on vector with no elements')
      return list[0] as unknown
    },
  },
  label: { args: [2, 2], call: ([name, sample]) => sampleOf(sample).Labels[String(name)] ?? '' },
  value: { args: [1, 1], call: ([sample]) => sampleOf(sample).Value },
  strvalue: { args: [1, 1], call: ([sample]) => sampleOf(sample).Labels.__value__ ?? '' },
  sortByLabel: {
    args: [2, 2],
    call: ([name, list]) => [...(list as unknown[])].sort((a, b) => compareText(sampleOf(a).Labels[String(name)] ?? '', sampleOf(b).Labels[String(name)] ?? '')),
  },
  externalURL: { args: [0, 0], call: () => '' },
  pathPrefix: { args: [0, 0], call: () => '' },
}

function contextFunctions({ nowMs, query }: TemplateContext): { readonly [name: string]: FunctionRow } {
  return {
    now: { args: [0, 0], call: () => new GoFloat(nowMs / 1000) },
    query: ofTexts(1, (text) => {
      try {
        return query(text).map(({ labels, value }) => new GoStruct('template.sample', { Labels: labels, Value: new GoFloat(value) }))
      } catch (error) {
        throw new FunctionFailure(error instanceof Error ? error.message : String(error))
      }
    }),
  }
}
