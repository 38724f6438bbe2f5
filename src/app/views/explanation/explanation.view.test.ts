import { expect, test } from 'vitest'
import { fakeExplanation, fakePlacement } from '../../testing/fake-data.ts'
import { filterTable, momentText, scoreTable } from './explanation.view.ts'

test('nodes that came furthest stand first, with the plugin that said no', () => {
  const table = filterTable(fakeExplanation)
  expect(table.heads).toEqual(['Cordon', 'Taints', 'Affinity', 'Ports', 'Fit'])
  expect(table.rows.map((row) => [row.node.slice(-5), row.cells.join(' ')])).toEqual([['-p7wz', 'yes yes yes yes no'], ['-x3kq', 'yes yes yes yes no'], ['-9rtw', 'yes yes no not-asked not-asked'], ['plane', 'yes no not-asked not-asked not-asked']])
})

test('scores are weighted, the chosen node first, the figure that decided marked', () => {
  const table = scoreTable(fakePlacement('web-1', 'default', ['a', 'b', 'c']))
  expect(table.heads).toEqual(['Taints ×3', 'Fit ×1', 'Balance ×1', 'Image ×1'])
  expect(table.rows.map((row) => [row.node, row.total, row.isChosen, row.cells.map((cell) => cell.isBest)])).toEqual([['a', '527', true, [false, false, false, true]], ['b', '427', false, [false, false, false, false]]])
})

test('the moment is the attempt of a Pod on a node, and now for one that waits', () => {
  expect(momentText(fakeExplanation)).toBe('as of T+41:07')
  expect(momentText(fakePlacement('web-1', 'default', ['a', 'b']))).toBe('as decided at T+01:00')
})

test('a large cluster is cut to what a page can hold', () => {
  const nodes = Array.from({ length: 5000 }, (_unused, i) => ({ ...fakeExplanation.nodes[0], node: `n${i}` }))
  const table = filterTable({ ...fakeExplanation, nodes: nodes as never })
  expect([table.rows.length, table.moreCount]).toEqual([60, 4940])
})

test('nodes that fit and were not looked at say so', () => {
  const [first] = fakePlacement('web-1', 'default', ['a', 'b']).nodes
  const { scores: _scores, ...unscored } = first!
  const table = filterTable({ ...fakePlacement('web-1', 'default', ['a', 'b']), nodes: [{ ...unscored, isUnseen: true }] })
  expect(table.rows.map((row) => row.why)).toEqual(['fits, but was not looked at'])
})
