/**
 * The Worker border: a host here that asks a host in a Worker. Calls are numbered messages, deltas come as they are.
 * Both ends are generic, so a new member of ClusterHost needs one word in `methods`.
 */
import type { ClusterHost, HostDelta } from '../session/host.ts'
import { startWorker } from './trusted.ts'

type Method = Exclude<keyof ClusterHost, 'subscribe'>
const methodNames: { readonly [name in Method]: true } = {
  overview: true, open: true, close: true, terminalRun: true, terminalInput: true, terminalKey: true, terminalComplete: true, terminalHistory: true, terminalResize: true, editorDone: true,
  listFiles: true, readFile: true, writeFile: true, apply: true, play: true, pause: true, setSpeed: true, stepEvent: true, nextChange: true, rewindTo: true, backToNow: true, fork: true, chooseFork: true, dropFork: true,
  getObject: true, explain: true, goToStep: true, answer: true, showHint: true, checkStep: true, reset: true, switchTask: true, markTask: true, setNotes: true, stillMoving: true, grade: true, result: true, exportLog: true,
}

/** A message to the Worker. */
export interface HostCall { readonly id: number; readonly method: string; readonly args: readonly unknown[] }
/** A message from the Worker: an answer to one call, or a delta. */
export type HostMessage = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string } | { readonly delta: HostDelta }

/** What both ends of a Worker have. */
export interface HostPort { postMessage(message: unknown): void; addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void }

/** The host of the page, over a Worker that is served by serveHost. */
export function createWorkerHost(workerUrl: string): ClusterHost {
  const worker = startWorker(workerUrl)
  const client = connectHost({ postMessage: (message) => worker.postMessage(message), addEventListener: (_type, listener) => worker.addEventListener('message', listener) })
  worker.addEventListener('error', (event) => { client.fail(event.message === '' ? 'The engine could not be loaded.' : event.message) })
  return client.host
}

/** The asking end. `fail` rejects what waits and all that comes, for a Worker that died. */
export function connectHost(port: HostPort): { readonly host: ClusterHost; fail(message: string): void } {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const listeners = new Set<(delta: HostDelta) => void>()
  let nextId = 1
  let failure: string | undefined
  port.addEventListener('message', ({ data }) => {
    const message = data as HostMessage
    if ('delta' in message) { for (const listener of listeners) listener(message.delta); return }
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) call?.reject(new Error(message.error))
    else call?.resolve(message.value)
  })
  const call = (method: string, args: readonly unknown[]) => new Promise((resolve, reject) => {
    if (failure !== undefined) { reject(new Error(failure)); return }
    const id = nextId++
    waiting.set(id, { resolve, reject })
    port.postMessage({ id, method, args } satisfies HostCall)
  })
  const methods = Object.fromEntries(Object.keys(methodNames).map((name) => [name, (...args: readonly unknown[]) => call(name, args)]))
  const host = { ...methods, subscribe(listener: (delta: HostDelta) => void) { listeners.add(listener); return () => { listeners.delete(listener) } } } as unknown as ClusterHost
  return {
    host,
    fail(message) {
      failure = message
      for (const { reject } of waiting.values()) reject(new Error(message))
      waiting.clear()
    },
  }
}

/** The answering end, inside the Worker. Messages keep their order, so a delta sent before a call returns arrives before its answer. */
export function serveHost(host: ClusterHost, port: HostPort): void {
  host.subscribe((delta) => port.postMessage({ delta } satisfies HostMessage))
  port.addEventListener('message', ({ data }) => {
    const { id, method, args } = data as HostCall
    if (!(method in methodNames)) { port.postMessage({ id, error: `The host has no ${method}.` } satisfies HostMessage); return }
    const run = host[method as Method] as (...values: readonly unknown[]) => Promise<unknown>
    // Called inside then, so that a throw before the first await is an answer too.
    Promise.resolve().then(() => run.apply(host, [...args])).then(
      (value) => port.postMessage({ id, value } satisfies HostMessage),
      (error: unknown) => port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies HostMessage),
    )
  })
}
