/** Checks that need running containers, on a real node: the grader runs where the node's cluster can be reached. */

import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixtureTask } from './fixture.ts'
import { clusterName } from '../oracle/nodes.ts'
import { missingForNode, stopNode } from '../oracle/node/node.ts'
import { fail, pass, skip } from './report.ts'
import { freePorts, ownedFolder, removeStale } from './stack.ts'

const nodeMain = fileURLToPath(new URL('../oracle/node/main.ts', import.meta.url))
const containerMain = fileURLToPath(new URL('./container-checks.ts', import.meta.url))
const parityMain = fileURLToPath(new URL('./parity.ts', import.meta.url))
const nodePrefix = 'podflight-node-'
const shownCharacters = 1400
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

/** Starts a node, runs on it, and ends it. @param use gets the words of a command that runs where the node is, and the place */
async function withNode(isShown: boolean, use: (inside: readonly string[], place: { readonly kubeconfig: string; readonly python: string }) => Run): Promise<Run> {
  await removeStale(nodePrefix, stopNode)
  const folder = ownedFolder(nodePrefix)
  try {
    const started = run([...ownNode, nodeMain, 'up', folder, '--port', String(await freePorts())], isShown)
    if (started.status !== 0) return started
    return use([...ownNode, nodeMain, 'run', folder, ...ownNode], { kubeconfig: join(folder, 'cluster/kubeconfig'), python: readFileSync(join(folder, 'python.image'), 'utf8') })
  } finally {
    await stopNode(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

const context = `kind-${clusterName}`

function parityArguments({ kubeconfig, python }: { readonly kubeconfig: string; readonly python: string }): readonly string[] {
  return [parityMain, '--kubeconfig', kubeconfig, '--context', context, '--python', python]
}

/** `npm run parity -- --node`. */
export async function parityOnNode(args: readonly string[]): Promise<number> {
  const missing = missingForNode()
  if (missing.length === 0) return (await withNode(true, (inside, place) => run([...inside, ...parityArguments(place), ...args], true))).status
  console.error(missing.join('\n'))
  return 1
}

/** The solutions; PODFLIGHT_PARITY=all every answer. */
const attemptsOfTest = process.env['PODFLIGHT_PARITY'] === 'all' ? [] : ['--attempt', 'solution']

/** Some tasks on a real node, where the machine permits one. */
export async function testOnNode(): Promise<void> {
  const name = `${tasksOfTest.join(', ')}: both clusters agree on every kind of check, on a real node`
  const missing = missingForNode()
  if (missing.length > 0) return skip(name, missing.join('; '))
  let containers: Run = { status: 1, output: 'the node did not start' }
  const parity = await withNode(false, (inside, place) => {
    containers = run([...inside, containerMain, place.kubeconfig, context, place.python], false)
    return run([...inside, ...parityArguments(place), ...tasksOfTest.flatMap((task) => ['--task', task]), ...attemptsOfTest], false)
  })
  tellParity(name, parity)
  if (containers.status === 0) pass('requests, connections, logs and trials are judged by running containers')
  else fail('requests, connections, logs and trials are judged by running containers', containers.output.slice(-shownCharacters))
}

function tellParity(name: string, { status, output }: Run): void {
  const lines = output.split('\n')
  const judged = lines.filter((line) => / agree /.test(line)).length
  const unjudged = lines.filter((line) => / not gradable +(passed|lost)/.test(line) && !notGradable.test(line))
  if (status !== 0) fail(name, output.slice(-shownCharacters))
  else if (unjudged.length > 0) fail(name, `not judged:\n${unjudged.join('\n')}`)
  else pass(`${name} (${judged} checks)`)
}
