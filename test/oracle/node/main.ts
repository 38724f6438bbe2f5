/**
 * A real node by hand, as root: `node test/oracle/node/main.ts up DIR --port N`, `down DIR`, `run DIR COMMAND...` (a
 * command where the cluster can be reached).
 */

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { missingForNode, openNode, startNode, stopNode } from './node.ts'

const usage = 'node test/oracle/node/main.ts up DIR --port N | down DIR | run DIR COMMAND...'

function runIn(inside: readonly string[], command: readonly string[]): number {
  const [program = '', ...args] = [...inside, ...command]
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1
}

async function up(folder: string, port: string): Promise<number> {
  const missing = missingForNode()
  if (missing.length > 0) {
    console.error(missing.join('\n'))
    return 1
  }
  const inside = await openNode(folder)
  const code = runIn(inside, [process.execPath, '--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), 'start', folder, port])
  if (code !== 0) await stopNode(folder)
  return code
}

async function main(): Promise<number> {
  const [verb, folder, ...rest] = process.argv.slice(2)
  if (folder === undefined) {
    console.error(usage)
    return 2
  }
  if (verb === 'up' && rest[0] === '--port') return up(folder, rest[1] ?? '')
  if (verb === 'run') return runIn(['nsenter', '-t', readFileSync(join(folder, 'anchor.pid'), 'utf8'), '-m', '-n'], rest)
  if (verb === 'down') await stopNode(folder)
  else if (verb === 'start') {
    const { cluster, python } = await startNode(folder, Number(rest[0]))
    writeFileSync(join(resolve(folder), 'python.image'), python)
    console.log(`KUBECONFIG=${cluster.kubeconfig}\ncontext: ${cluster.context}\nPython: ${python}`)
  } else {
    console.error(usage)
    return 2
  }
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  return 1
})
