import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { watchProblems } from './helpers.ts'

/** Every screen, and what stands on it once it is there. */
const screens: readonly { readonly name: string; readonly address: string; readonly ready: (page: Page) => Promise<void> }[] = [
  { name: 'home', address: '/#/', ready: async (page) => { await expect(page.getByRole('heading', { name: 'Labs' })).toBeVisible() } },
  { name: 'lab', address: '/#/lab/l04-local-mock', ready: workbenchReady },
  { name: 'exam start', address: '/#/exam/form-0', ready: async (page) => { await expect(page.getByRole('heading', { name: 'Rules' })).toBeVisible() } },
  { name: 'exam', address: '/#/exam/form-0/run?start=fresh&mode=exam', ready: workbenchReady },
  { name: 'sandbox start', address: '/#/sandbox', ready: async (page) => { await expect(page.getByRole('heading', { name: 'New from a preset' })).toBeVisible() } },
  { name: 'sandbox', address: '/#/sandbox/cpu3?start=fresh', ready: workbenchReady },
  { name: 'settings', address: '/#/settings', ready: async (page) => { await expect(page.getByRole('radiogroup', { name: 'Theme' })).toBeVisible() } },
  { name: 'what is simulated', address: '/#/simulated', ready: async (page) => { await expect(page.getByRole('heading', { name: 'What is simulated' })).toBeVisible() } },
]

async function workbenchReady(page: Page): Promise<void> {
  await expect(page.locator('.xterm')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('treegrid')).toBeAttached()
}

/** Screens that use every color; accessibility.e2e.ts holds all of them in light and dark. */
const colorful = ['home', 'lab', 'exam']

for (const screen of screens.filter(({ name }) => colorful.includes(name))) {
  test(`${screen.name} is accessible in high contrast and free of errors`, async ({ page }) => {
    const errors = watchProblems(page)
    await page.addInitScript(() => { localStorage.setItem('podflight.theme', 'hc') })
    await page.goto(screen.address)
    await screen.ready(page)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
    expect(errors).toEqual([])
  })
}

for (const screen of screens) {
  test(`${screen.name} fits a phone`, async ({ page }) => {
    const errors = watchProblems(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(screen.address)
    await expect(page.locator('main')).toBeVisible({ timeout: 30_000 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(errors).toEqual([])
  })
}

test('F6 goes around all panes and out of the terminal and the editor', async ({ page }) => {
  await page.goto('/#/lab/l04-local-mock')
  await workbenchReady(page)
  await page.locator('.xterm').click()
  const seen = new Set<string>()
  for (let count = 0; count < 8; count++) {
    await page.keyboard.press('F6')
    seen.add((await page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane'))) ?? 'none')
  }
  expect([...seen].toSorted()).toEqual(['Cluster', 'Editor', 'Lesson', 'Status', 'Terminal', 'Timeline'])
})

test('the palette opens everywhere and goes to a lab', async ({ page }) => {
  await page.goto('/#/')
  await expect(page.getByRole('heading', { name: 'Labs' })).toBeVisible()
  await page.keyboard.press('F1')
  await page.getByRole('combobox').fill('local inference mock')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'The local inference mock', level: 1 })).toBeVisible()
})
