/** A test stack with the bridge's own connection to it, and what lies in the cluster. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLibrary } from '../../src/cli/files.ts'
import { connectKind } from '../../src/server/kind/connection.ts'
import type { HttpsConnection } from '../../src/server/kind/connection.ts'
import { readTarget } from '../../src/server/kind/guard/kubeconfig.ts'
import { startCluster, stopCluster } from '../oracle/cluster.ts'
import type { Cluster, ClusterOptions } from '../oracle/cluster.ts'
import { OracleClient } from '../oracle/client.ts'
import { workersNeeded } from '../oracle/nodes.ts'
import { difference, inventory } from './inventory.ts'

const portsOfStack = 5
const portsFrom = 21_500
const portsUpTo = 21_600
const quietMs = 3000
const quietTries = 20

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** The first of five free ports in a row. */
export async function freePorts(): Promise<number> {
  for (let port = portsFrom + (process.pid % 8) * portsOfStack; port < portsUpTo; port += portsOfStack) {
    const free = await Promise.all(Array.from({ length: portsOfStack }, (_, i) => isFree(port + i)))
    if (free.every((one) => one)) return port
  }
  throw new Error(`no ${portsOfStack} free ports in a row between ${portsFrom} and ${portsUpTo}`)
}

const ownerFile = 'owner.pid'

/** A folder for what this process starts. A later run finds it when this one is killed. */
export function ownedFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  writeFileSync(join(folder, ownerFile), String(process.pid))
  return folder
}

/** Ends what a killed run started: its folder is there, its process is not. @param stop ends what runs in a folder */
export async function removeStale(prefix: string, stop: (folder: string) => Promise<void>): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name)
    const owner = join(folder, ownerFile)
    if (!existsSync(owner) || existsSync(`/proc/${readFileSync(owner, 'utf8')}`)) continue
    await stop(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

const stackPrefix = 'podflight-oracle-'

/** Starts a stack in a folder of its own, runs, and ends it whatever happens. */
export async function withStack<T>(run: (cluster: Cluster, options: ClusterOptions) => Promise<T>, more: Partial<ClusterOptions> = {}): Promise<T> {
  await removeStale(stackPrefix, stopCluster)
  const folder = ownedFolder(stackPrefix)
  const options = { folder, port: await freePorts(), workers: workersNeeded(readLibrary()), ...more }
  try {
    return await run(await startCluster(options), options)
  } finally {
    await stopCluster(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Connects as `podflight grade --context` does: every guard is passed. */
export async function connect(kubeconfig: string, context: string): Promise<HttpsConnection> {
  return (await connectKind(readTarget([readFileSync(kubeconfig, 'utf8')], context, new Date()))).connection
}

/** A client of its own for a cluster of a kubeconfig that kind wrote. */
export function clientOf(kubeconfig: string): OracleClient {
  const text = readFileSync(kubeconfig, 'utf8')
  const data = (name: string): string => Buffer.from(new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? '', 'base64').toString('utf8')
  const port = Number(/server: https:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1])
  return new OracleClient({ port, authority: data('certificate-authority-data'), certificate: data('client-certificate-data'), key: data('client-key-data') })
}

/** Waits until a new cluster's own controllers have made what they make once. */
export async function untilQuiet(client: OracleClient): Promise<void> {
  let before = await inventory(client)
  for (let tries = 0; tries < quietTries; tries++) {
    await sleep(quietMs)
    const now = await inventory(client)
    if (difference(before, now).length === 0) return
    before = now
  }
  throw new Error('the cluster never came to rest')
}

/** Whether a node runs containers: those of KWOK only say that they do. */
export async function hasContainers(client: OracleClient): Promise<boolean> {
  const nodes = await client.list('/api/v1/nodes')
  return nodes.some(({ metadata }) => metadata.annotations?.['kwok.x-k8s.io/node'] === undefined)
}
