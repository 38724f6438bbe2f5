import { describe, expect, it } from 'vitest'
import type { Condition, Container } from '../api/types.ts'
import { SharedParts } from './shared-parts.ts'

describe('parts of statuses', () => {
  const since = '2026-01-05T09:00:00Z'

  it('are the same object while they are equal, and never when a field differs', () => {
    const shared = new SharedParts()
    const make = (fields: Partial<Condition>): Condition =>
      shared.condition('Ready', { status: fields.status === 'True' ? 'True' : 'False', reason: fields.reason, message: fields.message }, fields.observedGeneration ?? 1, fields.lastTransitionTime ?? since)
    const first = make({})
    expect(make({})).toBe(first)
    for (const fields of [{ reason: 'r' }, { message: 'm' }, { observedGeneration: 2 }, { lastTransitionTime: '2026-01-05T09:00:01Z' }, { status: 'True' as const }]) {
      expect(make(fields)).toEqual({ type: 'Ready', status: 'False', lastProbeTime: null, lastTransitionTime: since, observedGeneration: 1, ...fields })
    }
    expect(first).toEqual({ type: 'Ready', status: 'False', lastProbeTime: null, lastTransitionTime: since, observedGeneration: 1 })
  })

  it('lists of conditions are shared only with the same members in the same order', () => {
    const shared = new SharedParts()
    const [a, b] = ['a', 'b'].map((type): Condition => ({ type, status: 'True' }))
    const list = shared.conditions([a, b], 'True')
    expect(shared.conditions([a, b], 'True')).toBe(list)
    expect(shared.conditions([b, a], 'True')).toEqual([b, a])
    expect(shared.conditions([a], 'True')).toEqual([a])
  })

  it('users differ with the security context of the pod, paths with the list of containers', () => {
    const shared = new SharedParts()
    const container: Container = { name: 'app' }
    const root = { runAsUser: 0 }
    expect([shared.user(container, root, () => 'root'), shared.user(container, root, () => 'never'), shared.user(container, undefined, () => 'other')]).toEqual(['root', 'root', 'other'])
    const main = [container]
    expect([shared.fieldPath(main, container, () => 'main'), shared.fieldPath(main, container, () => 'never'), shared.fieldPath([], container, () => 'init')]).toEqual(['main', 'main', 'init'])
  })

  it('starts and addresses are shared by their text', () => {
    const shared = new SharedParts()
    const state = shared.running(since)
    expect(shared.running(since)).toBe(state)
    expect(shared.running('2026-01-05T09:00:01Z')).toEqual({ running: { startedAt: '2026-01-05T09:00:01Z' } })
    expect(shared.addressList('10.0.0.1')).toBe(shared.addressList('10.0.0.1'))
    expect(shared.addressList('10.0.0.2')).toEqual([{ ip: '10.0.0.2' }])
  })
})
