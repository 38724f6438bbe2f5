import { describe, expect, it } from 'vitest'
import { readLibrary } from '../cli/files.ts'
import type { HostDelta } from './host.ts'
import { InlineHost } from './inline-host.ts'
import { MemoryStore } from './store.ts'

const library = readLibrary()

interface Sitting { readonly host: InlineHost; readonly wall: { ms: number }; readonly deltas: HostDelta[]; readonly store: MemoryStore }

function sit(store = new MemoryStore(), startWallMs = 1_767_600_000_000): Sitting {
  const wall = { ms: startWallMs }
  const host = new InlineHost({ library, store, nowWallMs: () => wall.ms, newSeed: () => 7 })
  const deltas: HostDelta[] = []
  host.subscribe((delta) => deltas.push(delta))
  return { host, wall, deltas, store }
}

/** Lets wall time pass as frames of 100 ms do. */
function pass({ host, wall }: Sitting, ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    wall.ms += 100
    host.tick()
  }
}

const output = (sitting: Sitting): string => sitting.deltas.map((delta) => delta.terminal?.output ?? '').join('')
const newest = (sitting: Sitting): HostDelta => sitting.deltas.at(-1) as HostDelta

describe('a lab in this thread', () => {
  it('opens, runs a line, lets time pass and tells what changed', async () => {
    const sitting = sit()
    const answer = await sitting.host.open({ kind: 'lab', id: 'l03-deploy-service' })
    expect(answer).toMatchObject({ seed: 7, wasResumed: false })
    pass(sitting, 200)
    expect(sitting.deltas[0].isReset).toBe(true)
    expect((sitting.deltas[0].nodes ?? []).length).toBeGreaterThan(0)
    await sitting.host.terminalRun('kubectl create deployment web --image=nginx:1.27-alpine')
    expect(output(sitting)).toContain('deployment.apps/web created')
    const before = newest(sitting).nowMs
    pass(sitting, 5000)
    expect(newest(sitting).nowMs - before).toBeGreaterThanOrEqual(4900)
    expect(sitting.deltas.flatMap((delta) => delta.pods ?? []).some((pod) => pod.name.startsWith('web-'))).toBe(true)
  })

  it('opens the editor for a command that comes to it while the cluster changes, once', async () => {
    const sitting = sit()
    await sitting.host.open({ kind: 'lab', id: 'l03-deploy-service' })
    await sitting.host.terminalRun('kubectl create deployment web --image=nginx:1.27-alpine && sleep 1 && vim notes.txt')
    pass(sitting, 3000)
    expect(sitting.deltas.flatMap((delta) => delta.editor?.path ?? [])).toEqual(['/home/learner/notes.txt'])
    await sitting.host.editorDone('/home/learner/notes.txt', 'hello\n')
    expect(newest(sitting).terminal?.isRunning).toBe(false)
    expect(await sitting.host.readFile('notes.txt')).toBe('hello\n')
  })

  it('shows a moment of the past and comes back', async () => {
    const sitting = sit()
    await sitting.host.open({ kind: 'lab', id: 'l03-deploy-service' })
    await sitting.host.terminalRun('kubectl create deployment web --image=nginx:1.27-alpine')
    pass(sitting, 4000)
    const head = newest(sitting).headMs
    await sitting.host.rewindTo(0)
    expect(newest(sitting)).toMatchObject({ nowMs: 0, headMs: head, isPast: true })
    await sitting.host.backToNow()
    pass(sitting, 100)
    expect(newest(sitting).isPast).toBe(false)
    expect(newest(sitting).nowMs).toBeGreaterThanOrEqual(head)
  })

  it('goes on after a reload where it stood', async () => {
    const first = sit()
    await first.host.open({ kind: 'lab', id: 'l03-deploy-service' })
    await first.host.terminalRun('kubectl create deployment web --image=nginx:1.27-alpine')
    pass(first, 3000)
    await first.host.terminalRun('kubectl get pods -o wide')
    const { nowMs } = newest(first)
    await first.host.close()
    const second = sit(first.store, first.wall.ms + 60_000)
    expect(await second.host.open({ kind: 'lab', id: 'l03-deploy-service' })).toMatchObject({ wasResumed: true })
    second.host.tick()
    await second.host.pause()
    expect(newest(second).nowMs).toBe(nowMs)
    await second.host.rewindTo(nowMs - 100)
    expect(newest(second).pods?.map((pod) => pod.name.slice(0, 4))).toContain('web-')
    await second.host.backToNow()
    const uid = 'kubectl get pods -o jsonpath={.items[*].metadata.uid}'
    await second.host.terminalRun(uid)
    const again = sit(undefined, first.wall.ms)
    await again.host.open({ kind: 'lab', id: 'l03-deploy-service' })
    await again.host.terminalRun('kubectl create deployment web --image=nginx:1.27-alpine')
    pass(again, 3000)
    await again.host.terminalRun(uid)
    expect(output(second).split('\n').at(-1)).toBe(output(again).split('\n').at(-1))
    const [record] = await first.store.list()
    expect(record.log.entries.map((entry) => entry.action.kind)).toEqual(['line', 'line', 'line'])
  })

  it('sets a save aside that does not fit its own log', async () => {
    const first = sit()
    await first.host.open({ kind: 'lab', id: 'l03-deploy-service' })
    await first.host.terminalRun('kubectl get pods')
    await first.host.close()
    const [record] = await first.store.list()
    await first.store.put({ ...record, log: { ...record.log, entries: record.log.entries.map((entry) => ({ ...entry, hash: 'x' })) } })
    const second = sit(first.store)
    expect(await second.host.open({ kind: 'lab', id: 'l03-deploy-service' })).toMatchObject({ wasResumed: false, brokenSave: { brokenAtAction: 0, actionCount: 1 } })
  })
})

