import { expect, it } from 'vitest'
import type { LabelSelector, Pod } from '../api/types.ts'
import { makePodClass } from './pod-class.ts'
import type { PodClass } from './pod-class.ts'
import { makePod } from './testing/fixture.ts'
import { TermGroups } from './term-groups.ts'

function podThatAvoids(labelSelector: LabelSelector, weight = 1): Pod {
  return makePod('p', { spec: { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: { topologyKey: 'rack', labelSelector } }] } } } })
}

const classOf = (labelSelector: LabelSelector, weight?: number): PodClass => makePodClass(1, '', podThatAvoids(labelSelector, weight))
const found = (groups: TermGroups, labels: { [key: string]: string }): number[][] =>
  groups.meaning(labels, (term) => term.selector.matches(labels)).map(({ population }) => [...population.values()])

it.each<[string, LabelSelector, { [key: string]: string }, boolean]>([
  ['a label', { matchLabels: { app: 'web' } }, { app: 'web', id: '7' }, true],
  ['another value', { matchLabels: { app: 'web' } }, { app: 'db' }, false],
  ['two labels of which the pod has one', { matchLabels: { app: 'web', tier: 'front' } }, { app: 'web' }, false],
  ['one of several values', { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web', 'web'] }] }, { app: 'web' }, true],
  ['a label of any value', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, { app: 'web' }, true],
  ['the lack of a label', { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, {}, true],
  ['everything', {}, {}, true],
])('a term about %s is found by the pods that it means, as long as a pod with it runs', (_what, selector, labels, isFound) => {
  const groups = new TermGroups()
  const podClass = classOf(selector, 3)
  expect(found(groups, labels)).toEqual([])
  groups.count(podClass, 5, 1)
  expect(found(groups, labels)).toEqual(isFound ? [[3]] : [])
  groups.count(podClass, 5, -1)
  expect(found(groups, labels)).toEqual([])
  groups.count(podClass, 6, 1)
  expect(found(groups, labels)).toEqual(isFound ? [[3]] : [])
})

it('terms that differ in their weights only are one group, with the weights of a node added', () => {
  const groups = new TermGroups()
  for (const weight of [3, 20]) groups.count(classOf({ matchLabels: { app: 'web' } }, weight), 5, 1)
  groups.count(classOf({ matchLabels: { app: 'web' } }, 1), 8, 1)
  expect(found(groups, { app: 'web' })).toEqual([[23, 1]])
})
