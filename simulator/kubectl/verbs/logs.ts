/** kubectl logs. Models k8s.io/kubectl/pkg/cmd/logs (v1.35). */

import { isStream } from '../../api/request.ts'
import type { RequestQuery } from '../../api/request.ts'
import type { KubeObject, Pod, Status } from '../../api/types.ts'
import { isSuccess } from '../../api/request.ts'
import { asFailure, aggregateFailure, fail, failureText, hasReason, statusFailure } from '../failures.ts'
import { defaultContainer, findContainer, podsKind, podsOfObject, readTarget } from '../pods.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const usage = `expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.
POD or TYPE/NAME is a required argument for the logs command`

const pollMs = 250

/** One container whose log is printed. */
interface LogSource { readonly pod: Pod; readonly container: string }

/** Writes text line by line, each with a prefix. */
class Output {
  private readonly session: Session
  private readonly prefix: string
  private isLineStart = true
  constructor(session: Session, source: LogSource) {
    this.session = session
    this.prefix = session.flags.bool('prefix') || session.flags.bool('all-pods') ? `[pod/${source.pod.metadata.name}/${source.container}] ` : ''
  }
  write(text: string): void {
    if (this.prefix === '') return this.session.out(text)
    for (const part of text.split(/(?<=\n)/)) {
      if (part === '') continue
      this.session.out(`${this.isLineStart ? this.prefix : ''}${part}`)
      this.isLineStart = part.endsWith('\n')
    }
  }
}

function checkFlags(session: Session): void {
  const { flags, args } = session
  const hasSelector = flags.text('selector') !== ''
  if (args.length > 2 || (args.length === 0 && !hasSelector)) throw session.usage(usage)
  if (args.length === 1 && hasSelector) throw session.usage('only a selector (-l) or a POD name is allowed')
}

function validate(session: Session): void {
  const { flags, args } = session
  const container = args.length === 2 ? args[1] ?? '' : flags.text('container')
  if (flags.bool('all-containers') && container !== '') throw fail(`--all-containers=true should not be specified with container name ${container}`)
  if (flags.isSet('container') && args.length === 2) throw fail('only one of -c or an inline [CONTAINER] arg is allowed')
  if (flags.int('limit-bytes') < 0) throw fail('--limit-bytes must be greater than 0')
  if (flags.duration('since') < 0) throw fail('--since must be greater than 0')
  if (flags.int('tail') < -1) throw fail('--tail must be greater than or equal to -1')
}

function queryOf(session: Session, container: string): RequestQuery {
  const { flags } = session
  const tail = flags.int('tail')
  const hasSelectorTail = flags.text('selector') !== '' && !flags.bool('follow') && !flags.isSet('tail')
  const tailLines = hasSelectorTail ? 10 : tail >= 0 ? tail : undefined
  const sinceMs = flags.duration('since')
  return {
    container,
    ...(flags.bool('follow') ? { follow: true } : {}), ...(flags.bool('previous') ? { previous: true } : {}),
    ...(tailLines === undefined ? {} : { tailLines }), ...(sinceMs === 0 ? {} : { sinceSeconds: Math.max(1, Math.round(sinceMs / 1000)) }),
    ...(flags.text('since-time') === '' ? {} : { sinceTime: flags.text('since-time') }),
    ...(flags.bool('timestamps') ? { timestamps: true } : {}), ...(flags.int('limit-bytes') === 0 ? {} : { limitBytes: flags.int('limit-bytes') }),
  }
}

/** The containers of a pod that were asked for. */
function sourcesOf(session: Session, pod: Pod, isQuiet: boolean): LogSource[] {
  const { flags, args } = session
  const { spec } = pod
  if (flags.bool('all-containers')) return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])].map(({ name }) => ({ pod, container: name }))
  const asked = args.length === 2 ? args[1] ?? '' : flags.text('container')
  const container = asked !== '' ? asked : defaultContainer(session, pod, isQuiet)
  if (findContainer(pod, container) === undefined) throw fail(`container ${container} is not valid for pod ${pod.metadata.name}`)
  return [{ pod, container }]
}

function* findSources(session: Session): Run<LogSource[]> {
  const { flags, args } = session
  if (args.length === 0) {
    const { items } = yield* listObjects(session, podsKind(), { namespace: session.namespace().name, selector: flags.text('selector') })
    if (items.length === 0) session.err(`No resources found in ${session.namespace().name} namespace.\n`)
    validateLate(session)
    return (items as Pod[]).flatMap((pod) => sourcesOf(session, { ...pod, kind: 'Pod', apiVersion: 'v1' } as Pod, false))
  }
  const object = yield* readObject(session, args[0] ?? '')
  validateLate(session)
  if (object.kind === 'Pod') return sourcesOf(session, object as Pod, false)
  const pods = yield* podsOfObject(session, object, { purpose: 'logs', timeoutMs: flags.duration('pod-running-timeout'), cannot: `cannot get the logs from *v1.${object.kind}` })
  if (flags.bool('all-pods') && pods.length > 1) return pods.flatMap((pod) => sourcesOf(session, pod, true))
  const [first] = pods
  if (first === undefined) return []
  if (pods.length > 1) session.err(`Found ${pods.length} pods, using pod/${first.metadata.name}\n`)
  return sourcesOf(session, first, false)
}

function validateLate(session: Session): void {
  if (session.flags.text('since-time') !== '' && session.flags.duration('since') !== 0) throw fail('at most one of `sinceTime` or `sinceSeconds` may be specified')
  validate(session)
}

function* readObject(session: Session, arg: string): Run<KubeObject> {
  try {
    return (yield* readTarget(session, [arg])).object as KubeObject
  } catch (error) {
    const failure = asFailure(error)
    if (!hasReason(failure, 'NotFound')) throw error
    throw fail(`error from server (NotFound): ${failureText(failure)} in namespace ${JSON.stringify(session.namespace().name)}`)
  }
}

function callOf(session: Session, source: LogSource) {
  return { verb: 'get' as const, kind: podsKind(), namespace: source.pod.metadata.namespace, name: source.pod.metadata.name, subresource: 'log', query: queryOf(session, source.container) }
}

/** Prints one log to its end. */
function* printLog(session: Session, source: LogSource): Run<void> {
  const output = new Output(session, source)
  const answer = yield* session.send(callOf(session, source))
  if (!isStream(answer)) {
    if (!isSuccess(answer)) throw statusFailure(answer.body as Status)
    output.write(String(answer.body ?? ''))
    return
  }
  for (;;) {
    for (const frame of yield* session.frames(answer.streamId)) {
      if (frame.kind === 'output') output.write(frame.text)
      if (frame.kind === 'end') return
    }
  }
}

/** Follows several logs side by side. */
function* followAll(session: Session, sources: readonly LogSource[]): Run<void> {
  const open: { readonly streamId: string; readonly output: Output }[] = []
  for (const source of sources) open.push({ streamId: (yield* session.open(callOf(session, source))).streamId, output: new Output(session, source) })
  let streams = open
  while (streams.length > 0) {
    let isQuiet = true
    const ended = new Set<string>()
    for (const { streamId, output } of streams) {
      for (const frame of yield* session.frames(streamId, session.nowMs)) {
        isQuiet = false
        if (frame.kind === 'output') output.write(frame.text)
        if (frame.kind === 'end') ended.add(streamId)
      }
    }
    streams = streams.filter(({ streamId }) => !ended.has(streamId))
    if (isQuiet) yield* session.sleepUntil(session.nowMs + pollMs)
  }
}

/**
 * kubectl logs: of one container, of a workload's first pod (all with --all-pods) or of all pods of a selector, one
 * after the other; --follow reads them side by side up to --max-log-requests. --ignore-errors prints a failure and goes
 * on.
 */
export function* logs(session: Session): Run<number> {
  checkFlags(session)
  const sources = yield* findSources(session)
  const { flags } = session
  if (flags.bool('follow') && sources.length > 1) {
    const most = flags.int('max-log-requests')
    if (sources.length > most) throw fail(`you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${most}, use --max-log-requests to increase the limit`)
    yield* followAll(session, sources)
    return 0
  }
  for (const source of sources) {
    try {
      yield* printLog(session, source)
    } catch (error) {
      const failure = asFailure(error)
      if (!flags.bool('ignore-errors')) throw aggregateFailure([failure])
      session.out(`error: ${failureText(failure)}\n`)
    }
  }
  return 0
}

