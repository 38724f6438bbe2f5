/**
 * npm run guards [NAME...]: takes each guard of the kind bridge out of its file, one at a time and in memory only, and
 * shows that its attack test fails then. Prints one row for each guard; ends with 1 when a guard could go unnoticed.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { guards } from '../../src/server/kind/guard/registry.ts'
import type { GuardRow } from '../../src/server/kind/guard/registry.ts'
import { bodyOf } from './guards/take-out.ts'

interface Report { readonly testResults: readonly { readonly message?: string; readonly assertionResults: readonly { readonly title: string; readonly status: string }[] }[] }
/** What the tests of one guard came to. */
interface Outcome { readonly passed: number; readonly failed: number; readonly error?: string }

const folder = mkdtempSync(join(tmpdir(), 'guards-'))
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/tools/guards/vitest.config.ts', '--reporter=json']

/** Runs a test file, or its tests of one guard with that guard taken out. */
function runTests(test: string, takenOut?: string): Promise<Report> {
  const output = join(folder, `${takenOut ?? test.replaceAll('/', '-')}.json`)
  const only = takenOut === undefined ? [] : ['-t', `${takenOut}: `]
  return new Promise((resolve) => {
    const run = spawn(process.execPath, [...vitest, `--outputFile=${output}`, test, ...only], { env: { ...process.env, ...(takenOut === undefined ? {} : { GUARD_TAKEN_OUT: takenOut }) }, stdio: 'ignore' })
    run.on('close', () => resolve(existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) as Report : { testResults: [] }))
  })
}

function outcomeOf({ testResults }: Report, name: string): Outcome {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ title }) => title.startsWith(`${name}: `))
  const count = (wanted: string): number => tests.filter(({ status }) => status === wanted).length
  return { passed: count('passed'), failed: count('failed'), ...(tests.length === 0 ? { error: testResults[0]?.message ?? 'no test ran' } : {}) }
}

const whole = new Map<string, Promise<Report>>()

function reportOf(test: string): Promise<Report> {
  const report = whole.get(test) ?? runTests(test)
  whole.set(test, report)
  return report
}

/** Whether the guard is missed when it is gone, in words. */
async function judge({ name, file, test }: GuardRow): Promise<{ readonly ok: boolean; readonly words: string }> {
  if (bodyOf(readFileSync(file, 'utf8'), name) === undefined) return { ok: false, words: `${file} has no such function` }
  const present = outcomeOf(await reportOf(test), name)
  const gone = outcomeOf(await runTests(test, name), name)
  const error = present.error ?? gone.error
  return { ok: error === undefined && present.passed > 0 && present.failed === 0 && gone.failed > 0, words: error ?? `${present.passed} pass; without it ${gone.failed} fail` }
}

const wanted = process.argv.slice(2)
const rows = guards.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const width = Math.max(...rows.map(({ name }) => name.length))
const queue = [...rows]
let unnoticed = 0

async function work(): Promise<void> {
  for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
    const { ok, words } = await judge(row)
    if (!ok) unnoticed++
    console.log(`${ok ? 'missed' : 'NOT MISSED'}  ${row.name.padEnd(width)}  ${words.padEnd(32)}  keeps out ${row.keepsOut}`)
  }
}

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
rmSync(folder, { recursive: true })
console.log(`${rows.length - unnoticed} of ${rows.length} guards are missed by their tests when they are taken out`)
process.exitCode = unnoticed === 0 && rows.length > 0 ? 0 : 1
