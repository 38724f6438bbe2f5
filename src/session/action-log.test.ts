import { describe, expect, it } from 'vitest'
import { ActionLog, readLog } from './action-log.ts'
import type { SavedLog } from './action-log.ts'

const header = { engine: '1', content: '1', kind: 'lab', id: 'l04', seed: 7 }

function threeLines(): ActionLog {
  const log = new ActionLog(header)
  for (const [i, text] of ['kubectl get pods', 'ls', 'kubectl get nodes'].entries()) log.append({ atMs: i * 1000, action: { kind: 'line', text } })
  return log
}

describe('the action log', () => {
  it('is read again from what was saved, with the same head', () => {
    const log = threeLines()
    const read = readLog(JSON.parse(JSON.stringify(log.save())) as SavedLog)
    expect(read).toMatchObject({ length: 3, head: log.head })
    expect(log.head).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each<[string, (saved: SavedLog) => SavedLog, number]>([
    ['a changed line', (saved) => ({ ...saved, entries: saved.entries.map((entry, i) => (i === 1 ? { ...entry, action: { kind: 'line', text: 'rm' } } : entry)) }), 1],
    ['a changed time', (saved) => ({ ...saved, entries: saved.entries.map((entry, i) => (i === 2 ? { ...entry, atMs: 1 } : entry)) }), 2],
    ['an entry that is gone', (saved) => ({ ...saved, entries: saved.entries.filter((_, i) => i !== 0) }), 0],
    ['another seed', (saved) => ({ ...saved, header: { ...header, seed: 8 } }), 0],
  ])('finds %s', (_what, tamper, brokenAt) => {
    expect(readLog(tamper(threeLines().save()))).toEqual({ brokenAt })
  })

  it('stands for its header and each entry', () => {
    const other = threeLines()
    other.append({ atMs: 9, action: { kind: 'key', key: 'interrupt' } })
    expect([threeLines().head === threeLines().head, other.head === threeLines().head, new ActionLog(header).head === new ActionLog({ ...header, id: 'l05' }).head]).toEqual([true, false, false])
  })
})
