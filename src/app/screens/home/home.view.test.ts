import { expect, test } from 'vitest'
import { fakeContent } from '../../testing/fake-content.ts'
import { fakeOverview } from '../../testing/fake-data.ts'
import { selectHome } from './home.view.ts'

const empty = { labs: {}, attempts: [], sandboxes: [], domains: {} }

test('home says where you were and what is done', async () => {
  const view = selectHome(await fakeContent.catalog(), fakeOverview(), () => 'yesterday')
  expect(view.last).toEqual({ title: 'Readiness that means ready', when: 'yesterday', to: '/lab/l23', button: 'Continue lab 2.3', text: 'Step 4 of 7. The rollout of mock-inference is under way, 1 of 2 replicas ready. The cluster stands at T+03:42.' })
  expect(view.labsNote).toBe('5 of 12 done, about 2 hours left')
  expect(view.modules[1]?.labs.map((lab) => `${lab.number} ${lab.state} ${lab.note}`)).toEqual(['2.1 done 25 min', '2.2 done 10 min', '2.3 now step 4 of 7', '2.4 open 25 min', '2.5 open 20 min'])
  expect(view.exams[0]?.note).toBe('6 tasks, 30 min · best 61%, 2 attempts')
  expect(view.domains.map((domain) => domain.text)).toEqual(['not tried', '12 of 15', '7 of 13', '10 of 14', '3 of 8'])
})

test('a first visit has no earlier work', async () => {
  const view = selectHome(await fakeContent.catalog(), empty, () => '')
  expect([view.last, view.exams[0]?.note, view.sandboxes.length]).toEqual([undefined, '6 tasks, 30 min · not tried', 0])
})

test('a running exam is what you go on with', async () => {
  const view = selectHome(await fakeContent.catalog(), { ...empty, last: { kind: 'exam', id: 'form-1', atWallMs: 0, nowMs: 0, stepIndex: 0, examEndsAtWallMs: 9 } }, () => '')
  expect(view.last).toMatchObject({ to: '/exam/form-1/run', button: 'Go on with the exam' })
})
