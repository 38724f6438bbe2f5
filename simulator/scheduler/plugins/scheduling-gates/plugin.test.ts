import { expect, it } from 'vitest'
import { makePod } from '../../testing/fixture.ts'
import { schedulingGates } from './plugin.ts'

const objects = { find: () => undefined, list: () => [] }

it('names all gates that hold a pod back', () => {
  const pod = makePod('p', { spec: { schedulingGates: [{ name: 'quota' }, { name: 'example.com/license' }] } })
  expect(schedulingGates.preEnqueue(pod, objects).reasons).toEqual(['waiting for scheduling gates: [quota example.com/license]'])
})

it('lets pods without gates through', () => {
  expect(schedulingGates.preEnqueue(makePod('p'), objects).code).toBe('success')
})
