import { expect, test } from 'vitest'
import { selectActions, selectTracker } from './tracker.view.ts'

test('the tracker shows start, the steps done, now and the goal', () => {
  const table = selectTracker([{ id: 'a', label: 'Pods running', start: '0', bySteps: ['2', '2'], now: '3', goal: '2' }], 2)
  expect(table.heads.map((head) => head.text)).toEqual(['Start', '1', '2', '3, now', 'Goal'])
  expect(table.rows[0]?.cells.map((cell) => [cell.text, cell.isSame])).toEqual([['0', true], ['2', false], ['2', true], ['3', false], ['2', true]])
})

test('a step that was skipped has a dash', () => { expect(selectTracker([{ id: 'a', label: 'x', start: '0', bySteps: [undefined], now: '1' }], 1).rows[0]?.cells.map((cell) => cell.text)).toEqual(['0', '–', '1']) })

test('the actions of done steps are done, those of the current step are now', () => {
  const actions = ['a', 'b', 'b', 'c'].map((stepId) => ({ stepId, stepIndex: 'abc'.indexOf(stepId), action: [], component: [], result: [] }))
  expect(selectActions(actions, { stepIndex: 1, stepsDone: ['a'] })).toEqual(['done', 'now', 'now', 'open'])
  expect(selectActions(actions, undefined)).toEqual(['now', 'open', 'open', 'open'])
})
