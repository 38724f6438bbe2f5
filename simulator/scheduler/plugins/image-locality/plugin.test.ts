import { describe, expect, it } from 'vitest'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

const mebibyte = 1024 * 1024
const withImage = (node: string, sizeMi: number) => makeNode(node, { images: [{ names: ['app:latest'], sizeBytes: sizeMi * mebibyte }] })
const pod = makePod('p', { spec: { containers: [{ name: 'c', image: 'app' }] } })

const cases = [
  { name: 'a small image does not matter', nodes: [withImage('a', 20), makeNode('b')], want: { a: 0, b: 0 } },
  { name: 'a large image on half of the nodes counts half its size', nodes: [withImage('a', 1000), makeNode('b')], want: { a: 48, b: 0 } },
  { name: 'an image that all nodes have counts in full', nodes: [withImage('a', 1000), withImage('b', 1000)], want: { a: 100, b: 100 } },
]

describe('ImageLocality', () => {
  it.each(cases)('$name', ({ nodes, want }) => {
    expect(new TestCluster({ nodes }).scores(pod, 'ImageLocality')).toEqual(want)
  })

  it('sees a pull on another node', () => {
    const cluster = new TestCluster({ nodes: [withImage('a', 1000), makeNode('b'), makeNode('c')] })
    const before = cluster.scores(pod, 'ImageLocality')
    cluster.setNode(withImage('b', 1000))
    expect(before).toEqual({ a: 31, b: 0, c: 0 })
    expect(cluster.scores(pod, 'ImageLocality')).toEqual({ a: 65, b: 65, c: 0 })
  })
})
