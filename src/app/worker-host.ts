/** The host as the app has it: every call goes to the engine's Worker, deltas come back. */

import type { ClusterHost, HostDelta } from '../session/host.ts'
import type { FromEngine, HostMethod, ToEngine } from './engine-protocol.ts'
import engineUrl from './engine.worker.ts?worker&url'
import { startWorker } from './trusted.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Tells the page that the engine stopped where it was seen last. */
function failureDelta(last: HostDelta, stack: string): HostDelta {
  const { nowMs, headMs, epochMs, speed, isPast } = last
  return { nowMs, headMs, epochMs, speed, isPast, isPlaying: false, failure: { atMs: nowMs, message: stack.split('\n')[0], report: stack, resumedAtMs: nowMs, isStopped: true } }
}

/** Starts the engine. All methods of the answer are calls to it. */
export function startWorkerHost(): ClusterHost {
  const worker = startWorker(engineUrl)
  const waiting = new Map<number, Waiting>()
  const listeners = new Set<(delta: HostDelta) => void>()
  let nextId = 1
  let last: HostDelta | undefined

  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message === '' ? 'The engine could not be loaded.' : event.message))
    waiting.clear()
  }
  worker.onmessage = ({ data }: MessageEvent<FromEngine>) => {
    if (data.kind === 'delta') {
      last = data.delta
      for (const listener of listeners) listener(data.delta)
      return
    }
    if (data.kind === 'broken') {
      for (const { reject } of waiting.values()) reject(new Error(data.message))
      waiting.clear()
      if (last !== undefined) for (const listener of listeners) listener(failureDelta(last, data.message))
      return
    }
    const call = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.kind === 'answer') call?.resolve(data.value)
    else call?.reject(Object.assign(new Error(data.message), { stack: data.stack }))
  }

  const call = (method: HostMethod, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const message: ToEngine = { id: nextId++, method, args }
      waiting.set(message.id, { resolve, reject })
      worker.postMessage(message)
    })
  const subscribe = (listener: (delta: HostDelta) => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return new Proxy({ subscribe } as unknown as ClusterHost, {
    get: (target, name) => (name === 'subscribe' ? target.subscribe : name === 'then' ? undefined : (...args: readonly unknown[]) => call(name as HostMethod, args)),
  })
}
