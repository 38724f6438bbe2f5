import { describe, expect, it } from 'vitest'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'
import { nodeName } from './plugin.ts'

describe('NodeName', () => {
  const { scheduler } = new TestCluster({ nodes: [makeNode('a'), makeNode('b')] })
  const reasonsFor = (wanted: string, on: string): readonly string[] => {
    const pod = makePod('p', { nodeName: wanted })
    return nodeName.filter(scheduler.cycleOf(pod), scheduler.cache.findSlot(on)!, undefined).reasons
  }

  it('lets a pod run on the node that it names, and nowhere else', () => {
    expect(reasonsFor('a', 'a')).toEqual([])
    expect(reasonsFor('a', 'b')).toEqual(["node(s) didn't match the requested node name"])
  })

  it('has nothing to do for a pod that names no node', () => {
    expect(nodeName.preFilter(scheduler.cycleOf(makePod('p'))).status.code).toBe('skip')
  })
})
