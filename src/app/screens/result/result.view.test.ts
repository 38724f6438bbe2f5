import { beforeAll, describe, expect, test } from 'vitest'
import type { AttemptSummary } from '../../../session/host.ts'
import type { ExamForm } from '../../content-types.ts'
import { fakeContent } from '../../testing/fake-content.ts'
import { fakeGrade } from '../../testing/fake-data.ts'
import { selectResult, taskSentence } from './result.view.ts'

let form: ExamForm
beforeAll(async () => { form = (await fakeContent.form('form-1')) as ExamForm })
const report = { ...fakeGrade('a9'), startedAtWallMs: 0, endedAtWallMs: 1000 }
const attempt = (attemptId: string, scorePercent: number): AttemptSummary => ({ attemptId, formId: 'form-1', mode: 'exam', endedAtWallMs: 10, scorePercent, passed: false, seed: 1 })

describe('the head of a result', () => {
  test.each([
    [[], 'Pass mark 66. Your first attempt. 28:55 of 30:00 used. Self-assessed, not a certificate.'],
    [[attempt('a1', 61), attempt('a0', 48)], 'Pass mark 66. Better than your earlier attempts, 61 and 48. 28:55 of 30:00 used. Self-assessed, not a certificate.'],
    [[attempt('a1', 90)], 'Pass mark 66. Your best earlier attempt has 90. 28:55 of 30:00 used. Self-assessed, not a certificate.'],
  ])('compares with %o', (attempts, sentence) => { expect(selectResult(report, form, {}, attempts).sentence).toBe(sentence) })
  test('points are summed by domain and by task', () => {
    const view = selectResult(report, form, { serving: 'Serving' }, [])
    expect(view.domains.map((domain) => `${domain.title} ${domain.percent}% ${domain.points}`)).toEqual(['Serving 100% 35 / 35', 'foundations 60% 9 / 15', 'scaling 73% 22 / 30', 'observability 40% 8 / 20'])
    expect(view.tasks.map((task) => task.state)).toEqual(['holds', 'holds', 'half', 'half', 'half', 'half'])
  })
})

test('a task says how many of its checks hold', () => { expect(report.tasks.map(taskSentence).slice(1, 3)).toEqual(['All checks hold.', '1 of 2 checks hold.']) })
