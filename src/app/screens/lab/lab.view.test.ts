import { beforeAll, describe, expect, test } from 'vitest'
import type { Lab, QuizItem } from '../../content-types.ts'
import type { SessionProgress } from '../../../session/host.ts'
import { fakeContent } from '../../testing/fake-content.ts'
import { fakeStepReport } from '../../testing/fake-data.ts'
import { selectQuiz, selectStep } from './lab.view.ts'

let lab: Lab
beforeAll(async () => { lab = (await fakeContent.lab('l23')) as Lab })
const progress: SessionProgress = { kind: 'lab', stepIndex: 3, stepsDone: ['s1', 's2', 's3'], hintsShown: { s4: 1 }, answers: {}, stepReports: { s4: fakeStepReport } }

describe('a step', () => {
  test('knows its place, its checks and the next hint', () => {
    expect(selectStep(lab, progress)).toMatchObject({ title: 'Correct the probe, then watch the rollout', stepNote: 'Step 4 of 7 · about 9 min left', checksNote: '2 of 3 hold', hintText: 'Hint 2 of 3', isPassed: false, isLast: false, evidenceHeads: ['Before, T+01:52', 'After, T+03:42'] })
    expect(selectStep(lab, progress).marks.map((mark) => mark.state).join(' ')).toBe('done done done now open open open')
    expect(selectStep(lab, progress).checks.map((check) => check.state)).toEqual(['holds', 'holds', 'fails'])
  })
  test('before the first check nothing is known', () => { expect(selectStep(lab, { ...progress, stepReports: {} }).checks.map((check) => check.state)).toEqual(['unknown', 'unknown', 'unknown']) })
  test('without any progress the first step is shown', () => { expect(selectStep(lab, undefined)).toMatchObject({ index: 0, isPassed: false }) })
  test('an index beyond the end shows the last page', () => { expect(selectStep(lab, { ...progress, stepIndex: 99 })).toMatchObject({ index: 6, isLast: true }) })
})

describe('a question', () => {
  const item: QuizItem = { id: 'q', kind: 'quiz', question: ['?'], options: [{ key: 'A', text: ['a'] }, { key: 'B', text: ['b'] }], correct: 'A', whyCorrect: ['because'], whyWrong: { B: ['no'] }, hints: [['think']] }
  test.each([[undefined, 'open', undefined], ['A', 'right', ['because']], ['B', 'wrong', ['no']]] as const)('answered %s is %s', (answer, state, why) => { expect(selectQuiz(item, { ...progress, answers: answer === undefined ? {} : { q: answer } })).toMatchObject({ state, ...(why === undefined ? {} : { why }) }) })
  test('a free answer is only kept', () => { const { correct: _correct, ...free } = item; expect(selectQuiz(free, { ...progress, answers: { q: 'selector' } }).state).toBe('given') })
})
