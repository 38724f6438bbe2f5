/** Where requests reach the cluster: they are run, noted in the journal if there is one, and answered when the note is on disk. */

import { isStream } from '../../../simulator/api/request.ts'
import { restoreCluster } from '../../../simulator/cluster.ts'
import type { ApiRequest, ApiResponse, Cluster, ClusterSnapshot, StreamFrame } from '../../../simulator/index.ts'
import type { Journal, PodRequest } from './journal.ts'

const readVerbs: readonly string[] = ['get', 'list', 'watch']
const sessions: readonly (string | undefined)[] = ['exec', 'attach']

function mayChange({ verb, subresource }: ApiRequest): boolean {
  return !readVerbs.includes(verb) || sessions.includes(subresource)
}

/**
 * The one way by which HTTP clients change the cluster, so that a journal played again gives the same one. Answers must
 * wait for `settled`; `settle` throws what the journal throws when it cannot be written.
 */
export class Desk {
  readonly cluster: Cluster
  private readonly journal: Journal | undefined
  private settling: (() => void)[] = []
  private readonly sessions = new Set<string>()
  private readonly readers = new Set<string>()

  constructor(cluster: Cluster, journal: Journal | undefined) {
    this.cluster = cluster
    this.journal = journal
  }

  /** Runs one request at the cluster's present moment. */
  run(request: ApiRequest): ApiResponse {
    const atMs = this.cluster.nowMs
    const response = this.cluster.request(request)
    if (this.journal === undefined) return response
    if (isStream(response)) (mayChange(request) ? this.sessions : this.readers).add(response.streamId)
    if (mayChange(request)) {
      this.note(atMs, { kind: 'request', request, ...(isStream(response) ? { streamId: response.streamId } : {}) })
    }
    return response
  }

  /** Standard input of a session; undefined ends it. */
  write(streamId: string, text: string | undefined): void {
    this.note(this.cluster.nowMs, { kind: 'input', streamId, ...(text === undefined ? {} : { text }) })
    this.cluster.writeStream(streamId, text)
  }

  /** Sends one HTTP request to an address of the cluster's network. */
  send(namespace: string, request: PodRequest): ReturnType<Cluster['components']['network']['send']> {
    this.note(this.cluster.nowMs, { kind: 'send', namespace, request })
    return this.cluster.components.network.send(namespace, request)
  }

  read(streamId: string): readonly StreamFrame[] {
    const frames = this.cluster.readStream(streamId)
    if (frames.length > 0 && frames[frames.length - 1].kind === 'end') this.forget(streamId)
    return frames
  }

  /** Closes a session, or (isReading) a stream that only reads. */
  close(streamId: string, isReading = false): void {
    if (!isReading) this.note(this.cluster.nowMs, { kind: 'close', streamId })
    this.cluster.closeStream(streamId)
    this.forget(streamId)
  }

  private forget(streamId: string): void {
    this.sessions.delete(streamId)
    this.readers.delete(streamId)
  }

  /** Keeps the whole cluster in the journal, if there is one, so that the next start replays only what comes behind. */
  keepKeyframe(): void {
    if (this.journal === undefined) return
    this.settle()
    const keyframe: Keyframe = { number: this.journal.lastNumber, snapshot: this.cluster.snapshot(), open: { sessions: [...this.sessions], readers: [...this.readers] } }
    this.journal.keepKeyframe(keyframe)
  }

  /** The same, when the journal has grown enough. */
  tend(): void {
    if (this.journal?.isKeyframeDue === true) this.keepKeyframe()
  }

  /** Calls back when all that was run so far is on disk. Without a journal that is at once. */
  settled(done: () => void): void {
    if (this.journal?.hasWaiting !== true && this.settling.length === 0) {
      done()
      return
    }
    this.settling.push(done)
    if (this.settling.length === 1) setImmediate(() => this.settle())
  }

  /** Writes the journal and answers those who waited. */
  settle(): void {
    this.journal?.commit()
    const waiting = this.settling
    this.settling = []
    for (const done of waiting) done()
  }

  private note(atMs: number, action: Parameters<Journal['add']>[0]['action']): void {
    this.journal?.add({ atMs, action })
  }
}

/** Streams that were open at a moment: those of sessions, which the journal goes on about, and those that only read. */
interface OpenStreams { readonly sessions: readonly string[]; readonly readers: readonly string[] }
interface Keyframe { readonly number: number; readonly snapshot: ClusterSnapshot; readonly open?: OpenStreams }

/**
 * Plays a journal on the cluster that it began with, or on one that has played it up to a number. Sessions that were
 * open then are closed: nobody is at their other end.
 * @param sessions those that were open already when the cluster had played up to the number
 */
export function replay(cluster: Cluster, journal: Journal, after = 0, sessions: readonly string[] = []): void {
  const streams = new Map<string, string>(sessions.map((streamId) => [streamId, streamId]))
  for (const { atMs, action } of journal.entries(after)) {
    cluster.advanceTo(Math.max(atMs, cluster.nowMs))
    if (action.kind === 'request') {
      const response = cluster.request(action.request)
      if (action.streamId !== undefined && isStream(response)) streams.set(action.streamId, response.streamId)
      continue
    }
    if (action.kind === 'send') {
      cluster.components.network.send(action.namespace, action.request)
      continue
    }
    const streamId = streams.get(action.streamId)
    if (streamId === undefined) continue
    if (action.kind === 'input') cluster.writeStream(streamId, action.text)
    else {
      cluster.closeStream(streamId)
      streams.delete(action.streamId)
    }
  }
  for (const [given, streamId] of streams) {
    cluster.closeStream(streamId)
    journal.add({ atMs: cluster.nowMs, action: { kind: 'close', streamId: given } })
  }
  journal.commit()
}

/** The cluster of a journal at its last moment. @param make the cluster that the journal began with */
export function clusterOf(journal: Journal, make: () => Cluster): Cluster {
  const keyframe = journal.readKeyframe() as Keyframe | undefined
  const cluster = keyframe === undefined ? make() : restoreCluster(keyframe.snapshot)
  for (const streamId of keyframe?.open?.readers ?? []) cluster.closeStream(streamId)
  replay(cluster, journal, keyframe?.number, keyframe?.open?.sessions)
  return cluster
}
