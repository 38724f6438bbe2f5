import { execFileSync } from 'node:child_process'
import { expect, test } from '@playwright/test'

const inNode = "import { allTraceHashes } from './test/properties/trace-hashes.ts'; console.log(JSON.stringify(allTraceHashes()))"

test('the browser comes to the same traces as Node', async ({ page }) => {
  execFileSync('node_modules/.bin/vite', ['build', '--config', 'test/properties/vite.config.ts', '--logLevel', 'warn'])
  const expected = JSON.parse(execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', inNode], { encoding: 'utf8' })) as string[]
  await page.goto('about:blank')
  await page.addScriptTag({ path: '.cache/properties/trace-hashes.js' })
  const hashes = await page.evaluate(() => (globalThis as unknown as { podflightTraces: { allTraceHashes(): string[] } }).podflightTraces.allTraceHashes())
  expect(hashes.length).toBe(200)
  expect(hashes).toEqual(expected)
})
