/** Checks that need running containers, on a real node: the grader runs where the node's cluster can be reached. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixtureTask } from './fixture.ts'
import { clusterName } from '../oracle/nodes.ts'
import { missingForNode, stopNode } from '../oracle/node/node.ts'
import { fail, pass, skip } from './report.ts'
import { freePorts } from './stack.ts'

const nodeMain = fileURLToPath(new URL('../oracle/node/main.ts', import.meta.url))
const parityMain = fileURLToPath(new URL('./parity.ts', import.meta.url))
const ownNode = [process.execPath, '--disable-warning=ExperimentalWarning']
/** Tasks whose checks ask running containers. */
const tasksOfTest = [fixtureTask, 's01-fix-selector']
/** Checks that no real cluster can judge: series, and a trial of a day. */
const notGradable = /^kinds +\S+ +(series|long) /

interface Run { readonly status: number; readonly output: string }

function run(words: readonly string[], isShown: boolean): Run {
  const [program = '', ...args] = words
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', stdio: isShown ? 'inherit' : 'pipe' })
  return { status: status ?? 1, output: `${stdout ?? ''}${stderr ?? ''}` }
}

/** Starts a node, grades on it with these arguments of parity.ts, and ends it. */
async function gradeOnNode(args: readonly string[], isShown: boolean): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'podflight-node-'))
  try {
    const started = run([...ownNode, nodeMain, 'up', folder, '--port', String(await freePorts())], isShown)
    if (started.status !== 0) return started
    const place = ['--kubeconfig', join(folder, 'cluster/kubeconfig'), '--context', `kind-${clusterName}`, '--python', readFileSync(join(folder, 'python.image'), 'utf8')]
    return run([...ownNode, nodeMain, 'run', folder, ...ownNode, parityMain, ...place, ...args], isShown)
  } finally {
    await stopNode(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `npm run parity -- --node`. */
export async function parityOnNode(args: readonly string[]): Promise<number> {
  const missing = missingForNode()
  if (missing.length === 0) return (await gradeOnNode(args, true)).status
  console.error(missing.join('\n'))
  return 1
}

/** Some tasks on a real node, where the machine permits one. */
export async function testOnNode(): Promise<void> {
  const name = `${tasksOfTest.join(', ')}: both clusters agree on every kind of check, on a real node`
  const missing = missingForNode()
  if (missing.length > 0) return skip(name, missing.join('; '))
  const { status, output } = await gradeOnNode(tasksOfTest.flatMap((task) => ['--task', task]), false)
  const lines = output.split('\n')
  const judged = lines.filter((line) => / agree /.test(line)).length
  const unjudged = lines.filter((line) => / not gradable +(passed|lost)/.test(line) && !notGradable.test(line))
  if (status !== 0) fail(name, output.slice(-1400))
  else if (unjudged.length > 0) fail(name, `not judged:\n${unjudged.join('\n')}`)
  else pass(`${name} (${judged} checks)`)
}
