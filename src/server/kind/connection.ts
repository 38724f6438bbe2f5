/**
 * A connection to a kind cluster over HTTPS, for the owner and for the learner. What the learner's side sends passes the
 * allow-list here, so nothing can go around it.
 */

import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { ApiAnswer, KubeList, Node } from '../../../simulator/index.ts'
import { BridgeError } from './contract.ts'
import type { BridgeRequest, BridgeStream, Identity, KindConnection, SandboxPlan } from './contract.ts'
import { learnerRequest } from './guard/allow-list.ts'
import type { ClusterObjects } from './guard/allow-list.ts'
import { firstRefusal } from './guard/guard.ts'
import type { KindTarget } from './guard/kubeconfig.ts'
import { checkNodes } from './guard/nodes.ts'
import { Secret, withoutSecrets } from './guard/secret.ts'
import { sessionStream, textStream, watchStream } from './streams.ts'
import type { RefusedSocket } from './streams.ts'
import { learnerCredential, readAll, Transport, TransportFailure, transportLimits } from './transport.ts'
import type { TransportLimits } from './transport.ts'
import { refuseNameless, refuseOddPath, toWire } from './wire.ts'
import type { WireRequest } from './wire.ts'

/** How often and how long a request is tried again when the server is busy. */
const retryLimits = { triesMax: 6, waitMsMax: 10_000, waitMsDefault: 1000 } as const

function failureAnswer(body: ReturnType<typeof apiErrors.badRequest>): ApiAnswer {
  return { code: body.code, body, warnings: [] }
}

/** Keeps out bodies that are larger than any manifest of a course. */
export function refuseLargeRequest(wire: WireRequest): string | undefined {
  return Buffer.byteLength(wire.body ?? '') <= transportLimits.requestBytesMax ? undefined : `limit is ${transportLimits.requestBytesMax}`
}

/** Texts of `Warning: 299 - "text"` headers. */
function warningsOf(answer: IncomingMessage): string[] {
  const header = answer.headersDistinct['warning'] ?? []
  return header.flatMap((line) => [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => match[1].replace(/\\(.)/g, '$1')))
}

type WithMetadata = { metadata?: { managedFields?: unknown } }

function stripped<T>(object: T): T {
  const metadata = (object as WithMetadata | null)?.metadata
  if (metadata === undefined || metadata === null || metadata.managedFields === undefined) return object
  const { managedFields: _fields, ...rest } = metadata
  return { ...object, metadata: rest }
}

/** Answers carry no managed fields unless they are asked for, as those of a simulated cluster. */
function withoutManagedFields(body: unknown): unknown {
  const { items, rows } = body as { items?: unknown[]; rows?: { object?: unknown }[] }
  if (Array.isArray(items)) return { ...(body as object), items: items.map(stripped) }
  if (Array.isArray(rows)) return { ...(body as object), rows: rows.map((row) => ({ ...row, object: stripped(row.object) })) }
  return stripped(body)
}

