import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'

const screens = [
  { name: 'home', path: '/#/', ready: 'h1' },
  { name: 'labs', path: '/#/labs', ready: 'h1, h2' },
  { name: 'exams', path: '/#/exams', ready: 'h1, h2' },
  { name: 'lab', path: '/#/lab/l04-local-mock', ready: '.xterm-rows' },
  { name: 'exam start', path: '/#/exam/form-0', ready: 'h1' },
  { name: 'exam', path: '/#/exam/form-0/run?mode=exam&factor=1', ready: '.xterm-rows' },
  { name: 'sandbox start', path: '/#/sandbox', ready: 'h1, h2' },
  { name: 'sandbox', path: '/#/sandbox/cpu3', ready: '.xterm-rows' },
  { name: 'settings', path: '/#/settings', ready: 'h1' },
  { name: 'what is simulated', path: '/#/simulated', ready: 'h1' },
]

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')}`)
}

for (const theme of ['light', 'dark'] as const) {
  for (const { name, path, ready } of screens) {
    test(`${name} has no accessibility violations in the ${theme} theme`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.goto(path)
      await page.locator(ready).first().waitFor({ timeout: 30_000 })
      await page.waitForTimeout(1000)
      expect(await violations(page)).toEqual([])
    })
  }
}

test('the result has no accessibility violations', async ({ page }) => {
  await page.goto('/#/exam/form-0/run?mode=exam&factor=1')
  await page.locator('.xterm-rows').waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'End exam' }).click()
  await page.getByRole('button', { name: 'End and grade' }).click()
  await page.getByText('Not passed', { exact: true }).first().waitFor({ timeout: 60_000 })
  expect(await violations(page)).toEqual([])
})
