/** Gradings killed at random moments: what they leave is found at the next start and removed. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../oracle/cluster.ts'
import { faultTasks, recover } from './faults.ts'
import { inventory } from './inventory.ts'
import { check } from './report.ts'

const grader = fileURLToPath(new URL('./grade-once.ts', import.meta.url))
const laterMsMax = 12_000

/** Numbers between 0 and 1 from a seed, so that a run can be done again. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed >>> 0
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

/** Kills one grading so many ms after it began. @returns what went wrong */
async function killOne(cluster: Cluster, task: string, afterMs: number, before: readonly string[]): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', grader, cluster.kubeconfig, cluster.context, task], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const begun = new Promise<void>((resolve) => child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.startsWith('grading')) resolve()
  }))
  await Promise.race([begun, ended])
  await Promise.race([ended, sleep(afterMs)])
  child.kill('SIGKILL')
  const code = await ended
  if (code !== null && code !== 0) return `it ended with ${code} before it was killed: ${errors}`
  return recover(cluster, before)
}

/** Kills so many gradings, one after another. */
export async function testKills(cluster: Cluster, times: number, seed: number): Promise<void> {
  await check(`${times} gradings killed at random moments (seed ${seed}) leave nothing that is not found and removed`, async () => {
    const before = await inventory(cluster.client)
    const random = numbers(seed)
    for (let i = 0; i < times; i++) {
      const task = faultTasks[i % faultTasks.length] ?? faultTasks[0]
      const afterMs = Math.round(random.next().value * laterMsMax)
      const problem = await killOne(cluster, task, afterMs, before)
      if (problem !== undefined) return `kill ${i + 1}, ${task} after ${afterMs} ms: ${problem}`
    }
    return undefined
  })
}
