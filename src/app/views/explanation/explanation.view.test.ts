import { expect, test } from 'vitest'
import { fakeExplanation, fakePlacement } from '../../testing/fake-data.ts'
import { filterTable, scoreTable } from './explanation.view.ts'

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