describe('a what-if', () => {
  it('tells what would be at the moment shown, keeps nothing, and applies as lines of the terminal', async () => {
    const sitting = sit()
    await sitting.host.open({ kind: 'sandbox', id: 'gpu-mixed' })
    const answer = await sitting.host.whatIf([{ kind: 'add-node', like: 'gpu-t4-1', count: 1 }])
    expect(answer).toMatchObject({ kind: 'report', placements: [], gpus: { before: { total: 10 }, after: { total: 11 } } })
    expect((await sitting.host.whatIf([]))).toMatchObject({ gpus: { after: { total: 10 } } })
    for (const command of answer?.kind === 'report' ? answer.commands : []) await sitting.host.terminalRun(command)
    expect(output(sitting)).toContain('node/gpu-t4-3 created')
  })

  it('is silent in an exam of any mode', async () => {
    for (const examMode of ['exam', 'training'] as const) {
      const sitting = sit()
      await sitting.host.open({ kind: 'exam', id: library.forms[0]?.id ?? '', examMode })
      expect(await sitting.host.whatIf([])).toBeUndefined()
    }
  })
})

describe('an exam in this thread', () => {
  it('runs on while the page is away, and is graded when its time is over', async () => {
    const form = library.forms[0]
    const first = sit()
    const opened = await first.host.open({ kind: 'exam', id: form.id, examMode: 'exam' })
    const endsAt = opened.progress.exam?.endsAtWallMs ?? 0
    expect(endsAt - first.wall.ms).toBe(opened.progress.exam?.durationMs)
    await first.host.close()
    const second = sit(first.store, endsAt + 60_000)
    await second.host.open({ kind: 'exam', id: form.id, examMode: 'exam' })
    second.host.tick()
    const report = await second.host.result(opened.attemptId)
    expect(report).toMatchObject({ earned: 0, passed: false, actionCount: 0 })
    expect(report?.tasks.length).toBe(form.tasks.length)
  })
})
