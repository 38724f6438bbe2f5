import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { expectOutput, terminalText, typeLine, watchProblems } from './helpers.ts'

/** A Pod that asks for a GPU and tolerates nothing. */
const gpuPod = `kubectl run trainer --image=nginx:1.27-alpine --overrides='{"spec":{"containers":[{"name":"trainer","image":"nginx:1.27-alpine","resources":{"limits":{"nvidia.com/gpu":"1"}}}]}}'`

async function openSandbox(page: Page): Promise<void> {
  await page.goto('/#/sandbox/gpu-small?start=fresh')
  await page.locator('.xterm-rows').waitFor({ timeout: 30_000 })
  await expect.poll(() => terminalText(page)).toContain('$')
}

/** Asks the palette why a Pod is where it is. */
async function askWhy(page: Page, name: string): Promise<void> {
  await page.keyboard.press('F1')
  const box = page.getByRole('combobox')
  await box.fill(`why is ${name}`)
  await expect(page.getByRole('option', { name: new RegExp(`Why is ${name}`) }).first()).toBeVisible()
  await page.keyboard.press('Enter')
}

async function showPendingPod(page: Page): Promise<void> {
  await openSandbox(page)
  await typeLine(page, gpuPod)
  await expectOutput(page, 'pod/trainer created')
  await expect.poll(async () => {
    await typeLine(page, 'kubectl get pod trainer -o jsonpath="{.status.conditions[0].reason}"')
    return terminalText(page)
  }).toContain('Unschedulable')
  await askWhy(page, 'trainer')
  await expect(page.getByText('Each node, first plugin that said no')).toBeVisible()
}

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  return found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).slice(0, 3).join('; ')}`)
}

/** For looking at it: with PODFLIGHT_SHOTS the screens are kept in that folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['PODFLIGHT_SHOTS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
}

test('the explanation of a pending GPU Pod tells the reason, and its fix in the editor binds the Pod', async ({ page }) => {
  const problems = watchProblems(page)
  await showPendingPod(page)
  await expect(page.getByRole('tab', { name: 'Why Pending' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByText('taint nvidia.com/gpu=true:NoSchedule is not tolerated').first()).toBeVisible()
  await expect(page.getByText(/0\/\d nodes are available/).first()).toBeVisible()
  await expect(page.getByText('This Pod gets another toleration')).toBeVisible()
  const fix = page.getByRole('radio', { name: /Tolerate nvidia.com\/gpu=true:NoSchedule in the Pod/ })
  await fix.click()
  await expect(fix).toHaveAttribute('aria-checked', 'true')
  await page.getByRole('button', { name: 'Apply in editor' }).click()
  await expect(page.locator('.view-lines')).toContainText('tolerations', { timeout: 30_000 })
  await shoot(page, 'explain-editor')
  await page.getByRole('button', { name: /^Apply(?! in)/ }).click()
  await expect(page.getByText('applied', { exact: true })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Why here' })).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('heading', { name: /gpu-t4-\d had the highest score of 2 nodes that fit/ })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Scores by node' })).toContainText('chosen')
  await expect(page.getByText(/2 nodes share the highest score; gpu-t4-\d was drawn/)).toBeVisible()
  await shoot(page, 'explain-placed')
  expect(problems).toEqual([])
})

test('the terminal explains the same Pod', async ({ page }) => {
  await showPendingPod(page)
  await page.getByRole('tab', { name: 'Terminal' }).click()
  await typeLine(page, 'clear; podflight explain pod/trainer | tail -12')
  await expectOutput(page, 'Smallest changes that make it fit')
  await expectOutput(page, 'Tolerate nvidia.com/gpu=true:NoSchedule in the Pod')
})

test('a fix is chosen and opened with the keyboard alone', async ({ page }) => {
  await showPendingPod(page)
  const fixes = page.getByRole('radiogroup', { name: 'Changes that make it fit' })
  await fixes.getByRole('radio').first().focus()
  await page.keyboard.press('ArrowDown')
  await expect(fixes.getByRole('radio').first()).toHaveAttribute('aria-checked', 'true')
  await page.keyboard.press('Enter')
  await expect(page.locator('.view-lines')).toContainText('tolerations', { timeout: 30_000 })
  await page.keyboard.press('F9')
  await expect(page.getByText('applied', { exact: true })).toBeVisible()
})

for (const theme of ['light', 'dark'] as const) {
  test(`the explanation has no accessibility violations in the ${theme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await showPendingPod(page)
    await page.getByRole('radiogroup', { name: 'Changes that make it fit' }).getByRole('radio').first().click()
    await shoot(page, `explain-${theme}`)
    expect(await violations(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    await expect(page.getByText('Each node, first plugin that said no')).toBeVisible()
    await shoot(page, `explain-${theme}-390`)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(await violations(page)).toEqual([])
  })
}
