/** Compares a played node case with its recording. */

import { Normalizer, sameName, statusOf } from './kubelet-play.ts'
import type { Played, Shown, ShownEvent } from './kubelet-play.ts'
import type { Row } from './runner.ts'

/** Two changes less than this apart may be one. */
const mergeSeconds = 1.5
/** Timers within about two seconds; the kubelet's own jitter is up to half of a wait. */
const slackSeconds = 2.6
const jitterShare = 0.4

interface Entry {
  readonly t: number
  readonly key: string
  readonly status: { readonly [field: string]: unknown }
  /** How long it was shown; the last one for ever. */
  readonly duration: number
}

interface ContainerView { readonly name: string; readonly restartCount: number; readonly state?: { readonly kind: string; readonly reason?: string } }

function entriesOf(shown: readonly { t: number; status: { readonly [field: string]: unknown } }[]): Entry[] {
  return shown.map(({ t, status }, index) => ({ t, status, key: JSON.stringify(status), duration: index + 1 < shown.length ? shown[index + 1].t - t : Infinity }))
}

function containersOf(entry: Entry): readonly ContainerView[] {
  return [...(entry.status['init'] as ContainerView[]), ...(entry.status['main'] as ContainerView[])]
}

const backOffReasons: readonly string[] = ['CrashLoopBackOff', 'ImagePullBackOff', 'ErrImagePull', 'PostStartHookError', 'RunContainerError']

/** True for a state that comes with a later sync, at a time that is not told: waiting in back-off. */
function isBackOffEntry(entry: Entry): boolean {
  return containersOf(entry).some(({ state }) => state?.kind === 'waiting' && (backOffReasons.includes(state.reason ?? '')))
}

/** True while work goes on whose duration depends on the machine. */
function isWork(entry: Entry): boolean {
  return entry.status['main'] === undefined || containersOf(entry).length === 0 || containersOf(entry).some(({ state }) => state?.kind === 'waiting')
}

function maySkip(entry: Entry): boolean {
  return entry.duration < mergeSeconds || isBackOffEntry(entry)
}

function fits(e: Entry, a: Entry, eBefore: Entry | undefined, aBefore: Entry | undefined): boolean {
  if (e.key !== a.key) return false
  if (eBefore === undefined || aBefore === undefined || isBackOffEntry(e) || isWork(eBefore)) return true
  const expected = e.t - eBefore.t
  const actual = a.t - aBefore.t
  return Math.abs(expected - actual) <= slackSeconds + jitterShare * Math.max(expected, actual)
}

/** The longest fitting walk through both; undefined when they differ. Tells how far it came. */
function align(expected: readonly Entry[], actual: readonly Entry[], endSeconds: number): { readonly isEqual: boolean; readonly reached: number } {
  const seen = new Set<string>()
  let reached = 0
  const walk = (i: number, j: number, lastE: number, lastA: number): boolean => {
    reached = Math.max(reached, i)
    if (i === expected.length) return actual.slice(j).every((entry) => maySkip(entry) || isLate(entry, expected, lastE, actual, lastA, endSeconds))
    const key = `${i}|${j}|${lastE}|${lastA}`
    if (seen.has(key)) return false
    seen.add(key)
    if (j < actual.length && fits(expected[i], actual[j], expected[lastE], actual[lastA]) && walk(i + 1, j + 1, i, j)) return true
    if (j < actual.length && maySkip(actual[j]) && walk(i, j + 1, lastE, lastA)) return true
    return maySkip(expected[i]) && walk(i + 1, j, lastE, lastA)
  }
  const isEqual = walk(0, 0, -1, -1)
  return { isEqual, reached }
}

/** True for an entry that may lie behind the recording's end. */
function isLate(entry: Entry, expected: readonly Entry[], lastE: number, actual: readonly Entry[], lastA: number, endSeconds: number): boolean {
  const left = endSeconds - (expected[lastE]?.t ?? 0)
  const since = entry.t - (actual[lastA]?.t ?? 0)
  return since > left - slackSeconds - jitterShare * left
}

function short(entry: Entry | undefined): string {
  return entry === undefined ? 'nothing' : `${entry.t} ${entry.key}`
}

function endOf(row: Row): number {
  const times = [...((row['timeline'] ?? []) as { t: number }[])].map(({ t }) => t)
  for (const event of (row['events'] ?? []) as { times: number[] }[]) times.push(...event.times)
  return Math.max(0, ...times)
}

