/**
 * The page's side of the kind bridge. The key comes behind # in the address that `podflight serve` prints; it is taken out
 * of the address at once and kept for this tab alone.
 */

import { bridgeKeyHeader, bridgePaths } from '../../session/kind-wire.ts'
import type { GradeFrame, KindContexts, Leftover, PlanOrder, SandboxPlan } from '../../session/kind-wire.ts'

/** Why there is no bridge: nobody started one for this page, its key is of another start, or it does not answer any more. */
export type NoBridge = 'none' | 'old-key' | 'gone'

/** The bridge is not there. */
export class BridgeMissing extends Error {
  readonly why: NoBridge

  constructor(why: NoBridge) {
    super(`no bridge: ${why}`)
    this.why = why
  }
}

/** The bridge says no, in words for people. */
export class BridgeRefusal extends Error {}

/** What the app asks of the bridge. Rejects with BridgeMissing or BridgeRefusal. */
export interface BridgeClient {
  contexts(): Promise<KindContexts & { readonly isBusy: boolean }>
  leftovers(context: string): Promise<readonly Leftover[]>
  plan(order: PlanOrder): Promise<SandboxPlan>
  /** Frames as they come; the last one is a grade or an error. */
  grade(session: string): AsyncIterable<GradeFrame>
  cancel(): Promise<void>
  remove(context: string, session: string): Promise<readonly string[]>
}

const keyPattern = /^#bridge=([\w-]{20,100})$/
const storageKey = 'podflight.bridge-key'

/** Takes the key out of the address, also of one that is opened over the page. */
export function takeBridgeKey(): void {
  const take = (): boolean => {
    const key = keyPattern.exec(location.hash)?.[1]
    if (key === undefined) return false
    try { sessionStorage.setItem(storageKey, key) } catch { /* a browser without storage has no bridge */ }
    history.replaceState(null, '', `${location.pathname}${location.search}#/`)
    return true
  }
  take()
  addEventListener('hashchange', () => { if (take()) location.reload() })
}

function bridgeKey(): string | undefined {
  try { return sessionStorage.getItem(storageKey) ?? undefined } catch { return undefined }
}

/** The bridge of the server that this page came from. */
export function createBridgeClient(keyOf: () => string | undefined = bridgeKey): BridgeClient {
  const json = async <Value>(path: string, body?: unknown): Promise<Value> => (await (await ask(keyOf(), path, body)).json()) as Value
  return {
    contexts: () => json(bridgePaths.contexts),
    leftovers: async (context) => (await json<{ leftovers: readonly Leftover[] }>(`${bridgePaths.leftovers}?context=${encodeURIComponent(context)}`)).leftovers,
    plan: async (order) => (await json<{ plan: SandboxPlan }>(bridgePaths.plan, order)).plan,
    async *grade(session) { yield* framesOf(await ask(keyOf(), bridgePaths.grade, { session })) },
    cancel: async () => { await json(bridgePaths.cancel, {}) },
    remove: async (context, session) => (await json<{ left: readonly string[] }>(bridgePaths.remove, { context, session })).left,
  }
}

async function ask(key: string | undefined, path: string, body: unknown): Promise<Response> {
  if (key === undefined) throw new BridgeMissing('none')
  const init: RequestInit = body === undefined ? { headers: { [bridgeKeyHeader]: key } } : { method: 'POST', headers: { [bridgeKeyHeader]: key, 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`./${path}`, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error' }).catch(() => { throw new BridgeMissing('gone') })
  const type = response.headers.get('content-type') ?? ''
  // A server without a bridge answers with the app's page, or that there is nothing.
  if (!type.startsWith('application/json') && !type.startsWith('application/x-ndjson')) throw new BridgeMissing('none')
  if (response.status === 401) throw new BridgeMissing('old-key')
  if (!response.ok) throw new BridgeRefusal(((await response.json()) as { message?: string }).message ?? `The bridge answered ${response.status}.`)
  return response
}

/** Lines of a stream as frames. A stream that breaks off means that the server has gone. */
export async function* framesOf(response: Pick<Response, 'body'>): AsyncGenerator<GradeFrame> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new BridgeMissing('gone')
  let rest = ''
  let isOver = false
  while (!isOver) {
    const piece = await reader.read().catch(() => { throw new BridgeMissing('gone') })
    const lines = (rest + (piece.value ?? '')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const frame = JSON.parse(line) as GradeFrame
      isOver = frame.kind !== 'progress'
      yield frame
    }
    if (piece.done && !isOver) throw new BridgeMissing('gone')
  }
}
