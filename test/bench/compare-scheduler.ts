/**
 * `npm run bench:compare [-- --only NAME --max 20s]`: the scheduler beside the real algorithm, on this machine, one after
 * the other, workload by workload. Builds test/oracle/schedbench, which needs Go and the modules of Kubernetes.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sharedWorkloads } from './scheduler-workloads.ts'

interface Line { readonly workload: string; readonly podsPerCpuSecond: number; readonly podsPerSecond: number; readonly coldPodsPerCpuSecond?: number; readonly message?: string }

const source = fileURLToPath(new URL('../oracle/schedbench', import.meta.url))
const main = fileURLToPath(new URL('./main.ts', import.meta.url))

/** How many times as fast as the real algorithm each workload should be. */
const targets: { readonly [workload: string]: number } = {
  'basic-500': 20, 'basic-5000': 20, 'basic-15000': 20, 'required-node-affinity': 20, 'extended-resource-gpu': 20,
  'required-anti-affinity-hostname': 100, 'preferred-affinity-hostname': 100, 'spread-zone-do-not-schedule': 100,
  'unschedulable-beyond-every-node': 100, 'unschedulable-full-no-victims': 100, 'unschedulable-preemption-all-candidates': 100,
  'unlike-5000': 10, 'unlike-affinity-5000': 10,
}

function valueOf(flag: string, otherwise: string): string {
  const at = process.argv.indexOf(flag)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}

function lineOf(run: { status: number | null; stdout: string; stderr: string }, what: string): Line {
  if (run.status === 0) return JSON.parse(run.stdout) as Line
  throw new Error(`${what} failed:\n${run.stderr}`)
}

function build(into: string): string {
  const binary = join(into, 'schedbench')
  const { status, error, stderr } = spawnSync('go', ['build', '-mod=mod', '-o', binary, '.'], { cwd: source, encoding: 'utf8' })
  if (error !== undefined) throw new Error('Go is not installed: there is nothing to compare with. `npm run bench -- --only scheduler` measures without it.')
  if (status !== 0) throw new Error(`the Go program cannot be built:\n${stderr}`)
  return binary
}

/** Texts about failures must be the same in both. */
function sameText(ours: Line, real: Line): string {
  return ours.message === real.message ? '' : '  MESSAGES DIFFER'
}

function compare(binary: string): number {
  const only = valueOf('--only', '')
  let missed = 0
  console.log('pods per second of processor time'.padEnd(42), 'ours'.padStart(9), 'cold'.padStart(9), 'real'.padStart(9), 'ratio'.padStart(8), 'target'.padStart(8))
  for (const { name } of sharedWorkloads.filter((workload) => workload.name.includes(only))) {
    const ours = lineOf(spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', main, '--alone', `scheduler/${name}`], { encoding: 'utf8' }), name)
    const real = lineOf(spawnSync(binary, ['-run', `^${name}$`, '-max', valueOf('--max', '20s')], { encoding: 'utf8' }), `the real ${name}`)
    const ratio = ours.podsPerCpuSecond / real.podsPerCpuSecond
    const target = targets[name] ?? 1
    if (ratio < target) missed++
    const figures = [ours.podsPerCpuSecond, ours.coldPodsPerCpuSecond ?? 0, real.podsPerCpuSecond].map((value) => value.toFixed(0).padStart(9))
    console.log(name.padEnd(42), ...figures, ratio.toFixed(1).padStart(8), String(target).padStart(8), `${ratio < target ? '  missed' : ''}${sameText(ours, real)}`)
  }
  return missed
}

const folder = mkdtempSync(join(tmpdir(), 'podflight-compare-'))
try {
  const missed = compare(build(folder))
  console.log(missed === 0 ? 'every target is met' : `${missed} targets are missed`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