/** Differences of the pods' timelines, as sentences. */
export function compareTimelines(row: Row, played: Played): string[] {
  const normalizer = new Normalizer()
  const recorded: Shown[] = ((row['timeline'] ?? []) as unknown as { [field: string]: unknown }[])
    .filter((entry) => entry['pod'] !== undefined)
    .map((entry) => ({ t: Number(entry['t']), pod: String(entry['pod']), status: statusOf(entry, (text) => normalizer.text(text)) }))
  const differences: string[] = []
  const taken = new Set<string>()
  const names = [...new Set(recorded.map(({ pod }) => pod))]
  const ours = [...new Set(played.timeline.map(({ pod }) => pod))]
  for (const name of names) {
    const expected = entriesOf(withoutAddresses(recorded.filter(({ pod }) => pod === name)))
    const candidates = ours.filter((other) => !taken.has(other) && sameName(other, name))
    const results = candidates.map((other) => ({ other, actual: entriesOf(withoutAddresses(played.timeline.filter(({ pod }) => pod === other))) })).map((entry) => ({ ...entry, ...align(expected, entry.actual, endOf(row)) }))
    const best = results.find(({ isEqual }) => isEqual) ?? results.sort((a, b) => b.reached - a.reached)[0]
    if (best === undefined) {
      differences.push(`pod ${name} never appeared`)
      continue
    }
    taken.add(best.other)
    if (!best.isEqual) differences.push(`pod ${name}: expected ${best.reached < expected.length ? short(expected[best.reached]) : 'no more'}\n  ours: ${best.actual.map(short).join('\n        ')}`)
  }
  const extra = ours.filter((other) => !taken.has(other) && played.timeline.find(({ pod }) => pod === other)!.t < endOf(row) - slackSeconds)
  if (extra.length > 0) differences.push(`more pods: ${extra.join(', ')}`)
  return differences
}

/** Which pod has which address depends on the order in which sandboxes came up: only whether there is one counts. */
function withoutAddresses(shown: readonly Shown[]): Shown[] {
  return shown.map((entry) => ({ ...entry, status: JSON.parse(JSON.stringify({ ...entry.status, podIPs: (entry.status['podIPs'] as string[] | undefined)?.map((ip) => ip.replace(/^10\.244\.0\.\d+$/, 'IP')) }).replace(/10\.244\.0\.\d+/g, 'IP')) as Shown['status'] }))
}

function eventKey(event: { type: string; reason: string; message: string; object: string; fieldPath?: string; component: string }): string {
  return [event.type, event.component, event.object.replace(/-[a-z0-9]{5}$/, '-*'), event.reason, event.fieldPath ?? '', event.message.replace(/10\.244\.0\.\d+/g, 'IP').replace(/-[a-z0-9]{5}\b/g, '-*')].join(' | ')
}

interface RecordedEvent { type: string; reason: string; message: string; object: string; fieldPath?: string; component: string; count: number; times: number[] }

function tally(events: readonly { key: string; count: number }[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { key, count } of events) counts.set(key, (counts.get(key) ?? 0) + count)
  return counts
}

/** Differences of the Events, as sentences. Counts in a window may differ by two. */
export function compareEvents(row: Row, played: Played): string[] {
  const recorded = (row['events'] ?? []) as unknown as RecordedEvent[]
  const normalizer = new Normalizer()
  const expected = tally(recorded.map((event) => ({ key: eventKey({ ...event, message: normalizer.text(event.message) }), count: event.count })))
  const end = endOf(row)
  const within = (event: ShownEvent): number => event.times.filter((t) => t <= end + 1).length
  const actual = tally(played.events.map((event) => ({ key: eventKey(event), count: within(event) })))
  const differences: string[] = []
  for (const [key, count] of expected) {
    const got = actual.get(key) ?? 0
    if (got === 0 && !(count <= 2 && key.includes(' BackOff '))) differences.push(`event missing: ${count} x ${key}`)
    else if (Math.abs(got - count) > Math.max(2, Math.ceil(count * 0.3))) differences.push(`event count: expected ${count}, got ${got}: ${key}`)
  }
  for (const [key, count] of actual) if (count > 0 && !expected.has(key) && !isLateEvent(key, played, end) && !isUnfinishedWork(key, row)) differences.push(`event not expected: ${count} x ${key}`)
  return differences
}

/** An Event near the end of the recording may have come a moment later there. */
function isLateEvent(key: string, played: Played, end: number): boolean {
  return played.events.filter((event) => eventKey(event) === key).every((event) => (event.times[0] ?? 0) > end * 0.7 - 1 || (event.reason === 'BackOff' && event.times.length <= 2))
}

