/**
 * The bridge over HTTP: six paths, and nothing that a page could pass through to a cluster. A page asks for a plan, shows
 * it, and says yes to that plan; so nothing is created that was not shown.
 */

import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import type { Context } from 'hono'
import type { GradeFrame, PlanOrder, SandboxPlan } from '../../session/kind-wire.ts'
import { dataPolicy } from '../content-security-policy.ts'
import { BridgeError } from '../kind/contract.ts'
import type { KindBackend } from './backend.ts'
import { bodyBytesMax, readBody, refusalOf } from './http-guards.ts'
import type { BridgeSide } from './http-guards.ts'
import { orders, readOrder } from './orders.ts'
import { withoutCredentials } from './without-credentials.ts'

export interface BridgeOptions {
  readonly backend: KindBackend
  readonly side: () => BridgeSide
  /** Where faults of the bridge are told; default standard error. */
  readonly log?: (text: string) => void
}

type Status = 200 | 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500

interface Planned {
  readonly order: PlanOrder
  readonly plan: SandboxPlan
}

/** Plans that pages may still say yes to; the oldest goes first. */
const plansMax = 8
const faultText = 'The bridge itself failed; its terminal says why.'

function answer(context: Context, status: Status, value: unknown): Response {
  return context.body(JSON.stringify(value), status, { 'Content-Type': 'application/json; charset=utf-8' })
}

/** Headers of every answer, also of refusals: data that no page can frame, run, keep or read from elsewhere. */
export function hardenData(context: Context): void {
  context.header('Content-Security-Policy', dataPolicy)
  context.header('X-Content-Type-Options', 'nosniff')
  context.header('Referrer-Policy', 'no-referrer')
  context.header('Cross-Origin-Resource-Policy', 'same-origin')
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
  context.header('Cache-Control', 'no-store')
}

/** Keeps a second piece of work from starting on the cluster while one is under way. */
export function refuseSecondWork(working: unknown): string | undefined {
  return working === undefined ? undefined : 'a grading is under way; wait for it or stop it'
}

/** Keeps out a yes to something that was never shown. */
export function refuseUnseenPlan(planned: unknown): string | undefined {
  return planned === undefined ? 'this plan was never shown, or is of an earlier start; look at it again' : undefined
}

class Bridge {
  private readonly backend: KindBackend
  private readonly log: (text: string) => void
  private readonly plans = new Map<string, Planned>()
  /** The work that is under way: its session, and what stops it. */
  private working: { readonly session: string; readonly stop: AbortController } | undefined
  /** Resolves when it has ended. */
  private ended: Promise<void> = Promise.resolve()

  constructor({ backend, log }: BridgeOptions) {
    this.backend = backend
    this.log = log ?? ((text) => void process.stderr.write(`${text}\n`))
  }

  async contexts(context: Context): Promise<Response> {
    return answer(context, 200, { ...(await this.backend.contexts()), isBusy: this.working !== undefined })
  }

  async leftovers(context: Context): Promise<Response> {
    const name = context.req.query('context') ?? ''
    const refusal = readOrder(orders.remove.pick({ context: true }), JSON.stringify({ context: name }))
    if ('wrong' in refusal) return answer(context, 400, { message: refusal.wrong })
    const leftovers = await this.backend.leftovers(name)
    // What is under way here is no leftover yet.
    return answer(context, 200, { leftovers: leftovers.filter(({ session }) => session !== this.working?.session) })
  }

  async plan(context: Context, body: string): Promise<Response> {
    const order = readOrder(orders.plan, body)
    if ('wrong' in order) return answer(context, 400, { message: order.wrong })
    const plan = await this.backend.plan(order.value)
    this.plans.set(plan.session, { order: order.value, plan })
    for (const session of [...this.plans.keys()].slice(0, -plansMax)) this.plans.delete(session)
    return answer(context, 200, { plan })
  }

