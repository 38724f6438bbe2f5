/**
 * `npm run bench [-- --only NAME --json]`: measures in fresh processes and prints one line per figure set.
 * `--only` takes a name or the beginning of one.
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { apiHttpBenches } from './api-http.ts'
import { apiRouterBenches } from './api-router.ts'
import type { Bench } from './bench.ts'

function valueOf(flag: string): string | undefined {
  const at = process.argv.indexOf(flag)
  return at < 0 ? undefined : process.argv[at + 1]
}

/** The benches that a name may mean. Only the scheduler's own are read for these: a small program, measured alone. */
async function benchesFor(name: string | undefined): Promise<readonly Bench[]> {
  const { schedulerBenches } = await import('./scheduler.ts')
  if (name?.startsWith('scheduler')) return schedulerBenches
  const [{ engineBenches }, { examBenches }] = await Promise.all([import('./engine.ts'), import('./exam.ts')])
  return [...engineBenches, ...examBenches, ...schedulerBenches, ...apiRouterBenches, ...apiHttpBenches]
}

const alone = valueOf('--alone')
if (alone !== undefined) {
  const bench = (await benchesFor(alone)).find((candidate) => candidate.name === alone)
  if (bench === undefined) throw new Error(`there is no bench ${alone}`)
  console.log(JSON.stringify({ bench: bench.name, ...(await bench.run()) }))
  process.exit(0)
}

const only = valueOf('--only')
const all = await benchesFor(only)
const chosen = all.filter((bench) => only === undefined || bench.name.startsWith(only))
if (chosen.length === 0) {
  console.error(`no bench is named ${only}; there are: ${all.map((bench) => bench.name).join(', ')}`)
  process.exit(2)
}
let failed = 0
for (const bench of chosen) {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), '--alone', bench.name], { encoding: 'utf8' })
  if (run.status !== 0) {
    failed++
    console.error(`${bench.name} failed:\n${run.stderr}`)
    continue
  }
  if (process.argv.includes('--json')) process.stdout.write(run.stdout)
  else console.log(Object.entries(JSON.parse(run.stdout) as { [figure: string]: unknown }).map(([name, value]) => `${name}=${String(value)}`).join('  '))
}
process.exit(failed === 0 ? 0 : 1)
