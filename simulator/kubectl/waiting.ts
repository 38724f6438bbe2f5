/** Waiting for objects to change, by a watch. */

import type { KubeList, StreamFrame } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { attempt, hasReason, KubectlFailure, statusFailure } from './failures.ts'
import type { Info } from './resource-builder.ts'
import type { Run, Session } from './session.ts'

/** What a watch of one object told: its new state, or that it is gone. */
export type Observation = { readonly isGone: false; readonly object: KubeObject } | { readonly isGone: true }

function observe(frame: StreamFrame): Observation | undefined {
  if (frame.kind !== 'watch' || frame.type === 'BOOKMARK') return undefined
  if (frame.type === 'ERROR') throw statusFailure(frame.object as Status)
  return frame.type === 'DELETED' ? { isGone: true } : { isGone: false, object: frame.object as KubeObject }
}

interface WatchOptions {
  readonly fromVersion: string
  readonly endMs: SimTimeMs | undefined
  isDone(observation: Observation): boolean
}

function isExpired(frame: StreamFrame): boolean {
  return frame.kind === 'watch' && frame.type === 'ERROR' && (frame.object as Status).reason === 'Expired'
}

/**
 * Watches one object from a version on until `isDone` says so. A version that the server has forgotten is no failure: the
 * object is listed and watched from there, as client-go's informer does. @returns false at the deadline
 */
export function* watchObject(session: Session, info: Info, options: WatchOptions): Run<boolean> {
  const query = { fieldSelector: `metadata.name=${info.name}` }
  const call = { kind: info.kind, namespace: info.namespace }
  let fromVersion = options.fromVersion
  for (;;) {
    const { streamId } = yield* session.open({ ...call, verb: 'watch', query: { ...query, allowWatchBookmarks: true, resourceVersion: fromVersion } })
    for (let isOpen = true; isOpen;) {
      if (options.endMs !== undefined && session.nowMs >= options.endMs) {
        yield* session.close(streamId)
        return false
      }
      for (const frame of yield* session.frames(streamId, options.endMs)) {
        if (frame.kind === 'end') isOpen = false
        let observation: Observation | undefined
        if (isExpired(frame)) {
          const list = yield* session.call<KubeList>({ ...call, verb: 'list', query })
          fromVersion = list.metadata.resourceVersion ?? ''
          observation = list.items.length === 0 ? { isGone: true } : { isGone: false, object: list.items[0] }
        } else observation = observe(frame)
        if (observation === undefined || !options.isDone(observation)) continue
        yield* session.close(streamId)
        return true
      }
    }
  }
}

/** Waits until an object is gone or replaced by another one. @returns false at the deadline */
export function* waitUntilGone(session: Session, info: Info, options: { readonly uid: string | undefined; readonly endMs: SimTimeMs | undefined }): Run<boolean> {
  const read = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name }))
  if (!read.ok) {
    if (hasReason(read.failure, 'NotFound')) return true
    throw new KubectlFailure(read.failure)
  }
  const { uid, resourceVersion = '' } = read.value.metadata
  if (options.uid !== undefined && uid !== options.uid) return true
  return yield* watchObject(session, info, {
    fromVersion: resourceVersion, endMs: options.endMs,
    isDone: (observation) => observation.isGone || (options.uid !== undefined && observation.object.metadata.uid !== options.uid),
  })
}