  grade(context: Context, body: string): Response {
    const order = readOrder(orders.grade, body)
    if ('wrong' in order) return answer(context, 400, { message: order.wrong })
    const second = refuseSecondWork(this.working)
    if (second !== undefined) return answer(context, 409, { message: second })
    const planned = this.plans.get(order.value.session)
    const unseen = refuseUnseenPlan(planned)
    if (planned === undefined || unseen !== undefined) return answer(context, 409, { message: unseen })
    this.plans.delete(order.value.session)
    const stop = new AbortController()
    this.working = { session: order.value.session, stop }
    return context.body(this.frames(planned, stop), 200, { 'Content-Type': 'application/x-ndjson; charset=utf-8' })
  }

  /** Stops what is under way. Resolves when it was cleaned up. */
  stop(): Promise<void> {
    this.working?.stop.abort()
    return this.ended
  }

  cancel(context: Context): Response {
    this.working?.stop.abort()
    return answer(context, 200, { wasWorking: this.working !== undefined })
  }

  async remove(context: Context, body: string): Promise<Response> {
    const order = readOrder(orders.remove, body)
    if ('wrong' in order) return answer(context, 400, { message: order.wrong })
    const second = refuseSecondWork(this.working)
    if (second !== undefined) return answer(context, 409, { message: second })
    this.working = { session: order.value.session, stop: new AbortController() }
    try {
      return answer(context, 200, { left: await this.backend.remove(order.value.context, order.value.session) })
    } finally {
      this.working = undefined
    }
  }

  /** An error in words for the page; faults go to the terminal with what they say. */
  told(error: unknown): string {
    if (error instanceof BridgeError) return withoutCredentials(error.message)
    this.log(withoutCredentials(`podflight serve: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`))
    return faultText
  }

  /** Lines of a grading. A page that goes away stops it; the work is over when everything was removed again. */
  private frames({ order, plan }: Planned, stop: AbortController): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    let isOpen = true
    return new ReadableStream({
      start: (controller) => {
        const send = (frame: GradeFrame): void => {
          if (isOpen) controller.enqueue(encoder.encode(`${JSON.stringify(frame)}\n`))
        }
        const end = (frame: GradeFrame): void => {
          this.working = undefined
          send(frame)
          if (isOpen) controller.close()
          isOpen = false
        }
        this.ended = this.backend.grade(order, plan, (progress) => send({ kind: 'progress', progress: { ...progress, text: withoutCredentials(progress.text) } }), stop.signal).then(
          (grade) => end({ kind: 'grade', grade }),
          (error: unknown) => end({ kind: 'error', message: this.told(error), ...(stop.signal.aborted ? { isStopped: true } : {}) }),
        )
      },
      cancel: () => {
        isOpen = false
        stop.abort()
      },
    })
  }
}

/** The paths of the bridge, to be put below `/bridge`, and the end of its work. */
export function bridgeApp(options: BridgeOptions): { readonly app: Hono; readonly stop: () => Promise<void> } {
  const bridge = new Bridge(options)
  const app = new Hono()
  app.use('*', async (context, next) => {
    hardenData(context)
    const peer = getConnInfo(context).remote.address ?? ''
    const refusal = refusalOf({ method: context.req.method, peer, header: (name) => context.req.header(name) }, options.side())
    if (refusal !== undefined) return answer(context, refusal.status, { message: refusal.message })
    await next()
    return undefined
  })
  const post = (path: string, act: (context: Context, body: string) => Response | Promise<Response>): void => {
    app.post(path, async (context) => {
      const body = await readBody(context.req.raw.body)
      return body === undefined ? answer(context, 413, { message: `the body is longer than ${bodyBytesMax} bytes` }) : act(context, body)
    })
  }
  app.get('/contexts', (context) => bridge.contexts(context))
  app.get('/leftovers', (context) => bridge.leftovers(context))
  post('/plan', (context, body) => bridge.plan(context, body))
  post('/grade', (context, body) => bridge.grade(context, body))
  post('/cancel', (context) => bridge.cancel(context))
  post('/remove', (context, body) => bridge.remove(context, body))
  app.all('*', (context) => answer(context, 404, { message: 'the bridge has no such path' }))
  app.onError((error, context) => {
    hardenData(context)
    return answer(context, error instanceof BridgeError ? 422 : 500, { message: bridge.told(error) })
  })
  return { app, stop: () => bridge.stop() }
}
