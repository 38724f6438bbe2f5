import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { FakeBackend } from '../../src/server/bridge/fake-backend.ts'
import { BridgeError } from '../../src/server/kind/contract.ts'
import { buildFolder } from '../../src/server/serve/build.ts'
import { startServe } from '../../src/server/serve/serve.ts'
import type { Served } from '../../src/server/serve/serve.ts'
import { expectOutput, typeLine, watchProblems } from './helpers.ts'

let backend: FakeBackend
let served: Served

test.beforeEach(async () => {
  backend = new FakeBackend()
  served = await startServe({ root: buildFolder, port: 0, backend })
})
test.afterEach(() => served.stop())

/** Does a task of an exam on the bridge's own server, ends it and opens the tab of the kind bridge. */
async function openGradeOnKind(page: Page): Promise<void> {
  await page.goto(served.address)
  await expect.poll(() => page.url()).not.toContain('bridge=')
  await page.goto(`http://localhost:${served.port}/#/exam/form-0/run?mode=exam&factor=1`)
  await page.locator('.xterm-rows').waitFor({ timeout: 120_000 })
  await typeLine(page, 'kubectl config use-context s01-fix-selector; echo here')
  await expectOutput(page, 'here', 60_000)
  await typeLine(page, "kubectl label namespace reco-prod seen=yes")
  await expectOutput(page, 'labeled', 60_000)
  await page.getByRole('button', { name: 'End exam' }).click()
  await page.getByRole('button', { name: 'End and grade' }).click()
  await page.getByRole('button', { name: 'Endpoints are empty' }).click({ timeout: 120_000 })
  await page.getByRole('tab', { name: 'Grade on kind' }).click()
  await expect(page.getByRole('button', { name: 'Create and grade' })).toBeVisible()
}

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')}`)
}

test('a result is graded on kind after a yes, by keyboard, and both verdicts stand side by side', async ({ page }) => {
  test.setTimeout(400_000)
  const problems = watchProblems(page)
  await openGradeOnKind(page)
  const plan = page.getByRole('region', { name: 'What will be created' })
  for (const text of ['reco-prod', 'nvidia.com/gpu: 8', 'podflight.dev/session=s1', 'registry.k8s.io/e2e-test-images/agnhost:2.56']) await expect(plan).toContainText(text)
  expect(backend.orders.at(-1)?.attempt.entries.map(({ action }) => (action.kind === 'line' ? action.text : action.kind))).toContain('kubectl label namespace reco-prod seen=yes')
  expect(await violations(page)).toEqual([])
  backend.isHeld = true
  await page.getByRole('button', { name: 'Create and grade' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('listitem').filter({ hasText: 'Wait for the checks, now' })).toContainText('12 s of 60 s')
  expect(await violations(page)).toEqual([])
  // The focus stayed in the panel, so Tab reaches the stop.
  await expect.poll(async () => { await page.keyboard.press('Tab'); return page.evaluate(() => document.activeElement?.textContent) }).toBe('Stop and clean up')
  await page.getByRole('tab', { name: 'Checks' }).click()
  backend.goOn()
  await page.getByRole('tab', { name: 'Grade on kind' }).click()
  await expect(page.getByRole('heading', { name: 'The clusters differ on 1 of 3 checks.' })).toBeVisible()
  const verdicts = page.getByRole('region', { name: 'Both verdicts' }).getByRole('listitem')
  await expect(verdicts.nth(0)).toContainText('both agree')
  await expect(verdicts.nth(1)).toContainText('generation 2')
  await expect(verdicts.nth(2)).toContainText('Simulated load of 24 hours cannot be played on a real cluster.')
  expect(await violations(page)).toEqual([])
  expect(problems).toEqual([])
})

test('a grading is stopped, leftovers are removed, and a failure is told with what to do', async ({ page }) => {
  test.setTimeout(400_000)
  backend.left = [{ context: 'kind-podflight', session: 'gdeadbeef', task: 's01-fix-selector', items: ['namespaces reco-prod'] }]
  await openGradeOnKind(page)
  await page.getByRole('button', { name: /^Remove it/ }).click()
  await expect(page.getByText('An earlier grading did not clean up')).toHaveCount(0)
  expect(backend.removed).toEqual(['kind-podflight/gdeadbeef'])
  backend.isHeld = true
  await page.getByRole('button', { name: 'Create and grade' }).click()
  await page.getByRole('button', { name: 'Stop and clean up' }).click()
  await expect(page.getByRole('heading', { name: 'Stopped and cleaned up' })).toBeVisible()
  backend.isHeld = false
  backend.fails = new BridgeError('the cluster went away while the checks were read')
  await page.getByRole('button', { name: 'Look again' }).click()
  await page.getByRole('button', { name: 'Create and grade' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'The grading did not finish' })).toContainText('The cluster went away while the checks were read. No check was counted.')
})

test('without the bridge the tab is a short hint, also on a phone', async ({ page, baseURL }) => {
  test.setTimeout(300_000)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${baseURL}/#/exam/form-0/run?mode=exam&factor=1`)
  await page.getByRole('button', { name: 'End exam' }).click({ timeout: 120_000 })
  await page.getByRole('button', { name: 'End and grade' }).click()
  await page.getByRole('tab', { name: 'Grade on kind' }).click({ timeout: 120_000 })
  await expect(page.getByRole('heading', { name: 'Not connected to a kind cluster' })).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await violations(page)).toEqual([])
})
