/** Logs of containers: lines with their times, bounded. Models kubernetes/pkg/kubelet/kuberuntime/logs and log rotation. */

import { toNanoTime } from '../api/time.ts'
import { utf8Length } from '../api/go-text.ts'
import type { Host, LogLine, LogRecord } from './host.ts'
import type { LogQuery } from './ports.ts'

/** Lines kept of one container. Modelling assumption: the real kubelet rotates at 10 MiB. */
const linesMax = 2000
const empty: LogRecord = { skipped: 0, lines: [] }

/** Key of the log of one run of a container. */
export function logKey(podKey: string, container: string, attempt: number): string {
  return `${podKey}|${container}|${attempt}`
}

/** Appends what a container writes; a line may come in pieces. */
export function appendLog(host: Host, key: string, stream: 'stdout' | 'stderr', text: string): void {
  if (text === '') return
  const before = host.logs.get(key) ?? empty
  const lines: LogLine[] = before.lines.slice()
  for (const piece of text.split(/(?<=\n)/)) {
    const last = lines[lines.length - 1]
    if (last !== undefined && last.stream === stream && !last.text.endsWith('\n')) lines[lines.length - 1] = { ...last, text: last.text + piece }
    else lines.push({ atMs: host.nowMs, stream, text: piece })
  }
  const surplus = Math.max(0, lines.length - linesMax)
  host.logs.set(key, { skipped: before.skipped + surplus, lines: surplus === 0 ? lines : lines.slice(surplus) })
}

function printed(line: LogLine, hasTimes: boolean): string {
  return hasTimes ? `${toNanoTime(line.atMs)} ${line.text}` : line.text
}

/** The text of a log as a query asks for it. */
export function logText(host: Host, key: string, query: LogQuery): string {
  let lines = (host.logs.get(key) ?? empty).lines
  const { sinceMs, tailLines, limitBytes } = query
  if (sinceMs !== undefined) lines = lines.filter(({ atMs }) => atMs >= sinceMs)
  if (tailLines !== undefined) lines = tailLines === 0 ? [] : lines.slice(-tailLines)
  const text = lines.map((line) => printed(line, query.timestamps === true)).join('')
  return limitBytes !== undefined && utf8Length(text) > limitBytes ? text.slice(0, limitBytes) : text
}

/** Number of lines written so far, kept or not. */
export function lineCount(host: Host, key: string): number {
  const { skipped, lines } = host.logs.get(key) ?? empty
  return skipped + lines.length
}

/** Text written behind a count of lines. */
export function textAfter(host: Host, key: string, count: number): string {
  const { skipped, lines } = host.logs.get(key) ?? empty
  return lines.slice(Math.max(0, count - skipped)).map(({ text }) => text).join('')
}

/** The end of a log for a termination message: at most 80 lines and 2048 bytes. */
export function logTail(host: Host, key: string): string {
  const text = (host.logs.get(key) ?? empty).lines.slice(-80).map((line) => line.text).join('')
  return text.length > 2048 ? text.slice(-2048) : text
}

