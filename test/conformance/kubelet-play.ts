/** Plays a recorded node case on a simulated cluster: creates its objects, runs its commands, records what the API shows. */

import { createCluster, kubectl as boundKubectl, Terminal } from '../../simulator/index.ts'
import type { ApiRequest, Cluster, KubeObject, Pod } from '../../simulator/index.ts'
import { isStream } from '../../simulator/index.ts'
import { findKindByToken } from '../../simulator/api/kinds.ts'
import { kubectl } from '../../simulator/kubectl/main.ts'
import type { FileSystem, ProcessAnswer, ProcessNeed } from '../../simulator/shell/process.ts'
import type { ImageEntry } from '../../simulator/workloads/program.ts'
import { textOf } from './compare.ts'
import type { JsonValue, Row } from './runner.ts'

/** One status of a pod, with everything made equal that no simulator can reproduce. */
export interface Shown {
  readonly t: number
  readonly pod: string
  readonly status: { readonly [field: string]: unknown }
}
export interface ShownEvent {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly component: string
  readonly object: string
  readonly fieldPath: string
  readonly times: readonly number[]
}
export interface ShownCommand {
  readonly command: string
  readonly t: number
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}
export interface Played {
  readonly timeline: readonly Shown[]
  readonly events: readonly ShownEvent[]
  readonly commands: readonly ShownCommand[]
}

const admin = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
const bytes = 7_936_784

function app(more: Partial<ImageEntry> = {}): ImageEntry {
  return { program: 'example-app', bytes, parameters: {}, argv: ['/app', 'serve'], ...more }
}

/** What the recording's image has at its root. */
const folders = { '/app': '', '/data/.keep-folder': '' }

/** The images of the recording: the stand-in program under several names, and busybox. */
const images: { readonly [reference: string]: ImageEntry } = {
  'example.com/app:1.0': app({ files: folders }),
  'example.com/app:1.1': app(),
  'example.com/app:2.0': app(),
  'example.com/app:user-1000': app({ user: '1000' }),
  'example.com/app:user-named': app({ user: 'app' }),
  'example.com/app:distroless': app({ parameters: { shell: false } }),
  'nginx:1.27-alpine': app({ bytes: 7_936_797, parameters: { port: 80 }, files: folders }),
}
const cachedImages = ['example.com/app:1.0', 'example.com/app:1.1', 'example.com/app:user-1000', 'example.com/app:user-named', 'example.com/app:distroless', 'nginx:1.27-alpine', 'busybox:1.36']

