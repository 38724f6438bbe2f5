/** What a person does in the app, for browser tests. */

import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'

/** Messages of the page that a good run does not have. */
export function watchProblems(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`)
  })
  return problems
}

/** Text of the terminal's screen and history, as a screen reader would get it. */
export function terminalText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll('.xterm-rows > div')].map((row) => row.textContent ?? '')
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n')
  })
}

/** Types a line into the visible terminal. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus()
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

/** Waits until the terminal shows a text. */
export async function expectOutput(page: Page, text: string, timeoutMs = 30_000): Promise<void> {
  await expect.poll(() => terminalText(page).then((shown) => shown.replaceAll('\n', '')), { timeout: timeoutMs, message: `the terminal shows "${text}"` }).toContain(text.replaceAll('\n', ''))
}

/** Opens a lab and waits for its terminal. */
export async function openLab(page: Page, id: string): Promise<void> {
  await page.goto(`/#/lab/${id}`)
  await page.locator('.xterm-rows').waitFor()
  await expect.poll(() => terminalText(page)).toContain('$')
}
