import { expect, test } from '@playwright/test'
import { expectOutput, openLab, typeLine, watchProblems } from './helpers.ts'

test('works without its server after it was opened once', async ({ page, context }) => {
  const problems = watchProblems(page)
  await page.goto('/')
  await page.evaluate(async () => { await navigator.serviceWorker.ready })
  await context.setOffline(true)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Podflight', exact: true })).toBeAttached()
  await openLab(page, 'l04-local-mock')
  await typeLine(page, 'kubectl get nodes')
  await expectOutput(page, 'worker-1')
  await expect(page.locator('.monaco-editor').first()).toBeVisible()
  expect(problems).toEqual([])
})
