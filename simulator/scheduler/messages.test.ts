import { expect, it } from 'vitest'
import { eventNote, fitMessage } from './messages.ts'

it('sorts reasons as text, number first', () => {
  const reasonCounts = new Map([['Insufficient cpu', 2], ['node(s) were unschedulable', 10], ['Too many pods', 1]])
  expect(fitMessage({ nodeCount: 12, reasonCounts, postFilterMessage: '' })).toBe('0/12 nodes are available: 1 Too many pods, 10 node(s) were unschedulable, 2 Insufficient cpu.')
})

it('leaves the nodes out when a PreFilter plugin has rejected the pod', () => {
  expect(fitMessage({ nodeCount: 2, preFilterMessage: 'pod affinity terms conflict', reasonCounts: new Map([['x', 2]]), postFilterMessage: 'not found' })).toBe(
    '0/2 nodes are available: pod affinity terms conflict. not found',
  )
})

it('cuts notes to 1024 bytes', () => {
  expect(eventNote('x'.repeat(1024))).toHaveLength(1024)
  expect(eventNote('x'.repeat(1025))).toBe(`${'x'.repeat(1020)} ...`)
})
