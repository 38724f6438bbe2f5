import { expect, test } from 'vitest'
import type { HostDelta } from '../session/host.ts'
import { FakeHost } from './testing/fake-host.ts'
import { connectHost, serveHost, type HostPort } from './worker-host.ts'

/** Two ends that copy what they send, as a Worker does. */
function channel(): readonly [HostPort, HostPort] {
  const listeners: [((event: { data: unknown }) => void)[], ((event: { data: unknown }) => void)[]] = [[], []]
  const end = (mine: 0 | 1): HostPort => ({ postMessage(message) { const data: unknown = structuredClone(message); queueMicrotask(() => { for (const listener of listeners[mine === 0 ? 1 : 0]) listener({ data }) }) }, addEventListener(_type, listener) { listeners[mine].push(listener) } })
  return [end(0), end(1)]
}

function connected() {
  const [page, worker] = channel()
  serveHost(new FakeHost(), worker)
  return { ...connectHost(page), page }
}

test('calls, answers and deltas cross the border in order', async () => {
  const { host } = connected()
  const deltas: HostDelta[] = []
  host.subscribe((delta) => deltas.push(delta))
  const answer = await host.open({ kind: 'lab', id: 'l23' })
  expect(answer.attemptId).toBe('attempt-1')
  await host.terminalRun('echo hello')
  expect(deltas.some((delta) => delta.isReset === true && (delta.pods?.length ?? 0) > 0)).toBe(true)
  expect(deltas.at(-1)?.terminal?.output).toBe('hello\n')
})

test('a refused call is a rejected promise with its words', async () => {
  const { host } = connected()
  await expect(host.readFile('/nowhere')).rejects.toThrow('cat: /nowhere: No such file or directory')
})

test('a Worker that died rejects what waits and what comes', async () => {
  const [page] = channel()
  const { host, fail } = connectHost(page)
  const waiting = host.overview()
  fail('The engine could not be loaded.')
  await expect(waiting).rejects.toThrow('could not be loaded')
  await expect(host.listFiles()).rejects.toThrow('could not be loaded')
})

test('a listener that went away hears nothing', async () => {
  const { host } = connected()
  let count = 0
  const stop = host.subscribe(() => { count += 1 })
  stop()
  await host.stepEvent()
  expect(count).toBe(0)
})
