import { expect, it } from 'vitest'
import { makePod } from '../../testing/fixture.ts'
import { defaultBinder } from './plugin.ts'

it('binds to the chosen node, and tells what the API server said', () => {
  const bound: string[] = []
  expect(defaultBinder.bind(makePod('p'), 'a', { bind: (_pod, node) => void bound.push(node) }).code).toBe('success')
  expect(bound).toEqual(['a'])
  expect(defaultBinder.bind(makePod('p'), 'a', { bind: () => 'pod p is already assigned to node "b"' })).toEqual({ code: 'error', reasons: ['pod p is already assigned to node "b"'] })
})
