import { expect, it } from 'vitest'
import { ClusterCache } from './cluster-cache.ts'
import { makeNode, makePod } from './testing/fixture.ts'
import { TopologyCounter } from './topology-counter.ts'

const zone = 'topology.kubernetes.io/zone'

function makeCounter(cache: ClusterCache): TopologyCounter {
  return new TopologyCounter(cache.topology(zone), { weightOf: (podClass) => (podClass.pod.metadata.labels?.['app'] === 'web' ? 1 : 0), isEligible: (slot) => slot.name !== 'left-out' })
}

it('agrees with a counter made afterwards, whatever has happened', () => {
  const cache = new ClusterCache()
  const lasting = makeCounter(cache)
  const steps: (() => void)[] = [
    () => ['a', 'b', 'left-out'].forEach((name, i) => cache.addNode(makeNode(name, { labels: { [zone]: `z${i % 2}` } }))),
    () => cache.addPod(makePod('p1', { nodeName: 'a', labels: { app: 'web' } })),
    () => cache.addPod(makePod('p2', { nodeName: 'left-out', labels: { app: 'web' } })),
    () => cache.addPod(makePod('p3', { nodeName: 'b', labels: { app: 'db' } })),
    () => cache.updateNode(makeNode('a', { labels: { [zone]: 'z1' } })),
    () => cache.updatePod(makePod('p3', { nodeName: 'b', labels: { app: 'web' } })),
    () => cache.removePod('default/p1'),
    () => cache.removeNode('b'),
    () => cache.addNode(makeNode('c', { labels: { [zone]: 'z9' } })),
  ]
  for (const step of steps) {
    step()
    lasting.refresh(cache)
    const fresh = makeCounter(cache)
    fresh.refresh(cache)
    const sums = (counter: TopologyCounter): unknown => [...counter.column.idOf.values()].map((id) => counter.totals[id])
    expect(sums(lasting)).toEqual(sums(fresh))
    expect([lasting.hits, lasting.domainCount, lasting.minTotal()]).toEqual([fresh.hits, fresh.domainCount, fresh.minTotal()])
  }
})
