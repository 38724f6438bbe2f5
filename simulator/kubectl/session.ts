/** One run of kubectl: its process, flags, kubeconfig, and the requests that it makes. */

import { goQuote, sortKeys } from '../api/go-text.ts'
import { isStream, isSuccess } from '../api/request.ts'
import type { ApiAnswer, ApiRequest, ApiStream, RequestQuery, StreamFrame, Verb } from '../api/request.ts'
import { discoveryAddress } from '../api/discovery.ts'
import type { Discovery } from '../api/discovery.ts'
import { builtinKinds, makeKindTable } from '../api/kinds.ts'
import type { KindInfo, KindTable } from '../api/kinds.ts'
import type { KubeObject, Status } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { ProcessAnswer, ProcessContext, ProcessNeed } from '../shell/process.ts'
import type { CommandRow } from './command-table.ts'
import { attempt, fail, refusedConnection, statusFailure, usageFailure } from './failures.ts'
import type { KubectlFailure } from './failures.ts'
import type { Flags } from './flags.ts'
import { credentialsOf } from './credentials.ts'
import { activeContext, loadConfig } from './kubeconfig.ts'
import type { ActiveContext, KubeConfig } from './kubeconfig.ts'
import type { KubectlPorts } from './ports.ts'

/** The start of a real kubectl's User-Agent: the name under which it manages fields. */
const userAgent = 'kubectl/v1.35.0'

/** Verbs whose first question is which kinds there are. */
const kindVerbs = ['annotate', 'autoscale', 'cordon', 'delete', 'describe', 'drain', 'edit', 'expose', 'get', 'label', 'patch', 'rollout', 'scale', 'set', 'taint', 'uncordon', 'wait']

/** A part of a command: yields what it needs, returns its result. */
export type Run<T> = Generator<ProcessNeed, T, ProcessAnswer>

export type DryRun = 'none' | 'client' | 'server'

/** A request without its user; body and query as in ApiRequest. */
export interface Call {
  readonly verb: Verb
  readonly kind: Pick<KindInfo, 'group' | 'version' | 'resource'>
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
  readonly body?: ApiRequest['body']
  readonly contentType?: ApiRequest['contentType']
  readonly query?: RequestQuery | undefined
}

/** Names that cannot stand in a path. Models client-go rest.IsValidPathSegmentName. */
function checkPathName(name: string): void {
  if (name === '.' || name === '..') throw fail(`invalid resource name ${goQuote(name)}: [may not be '${name}']`)
  const problems = ['/', '%'].filter((letter) => name.includes(letter)).map((letter) => `may not contain '${letter}'`)
  if (problems.length > 0) throw fail(`invalid resource name ${goQuote(name)}: [${problems.join(' ')}]`)
}

/**
 * What a verb works with. Its generators stop at each request, so that simulated time can pass before the answer comes;
 * a refusal is thrown as KubectlFailure, which the command turns into text and exit code.
 */
export class Session {
  readonly process: ProcessContext
  readonly row: CommandRow
  readonly flags: Flags
  readonly ports: KubectlPorts
  /** The kinds that the server serves, as far as this command asked. */
  kinds: KindTable = builtinKinds
  private config: KubeConfig | undefined
  private context: ActiveContext | undefined
  private readonly warned = new Set<string>()
  private isDiscovering = false

  constructor(parts: { process: ProcessContext; row: CommandRow; flags: Flags; ports: KubectlPorts }) {
    this.process = parts.process
    this.row = parts.row
    this.flags = parts.flags
    this.ports = parts.ports
  }

  get args(): readonly string[] { return this.flags.args }
  get nowMs(): SimTimeMs { return this.process.clock.nowMs }
  get commandPath(): string { return this.row.path === '' ? 'kubectl' : `kubectl ${this.row.path}` }

  out(text: string): void { this.process.out(text) }
  err(text: string): void { this.process.err(text) }

  usage(text: string): KubectlFailure { return usageFailure(this.commandPath, text) }

  kubeConfig(): KubeConfig {
    this.config ??= loadConfig(this.process, this.flags.text('kubeconfig'))
    return this.config
  }

  activeContext(): ActiveContext {
    this.context ??= activeContext(this.kubeConfig(), { context: this.flags.text('context'), cluster: this.flags.text('cluster'), user: this.flags.specs.find((spec) => spec.name === 'user')?.type === 's' ? this.flags.text('user') : '' })
    return this.context
  }

  /** The namespace to work in, and whether -n gave it (then files must agree). */
  namespace(): { readonly name: string; readonly isExplicit: boolean } {
    const explicit = this.flags.text('namespace')
    if (explicit !== '') return { name: explicit, isExplicit: true }
    const { namespace } = this.activeContext()
    return { name: namespace === '' ? 'default' : namespace, isExplicit: false }
  }

  /** The --dry-run flag. Models cmdutil.GetDryRunStrategy. */
  dryRun(): DryRun {
    const value = this.flags.text('dry-run')
    if (value === 'none' || value === 'client' || value === 'server') return value
    if (value === 'unchanged') throw fail('--dry-run flag without a value was specified. A value must be set: "none", "server", or "client".')
    if (value === 'true' || value === 'false') throw fail(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`)
    throw fail(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`)
  }

