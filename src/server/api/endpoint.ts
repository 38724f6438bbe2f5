/** One HTTP request from its headers to its answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isStream } from '../../../simulator/api/request.ts'
import type { ApiRequest, ApiStream, StreamFrame, UserInfo } from '../../../simulator/index.ts'
import { apiErrors, isFailure } from '../../../simulator/api/errors.ts'
import type { KubeObject, Status } from '../../../simulator/api/types.ts'
import type { Accounts } from './accounts.ts'
import { addressOf } from './address.ts'
import type { Address, ResourceAddress } from './address.ts'
import { inForm, render } from './answer-text.ts'
import type { AuditFile } from './audit-file.ts'
import type { Desk } from './desk.ts'
import { Budget } from './limits.ts'
import type { Limits } from './limits.ts'
import { acceptedForms, jsonType, notAcceptableText, protobufType } from './media.ts'
import type { AnswerForm } from './media.ts'
import { withDescriptions } from './openapi-texts.ts'
import { encodeObject, encodeWatchFrame, hasProtobuf } from './protobuf.ts'
import type { Pump } from './pump.ts'
import { proxyRequest } from './proxy.ts'
import { readBody, readBytes } from './request-body.ts'
import type { WatchHub } from './watch-hub.ts'

/** Everything that answers need. */
export interface Parts {
  readonly desk: Desk
  readonly hub: WatchHub
  readonly pump: Pump
  readonly accounts: Accounts
  readonly audit: AuditFile | undefined
  readonly limits: Limits
  readonly serverAddress: () => string
}

const writeVerbs: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection']
const upgradedSubresources: readonly string[] = ['exec', 'attach', 'portforward']
const notSupported = 405
const proxiedBytesMax = 8 * 1024 * 1024
const adminGroup = 'system:masters'
/** A watch without timeoutSeconds ends after this. Models --min-request-timeout, whose double bounds a drawn time. */
const watchTimeoutMs = 2_700_000
const advancePath = '/podflight/advance'
const advanceSecondsMax = 366 * 86_400

/** One exchange; its fields fill as it goes on. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly address: Address
  readonly receivedAt: Date
  readonly forms: readonly AnswerForm[]
  user: UserInfo
  /** For the audit log. */
  annotations?: { readonly [key: string]: string }
}

/**
 * Handles plain HTTP: address, user, body, the verb, the answer's format, watches and the proxy to pods. Every refusal
 * is a Status in JSON or protobuf, and each answer is audited.
 */
export class Endpoint {
  private readonly parts: Parts
  private readonly watchesOf = new Map<string, number>()
  private readonly bodies: Budget

  constructor(parts: Parts) {
    this.parts = parts
    this.bodies = new Budget(parts.limits.bodyBytesInAll)
  }

  /** Answers a request. Never rejects: a client that breaks off gets nothing. A body that is nested too deep exhausts its reader before anything is written. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = addressOf(request.method ?? 'GET', request.url ?? '/')
    const exchange: Exchange = { request, response, address, receivedAt: new Date(), forms: acceptedForms(request.headers.accept), user: { name: '', groups: [] } }
    try {
      await this.answer(exchange)
    } catch (error) {
      if (request.socket.destroyed) return
      if (error instanceof RangeError && !response.headersSent) return this.refuse(exchange, apiErrors.badRequest('exceeded max depth'))
      console.error(error)
      if (!response.headersSent) this.refuse(exchange, apiErrors.internal('the server met a mistake of its own'))
      else response.destroy()
    }
  }

  private async answer(exchange: Exchange): Promise<void> {
    const user = this.parts.accounts.userOf(exchange.request, this.parts.desk.cluster)
    if ('kind' in user) return this.refuse(exchange, user)
    exchange.user = user
    const { address, forms } = exchange
    if (forms.length === 0) return this.refuse(exchange, apiErrors.notAcceptable(notAcceptableText))
    if (address.kind === 'bad') return this.refuse(exchange, address.status)
    if (address.kind === 'path') return this.answerPath(exchange, address.path)
    return this.answerResource(exchange, address)
  }

  private answerPath(exchange: Exchange, path: string): void {
    const { request, user, forms } = exchange
    if (path === advancePath) return this.advance(exchange)
    const isAggregated = forms[0]?.as === 'APIGroupDiscoveryList'
    const { code, body } = this.parts.desk.cluster.requestPath({ user, verb: (request.method ?? 'GET').toLowerCase(), path, isAggregated, serverAddress: this.parts.serverAddress() })
    const form = isAggregated && (path === '/api' || path === '/apis') ? forms[0]! : { type: jsonType }
    const isOpenApi = code === 200 && path.startsWith('/openapi/v3/')
    return this.send(exchange, code, isOpenApi ? withDescriptions(body as object) : body, form)
  }

  /** POST /podflight/advance?seconds=N: only who may do everything may move time. */
  private advance(exchange: Exchange): void {
    const { request, user } = exchange
    if (request.method !== 'POST') return this.refuse(exchange, apiErrors.methodNotAllowed())
    if (!user.groups.includes(adminGroup)) return this.refuse(exchange, apiErrors.forbidden({ group: '', name: '' }, '', `User "${user.name}" cannot post path "${advancePath}"`))
    const seconds = Number(new URLSearchParams((request.url ?? '').split('?')[1] ?? '').get('seconds'))
    if (!(seconds > 0 && seconds <= advanceSecondsMax)) return this.refuse(exchange, apiErrors.badRequest(`seconds: must be more than 0 and at most ${advanceSecondsMax}`))
    this.parts.pump.advance(Math.round(seconds * 1000))
    const { cluster } = this.parts.desk
    return this.send(exchange, 200, { nowMs: cluster.nowMs, time: cluster.clock.timestamp(cluster.nowMs) }, { type: jsonType })
  }

