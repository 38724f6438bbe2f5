import { expect, test } from '@playwright/test'
import { expectOutput, openLab, typeLine, watchProblems } from './helpers.ts'

test('a lab opens within seconds and kubectl answers', async ({ page }) => {
  const problems = watchProblems(page)
  await openLab(page, 'l04-local-mock')
  await typeLine(page, 'k get nodes')
  await expectOutput(page, 'worker-1')
  await expectOutput(page, 'Ready')
  expect(problems).toEqual([])
})
