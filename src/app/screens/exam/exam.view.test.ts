import { beforeAll, describe, expect, test } from 'vitest'
import type { ExamForm } from '../../content-types.ts'
import type { ExamProgress } from '../../../session/host.ts'
import { fakeContent } from '../../testing/fake-content.ts'
import { alertBetween, alertText, domainShares, endSentence, modeChoices, selectClock, selectExam } from './exam.view.ts'
import { findCards } from './docs.view.ts'

let form: ExamForm
beforeAll(async () => { form = (await fakeContent.form('form-1')) as ExamForm })

const minute = 60_000
const mark = (isSeen: boolean, isDone: boolean, isFlagged: boolean) => ({ isSeen, isDone, isFlagged, spentMs: 0 })
const progress: ExamProgress = { formId: 'form-1', mode: 'exam', currentTaskId: 't4', notes: '', startedAtWallMs: 0, endsAtWallMs: 30 * minute, durationMs: 30 * minute, tasks: { t1: mark(true, true, false), t2: mark(true, true, true), t3: mark(true, false, false), t4: mark(true, false, false), t5: mark(false, false, true) } }

test('tasks show weight, flag and what was done', () => {
  const view = selectExam(form, progress)
  expect(view.chips.map((chip) => `${chip.number} ${chip.percent}% ${chip.state}${chip.isFlagged ? ' flag' : ''}`)).toEqual(['1 15% done', '2 20% done flag', '3 15% seen', '4 20% current', '5 20% new flag', '6 10% new'])
  expect(view.summary).toBe('2 of 6 done · 2 flagged')
})

describe('the clock', () => {
  test.each([[11 * minute + 18_000, '18:42', 'normal'], [20 * minute, '10:00', 'low'], [26 * minute, '04:00', 'last'], [31 * minute, '00:00', 'over']])('at %i ms', (wallMs, left, tone) => { expect(selectClock(progress, wallMs)).toMatchObject({ leftText: left, tone, isOver: tone === 'over' }) })
  test('training counts up and never ends', () => { const { endsAtWallMs: _end, ...training } = progress; expect(selectClock(training, 90 * minute)).toMatchObject({ leftText: '1:30:00', isOver: false }) })
})

describe('alerts', () => {
  test.each([[14 * minute, 15 * minute, 15], [15 * minute, 16 * minute, undefined], [24 * minute, 26 * minute, 5], [0, 1000, undefined], [10 * minute, 28 * minute, 5]])('from %i to %i: %s', (before, now, minutes) => { expect(alertBetween(progress, before, now, [30, 15, 5])).toBe(minutes) })
  test('say what is done', () => { expect([alertText(15, 30 * minute, '2 of 6 done · 2 flagged'), alertText(5, 30 * minute, '3 of 6 done')]).toEqual(['Half of the time is left. 2 of 6 done, 2 flagged.', '5 minutes are left. 3 of 6 done.']) })
})

test('the question before the end names what is open', () => { expect(endSentence(selectExam(form, progress).chips, progress)).toBe('Tasks 5, 6 were not opened, tasks 3, 4 are not marked as done, 2 tasks are flagged.') })
test('modes change the time', () => { expect(modeChoices(form, 1.5).map((choice) => choice.time)).toEqual(['45:00', '22:30', 'no limit']) })
test('domains stand by their share', () => { expect(domainShares(form, { scaling: 'Scaling' })).toEqual([{ title: 'serving', percent: 35 }, { title: 'Scaling', percent: 30 }, { title: 'observability', percent: 20 }, { title: 'foundations', percent: 15 }]) })
test('cards are found by title and keyword', async () => { const cards = await fakeContent.docs(); expect([findCards(cards, 'toleration operator').map((card) => card.id), findCards(cards, 'zzz'), findCards(cards, '').length]).toEqual([['taints'], [], 2]) })
