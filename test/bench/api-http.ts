/** The API over HTTPS: a served cluster in a process of its own, its clients in this one. Wall-clock is on loopback. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { configMap, LoadClient, maps, measureTable, measureWatches, quantile, rate } from './api-load.ts'
import type { Target } from './api-load.ts'
import { round } from './bench.ts'
import type { Bench, Figures } from './bench.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const warmCount = 2000
const getCount = 12_000
const createCount = 6000
const podCount = 5000
const watchLoad = { watches: 1000, changesPerSecond: 1000, seconds: 5, getsPerSecond: 250 }
const startTries = 6000

/** A served cluster. */
export interface Served { readonly child: ChildProcess; readonly target: Target; /** Ms from the start of the process to its first answer. */ readonly firstAnswerMs: number; readonly firstAnswerCpuMs: number }

/** Starts `podflight api` and waits for its first answer. @param cache folder of compiled sources; the usual one without it */
export async function serve(cache?: string): Promise<Served> {
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'podflight-bench-')), 'kubeconfig')
  const startMs = performance.now()
  const env = cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/cli/main.ts'), 'api', '--port', '0', '--kubeconfig', kubeconfig], { stdio: 'ignore', env })
  for (let tries = 0; !existsSync(kubeconfig); tries++) {
    if (tries > startTries || child.exitCode !== null) throw new Error('the server does not start')
    await sleep(5)
  }
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }]; users: [{ user: { token: string } }] }
  const { cluster } = config.clusters[0]
  const target: Target = { port: Number(new URL(cluster.server).port), ca: Buffer.from(cluster['certificate-authority-data'], 'base64'), token: config.users[0].user.token, pids: [child.pid ?? 0] }
  const client = new LoadClient(target)
  await client.call({ path: '/readyz' })
  return { child, target, firstAnswerMs: performance.now() - startMs, firstAnswerCpuMs: client.cpuMs() }
}

/** Ends a served cluster in peace: then it leaves its compiled sources behind. */
export async function end({ child }: Served): Promise<void> {
  const isOver = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await isOver
}

/** The first start compiles everything; the next ones find that done. */
async function measureStarts(): Promise<Figures> {
  const cache = mkdtempSync(join(tmpdir(), 'podflight-compiled-'))
  const starts: Served[] = []
  for (let i = 0; i < 4; i++) {
    const served = await serve(cache)
    starts.push(served)
    await end(served)
  }
  rmSync(cache, { recursive: true, force: true })
  const [cold, ...warm] = starts
  const best = warm.sort((a, b) => a.firstAnswerMs - b.firstAnswerMs)[1] ?? cold
  return { firstAnswerMs: round(best.firstAnswerMs, 0), firstAnswerCpuMs: round(best.firstAnswerCpuMs, 0), firstAnswerUncompiledMs: round(cold.firstAnswerMs, 0), firstAnswerUncompiledCpuMs: round(cold.firstAnswerCpuMs, 0) }
}

async function measure(): Promise<Figures> {
  const served = await serve()
  try {
    const client = new LoadClient(served.target)
    await rate(client, warmCount, () => ({ path: '/api/v1/namespaces/default' }))
    const get = await rate(client, getCount, () => ({ path: '/api/v1/namespaces/default' }))
    const create = await rate(client, createCount, (index) => ({ method: 'POST', path: maps, body: configMap(`made-${index}`) }))
    return {
      getPerSecond: round(get.perSecond, 0), getServerCpuMicros: round(get.cpuMicros, 0), createPerSecond: round(create.perSecond, 0), createServerCpuMicros: round(create.cpuMicros, 0), ...(await measureTables(client)),
    }
  } finally {
    await end(served)
  }
}

async function measureTables(client: LoadClient): Promise<Figures> {
  const { ms, cpuMs } = await measureTable(client, podCount)
  return { table5000PodsMs: round(ms), table5000PodsServerCpuMs: round(cpuMs) }
}

async function watchMany(): Promise<Figures> {
  const served = await serve()
  try {
    const client = new LoadClient(served.target)
    await rate(client, warmCount, () => ({ path: '/api/v1/namespaces/default' }))
    const { latencies, cpuMicros, changesPerSecond } = await measureWatches(client, watchLoad)
    return {
      watches: watchLoad.watches, changesPerSecond: round(changesPerSecond, 0), getsPerSecond: watchLoad.getsPerSecond, events: latencies.length, p50Ms: round(quantile(latencies, 0.5)), p99Ms: round(quantile(latencies, 0.99)),
      changeServerCpuMicros: round(cpuMicros, 0), peakMiB: round(client.peakMiB(), 0),
    }
  } finally {
    await end(served)
  }
}

export const apiHttpBenches: readonly Bench[] = [{ name: 'api-start', run: measureStarts }, { name: 'api-http', run: measure }, { name: 'api-watch', run: watchMany }]
