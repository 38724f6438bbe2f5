/** The API over HTTPS: a served cluster in a process of its own, its clients in this one. Figures are wall-clock on loopback. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { round } from './bench.ts'
import type { Bench } from './bench.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const connections = 16
const getCount = 12_000
const createCount = 6_000
const podCount = 5_000
const watchCount = 1_000
const changesPerSecond = 1_000
const changeSeconds = 5
/** Linux counts processor time in hundredths of a second. */
const clockTickMs = 10
const maps = '/api/v1/namespaces/default/configmaps'
const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io'

interface Call { readonly method?: string; readonly path: string; readonly body?: string; readonly type?: string; readonly accept?: string }

class Client {
  private readonly agent: Agent
  private readonly authority: Buffer
  private readonly token: string
  private readonly base: URL

  constructor(kubeconfig: string) {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }]; users: [{ user: { token: string } }] }
    const { cluster } = config.clusters[0]
    this.authority = Buffer.from(cluster['certificate-authority-data'], 'base64')
    this.token = config.users[0].user.token
    this.base = new URL(cluster.server)
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, ca: this.authority })
  }

  call({ method = 'GET', path, body, type = 'application/json', accept = 'application/json' }: Call): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.token}`, accept, ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }) }
      const request = httpsRequest({ agent: this.agent, host: this.base.hostname, port: this.base.port, method, path, headers }, (response) => {
        response.resume()
        response.on('end', () => ((response.statusCode ?? 500) < 300 ? resolve(response.statusCode ?? 0) : reject(new Error(`${method} ${path} answered ${response.statusCode}`))))
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  /** Opens a watch on a connection of its own; resolves when its answer has begun. */
  watch(path: string, onText: (text: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest({ agent: false, ca: this.authority, host: this.base.hostname, port: this.base.port, path, headers: { authorization: `Bearer ${this.token}` } }, (response) => {
        response.on('data', (chunk: Buffer) => onText(chunk.toString()))
        response.on('error', () => undefined)
        resolve()
      })
      request.on('error', reject)
      request.end()
    })
  }
}

/** Calls `make` for 0 to count - 1 over some connections. @returns calls per second */
async function rate(client: Client, count: number, make: (index: number) => Call): Promise<number> {
  let next = 0
  const startMs = performance.now()
  await Promise.all(Array.from({ length: connections }, async () => {
    while (next < count) await client.call(make(next++))
  }))
  return (count / (performance.now() - startMs)) * 1000
}

function configMap(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value: '1' } })
}

function pod(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'many' } }, spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'nginx' }] } })
}

interface WatchFigures { readonly latencies: readonly number[]; readonly cpuMicros: number }

async function measureWatches(client: Client, cpuNow: () => number): Promise<WatchFigures> {
  const latencies: number[] = []
  await rate(client, watchCount, (index) => ({ method: 'POST', path: maps, body: configMap(`watched-${index}`) }))
  for (let i = 0; i < watchCount; i += connections) {
    const group = Array.from({ length: Math.min(connections, watchCount - i) }, (_, at) => i + at)
    await Promise.all(group.map((index) => client.watch(`${maps}?watch=true&fieldSelector=metadata.name%3Dwatched-${index}`, (text) => {
      for (const [, sentMs] of text.matchAll(/"sentMs":"([\d.]+)"/g)) latencies.push(performance.now() - Number(sentMs))
    })))
  }
  const startMs = performance.now()
  const startCpuMs = cpuNow()
  const writes: Promise<number>[] = []
  for (let i = 0; i < changesPerSecond * changeSeconds; i++) {
    const waitMs = startMs + (i * 1000) / changesPerSecond - performance.now()
    if (waitMs > 1) await sleep(waitMs)
    writes.push(client.call({ method: 'PATCH', path: `${maps}/watched-${i % watchCount}`, type: 'application/merge-patch+json', body: JSON.stringify({ data: { sentMs: String(performance.now()) } }) }))
  }
  await Promise.all(writes)
  await sleep(500)
  return { latencies: latencies.sort((a, b) => a - b), cpuMicros: ((cpuNow() - startCpuMs) * 1000) / (changesPerSecond * changeSeconds) }
}

function residentMiB(child: ChildProcess): number {
  const kibibytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? '0'
  return Number(kibibytes) / 1024
}

/** Processor time of the server so far, in ms: steadier than wall-clock on a busy machine. */
function cpuMs(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * clockTickMs
}

async function start(kubeconfig: string): Promise<{ readonly child: ChildProcess; readonly firstAnswerMs: number }> {
  const startMs = performance.now()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/cli/main.ts'), 'api', '--port', '0', '--kubeconfig', kubeconfig], { stdio: 'ignore' })
  while (!existsSync(kubeconfig)) await sleep(5)
  await new Client(kubeconfig).call({ path: '/readyz' })
  return { child, firstAnswerMs: performance.now() - startMs }
}

async function measure(): Promise<{ readonly [figure: string]: number }> {
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'podflight-bench-')), 'kubeconfig')
  const { child, firstAnswerMs } = await start(kubeconfig)
  try {
    const client = new Client(kubeconfig)
    await rate(client, 2000, () => ({ path: '/api/v1/namespaces/default' }))
    const startCpuMs = cpuMs(child)
    const getPerSecond = await rate(client, getCount, () => ({ path: '/api/v1/namespaces/default' }))
    const getCpuMs = cpuMs(child)
    const createPerSecond = await rate(client, createCount, (index) => ({ method: 'POST', path: maps, body: configMap(`made-${index}`) }))
    const createCpuMs = cpuMs(child)
    const { latencies, cpuMicros } = await measureWatches(client, () => cpuMs(child))
    const watchMiB = residentMiB(child)
    await rate(client, podCount, (index) => ({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: pod(`many-${index}`) }))
    const tables: number[] = []
    for (let i = 0; i < 5; i++) {
      const listMs = performance.now()
      await client.call({ path: '/api/v1/namespaces/default/pods', accept: tableType })
      tables.push(performance.now() - listMs)
    }
    const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
    return {
      firstAnswerMs: round(firstAnswerMs, 0), getPerSecond: round(getPerSecond, 0), createPerSecond: round(createPerSecond, 0),
      getServerCpuMicros: round(((getCpuMs - startCpuMs) * 1000) / getCount, 0), createServerCpuMicros: round(((createCpuMs - getCpuMs) * 1000) / createCount, 0), changeServerCpuMicros: round(cpuMicros, 0), watchEvents: latencies.length,
      watchP50Ms: round(at(0.5)), watchP99Ms: round(at(0.99)), watchPeakMiB: round(watchMiB, 0), table5000PodsMs: round(tables.sort((a, b) => a - b)[2] ?? 0),
    }
  } finally {
    child.kill()
  }
}

export const apiHttpBenches: readonly Bench[] = [{ name: 'api-http', run: measure }]
