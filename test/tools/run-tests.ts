/**
 * `npm test`: types, lint, tidiness, unit, conformance, properties, content, real clients, real clusters, then the build and browser tests.
 * The last line is `N passed, N failed`. A tool that fails without a failed test counts as one failure.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkSteps, runStep } from './check.ts'
import { findBrowser } from './browser.ts'

interface Count { passed: number; failed: number }

const outputBytesMax = 64 << 20
const reports = mkdtempSync(join(tmpdir(), 'podflight-test-'))

function runChecks(): Count {
  const count = { passed: 0, failed: 0 }
  for (const step of checkSteps) count[runStep(step) ? 'passed' : 'failed']++
  return count
}

interface VitestReport { numPassedTests: number; numFailedTests: number }

function runVitest(): Count {
  const file = join(reports, 'vitest.json')
  const run = spawnSync('node_modules/.bin/vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], { stdio: 'inherit' })
  return countOf('vitest', run.status, file, (report: VitestReport) => ({ passed: report.numPassedTests, failed: report.numFailedTests }))
}

/** A test program that prints a line a claim; what this machine does not have is told and not counted. */
function runProgram(name: string, file: string): Count {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: outputBytesMax })
  const lines = run.stdout.trimEnd().split('\n')
  for (const line of lines) if (!line.startsWith('ok ')) console.log(line)
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/.exec(lines.at(-1) ?? '') ?? []
  if (passed !== undefined && failed !== undefined) return { passed: Number(passed), failed: Number(failed) }
  console.log(`FAILED ${name}: it ended with code ${run.status} without a count`)
  return { passed: 0, failed: 1 }
}

/** Real clients against a served cluster. */
function runInterop(): Count {
  return runProgram('interop', 'test/interop/main.ts')
}

/** The kind bridge against a real control plane and a real node, where they are built. */
function runKind(): Count {
  return runProgram('kind', 'test/kind/main.ts')
}

interface PlaywrightReport { stats: { expected: number; unexpected: number; flaky: number } }

function runBrowserTests(): Count {
  if (!existsSync('playwright.config.ts')) return { passed: 0, failed: 0 }
  const build = spawnSync('node_modules/.bin/vite', ['build', '--logLevel', 'warn'], { stdio: 'inherit' })
  if (build.status !== 0) {
    console.log('FAILED build')
    return { passed: 0, failed: 1 }
  }
  const file = join(reports, 'playwright.json')
  const env = { ...process.env, CHROMIUM_PATH: findBrowser(), PLAYWRIGHT_JSON_OUTPUT_NAME: file }
  const run = spawnSync('node_modules/.bin/playwright', ['test', '--reporter=list,json'], { stdio: 'inherit', env })
  return countOf('playwright', run.status, file, (report: PlaywrightReport) => ({ passed: report.stats.expected, failed: report.stats.unexpected + report.stats.flaky }))
}

function countOf<Report>(tool: string, status: number | null, file: string, read: (report: Report) => Count): Count {
  if (!existsSync(file)) {
    console.log(`FAILED ${tool}: it wrote no report`)
    return { passed: 0, failed: 1 }
  }
  const count = read(JSON.parse(readFileSync(file, 'utf8')) as Report)
  if (status !== 0 && count.failed === 0) {
    console.log(`FAILED ${tool}: it ended with code ${status} without a failed test`)
    count.failed++
  }
  return count
}

const total: Count = { passed: 0, failed: 0 }
for (const part of [runChecks, runVitest, runInterop, runKind, runBrowserTests]) {
  const count = part()
  total.passed += count.passed
  total.failed += count.failed
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
