/**
 * `npm run nightly [RUNS [SEED]]`: the random properties of the scheduler with more cases, and other ones each time; then the
 * kind bridge with every answer of every task and 100 gradings that are killed.
 */

import { spawnSync } from 'node:child_process'

const [runs = '20000', seed = String(Math.floor(Math.random() * 2 ** 31))] = process.argv.slice(2)
console.log(`${runs} runs of each property, seed ${seed}`)
const env = { ...process.env, PODFLIGHT_RUNS: runs, PODFLIGHT_SEED: seed }
const run = spawnSync('node_modules/.bin/vitest', ['run', 'test/properties/scheduler'], { stdio: 'inherit', env })
const kind = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'test/kind/main.ts'], { stdio: 'inherit', env: { ...env, PODFLIGHT_PARITY: 'all', PODFLIGHT_KILLS: '100' } })
process.exit(run.status === 0 && kind.status === 0 ? 0 : 1)
