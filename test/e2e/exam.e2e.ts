import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { expectOutput, terminalText, typeLine, watchProblems } from './helpers.ts'

const tasks = ['s01-fix-selector', 'g01-hpa-basic', 'g05-gpu-training-job', 'g06-taint-gpu-nodes', 'g08-memory-limit', 'o09-stuck-rollout']

async function startExam(page: Page): Promise<void> {
  await page.goto('/#/exam/form-0')
  await page.getByRole('button', { name: /^Start, / }).click()
  await page.locator('.xterm-rows').waitFor({ timeout: 30_000 })
  await expect.poll(() => terminalText(page), { timeout: 30_000 }).toContain('$')
}

async function useContext(page: Page, task: string): Promise<void> {
  await typeLine(page, `clear; kubectl config use-context ${task}`)
  await expectOutput(page, `Switched to context "${task}".`)
}

/** Types a task's reference solution, line by line. */
async function solve(page: Page, task: string): Promise<void> {
  await useContext(page, task)
  const script = readFileSync(`scenarios/${task}/solution/solution.sh`, 'utf8')
  for (const line of script.split('\n').filter((text) => text !== '' && !text.startsWith('kubectl rollout status'))) {
    await typeLine(page, line)
    await page.waitForTimeout(250)
  }
  await typeLine(page, 'echo task-is-typed')
  await expectOutput(page, 'task-is-typed', 60_000)
}

async function endExam(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'End exam' }).click()
  await page.getByRole('button', { name: 'End and grade' }).click()
}

test('an exam with every reference solution is passed with all points', async ({ page }) => {
  test.setTimeout(300_000)
  const problems = watchProblems(page)
  await startExam(page)
  for (const task of tasks) await solve(page, task)
  await endExam(page)
  await expect(page.getByText('Passed', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('100%').first()).toBeVisible()
  expect(problems).toEqual([])
})

test('an exam without work is not passed, and each lost check says why', async ({ page }) => {
  await startExam(page)
  await endExam(page)
  await expect(page.getByText('Not passed', { exact: true }).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('0%').first()).toBeVisible()
  await expect(page.getByText('A Service selects labels, not names.').first()).toBeVisible()
})

test('a reload in the middle of an exam keeps work, notes and the clock', async ({ page }) => {
  test.setTimeout(180_000)
  await startExam(page)
  await solve(page, 's01-fix-selector')
  await page.getByRole('textbox', { name: 'Notepad' }).fill('remember the selector')
  await page.waitForTimeout(1500)
  const before = await page.getByRole('timer').innerText()
  await page.reload()
  await page.locator('.xterm-rows').waitFor({ timeout: 30_000 })
  await expect(page.getByRole('textbox', { name: 'Notepad' })).toHaveValue('remember the selector')
  await useContext(page, 's01-fix-selector')
  await typeLine(page, `kubectl get service features -n reco-prod -o jsonpath='{.spec.selector.app}'`)
  await expectOutput(page, 'features-v2')
  expect((await page.getByRole('timer').innerText()) < before).toBe(true)
})

test('hints, explanations, rewind and speed are hidden while an exam runs', async ({ page }) => {
  await startExam(page)
  for (const name of [/^Hint/, /Rewind/, '10x', '60x', /Why/]) await expect(page.getByRole('button', { name })).toHaveCount(0)
})