  /** Prints warnings of the server, each once. */
  warn(texts: readonly string[]): void {
    for (const text of texts) {
      if (this.warned.has(text)) continue
      this.warned.add(text)
      this.err(`Warning: ${text}\n`)
    }
  }

  /** A line of kubectl's own log, as klog writes it to standard error. */
  log(severity: 'W' | 'E', place: string, text: string): void {
    const [date = '', time = ''] = this.process.clock.timestamp(this.nowMs).replace('Z', '').split('T')
    this.err(`${severity}${date.slice(5).replace('-', '')} ${time}.${String(Math.trunc(this.nowMs % 1000)).padStart(3, '0')}000 ${'1'.padStart(7)} ${place}] ${text}\n`)
  }

  /** The end of a command under --warnings-as-errors. */
  failOnWarnings(): number {
    if (this.warned.size === 0) return 0
    throw fail(`${this.warned.size} warning${this.warned.size === 1 ? '' : 's'} received`)
  }

  /** Sends a request and returns the answer as it is; prints its warnings. */
  *send(call: Call): Run<ApiAnswer | ApiStream> {
    const server = this.flags.text('server') || this.activeContext().server
    const credentials = credentialsOf(this.process, this.flags, this.kubeConfig(), this.activeContext())
    const showsManagers = this.flags.specs.some(({ name }) => name === 'show-managed-fields') && this.flags.bool('show-managed-fields')
    if (call.name !== undefined) checkPathName(call.name)
    const as = this.flags.text('as')
    const asGroups = this.flags.list('as-group')
    const request = {
      verb: call.verb, group: call.kind.group, version: call.kind.version, resource: call.kind.resource,
      ...(call.namespace === undefined || call.namespace === '' ? {} : { namespace: call.namespace }),
      ...(call.name === undefined ? {} : { name: call.name }),
      ...(call.subresource === undefined ? {} : { subresource: call.subresource }),
      // Go writes maps with their keys in order, and complaints come in the order of what was written.
      ...(call.body === undefined ? {} : { body: (call.contentType === 'application/json' ? sortKeys(call.body) : call.body) as Call['body'] }),
      ...(call.contentType === undefined ? {} : { contentType: call.contentType }),
      ...(call.query === undefined && !showsManagers ? {} : { query: { ...call.query, ...(showsManagers ? { managedFields: true } : {}) } }),
      userAgent,
      ...(server === '' ? {} : { server }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(as === '' ? {} : { as }),
      ...(asGroups.length === 0 ? {} : { asGroups }),
    }
    const answer = yield { kind: 'request', request }
    if (answer.kind !== 'response') throw this.refusal(server)
    this.warn(answer.response.warnings)
    return answer.response
  }

  /** Nobody answers: verbs that look up kinds have asked five times. */
  private refusal(server: string): KubectlFailure {
    const host = server.replace(/^https?:\/\//, '')
    const cause = `couldn't get current server API group list: Get ${goQuote(`https://${host}/api?timeout=32s`)}: dial tcp ${host}: connect: connection refused`
    if (kindVerbs.includes(this.row.path.split(' ')[0] ?? '') && !this.isDiscovering) for (let attempts = 0; attempts < 5; attempts++) this.log('E', 'memcache.go:265', `"Unhandled Error" err=${goQuote(cause)}`)
    return refusedConnection(host)
  }

  /** Sends a request and returns the body; a refusal is thrown. */
  *call<T = KubeObject>(call: Call): Run<T> {
    const response = yield* this.send(call)
    if (isStream(response)) throw fail('the server answered with a stream')
    if (!isSuccess(response)) throw statusFailure(response.body as Status)
    return response.body as T
  }

  /** Asks the server for the kinds that it serves beside the built-in ones. A server that does not answer tells so at the first real request. */
  *discover(): Run<void> {
    this.isDiscovering = true
    const answer = yield* attempt(this.send({ verb: 'get', kind: discoveryAddress }))
    this.isDiscovering = false
    if (!answer.ok || isStream(answer.value) || answer.value.code !== 200) return
    const { items } = answer.value.body as Discovery
    if (items.length > 0) this.kinds = makeKindTable(items)
  }

  /** Opens a stream; a refusal is thrown. */
  *open(call: Call): Run<ApiStream> {
    const response = yield* this.send(call)
    if (isStream(response)) return response
    if (!isSuccess(response)) throw statusFailure(response.body as Status)
    throw fail('the server did not open a stream')
  }

  /** The next frames of a stream; none at the deadline. */
  *frames(streamId: string, untilMs?: SimTimeMs): Run<readonly StreamFrame[]> {
    const answer = yield untilMs === undefined ? { kind: 'stream', streamId } : { kind: 'stream', streamId, untilMs }
    return answer.kind === 'frames' ? answer.frames : []
  }

  *close(streamId: string): Run<void> {
    yield { kind: 'closeStream', streamId }
  }

  *sleepUntil(untilMs: SimTimeMs): Run<void> {
    yield { kind: 'sleep', untilMs }
  }

  /** A line of standard input, or all of it; undefined at the end. */
  *input(all: boolean): Run<string | undefined> {
    const answer = yield { kind: 'input', all }
    return answer.kind === 'text' ? answer.text : undefined
  }
}

/** A verb of kubectl: does its work and returns the exit code. */
export type VerbFunction = (session: Session) => Run<number>