/** Making containers takes as long as the machine needs: of a pod whose recording ends before they started, what comes then is not there. */
function isUnfinishedWork(key: string, row: Row): boolean {
  const pod = / \| pod\/(\S+) \| (?:Pulled|Created|Started) \| /.exec(key)?.[1]
  const shown = ((row['timeline'] ?? []) as { [field: string]: unknown }[]).filter((entry) => entry['pod'] === pod)
  const last = JSON.stringify(shown.at(-1)?.['containerStatuses'] ?? '')
  return pod !== undefined && (shown.length === 0 || (last.includes('"ContainerCreating"') && !last.includes('"running"')))
}

/** Ages and their column widths depend on the moment; ids and addresses are equal already. */
function plain(text: string): string {
  return text
    .replace(/\b\d+(?:d|h|m|s)(?:\d+(?:h|m|s))?\b/g, '<age>')
    .replace(/10\.244\.0\.\d+/g, 'IP')
    .replace(/-[a-z0-9]{5}\b/g, '-*')
    .replace(/<time>|<unset>/g, '<time>')
    // The recorded cluster was built from source, which has no version.
    .replaceAll('v0.0.0-master+$Format:%H$', 'v1.35.4')
    .replace(/10\.96\.\d+\.\d+/g, '<cluster ip>')
    // An image that was loaded into the node has another id than one that was pulled.
    .replace(/Image ID: .*/g, 'Image ID: <image id>')
    .replace(/\(x\d+ over/g, '(x<n> over')
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trimEnd())
    .join('\n')
}

function sameText(row: Row, command: string, t: number, actual: string, expected: string): boolean {
  let [a, e] = [plain(actual), plain(expected)]
  // The order of variables is that of a Go map.
  if (command.endsWith(' -- env')) [a, e] = [sorted(a), sorted(e)]
  // How many replicas became available at one moment depends on the machine.
  if (command.includes('rollout status')) [a, e] = [lastLine(a), lastLine(e)]
  // Which users there are beside root is the image's.
  if (command.includes('/etc/passwd')) [a, e] = [withoutUsers(a), withoutUsers(e)]
  // The root folder is the image's.
  if (command.endsWith(' -- ls /')) return e.split('\n').every((name) => a.split('\n').includes(name))
  // Which of the waiting and terminated states is shown depends on the moment of the last sync.
  return a === e || isInBackOff(row, t)
}

function sorted(text: string): string {
  return text.split('\n').sort((a, b) => (a < b ? -1 : 1)).join('\n')
}

function withoutUsers(text: string): string {
  return text.split('\n').filter((line) => !/^(?!root:)\w+:x:\d+:\d+:/.test(line)).join('\n')
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').pop() ?? ''
}

/** Whether a container waited in back-off, or had just ended, when a command ran. */
function isInBackOff(row: Row, t: number): boolean {
  const before = ((row['timeline'] ?? []) as unknown as { t: number; [field: string]: unknown }[]).filter((entry) => entry.t <= t && entry['pod'] !== undefined)
  const last = before[before.length - 1]
  return last !== undefined && isBackOffEntry({ t, key: '', duration: 0, status: statusOf(last, (text) => text) })
}

/** Differences of the commands' output and exit codes, as sentences. */
export function compareCommands(row: Row, played: Played): string[] {
  const recorded = ((row['kubectl'] ?? []) as { command?: string; t: number; stdout?: string; stderr?: string; exitCode: number; stdin?: string }[]).filter(({ command, stdin }) => command !== undefined && (!command.startsWith('kubectl create -f -') || stdin !== undefined))
  const differences: string[] = []
  recorded.forEach((expected, index) => {
    const actual = played.commands[index]
    const label = `${expected.t} ${expected.command}`
    if (actual === undefined) differences.push(`command did not run: ${label}`)
    else if (actual.exitCode !== expected.exitCode) differences.push(`exit code of ${label}: expected ${expected.exitCode}, got ${actual.exitCode} ${actual.stderr}`)
    else {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (!sameText(row, expected.command ?? '', expected.t, actual[stream], expected[stream] ?? '')) differences.push(`${stream} of ${label}:\n    expected ${JSON.stringify(plain(expected[stream] ?? ''))}\n    got      ${JSON.stringify(plain(actual[stream]))}`)
      }
    }
  })
  return differences
}
