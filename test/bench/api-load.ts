/** The load that API servers are measured with: one client process with kept connections, the same for ours and for the real one. */

import { readFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where a server is and who its client is. */
export interface Target {
  readonly port: number
  readonly ca: string | Buffer
  /** A bearer token, or a client certificate with its key. */
  readonly token?: string
  readonly cert?: string
  readonly key?: string
  /** Processes whose time and memory count. */
  readonly pids: readonly number[]
}

export interface Call { readonly method?: string; readonly path: string; readonly body?: string; readonly type?: string; readonly accept?: string }

const host = '127.0.0.1'
const connections = 16
/** Linux counts processor time in hundredths of a second. */
const clockTickMs = 10
export const maps = '/api/v1/namespaces/default/configmaps'
export const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const mergeType = 'application/merge-patch+json'
const applyType = 'application/apply-patch+yaml'

export class LoadClient {
  private readonly target: Target
  private readonly agent: Agent

  constructor(target: Target) {
    this.target = target
    const { ca, cert, key } = target
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, ca, cert, key })
  }

  /** @returns the code; rejects when it is no success */
  call({ method = 'GET', path, body, type = 'application/json', accept = 'application/json' }: Call): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { ...this.credentials(), accept, ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }) }
      const request = httpsRequest({ agent: this.agent, host, port: this.target.port, method, path, headers }, (response) => {
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
      const { port, ca, cert, key } = this.target
      const request = httpsRequest({ agent: false, ca, cert, key, host, port, path, headers: this.credentials() }, (response) => {
        response.on('data', (chunk: Buffer) => onText(chunk.toString()))
        response.on('error', () => undefined)
        resolve()
      })
      request.on('error', reject)
      request.end()
    })
  }

  /** Processor time of the server so far, in ms: steadier than wall-clock on a busy machine. */
  cpuMs(): number {
    return this.target.pids.reduce((sum, pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return sum + (Number(fields[11]) + Number(fields[12])) * clockTickMs
    }, 0)
  }

  /** The most memory that the server has had. */
  peakMiB(): number {
    return this.target.pids.reduce((sum, pid) => sum + Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0') / 1024, 0)
  }

  private credentials(): { [name: string]: string } {
    return this.target.token === undefined ? {} : { authorization: `Bearer ${this.target.token}` }
  }
}

/** A share of sorted numbers, such as 0.99. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

export interface Rate { readonly perSecond: number; /** Of the server, per call. */ readonly cpuMicros: number }

/** Calls `make` for 0 to count - 1 over some connections. */
export async function rate(client: LoadClient, count: number, make: (index: number) => Call): Promise<Rate> {
  let next = 0
  const startMs = performance.now()
  const startCpuMs = client.cpuMs()
  await Promise.all(Array.from({ length: connections }, async () => {
    while (next < count) await client.call(make(next++))
  }))
  return { perSecond: (count / (performance.now() - startMs)) * 1000, cpuMicros: ((client.cpuMs() - startCpuMs) * 1000) / count }
}

export function configMap(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value: '1' } })
}

/** A pod that no scheduler takes. */
export function pod(name: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'many' } }, spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'nginx' }] } })
}

export function applied(index: number): Call {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `applied-${index % 500}` }, data: { value: String(index) } })
  return { method: 'PATCH', path: `${maps}/applied-${index % 500}?fieldManager=bench`, type: applyType, body }
}

export interface WatchLoad { readonly watches: number; readonly changesPerSecond: number; readonly seconds: number; /** Reads beside the changes. */ readonly getsPerSecond: number }
export interface WatchFigures { /** Ms from the change's request to the event at the watcher, sorted. */ readonly latencies: readonly number[]; readonly cpuMicros: number; readonly changesPerSecond: number }

async function openWatches(client: LoadClient, count: number, onLatency: (ms: number) => void): Promise<void> {
  await rate(client, count, (index) => ({ method: 'POST', path: maps, body: configMap(`watched-${index}`) }))
  for (let i = 0; i < count; i += connections) {
    const group = Array.from({ length: Math.min(connections, count - i) }, (_none, at) => i + at)
    await Promise.all(group.map((index) => client.watch(`${maps}?watch=true&fieldSelector=metadata.name%3Dwatched-${index}`, (text) => {
      for (const [, sentMs] of text.matchAll(/"sentMs":"([\d.]+)"/g)) onLatency(performance.now() - Number(sentMs))
    })))
  }
}

/** Each of many watches sees one object; objects change at a steady rate while others are read. */
export async function measureWatches(client: LoadClient, { watches, changesPerSecond, seconds, getsPerSecond }: WatchLoad): Promise<WatchFigures> {
  const latencies: number[] = []
  await openWatches(client, watches, (ms) => latencies.push(ms))
  const startMs = performance.now()
  const startCpuMs = client.cpuMs()
  const sent: Promise<number>[] = []
  const changes = changesPerSecond * seconds
  let reads = 0
  for (let i = 0; i < changes; i++) {
    const waitMs = startMs + (i * 1000) / changesPerSecond - performance.now()
    if (waitMs > 1) await sleep(waitMs)
    sent.push(client.call({ method: 'PATCH', path: `${maps}/watched-${i % watches}`, type: mergeType, body: JSON.stringify({ data: { sentMs: String(performance.now()) } }) }))
    for (; reads < (i * getsPerSecond) / changesPerSecond; reads++) sent.push(client.call({ path: `${maps}/watched-${reads % watches}` }))
  }
  await Promise.all(sent)
  const tookMs = performance.now() - startMs
  await sleep(500)
  return { latencies: latencies.sort((a, b) => a - b), cpuMicros: ((client.cpuMs() - startCpuMs) * 1000) / changes, changesPerSecond: (changes / tookMs) * 1000 }
}

/** Every one of some watches sees every change. @returns events per second of wall-clock and processor time per event */
export async function fanOut(client: LoadClient, watches: number, changes: number): Promise<Rate> {
  let events = 0
  for (let i = 0; i < watches; i++) await client.watch(`${maps}?watch=true&labelSelector=fan%3Dout`, (text) => (events += text.split('"type":"').length - 1))
  await sleep(300)
  events = 0
  const startMs = performance.now()
  const startCpuMs = client.cpuMs()
  const body = (index: number): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `fan-${index}`, labels: { fan: 'out' } }, data: { value: '1' } })
  await rate(client, changes, (index) => ({ method: 'POST', path: maps, body: body(index) }))
  while (events < watches * changes && performance.now() - startMs < 60_000) await sleep(2)
  return { perSecond: (events / (performance.now() - startMs)) * 1000, cpuMicros: ((client.cpuMs() - startCpuMs) * 1000) / events }
}

export interface TableFigures { readonly ms: number; readonly cpuMs: number }

/** Median of reading all pods as a Table. */
export async function measureTable(client: LoadClient, pods: number): Promise<TableFigures> {
  await rate(client, pods, (index) => ({ method: 'POST', path: '/api/v1/namespaces/default/pods', body: pod(`many-${index}`) }))
  const took: number[] = []
  const reads = 9
  const startCpuMs = client.cpuMs()
  for (let i = 0; i < reads; i++) {
    const startMs = performance.now()
    await client.call({ path: '/api/v1/namespaces/default/pods', accept: tableType })
    took.push(performance.now() - startMs)
  }
  return { ms: quantile(took.sort((a, b) => a - b), 0.5), cpuMs: (client.cpuMs() - startCpuMs) / reads }
}