  private async answerResource(exchange: Exchange, address: ResourceAddress): Promise<void> {
    const { verb, subresource = '' } = address
    if (address.proxyPath !== undefined) return this.proxy(exchange, address)
    if (upgradedSubresources.includes(subresource)) return this.refuse(exchange, apiErrors.badRequest('Upgrade request required'))
    const parts = writeVerbs.includes(verb) ? await readBody(exchange.request, verb, subresource, { budget: this.bodies, bodyMs: this.parts.limits.bodyMs }) : {}
    if (parts === 'tooMany') return this.tooMany(exchange)
    if ('refusal' in parts) return this.refuse(exchange, parts.refusal)
    const form = this.formFor(exchange.forms, address)
    if (form === undefined) return this.refuse(exchange, apiErrors.notAcceptable(notAcceptableText))
    if (verb === 'watch' && this.hasTooMany(exchange.user)) return this.tooMany(exchange)
    const { kind: _kind, query, ...target } = address
    const request: ApiRequest = { user: exchange.user, ...target, ...parts, query: form.as === 'Table' ? { ...query, table: true } : query }
    const answer = this.parts.desk.run(request)
    if (isStream(answer)) return this.stream(exchange, address, answer, form)
    exchange.annotations = answer.auditAnnotations
    const body = address.subresource === 'token' ? this.signed(answer.body) : answer.body
    return new Promise((resolve) => {
      this.parts.desk.settled(() => {
        this.send(exchange, answer.code, body, form, answer.warnings)
        resolve()
      })
    })
  }

  /** The router carries no bytes: who may use a proxy is told that it does not, everybody else is refused before. */
  private async proxy(exchange: Exchange, address: ResourceAddress): Promise<void> {
    const { request, response, user } = exchange
    const { kind: _kind, query: _query, proxyPath: _path, ...target } = address
    const asked = this.parts.desk.run({ user, ...target })
    if (!isStream(asked) && asked.code !== notSupported) return this.refuse(exchange, asked.body as Status)
    const { limits } = this.parts
    const body = await readBytes(request, { bytes: proxiedBytesMax, budget: this.bodies, bodyMs: limits.bodyMs })
    if (body === 'tooMany') return this.tooMany(exchange)
    const answer = Buffer.isBuffer(body) ? proxyRequest(this.parts.desk, request, address, body.toString('utf8')) : apiErrors.tooLarge(`limit is ${proxiedBytesMax}`)
    if ('kind' in answer) return this.refuse(exchange, answer)
    return new Promise((resolve) => {
      this.parts.desk.settled(() => {
        response.writeHead(answer.code, { ...answer.headers, 'Content-Length': Buffer.byteLength(answer.text) })
        response.end(request.method === 'HEAD' ? undefined : answer.text)
        this.audit(exchange, answer.code)
        resolve()
      })
    })
  }

  private signed(body: unknown): unknown {
    const { status } = body as { status?: { token?: string } }
    return status?.token === undefined ? body : { ...(body as object), status: { ...status, token: this.parts.accounts.signToken(status.token) } }
  }

  /** The best form that the kind has: Tables and custom kinds have no protobuf. */
  private formFor(forms: readonly AnswerForm[], { group, version, resource }: ResourceAddress): AnswerForm | undefined {
    const kind = this.parts.desk.cluster.kinds.byResource(group, resource, version)
    return forms.find((form) => {
      if (form.type !== protobufType) return true
      if (form.as === 'Table') return false
      return kind === undefined || form.as !== undefined || hasProtobuf(group === '' ? version : `${group}/${version}`, kind.kind)
    })
  }

  private refuse(exchange: Exchange, status: Status): void {
    const code = isFailure(status) ? status.code : 500
    const [form = { type: jsonType }] = exchange.forms
    this.send(exchange, code, status, form.type === protobufType ? form : { type: jsonType })
  }

