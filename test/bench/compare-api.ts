/**
 * `npm run bench:compare-api [-- --port N --json]`: the same load on our API server and on the real one, one after the
 * other on this machine, and how many times better ours is. The real one is kube-apiserver with etcd, its controllers
 * and its scheduler; ours is one process with all of them. It is skipped, with its reason, where that is not built.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCluster, stopCluster } from '../oracle/cluster.ts'
import { controlPlane, missingPrograms } from '../oracle/programs.ts'
import { end, serve } from './api-http.ts'
import { applied, configMap, fanOut, LoadClient, maps, measureTable, rate } from './api-load.ts'
import type { Rate, Target } from './api-load.ts'
import { round } from './bench.ts'

const warmCount = 1000
const getCount = 6000
const createCount = 3000
const applyCount = 2000
const podCount = 5000
const fanWatches = 100
const fanChanges = 200
const usualPort = 21_100
const accountTries = 240

/** One workload's figures: the higher, the better. */
interface Figure { readonly name: string; readonly perSecond: number; readonly perCpuSecond: number }

function figure(name: string, { perSecond, cpuMicros }: Rate): Figure {
  return { name, perSecond, perCpuSecond: 1e6 / cpuMicros }
}

async function load(target: Target): Promise<Figure[]> {
  const client = new LoadClient(target)
  await untilServiceAccount(client)
  await rate(client, warmCount, () => ({ path: '/api/v1/namespaces/default' }))
  const figures = [
    figure('GET', await rate(client, getCount, () => ({ path: '/api/v1/namespaces/default' }))),
    figure('create', await rate(client, createCount, (index) => ({ method: 'POST', path: maps, body: configMap(`made-${index}`) }))),
    figure('server-side apply', await rate(client, applyCount, applied)),
    figure(`watch events, ${fanWatches} watches`, await fanOut(client, fanWatches, fanChanges)),
  ]
  const table = await measureTable(client, podCount)
  return [...figures, { name: `Table of ${podCount} pods`, perSecond: 1000 / table.ms, perCpuSecond: 1000 / table.cpuMs }]
}

/** Pods need the account that a controller makes. */
async function untilServiceAccount(client: LoadClient): Promise<void> {
  for (let tries = 0; ; tries++) {
    const isThere = await client.call({ path: '/api/v1/namespaces/default/serviceaccounts/default' }).then(() => true, () => false)
    if (isThere) return
    if (tries === accountTries) throw new Error('there is no service account default')
    await sleep(250)
  }
}

async function measureOurs(): Promise<Figure[]> {
  const served = await serve()
  try {
    return await load(served.target)
  } finally {
    await end(served)
  }
}

async function measureReal(port: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'podflight-compare-'))
  try {
    await startCluster({ folder, port, workers: 0 })
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
    return await load({ port: port + 2, ca: read('ca.crt'), cert: read('owner.crt'), key: read('owner.key'), pids: ['apiserver', 'etcd'].map((name) => Number(read(`${name}.pid`))) })
  } finally {
    await stopCluster(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

function show(ours: readonly Figure[], real: readonly Figure[]): void {
  const rows = ours.map((figure, i) => {
    const other = real[i]
    return { workload: figure.name, oursPerSecond: round(figure.perSecond), realPerSecond: round(other.perSecond), ratio: round(figure.perSecond / other.perSecond, 2), oursPerCpuSecond: round(figure.perCpuSecond), realPerCpuSecond: round(other.perCpuSecond), cpuRatio: round(figure.perCpuSecond / other.perCpuSecond, 2) }
  })
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(rows))
    return
  }
  const heads = ['workload', 'ours/s', 'real/s', 'ratio', 'ours/CPU s', 'real/CPU s', 'ratio']
  const lines = [heads, ...rows.map((row) => Object.values(row).map(String))]
  const widths = heads.map((_head, column) => Math.max(...lines.map((line) => line[column].length)))
  for (const line of lines) console.log(line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '))
  console.log(JSON.stringify(rows))
}

const portAt = process.argv.indexOf('--port')
const missing = missingPrograms(controlPlane)
if (missing.length > 0) {
  console.log(`SKIP: the real API server is not built (${missing.join(', ')}); npm run oracle:build builds it`)
} else {
  // The real one first: what it leaves running is ended before ours begins.
  const real = await measureReal(portAt < 0 ? usualPort : Number(process.argv[portAt + 1]))
  show(await measureOurs(), real)
}