/** The pod's namespace is `demo`, the cluster is at rest when the case begins. */
const beginMs = 60_000
const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- {name: c, cluster: {server: "https://127.0.0.1:6443"}}
users:
- {name: u, user: {}}
contexts:
- {name: x, context: {cluster: c, user: u, namespace: demo}}
current-context: x
`

function makeCluster(gpuCount: number): Cluster {
  const resources = { cpu: '2', memory: '25171656704', 'ephemeral-storage': '267847642337', ...(gpuCount > 0 ? { 'nvidia.com/gpu': String(gpuCount) } : {}) }
  const cluster = createCluster({ seed: 1, nodes: [{ name: 'node-1', resources }], images, cachedImages })
  create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } })
  cluster.advanceTo(beginMs / 2)
  // Made here too, for configurations without the controllers that make them.
  create(cluster, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'demo' } })
  create(cluster, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: 'demo' }, data: { 'ca.crt': 'x' } } as KubeObject)
  cluster.advanceTo(beginMs)
  return cluster
}

/** @returns an error text, or undefined */
function create(cluster: Cluster, object: KubeObject): string | undefined {
  const kind = findKindByToken(object.kind.toLowerCase())
  if (kind === undefined) return `no kind ${object.kind}`
  const metadata = kind.namespaced ? { namespace: 'demo', ...object.metadata } : object.metadata
  const body = { ...object, metadata }
  const response = cluster.request({ user: admin, verb: 'create', group: kind.group, version: kind.version, resource: kind.resource, namespace: metadata.namespace, body } as unknown as ApiRequest)
  return isStream(response) || response.code < 300 ? undefined : ((response.body as { message?: string }).message ?? 'refused')
}

/** Replaces what differs by run: ids, addresses by order of appearance, suffixes, times. */
export class Normalizer {
  private readonly addresses = new Map<string, string>()

  text(text: string): string {
    return text
      // What follows is containerd's, the registry's or runc's.
      .replace(/(?:rpc error: code = \w+ desc = )?(failed to pull and unpack image "[^"]*"): .*$/gm, '$1')
      .replace(/(OCI runtime create failed: ).*$/gm, '$1')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replace(/[0-9a-f]{64}/g, '<id>')
      .replace(/kube-api-access-[0-9a-z]{5}\b/g, 'kube-api-access-abcde')
      .replace(/in \d+(\.\d+)?m?s \(\d+(\.\d+)?m?s including waiting\)/g, 'in <n>ms (<n>ms including waiting)')
      .replace(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, '<time>')
      .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/g, '<time>')
      .replace(/10\.244\.0\.\d+/g, (ip) => this.address(ip))
  }

  address(ip: string): string {
    if (!this.addresses.has(ip)) this.addresses.set(ip, `10.244.0.${11 + this.addresses.size}`)
    return this.addresses.get(ip)!
  }
}

/** Reduces a recorded or simulated status to what is compared. */
export function statusOf(entry: { readonly [field: string]: unknown }, normalize: (text: string) => string): { readonly [field: string]: unknown } {
  const text = (value: unknown): unknown => (typeof value === 'string' ? normalize(value) : value)
  const state = (value: unknown): unknown => {
    const kinds = Object.entries((value ?? {}) as { [kind: string]: { [field: string]: unknown } })
    return kinds.length === 0 ? undefined : kinds.map(([kind, { reason, message, exitCode, signal }]) => ({ kind, reason: reason || undefined, message: text(message) || undefined, exitCode, signal }))[0]
  }
  const containers = (value: unknown): unknown =>
    ((value ?? []) as { [field: string]: unknown }[]).map(({ name, ready, started, restartCount, state: current, lastState }) => ({ name, ready, started: started ?? false, restartCount, state: state(current), lastState: state(lastState) }))
  const conditions = ((entry['conditions'] ?? []) as { [field: string]: unknown }[])
    .map(({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''} ${text(message ?? '')}`)
    .sort((a, b) => (a < b ? -1 : 1))
  return {
    phase: entry['phase'], reason: entry['reason'] || undefined, message: text(entry['message']) || undefined, podIPs: entry['podIPs'], qosClass: entry['qosClass'],
    grace: entry['deletionGracePeriodSeconds'], deleted: entry['deleted'], conditions,
    init: containers(entry['initContainerStatuses']), main: containers(entry['containerStatuses']), ephemeral: containers(entry['ephemeralContainerStatuses']),
  }
}

/** Splits a shell command line into words, as far as the recorded commands need it. */
function words(line: string): string[] {
  const found: string[] = []
  const pattern = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g
  for (const [word] of line.matchAll(pattern)) {
    found.push(word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, (_whole, single: string | undefined, double: string | undefined, escaped: string | undefined) => single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? ''))
  }
  return found
}