  private send(exchange: Exchange, code: number, body: unknown, form: AnswerForm, warnings: readonly string[] = []): void {
    const { request, response } = exchange
    const { type, bytes } = render(body, form)
    const headers: { [name: string]: string | number | string[] } = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(bytes), 'Cache-Control': 'no-cache, private' }
    if (warnings.length > 0) headers['Warning'] = warnings.map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`)
    if (isFailure(body) && body.details?.retryAfterSeconds !== undefined) headers['Retry-After'] = body.details.retryAfterSeconds
    // What is left of a body that was not read would be taken for the next request.
    if (!request.complete && request.method !== 'GET' && request.method !== 'HEAD') headers['Connection'] = 'close'
    response.writeHead(code, headers)
    response.end(request.method === 'HEAD' ? undefined : bytes)
    this.audit(exchange, code)
  }

  private audit({ user, address, request, receivedAt, annotations }: Exchange, code: number): void {
    this.parts.audit?.record({ user, address, requestUri: request.url ?? '', userAgent: request.headers['user-agent'], receivedAt, code, annotations })
  }

  private hasTooMany(user: UserInfo): boolean {
    return (this.watchesOf.get(user.name) ?? 0) >= this.parts.limits.watchesPerUser || this.parts.hub.size >= this.parts.limits.watches
  }

  /** Models apiserver/pkg/server/filters tooManyRequests (v1.35). */
  private tooMany(exchange: Exchange): void {
    const { request, response } = exchange
    response.writeHead(429, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '1', 'X-Content-Type-Options': 'nosniff', ...(request.complete || request.method === 'GET' ? {} : { Connection: 'close' }) })
    response.end('Too many requests, please try again later.\n')
    this.audit(exchange, 429)
  }

  /** A watch or a followed log: frames as they come, until one end closes it. */
  private stream(exchange: Exchange, address: ResourceAddress, { streamId }: ApiStream, form: AnswerForm): void {
    const { response, user } = exchange
    const isWatch = address.verb === 'watch'
    const encode = isWatch ? this.watchEncoder(address, form) : logText
    response.writeHead(200, { 'Content-Type': isWatch ? streamType(form) : 'text/plain', 'Cache-Control': 'no-cache, private' })
    response.flushHeaders()
    this.audit(exchange, 200)
    this.count(user, 1)
    const timeoutMs = address.query.timeoutSeconds === undefined || !isWatch ? watchTimeoutMs : address.query.timeoutSeconds * 1000
    const timer = setTimeout(() => response.end(), timeoutMs)
    response.on('close', () => {
      clearTimeout(timer)
      this.count(user, -1)
      this.parts.hub.remove(streamId)
    })
    this.parts.hub.add({
      streamId, ...wakes(address, isWatch), hasBookmarks: isWatch && address.query.allowWatchBookmarks === true,
      send: (frames) => response.write(encode(frames)),
      pendingBytes: () => response.writableLength,
      end: (isTooSlow) => void (isTooSlow ? response.destroy() : response.end()),
    })
    return undefined
  }

  private count(user: UserInfo, change: number): void {
    const count = (this.watchesOf.get(user.name) ?? 0) + change
    if (count === 0) this.watchesOf.delete(user.name)
    else this.watchesOf.set(user.name, count)
  }

  private watchEncoder(address: ResourceAddress, form: AnswerForm): (frames: readonly StreamFrame[]) => string | Uint8Array {
    const kind = this.parts.desk.cluster.kinds.byResource(address.group, address.resource, address.version)
    const apiVersion = address.group === '' ? address.version : `${address.group}/${address.version}`
    const complete = (object: object): object => ((object as KubeObject).kind === '' ? { ...object, kind: kind?.kind ?? '', apiVersion } : object)
    const shown = (frame: StreamFrame & { kind: 'watch' }): object => inForm(complete(frame.object), frame.type === 'ERROR' ? { type: form.type } : form) as object
    const watched = (frames: readonly StreamFrame[]): (StreamFrame & { kind: 'watch' })[] => frames.filter((frame) => frame.kind === 'watch')
    if (form.type === protobufType) return (frames) => Buffer.concat(watched(frames).map((frame) => encodeWatchFrame(frame.type, encodeObject(shown(frame)))))
    return (frames) => watched(frames).map((frame) => `{"type":"${frame.type}","object":${JSON.stringify(shown(frame))}}\n`).join('')
  }
}

function streamType({ type }: AnswerForm): string {
  return type === protobufType ? `${protobufType};stream=watch` : jsonType
}

/** What wakes a stream. Logs live beside the store, so they are read at each tick; Events have a log of their own. */
function wakes(address: ResourceAddress, isWatch: boolean): { resource: string | undefined; namespace: string | undefined; name: string | undefined } {
  const { group, resource, namespace, query } = address
  if (!isWatch) return { resource: undefined, namespace: undefined, name: undefined }
  if (resource === 'events') return { resource, namespace, name: undefined }
  const name = address.name ?? /^metadata\.name=([^,]+)$/.exec(query.fieldSelector ?? '')?.[1]
  return { resource: group === '' ? resource : `${resource}.${group}`, namespace, name }
}

function logText(frames: readonly StreamFrame[]): string {
  return frames.map((frame) => (frame.kind === 'output' ? frame.text : '')).join('')
}
