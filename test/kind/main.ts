/**
 * The kind bridge against real components: a control plane with fake nodes, and a real node. `main.ts [GROUP...]` runs
 * groups by name: parity, faults, kills, node. What a machine does not have is skipped with its reason. The last line is `N passed, N failed, N skipped`.
 * PODFLIGHT_KILLS says how many gradings are killed, PODFLIGHT_SEED when; PODFLIGHT_PARITY=all grades every answer.
 */

import { readLibrary } from '../../src/cli/files.ts'
import type { Library } from '../../src/content/types.ts'
import { controlPlane, missingPrograms } from '../oracle/programs.ts'
import { testFaults } from './faults.ts'
import { attemptsOf, gradableTasks, gradeAll, heapBytes, rowLines } from './grading.ts'
import type { Work } from './grading.ts'
import { testKills } from './kills.ts'
import { testOnNode } from './on-node.ts'
import { withPlaces } from './places.ts'
import { check, count, fail, pass, skip } from './report.ts'
import { untilQuiet, withStack } from './stack.ts'

const killsInTest = '5'
/** What a heap may gain over all gradings: a leak of a grading would be many times that. */
const heapGrowthBytesMax = 32 << 20
const stacks = 2

/** Every n-th task is also graded by a wrong answer. */
const wrongEvery = 4

/** The solution of each task and some wrong answers; PODFLIGHT_PARITY=all all of them. */
function workOf(library: Library): readonly Work[] {
  const all = process.env['PODFLIGHT_PARITY'] === 'all'
  return gradableTasks(library).map((task, index) => ({ task, attempts: all ? attemptsOf(task) : [task.solution, ...task.wrong.slice(0, index % wrongEvery === 0 ? 1 : 0)] }))
}

async function testParity(): Promise<void> {
  const library = readLibrary()
  await withPlaces(stacks, {}, async (places) => {
    const before = heapBytes()
    await gradeAll(places, library, workOf(library), (graded, { on }) => {
      const name = `${graded.task} ${graded.attempt}: both clusters agree and nothing is left behind (${graded.seconds.toFixed(1)} s)`
      if (graded.problems.length === 0) pass(name)
      else fail(name, rowLines(graded, on).join('\n'))
    })
    const grown = heapBytes() - before
    if (grown <= heapGrowthBytesMax) pass('memory stays flat over all gradings')
    else fail('memory stays flat over all gradings', `the heap grew by ${Math.round(grown / (1 << 20))} MiB`)
  })
}

async function onStack(test: Parameters<typeof withStack>[0]): Promise<void> {
  await withStack(async (cluster, options) => {
    await untilQuiet(cluster.client)
    await test(cluster, options)
  })
}

const seed = Number(process.env['PODFLIGHT_SEED'] ?? 1)
const kills = Number(process.env['PODFLIGHT_KILLS'] ?? killsInTest)
const groups: { readonly [name: string]: () => Promise<void> } = {
  parity: testParity,
  faults: () => onStack(testFaults),
  kills: () => onStack((cluster) => testKills(cluster, kills, seed)),
}

const wanted = process.argv.slice(2)
const missing = missingPrograms(controlPlane)
for (const [name, run] of Object.entries(groups)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  if (missing.length > 0) skip(`kind: ${name}`, `the test stack is not built (${missing.join(', ')}); npm run oracle:build builds it`)
  else await check(`the stack of ${name} starts and ends`, async () => void await run())
}
if (wanted.length === 0 || wanted.includes('node')) await testOnNode()
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exit(count.failed === 0 ? 0 : 1)
