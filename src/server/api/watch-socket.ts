/** Watches over WebSocket: one message of JSON for each event. Models apiserver/pkg/endpoints/handlers/watch.go HandleWS (v1.35). */

import type { WebSocket } from 'ws'
import type { ApiRequest, StreamFrame } from '../../../simulator/index.ts'
import type { WatchHub } from './watch-hub.ts'

function eventText(frame: StreamFrame & { kind: 'watch' }, bookmark: { readonly kind: string; readonly apiVersion: string }): string {
  const object = (frame.object as { readonly kind?: string }).kind === '' ? { ...frame.object, ...bookmark } : frame.object
  return JSON.stringify({ type: frame.type, object })
}

/** Connects a socket with a watch until one of them ends. @param bookmark the type that bookmarks name */
export function serveWatch(socket: WebSocket, streamId: string, { group, resource, namespace, name, query = {} }: ApiRequest, bookmark: { readonly kind: string; readonly apiVersion: string }, hub: WatchHub): void {
  const timer = query.timeoutSeconds === undefined ? undefined : setTimeout(() => socket.close(1000), query.timeoutSeconds * 1000)
  socket.on('close', () => {
    clearTimeout(timer)
    hub.remove(streamId)
  })
  socket.on('error', () => socket.terminate())
  const isRead = resource === 'events'
  hub.add({
    streamId, resource: isRead ? undefined : group === '' ? resource : `${resource}.${group}`, namespace: isRead ? undefined : namespace, name: isRead ? undefined : name, hasBookmarks: query.allowWatchBookmarks === true,
    send(frames) {
      for (const frame of frames) if (frame.kind === 'watch') socket.send(eventText(frame, bookmark))
    },
    pendingBytes: () => socket.bufferedAmount,
    end: (isTooSlow) => (isTooSlow ? socket.terminate() : socket.close(1000)),
  })
}