/** True for a line with more in it than one command. */
function isScript(line: string): boolean {
  return /[;&|<>]/.test(line.replace(/'[^']*'|"[^"]*"/g, ''))
}

class Files implements FileSystem {
  private readonly texts = new Map([['/root/.kube/config', kubeconfig], ['/etc/hostname', 'recorder\n']])
  read(path: string): string | undefined { return this.texts.get(path) }
  write(path: string, text: string): void { this.texts.set(path, text) }
  remove(path: string): boolean { return this.texts.delete(path) }
  isDirectory(): boolean { return false }
  makeDirectory(): void {}
  list(): readonly string[] | undefined { return undefined }
}

/** A running command; it is fed as simulated time goes on. */
class Command {
  readonly shown: { command: string; t: number; stdout: string; stderr: string; exitCode: number }
  isOver = false
  private readonly process: Generator<ProcessNeed, number, ProcessAnswer>
  private need: ProcessNeed | undefined
  private readonly cluster: Cluster
  private input: string | undefined

  constructor(cluster: Cluster, line: string, input: string | undefined, t: number) {
    this.cluster = cluster
    this.input = input
    this.shown = { command: line, t, stdout: '', stderr: '', exitCode: -1 }
    const { clock } = cluster
    this.process = isScript(line) ? this.script(line) : kubectl({
      argv: words(line), env: { HOME: '/root' }, workingDirectory: '/root', files: new Files(), clock: { get nowMs() { return cluster.nowMs }, timestamp: (atMs) => clock.timestamp(atMs), parse: (text) => clock.parse(text) },
      out: (text) => { this.shown.stdout += text }, err: (text) => { this.shown.stderr += text }, isTerminal: false, hasInput: true,
    } as Parameters<typeof kubectl>[0])
    this.resume({ kind: 'none' }, true)
  }

  /** Lines with more than one command run in a shell of their own. */
  private script(line: string): Generator<ProcessNeed, number, ProcessAnswer> {
    const { clock } = this.cluster
    const now = (): number => this.cluster.nowMs
    const terminal = new Terminal({
      executables: { kubectl: boundKubectl }, home: '/root', clock: { get nowMs() { return now() }, timestamp: (atMs: number) => clock.timestamp(atMs), parse: (text: string) => clock.parse(text) },
      out: (text, stream) => { this.shown[stream] += text },
    })
    terminal.files.write('/root/.kube/config', kubeconfig)
    return terminal.run(line) as Generator<ProcessNeed, number, ProcessAnswer>
  }

  /** Answers what can be answered now. */
  step(): void {
    for (let i = 0; !this.isOver && i < 10_000; i++) {
      const answer = this.answer()
      if (answer === undefined) return
      this.resume(answer, false)
    }
  }

  private resume(answer: ProcessAnswer, isFirst: boolean): void {
    const result = isFirst ? this.process.next() : this.process.next(answer)
    this.need = result.done === true ? undefined : result.value
    if (result.done !== true) return
    this.isOver = true
    this.shown.exitCode = result.value
  }

  private answer(): ProcessAnswer | undefined {
    const { need, cluster } = this
    if (need === undefined) return undefined
    if (need.kind === 'request') return { kind: 'response', response: cluster.request({ ...need.request, user: admin } as ApiRequest) }
    if (need.kind === 'stream') {
      const frames = cluster.readStream(need.streamId)
      return frames.length > 0 || (need.untilMs !== undefined && cluster.nowMs >= need.untilMs) ? { kind: 'frames', frames } : undefined
    }
    if (need.kind === 'closeStream') cluster.closeStream(need.streamId)
    else if (need.kind === 'sendInput') cluster.writeStream(need.streamId, need.text)
    else if (need.kind === 'sleep') return cluster.nowMs >= need.untilMs ? { kind: 'none' } : undefined
    else if (need.kind === 'input') {
      const text = this.input
      this.input = undefined
      return { kind: 'text', text }
    } else if (need.kind === 'edit') return { kind: 'saved', isSaved: false }
    return { kind: 'none' }
  }
}

/** What a command waits for before it runs: the state that the recording showed last before it. */
interface Planned {
  readonly command: string
  readonly input: string | undefined
  readonly t: number
  readonly afterPod?: string
  readonly afterKey?: string
  /** The command before was still running. */
  readonly isBeside: boolean
  /** How often the pod has shown that state by then. */
  readonly occurrence?: number
  readonly delay: number
}

function plan(row: Row): Planned[] {
  const beginning = beginningOf(row)
  const timeline = ((row['timeline'] ?? []) as { [field: string]: JsonValue }[]).filter((entry) => entry['pod'] !== undefined).map((entry): { [field: string]: JsonValue } => ({ ...entry, t: Number(entry['t']) + beginning }))
  const normalizer = new Normalizer()
  const warnedAt = Math.min(...((row['events'] ?? []) as { type: string; times: number[] }[]).filter(({ type }) => type === 'Warning').flatMap(({ times }) => times))
  return ((row['kubectl'] ?? []) as { [field: string]: JsonValue }[])
    .map((entry) => (typeof entry['devicePlugin'] === 'string' ? { ...entry, command: `devicePlugin ${entry['devicePlugin']}` } : entry))
    .filter((entry) => typeof entry['command'] === 'string' && !textOf(entry['command']).startsWith('kubectl create -f -') || entry['stdin'] !== undefined)
    .map((entry, index, all) => {
      const t = Number(entry['t'])
      const earlier = all[index - 1]
      const isBeside = earlier !== undefined && Number(earlier['t']) + Number(earlier['took'] ?? 0) > t
      // Waiting in back-off is shown at a time that nothing tells: what came before it counts.
      const before = timeline.filter((shown) => (beginning > 0 ? Number(shown['t']) < t : Number(shown['t']) <= t) && !/"(CrashLoopBackOff|ImagePullBackOff)"/.test(JSON.stringify([shown['containerStatuses'], shown['initContainerStatuses']])))
      const last = before[before.length - 1]
      const base = { command: textOf(entry['command']), input: entry['stdin'] === undefined ? undefined : textOf(entry['stdin']), t, isBeside }
      if (last === undefined) return { ...base, delay: t }
      const keys = before.filter((shown) => sameName(textOf(shown['pod']), textOf(last['pod']))).map((shown) => keyOf(statusOf(shown, (text) => normalizer.text(text))))
      const afterKey = keys[keys.length - 1]
      return { ...base, afterPod: textOf(last['pod']), afterKey, occurrence: runsOf(keys, afterKey), delay: delayOf(timeline, last, t, warnedAt) }
    })
}

/** When the first pod was created, on the clock of the commands: a command may have done it. */
function beginningOf(row: Row): number {
  if (((row['objects'] ?? []) as unknown as KubeObject[]).some(({ kind }) => kind !== 'ConfigMap')) return 0
  const entry = ((row['kubectl'] ?? []) as { [field: string]: JsonValue }[]).find(({ stdin }) => typeof stdin === 'string' && stdin.includes('"containers"'))
  return Number(entry?.['t'] ?? 0)
}

/** A status without what may come together with it or a moment later. */
function keyOf(status: { readonly [field: string]: unknown }): string {
  const { podIPs: _ips, conditions: _conditions, qosClass: _qos, ...rest } = status
  return JSON.stringify(rest)
}

/**
 * Time from a state to a command. While containers are made the share of that time counts, since work takes as long as the machine needs.
 * After a warning it does not: then the container waits for something.
 */
function delayOf(timeline: readonly { [field: string]: JsonValue }[], last: { [field: string]: JsonValue }, t: number, warnedAt: number): number {
  const delay = t - Number(last['t'])
  const next = timeline.find((shown) => shown['pod'] === last['pod'] && Number(shown['t']) > t)
  const isWork = /"(ContainerCreating|PodInitializing)"/.test(JSON.stringify(last))
  return isWork && next !== undefined && delay > 0.3 && warnedAt > t ? (delay / (Number(next['t']) - Number(last['t']))) * shortestStart : delay
}

/** Seconds from a pod's first status to the next in the simulator. */
const shortestStart = 1.2

/** How often a key begins in a list. */
function runsOf(keys: readonly string[], key: string): number {
  return keys.filter((other, index) => other === key && keys[index - 1] !== key).length
}

/** Plays a row. */
export function play(row: Row, gpuCount: number): Played {
  const cluster = makeCluster(gpuCount)
  const normalizer = new Normalizer()
  const timeline: Shown[] = []
  const last = new Map<string, string>()
  const seconds = (): number => (cluster.nowMs - beginMs) / 1000
  cluster.onCommit(({ resource, before, after }) => {
    const pod = (after ?? before) as Pod | undefined
    if (resource !== 'pods' || pod?.metadata.namespace !== 'demo') return
    const status = (pod.status ?? {}) as { [field: string]: unknown }
    const podIPs = (status['podIPs'] as { ip: string }[] | undefined)?.map(({ ip }) => normalizer.text(ip))
    const shown = statusOf({ ...status, podIPs, deletionGracePeriodSeconds: pod.metadata.deletionTimestamp === undefined ? undefined : pod.metadata.deletionGracePeriodSeconds, deleted: after === undefined ? true : undefined }, (text) => normalizer.text(text))
    const key = JSON.stringify(shown)
    if (last.get(pod.metadata.name ?? '') === key) return
    last.set(pod.metadata.name ?? '', key)
    timeline.push({ t: seconds(), pod: pod.metadata.name ?? '', status: shown })
  })
  const eventTimes = new Map<string, number[]>()
  const commands = runCommands(cluster, row, timeline, seconds, eventTimes)
  const events = [...cluster.eventRows()].filter((event) => event.namespace === 'demo' || event.namespace === 'default').map((event) => ({
    type: event.type, reason: event.reason, message: normalizer.text(event.message), component: event.component,
    object: `${(event.regarding.kind ?? '').toLowerCase()}/${event.regarding.name}`, fieldPath: event.regarding.fieldPath ?? '', times: eventTimes.get(String(event.id)) ?? [],
  }))
  const offset = beginningOf(row) > 0 && timeline.length > 0 ? timeline[0].t : 0
  const shifted = timeline.map((shown) => ({ ...shown, t: shown.t - offset }))
  const shiftedEvents = events.map((event) => ({ ...event, times: event.times.map((t) => Math.max(0, t - offset)) }))
  return { timeline: shifted, events: shiftedEvents, commands: commands.map(({ shown }) => ({ ...shown, stdout: normalizer.text(shown.stdout), stderr: normalizer.text(shown.stderr) })) }
}

/** What the recording's device plugin was told. */
function changeDevices(cluster: Cluster, [what, index]: readonly string[]): void {
  const ids = index === undefined ? ['GPU-0', 'GPU-1'] : [`GPU-${index}`]
  for (const id of ids) cluster.components.kubelets.setDeviceHealth('node-1', id, what === 'healthy' || what === 'start')
}

function endOf(row: Row): number {
  const times = [...((row['timeline'] ?? []) as { t: number }[]), ...((row['kubectl'] ?? []) as { t: number }[])].map(({ t }) => t)
  for (const event of (row['events'] ?? []) as { times: number[] }[]) times.push(...event.times)
  return Math.max(0, ...times)
}

function runCommands(cluster: Cluster, row: Row, timeline: readonly Shown[], seconds: () => number, eventTimes: Map<string, number[]>): Command[] {
  const planned = plan(row)
  const commands: Command[] = []
  const counts = new Map<string, number>()
  for (const object of (row['objects'] ?? []) as unknown as KubeObject[]) create(cluster, object)
  const end = endOf(row)
  let next = 0
  for (let atMs = cluster.nowMs; seconds() < end * 1.3 + 8 || (next < planned.length && seconds() < end * 2 + 30); atMs += 50) {
    cluster.advanceTo(atMs)
    for (const event of cluster.eventRows()) {
      if (counts.get(String(event.id)) === event.count) continue
      counts.set(String(event.id), event.count)
      const times = eventTimes.get(String(event.id)) ?? []
      eventTimes.set(String(event.id), [...times, ...Array.from({ length: event.count - times.length }, seconds)])
    }
    for (const command of commands) command.step()
    const waiting = planned[next]
    if (waiting === undefined || (commands.length > 0 && !waiting.isBeside && !commands[commands.length - 1].isOver)) continue
    const reached = reachedAt(waiting, timeline)
    if (reached === undefined ? seconds() < waiting.t + 12 : seconds() < reached + waiting.delay - 0.001) continue
    next++
    if (waiting.command.startsWith('devicePlugin ')) {
      changeDevices(cluster, waiting.command.split(' ').slice(1))
      continue
    }
    const command = new Command(cluster, waiting.command, waiting.input, waiting.t)
    command.step()
    commands.push(command)
  }
  return commands
}

/** When a pod showed the state that came before a command; undefined: not yet. */
function reachedAt({ afterPod, afterKey, occurrence = 1 }: Planned, timeline: readonly Shown[]): number | undefined {
  if (afterKey === undefined) return 0
  const own = timeline.filter(({ pod }) => sameName(pod, afterPod ?? ''))
  const keys = own.map(({ status }) => keyOf(status))
  let count = 0
  for (let i = 0; i < keys.length; i++) if (keys[i] === afterKey && keys[i - 1] !== afterKey && ++count === occurrence) return own[i].t
  return undefined
}

/** Equal names, or names that differ in what the API generates. */
export function sameName(a: string, b: string): boolean {
  return a === b || (/-[a-z0-9]{5}$/.test(a) && /-[a-z0-9]{5}$/.test(b) && a.replace(/(-[a-z0-9]{8,10})?-[a-z0-9]{5}$/, '') === b.replace(/(-[a-z0-9]{8,10})?-[a-z0-9]{5}$/, ''))
}
