/** Plays random logs on clusters, in several ways that must all come to the same. */

import { createCluster, kubectl, restoreCluster, runToEnd, Terminal } from '../../simulator/index.ts'
import type { Cluster, UserInfo } from '../../simulator/index.ts'
import { Moments } from '../../src/session/moments.ts'
import { drawsOf, randomLog, smallCluster } from './random-logs.ts'
import type { RandomStep } from './random-logs.ts'

const learner: UserInfo = { name: 'learner', groups: ['system:masters', 'system:authenticated'] }
/** Time before the first line: add-ons are up. */
const warmUpMs = 30_000
/** Time after the last line. */
const coolDownMs = 20_000
/** Seeds of clusters: logs share them, so that few clusters are booted. */
const clusterSeeds = 8

/** What a way of playing may do besides. */
export interface Way {
  /** Lets time pass to a moment. */
  advance?(cluster: Cluster, toMs: number, seed: number): void
  /** Gives the cluster that goes on, before each line. */
  before?(cluster: Cluster, index: number, seed: number): Cluster
}

/** What came of a log: the trace hash and all that the terminal said. */
export interface Played {
  readonly hash: string
  readonly output: string
  readonly cluster: Cluster
}

/** A cluster that is up, for a log of this seed. */
export function warmCluster(seed: number): Cluster {
  const cluster = createCluster(smallCluster(seed % clusterSeeds))
  cluster.advanceTo(warmUpMs)
  return cluster
}

/** Plays a log from a cluster that is up; the cluster is changed. */
export function play(start: Cluster, log: readonly RandomStep[], seed: number, way: Way = {}): Played {
  let cluster = start
  let output = ''
  const clock = {
    get nowMs() {
      return cluster.nowMs
    },
    timestamp: (atMs: number) => cluster.clock.timestamp(atMs),
    parse: (text: string) => cluster.clock.parse(text),
  }
  const terminal = new Terminal({ executables: { kubectl }, clock, out: (text) => (output += text) })
  const advance = (toMs: number): void => (way.advance === undefined ? cluster.advanceTo(toMs) : way.advance(cluster, toMs, seed))
  for (const [index, { afterMs, line }] of log.entries()) {
    advance(cluster.nowMs + afterMs)
    cluster = way.before?.(cluster, index, seed) ?? cluster
    output += `$ ${line}\n`
    const exitCode = runToEnd(terminal.run(line), { user: () => learner, cluster: () => cluster, waitMsMax: 20_000 })
    output += `(${exitCode})\n`
  }
  advance(cluster.nowMs + coolDownMs)
  return { hash: cluster.traceHash, output, cluster }
}

/** The trace hashes of logs 0 to `count` - 1. */
export function traceHashes(count: number): string[] {
  const warm = Array.from({ length: Math.min(count, clusterSeeds) }, (_, seed) => warmCluster(seed))
  return Array.from({ length: count }, (_, seed) => play(warm[seed % clusterSeeds].fork(), randomLog(seed), seed).hash)
}

/** Time in pieces of random size. */
export const inSlices: Way = {
  advance(cluster, toMs, seed) {
    const draw = drawsOf(seed ^ cluster.nowMs)
    while (cluster.nowMs < toMs) cluster.advanceTo(Math.min(toMs, cluster.nowMs + 1 + draw(9000)))
    cluster.advanceTo(toMs)
  },
}

/** A line goes to a fork, while the cluster that it came from goes another way. */
export const afterForks: Way = {
  before(cluster) {
    const copy = cluster.fork()
    for (const pod of cluster.peek('pods')) cluster.clientFor(learner).delete('pods', `${pod.metadata.namespace}/${pod.metadata.name}`)
    cluster.advanceTo(cluster.nowMs + 1500)
    return copy
  },
}

/** A line goes to a cluster that was written as JSON and read again. */
export const afterSaves: Way = {
  before: (cluster) => restoreCluster(JSON.parse(JSON.stringify(cluster.snapshot()))),
}

/** A line goes to the moment that a rewind shows, from a keyframe of some time before. */
export function afterRewinds(): Way {
  let moments: Moments | undefined
  return {
    advance(cluster, toMs) {
      moments = new Moments(cluster)
      cluster.advanceTo(toMs)
    },
    before: (cluster) => moments?.at(cluster.nowMs) ?? cluster,
  }
}

/** All of these in turn, and time in pieces. */
export function allWays(): Way {
  const rewinds = afterRewinds()
  const turns: readonly Way[] = [rewinds, afterForks, rewinds, afterSaves, {}]
  return {
    advance(cluster, toMs, seed) {
      const startMs = cluster.nowMs
      rewinds.advance?.(cluster, startMs, seed)
      inSlices.advance?.(cluster, toMs, seed)
    },
    before: (cluster, index, seed) => turns[(index + seed) % turns.length].before?.(cluster, index, seed) ?? cluster,
  }
}
