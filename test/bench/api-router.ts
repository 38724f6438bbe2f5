/** The API server in process, as the terminal's kubectl reaches it: small objects, one client, no sockets. */

import { adminUser, createCluster, isStream } from '../../simulator/index.ts'
import type { ApiRequest, Cluster, KubeObject } from '../../simulator/index.ts'
import { cpuMs, round } from './bench.ts'
import type { Bench } from './bench.ts'

const requestCount = 60_000
const warmCount = 20_000
const batchSize = 500
const objectCount = 1000
/** A namespace whose objects are read whole. */
const listedCount = 10

function configMap(name: string, namespace: string, value: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { app: 'many' } }, data: { value } } as KubeObject
}

const place = { user: adminUser, group: '', version: 'v1', resource: 'configmaps', contentType: 'application/json', userAgent: 'kubectl/v1.35.4' } as const

function send(cluster: Cluster, request: ApiRequest): unknown {
  const answer = cluster.request(request)
  if (isStream(answer) || answer.code >= 300) throw new Error(JSON.stringify(answer))
  return answer.body
}

type Ask = (index: number) => ApiRequest

interface Rates {
  /** Requests per second of wall-clock, and of processor time. */
  readonly perSecond: number
  readonly perCpuSecond: number
  /** The same in the best tenth of the batches: what the neighbors of a busy machine do to processor time is not in it. */
  readonly perCpuSecondUndisturbed: number
}

/** Measures in batches, once the compiler is done. */
function measure(cluster: Cluster, ask: Ask): Rates {
  for (let i = 0; i < warmCount; i++) send(cluster, ask(i))
  const startMs = performance.now()
  const batches: number[] = []
  for (let from = warmCount; from < warmCount + requestCount; from += batchSize) {
    batches.push(cpuMs(() => {
      for (let i = from; i < from + batchSize; i++) send(cluster, ask(i))
    }))
  }
  const ms = performance.now() - startMs
  const cpu = batches.reduce((sum, batch) => sum + batch, 0)
  const best = batches.sort((x, y) => x - y)[Math.floor(batches.length / 10)]
  return { perSecond: round((requestCount / ms) * 1000, 0), perCpuSecond: round((requestCount / cpu) * 1000, 0), perCpuSecondUndisturbed: round((batchSize / best) * 1000, 0) }
}

function filled(): Cluster {
  const cluster = createCluster({ seed: 1 })
  cluster.advanceTo(1000)
  for (const namespace of ['few', 'made']) send(cluster, { ...place, verb: 'create', resource: 'namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } as KubeObject })
  cluster.advanceTo(5000)
  for (let i = 0; i < objectCount; i++) send(cluster, { ...place, verb: 'create', namespace: 'default', body: configMap(`c-${i}`, 'default', '0') })
  for (let i = 0; i < listedCount; i++) send(cluster, { ...place, verb: 'create', namespace: 'few', body: configMap(`c-${i}`, 'few', '0') })
  return cluster
}

const asks: { readonly [verb: string]: Ask } = {
  get: (i) => ({ ...place, verb: 'get', namespace: 'default', name: `c-${i % objectCount}` }),
  list: () => ({ ...place, verb: 'list', namespace: 'few' }),
  update: (i) => ({ ...place, verb: 'update', namespace: 'default', name: `c-${i % objectCount}`, body: configMap(`c-${i % objectCount}`, 'default', String(i)), query: { fieldManager: 'kubectl-replace' } }),
  create: (i) => ({ ...place, verb: 'create', namespace: 'made', body: configMap(`made-${i}`, 'made', String(i)), query: { fieldManager: 'kubectl-create' } }),
}

/** Of ten requests, five of one object, three of a list, and two writes: a person with kubectl, and dashboards. */
const mostlyReads = ['get', 'list', 'get', 'update', 'get', 'list', 'get', 'create', 'get', 'list'] as const

/** Requests of every verb, then all four in turn, then mostly reads. */
export const apiRouterBenches: readonly Bench[] = [{
  name: 'api-router',
  run() {
    const figures: { [figure: string]: number } = {}
    const all = Object.values(asks)
    const loads: { readonly [name: string]: Ask } = { ...asks, inTurn: (i) => all[i % all.length]!(i), mostlyReads: (i) => asks[mostlyReads[i % mostlyReads.length]!]!(i) }
    for (const [name, ask] of Object.entries(loads)) {
      for (const [figure, value] of Object.entries(measure(filled(), ask))) figures[`${name}${figure[0]?.toUpperCase()}${figure.slice(1)}`] = value
    }
    return figures
  },
}]
