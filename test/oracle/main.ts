/** `npm run oracle -- up DIR --port N [--workers N] | down DIR`: the real control plane that the kind bridge is tested against. */

import { parseArgs } from 'node:util'
import { readLibrary } from '../../src/cli/files.ts'
import { startCluster, stopCluster } from './cluster.ts'
import { workersNeeded } from './nodes.ts'
import { controlPlane, missingPrograms } from './programs.ts'

const usage = 'npm run oracle -- up DIR --port N [--workers N] | down DIR'

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { port: { type: 'string' }, workers: { type: 'string' } } })
  const [verb, folder] = positionals
  if (folder === undefined || (verb !== 'up' && verb !== 'down') || (verb === 'up' && !/^\d+$/.test(values.port ?? ''))) {
    console.error(usage)
    return 2
  }
  if (verb === 'down') {
    await stopCluster(folder)
    return 0
  }
  const missing = missingPrograms(controlPlane)
  if (missing.length > 0) {
    console.error(`not built: ${missing.join(', ')}; npm run oracle:build builds them`)
    return 1
  }
  const { kubeconfig, context } = await startCluster({ folder, port: Number(values.port), workers: Number(values.workers ?? workersNeeded(readLibrary())) })
  console.log(`KUBECONFIG=${kubeconfig}\ncontext: ${context}`)
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  return 1
})
