import { describe, expect, test } from 'vitest'
import type { Library } from '../content/types.ts'
import type { HostDelta, OpenRequest } from './host.ts'
import { InlineHost } from './inline-host.ts'
import { Sitting } from './sitting.ts'
import type { Opening } from './sitting.ts'
import { MemoryStore } from './store.ts'
import type { AttemptRecord } from './store.ts'

const node = { name: 'n1', resources: { cpu: '4', memory: '8Gi', pods: '110' } }
const library: Library = { clusters: [{ id: 'one', title: 'One', nodes: [node], addOns: [] }], domains: [], modules: [], labs: [], tasks: [], forms: [] }
const request: OpenRequest = { kind: 'sandbox', id: 'one' }

class FailingStore extends MemoryStore {
  isFull = false

  override put(record: AttemptRecord): Promise<void> {
    return this.isFull ? Promise.reject(new Error('the disk is full')) : super.put(record)
  }
}

class UnreadableStore extends FailingStore {
  override list(): Promise<readonly AttemptRecord[]> {
    return Promise.reject(new Error('no database here'))
  }
}

class BreakableSitting extends Sitting {
  host: BreakableHost | undefined

  protected override advance(...given: Parameters<Sitting['advance']>): void {
    if (this.host?.isBroken === true) {
      this.host.isBroken = false
      throw new Error('a queue is out of order')
    }
    super.advance(...given)
  }
}

class BreakableHost extends InlineHost {
  isBroken = false

  protected override makeSitting(opening: Opening, saved?: AttemptRecord): Sitting {
    const sitting = new BreakableSitting(opening, { bases: this.bases, nowWallMs: () => this.world.nowWallMs() }, saved)
    sitting.host = this
    return sitting
  }
}

function setUp(store = new FailingStore()) {
  let wallMs = 1_000_000
  const host = new BreakableHost({ library, store, nowWallMs: () => wallMs, newSeed: () => 7 })
  const deltas: HostDelta[] = []
  host.subscribe((delta) => deltas.push(delta))
  const tick = (ms = 16): void => {
    wallMs += ms
    host.tick()
  }
  /** Saves that are under way have ended. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve()
    tick()
  }
  return { host, store, deltas, tick, settle }
}

describe('InlineHost when something fails', () => {
  test('a save that fails is told once, and once more when it works again', async () => {
    const { host, store, deltas, tick, settle } = setUp()
    await host.open(request)
    await settle()
    store.isFull = true
    await host.terminalRun('echo a')
    await settle()
    tick()
    expect(deltas.filter((delta) => delta.storage !== undefined).map((delta) => delta.storage?.problem)).toEqual(['the disk is full'])
    store.isFull = false
    await host.terminalRun('echo b')
    await settle()
    expect(deltas.findLast((delta) => delta.storage !== undefined)?.storage).toEqual({ lastSavedAction: 2, lastSavedWallMs: expect.any(Number) as number })
  })

  test('without a readable store the session opens all the same', async () => {
    const { host, deltas, tick } = setUp(new UnreadableStore())
    expect(await host.open(request)).toMatchObject({ wasResumed: false })
    tick()
    expect(deltas[0]?.storage?.problem).toBe('no database here')
  })

  test('a save whose log was changed opens fresh and is kept aside as it was', async () => {
    const first = setUp()
    const { attemptId } = await first.host.open(request)
    await first.host.terminalRun('echo a')
    await first.host.close()
    const saved = await first.store.get(attemptId)
    if (saved === undefined) throw new Error('nothing was saved')
    const tampered = { ...saved, log: { ...saved.log, entries: saved.log.entries.map((entry) => ({ ...entry, action: { kind: 'line' as const, text: 'echo b' } })) } }
    await first.store.put(tampered)

    const second = setUp(first.store)
    const answer = await second.host.open(request)
    expect(answer).toMatchObject({ wasResumed: false, brokenSave: { attemptId, brokenAtAction: 0, actionCount: 1 } })
    await second.host.terminalRun('echo c')
    await second.host.close()
    expect(await first.store.get(attemptId)).toEqual({ ...tampered, isBroken: true, isClosed: true })
    expect(answer.attemptId).not.toBe(attemptId)

    const third = await setUp(first.store).host.open(request)
    expect(third).toMatchObject({ attemptId: answer.attemptId, wasResumed: true })
  })

  test('an engine that breaks in a tick is reported, and the cluster is restored without the last action', async () => {
    const { host, deltas, tick } = setUp()
    await host.open(request)
    await host.terminalRun('kubectl create namespace kept')
    await host.terminalRun('kubectl create namespace lost')
    tick()
    host.isBroken = true
    tick()
    const { failure } = deltas.at(-1) ?? {}
    expect(failure?.message).toBe('a queue is out of order')
    expect(failure?.report).toContain('kubectl create namespace lost')
    expect(deltas.at(-1)).toMatchObject({ isReset: true, isPlaying: false })
    expect(await host.getObject({ kind: 'Namespace', name: 'kept' })).toBeDefined()
    expect(await host.getObject({ kind: 'Namespace', name: 'lost' })).toBeUndefined()
    await host.play()
    tick()
    tick(500)
    expect(deltas.at(-1)?.failure).toBeUndefined()
    expect(deltas.at(-1)?.nowMs).toBeGreaterThan(failure?.resumedAtMs ?? Infinity)
  })
})
