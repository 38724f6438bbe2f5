import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { expectOutput, typeLine, watchProblems } from './helpers.ts'

const pods = [1, 2, 3].map((n) => `kubectl run p${n} --image=nginx --overrides='{"spec":{"tolerations":[{"operator":"Exists"}],"nodeSelector":{"accelerator":"nvidia-t4"},"containers":[{"name":"c","image":"nginx","resources":{"limits":{"nvidia.com/gpu":1}}}]}}'`)

async function openSandbox(page: Page): Promise<void> {
  await page.goto('/#/sandbox/gpu-mixed?start=fresh')
  await page.locator('.xterm-rows').waitFor({ timeout: 30_000 })
}

/** Chooses an entry of a field that has the focus, as a keyboard does. */
async function choose(page: Page, label: string, value: string): Promise<void> {
  const field = page.getByLabel(label, { exact: true })
  await field.focus()
  await field.selectOption(value)
}

test('one more node is tried on a copy, by keyboard, and then applied', async ({ page }) => {
  const problems = watchProblems(page)
  await openSandbox(page)
  for (const line of pods) await typeLine(page, line)
  await expectOutput(page, 'pod/p3 created')
  const tab = page.getByRole('tab', { name: 'What if' })
  await page.getByRole('tab', { name: 'Needs a look' }).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await expect(tab).toHaveAttribute('aria-selected', 'true')
  await choose(page, 'Like', 'gpu-t4-1')
  await page.getByLabel('How many').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('list', { name: 'Changes' })).toHaveText('Add 1 node like gpu-t4-1')
  await page.getByRole('button', { name: 'Try on a copy' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '1 Pod gets a node.' })).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('row', { name: /^p3.*no node.*gpu-t4-3.*gets a node/ })).toBeVisible()
  await expect(page.getByRole('row', { name: 'GPUs in use' })).toContainText('2 of 10')
  // The cluster is as it was until the change is applied.
  await typeLine(page, 'kubectl get nodes -o name | wc -l')
  await expectOutput(page, '7')
  await page.getByRole('button', { name: 'Apply the change' }).focus()
  await page.keyboard.press('Enter')
  await expectOutput(page, 'node/gpu-t4-3 created')
  await expect(page.getByText('Applied.')).toBeVisible()
  expect(problems).toEqual([])
})

test('a change that the API refuses is told in its words, and taken out again', async ({ page }) => {
  await openSandbox(page)
  await page.getByRole('tab', { name: 'What if' }).click()
  await choose(page, 'Change', 'delete')
  await page.getByLabel('Object').fill('pod/nope')
  await page.getByRole('button', { name: 'Add change' }).click()
  await page.getByRole('button', { name: 'Try on a copy' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'refused' })).toContainText('pods "nope" not found')
  await page.getByRole('button', { name: 'Take out: Delete pod/nope' }).click()
  await expect(page.getByRole('list', { name: 'Changes' })).toHaveCount(0)
})

for (const theme of ['light', 'dark'] as const) {
  test(`the report has no accessibility violations in the ${theme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await openSandbox(page)
    await page.getByRole('tab', { name: 'What if' }).click()
    await choose(page, 'Like', 'gpu-a100-1')
    await page.getByRole('button', { name: 'Add change' }).click()
    await page.getByRole('button', { name: 'Try on a copy' }).click()
    await page.getByRole('heading', { name: /cost/ }).waitFor({ timeout: 30_000 })
    const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
    expect(found.violations.map((violation) => violation.id)).toEqual([])
  })
}