function parsedBody(text: string, contentType: string): unknown {
  if (!contentType.startsWith('application/json')) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** A Status for answers that are none of the API, such as those of a broken proxy. */
function answerOf(code: number, text: string, contentType: string, warnings: readonly string[], keepsManagedFields: boolean): ApiAnswer {
  const body = parsedBody(text, contentType)
  if (code >= 300 && (typeof body !== 'object' || body === null)) return { code, body: apiErrors.unknown(code, text.trim() === '' ? `the server answered with code ${code}` : text.trim().slice(0, 1000)), warnings }
  return { code, body: typeof body === 'object' && body !== null && !keepsManagedFields ? withoutManagedFields(body) : body, warnings }
}

/** A connection over HTTPS, with the guards of what is sent and of what comes back. */
export class HttpsConnection implements KindConnection {
  readonly context: string
  readonly cluster: string
  private readonly target: KindTarget
  private readonly owner: Transport
  private readonly limits: TransportLimits
  private learner: { readonly transport: Transport; readonly plan: SandboxPlan } | undefined
  private isClosed = false

  constructor(target: KindTarget, limits = transportLimits) {
    this.target = target
    this.limits = limits
    this.context = target.context
    this.cluster = target.cluster
    this.owner = new Transport(target, target, limits)
  }

  useLearnerToken(token: string, plan: SandboxPlan): void {
    this.learner?.transport.close()
    this.learner = { transport: new Transport(this.target, learnerCredential(this.target, new Secret(token)), this.limits), plan }
  }

  async send(request: BridgeRequest, as: Identity): Promise<ApiAnswer> {
    const admitted = await this.admit(request, as)
    if ('code' in admitted) return admitted
    const wire = toWire(admitted.request)
    const large = refuseLargeRequest(wire)
    if (large !== undefined) return failureAnswer(apiErrors.tooLarge(large))
    return this.exchange(admitted.transport, wire, request.query?.managedFields === true)
  }

  async open(request: BridgeRequest, as: Identity): Promise<BridgeStream | ApiAnswer> {
    const admitted = await this.admit(request, as)
    if ('code' in admitted) return admitted
    const { transport } = admitted
    if (request.subresource === 'portforward') return failureAnswer(apiErrors.badRequest('port-forward is not carried to a real cluster: send the request from a pod of the task'))
    const words = (error: Error): string => transport.failure(error)
    try {
      if (request.subresource === 'exec' || request.subresource === 'attach') return this.opened(await sessionStream(transport, toWire(admitted.request).target))
      const answer = await transport.start(toWire(admitted.request))
      if (answer.statusCode !== 200) return answerOf(answer.statusCode ?? 500, await readAll(answer, words), answer.headers['content-type'] ?? '', warningsOf(answer), false)
      // A stream may be quiet for long.
      answer.socket.setTimeout(0)
      return request.verb === 'watch' ? watchStream(answer, request.query?.managedFields === true, words) : textStream(answer, words)
    } catch (error) {
      return this.unavailable(error, transport)
    }
  }

  close(): void {
    this.isClosed = true
    this.owner.close()
    this.learner?.transport.close()
  }

  private opened<T extends object>(stream: T | RefusedSocket): T | ApiAnswer {
    return 'text' in stream && 'code' in stream ? answerOf(stream.code, stream.text, 'application/json', [], false) : stream as T
  }

  /** Who sends it, and what is sent; or the answer to what must not be sent. */
  private async admit(request: BridgeRequest, as: Identity): Promise<{ readonly transport: Transport; readonly request: BridgeRequest } | ApiAnswer> {
    if (this.isClosed) return failureAnswer(apiErrors.serviceUnavailable('the connection is closed'))
    const odd = firstRefusal([refuseNameless, refuseOddPath], request)
    if (odd !== undefined) return failureAnswer(apiErrors.badRequest(odd))
    if (as === 'owner') return { transport: this.owner, request }
    if (this.learner === undefined) return failureAnswer(apiErrors.unauthorized())
    const admitted = await learnerRequest(request, this.learner.plan, this.clusterObjects)
    if ('refusal' in admitted) return failureAnswer(apiErrors.forbidden({ group: request.group, name: request.resource }, request.name ?? '', admitted.refusal))
    return { transport: this.learner.transport, request: admitted.request }
  }

  /** What the allow-list asks of the cluster: labels of an object that is not in a namespace. */
  private readonly clusterObjects: ClusterObjects = {
    labelsOf: async ({ group, version, resource, name }) => {
      const answer = await this.send({ verb: 'get', group, version, resource, ...(name === undefined ? {} : { name }) }, 'owner')
      if (answer.code === 404) return undefined
      return (answer.body as { metadata?: { labels?: { [label: string]: string } } }).metadata?.labels ?? {}
    },
  }

  private async exchange(transport: Transport, wire: WireRequest, keepsManagedFields: boolean): Promise<ApiAnswer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.once(transport, wire, keepsManagedFields)
      const isLast = tries >= retryLimits.triesMax || this.isClosed
      if (isLast || answer.retryMs === undefined) return { code: answer.code, body: answer.body, warnings: answer.warnings }
      await delay(Math.min(answer.retryMs, retryLimits.waitMsMax))
    }
  }

  /** One try. `retryMs` is set when the server asks to come again, or never got the request on a connection that had idled. */
  private async once(transport: Transport, wire: WireRequest, keepsManagedFields: boolean): Promise<ApiAnswer & { readonly retryMs?: number }> {
    try {
      const answer = await transport.start(wire)
      const read = await readAll(answer, (error) => transport.failure(error))
      const text = answer.statusCode === 200 ? read : withoutSecrets(read, transport.secrets)
      const { 'content-type': type = '', 'retry-after': after } = answer.headers
      const code = answer.statusCode ?? 500
      const seconds = Number(after)
      // A busy or starting server names the time; one without it has failed.
      const retryMs = code === 429 ? (Number.isFinite(seconds) && after !== undefined ? seconds * 1000 : retryLimits.waitMsDefault) : undefined
      return { ...answerOf(code, text, type, warningsOf(answer), keepsManagedFields), ...(retryMs === undefined ? {} : { retryMs }) }
    } catch (error) {
      return { ...this.unavailable(error, transport), ...(error instanceof TransportFailure && error.isIdleCut ? { retryMs: 0 } : {}) }
    }
  }

  private unavailable(error: unknown, transport: Transport): ApiAnswer {
    const words = error instanceof TransportFailure ? withoutSecrets(error.message, transport.secrets) : transport.failure(error as Error)
    return failureAnswer(error instanceof TransportFailure && error.kind === 'timeout' ? apiErrors.timeout(words, 0) : apiErrors.serviceUnavailable(words))
  }
}

/** The message of an answer that failed. */
export function messageOf(answer: ApiAnswer): string {
  return (answer.body as { message?: string } | null)?.message ?? `the server answered with code ${answer.code}`
}

/** Connects to a cluster that passed the guard of the kubeconfig, and passes it only if its nodes are kind's. @throws BridgeError in words */
export async function connectKind(target: KindTarget): Promise<{ readonly connection: HttpsConnection; readonly nodes: readonly Node[] }> {
  const connection = new HttpsConnection(target)
  try {
    const answer = await connection.send({ verb: 'list', group: '', version: 'v1', resource: 'nodes' }, 'owner')
    if (answer.code !== 200) throw new BridgeError(answer.code === 401 ? `the cluster of context ${target.context} does not know the user of the kubeconfig. Was the cluster created anew?` : messageOf(answer))
    const nodes = (answer.body as KubeList<Node>).items
    checkNodes(nodes, target.cluster)
    return { connection, nodes }
  } catch (error) {
    connection.close()
    throw error
  }
}
