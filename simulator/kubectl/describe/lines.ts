/** The text of a description: lines in columns. Models the PrefixWriter of k8s.io/kubectl/pkg/describe (v1.35). */

import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import { parseTimestamp, toCalendar } from '../../api/time.ts'
import type { ObjectMeta, StringMap, Taint, Toleration } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { describeTabs, TabWriter } from '../printers/tab-writer.ts'

const annotationLengthMax = 140

/** Collects cells that are separated by tabs. Level n is indented by 2n spaces. */
export class Lines {
  private readonly writer: TabWriter | undefined
  private done = ''

  /** `isAligned` false keeps the tabs as they are. */
  constructor({ isAligned = true }: { readonly isAligned?: boolean } = {}) {
    this.writer = isAligned ? new TabWriter(describeTabs) : undefined
  }

  write(level: number, text: string): void {
    if (this.writer === undefined) this.done += '  '.repeat(level) + text
    else this.writer.write('  '.repeat(level) + text)
  }

  /** A field: name, colon, tab, value. */
  field(name: string, value: string | number | boolean, level = 0): void {
    this.write(level, `${name}:\t${value}\n`)
  }

  /** Ends the block of columns; what follows is aligned anew. */
  flush(): void {
    this.done += this.writer?.flush() ?? ''
  }

  text(): string {
    this.flush()
    return this.done
  }
}

/** Values below each other behind one title. */
export function writeList(lines: Lines, title: string, values: readonly string[], options: { readonly indent?: string } = {}): void {
  const indent = options.indent ?? ''
  lines.write(0, `${indent}${title}:\t`)
  if (values.length === 0) return lines.write(0, '<none>\n')
  values.forEach((value, index) => lines.write(0, `${index === 0 ? '' : `${indent}\t`}${value}\n`))
}

/** Writes key=value pairs sorted by key, one per line under the title; `<none>` without any. Models printLabelsMultiline. */
export function writeLabels(lines: Lines, title: string, labels: StringMap | undefined, indent = ''): void {
  const keys = Object.keys(labels ?? {}).sort(compareText)
  writeList(lines, title, keys.map((key) => `${key}=${labels?.[key] ?? ''}`), { indent })
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text
}

/**
 * Writes annotations sorted by key, without the one of kubectl apply. A long value or one of several lines gets lines
 * of its own, each cut at the width that upstream allows. Models printAnnotationsMultiline.
 */
export function writeAnnotations(lines: Lines, title: string, annotations: StringMap | undefined): void {
  const keys = Object.keys(annotations ?? {}).filter((key) => key !== lastAppliedAnnotation).sort(compareText)
  lines.write(0, `${title}:\t`)
  if (keys.length === 0) return lines.write(0, '<none>\n')
  keys.forEach((key, index) => {
    if (index > 0) lines.write(0, '\t')
    const value = (annotations?.[key] ?? '').replace(/\n$/, '')
    if (value.length + key.length + 2 <= annotationLengthMax && !value.includes('\n')) return lines.write(0, `${key}: ${value}\n`)
    lines.write(0, `${key}:\n`)
    for (const part of value.split('\n')) lines.write(0, `\t  ${shorten(part, annotationLengthMax - 2)}\n`)
  })
}

/** Name, namespace, labels and annotations: how most descriptions begin. */
export function writeHead(lines: Lines, metadata: ObjectMeta, options: { readonly isClusterScoped?: boolean } = {}): void {
  lines.field('Name', metadata.name ?? '')
  if (options.isClusterScoped !== true) lines.field('Namespace', metadata.namespace ?? '')
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
}

/** `key=value:effect`. */
export function taintText(taint: Taint): string {
  if (taint.effect === '') return (taint.value ?? '') === '' ? taint.key : `${taint.key}=${taint.value}:`
  return `${taint.key}${(taint.value ?? '') === '' ? '' : `=${taint.value}`}:${taint.effect}`
}

function tolerationText(toleration: Toleration): string {
  const { key = '', value = '', effect = '', operator, tolerationSeconds } = toleration
  const base = `${key}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}`
  const exists = operator === 'Exists' && value === '' ? `${key !== '' || effect !== '' ? ' ' : ''}op=Exists` : ''
  return `${base}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`
}

/** Writes tolerations sorted by key, as key=value:effect and what else they say; `<none>` without any. Models printPodTolerationsMultiline. */
export function writeTolerations(lines: Lines, title: string, tolerations: readonly Toleration[] | undefined): void {
  const sorted = [...(tolerations ?? [])].sort((a, b) => compareText(a.key ?? '', b.key ?? ''))
  writeList(lines, title, sorted.map(tolerationText))
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** A time as Go's RFC1123Z writes it. */
export function longTime(timestamp: string | null | undefined): string {
  const unixMs = timestamp === null || timestamp === undefined ? undefined : parseTimestamp(timestamp, 0)
  if (unixMs === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000'
  const time = toCalendar(unixMs)
  return `${weekdays[time.weekday]}, ${two(time.day)} ${months[time.month - 1]} ${time.year} ${two(time.hour)}:${two(time.minute)}:${two(time.second)} +0000`
}

/** A time as Go's Time.String writes it. */
export function goTime(timestamp: string | undefined): string {
  return timestamp === undefined ? '0001-01-01 00:00:00 +0000 UTC' : `${timestamp.replace('T', ' ').replace('Z', '')} +0000 UTC`
}

/** The text, or `<none>` when it is empty or missing. */
export function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text
}

/** Kind/name of the controlling owner. */
export function controllerOf(metadata: ObjectMeta): string | undefined {
  const owner = metadata.ownerReferences?.find((one) => one.controller === true)
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`
}

/** True or False, as some fields show it. */
export function boolText(value: boolean | undefined): string {
  return value === undefined ? '<unset>' : value ? 'True' : 'False'
}

/** A list as Go's %v prints it. */
export function goList(values: readonly string[] | undefined): string {
  return `[${(values ?? []).join(' ')}]`
}
