/**
 * Who may speak to the bridge over HTTP: the page of this server, in the browser of the person who started it. Other web
 * sites, other machines and pages of other local servers are kept out, each by several of these.
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import { bridgeKeyHeader } from '../../session/kind-wire.ts'
import { firstRefusal } from '../kind/guard/guard.ts'
import type { Guard } from '../kind/guard/guard.ts'

/** What is known of a request before its body is read. */
export interface BridgeCall {
  readonly method: string
  /** Address of the socket's other end. */
  readonly peer: string
  readonly header: (name: string) => string | undefined
}

/** What the server itself knows. */
export interface BridgeSide {
  readonly port: number
  /** 32 random bytes as base64url. */
  readonly key: string
}

/** Bytes of the largest body: an attempt with its files. */
export const bodyBytesMax = 1024 * 1024
/**
 * Header of the session's key. A custom header makes browsers ask first before another site may send it, and nobody
 * answers. It is no cookie: browsers send those to every port of this machine, so to every other local server too.
 */
const keyHeader: string = bridgeKeyHeader

/** The one address that the server listens on: no other machine reaches it. */
export function listenAddress(): string {
  return '127.0.0.1'
}

const loopbackPeers = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/

function ownHosts({ port }: BridgeSide): readonly string[] {
  return [`localhost:${port}`, `127.0.0.1:${port}`]
}

/** Keeps out other machines, whatever the server is bound to. */
export function refuseRemotePeer({ peer }: BridgeCall): string | undefined {
  return loopbackPeers.test(peer) ? undefined : 'the bridge answers this machine only'
}

/** Keeps out names that another site's owner points to this machine (DNS rebinding). */
export function refuseForeignHost({ header }: BridgeCall, side: BridgeSide): string | undefined {
  return ownHosts(side).includes((header('host') ?? '').toLowerCase()) ? undefined : 'the bridge answers under its own address only'
}

/** Keeps out pages of other origins, also those of other ports. A browser that does not say where a change comes from is refused. */
export function refuseForeignOrigin({ method, header }: BridgeCall, side: BridgeSide): string | undefined {
  const origin = header('origin')
  if (origin === undefined && method === 'GET') return undefined
  return ownHosts(side).some((host) => origin === `http://${host}`) ? undefined : 'the bridge answers its own page only'
}

/** Keeps out what a browser itself marks as coming from elsewhere: images, frames, links and scripts of other pages. */
export function refuseForeignFetch({ header }: BridgeCall): string | undefined {
  const site = header('sec-fetch-site')
  return site === undefined || site === 'same-origin' ? undefined : 'the bridge answers its own page only'
}

/** Keeps out who does not hold the key of this start. */
export function refuseWrongKey({ header }: BridgeCall, { key }: BridgeSide): string | undefined {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header(keyHeader) ?? ''), digest(key)) ? undefined : 'the key is missing or of another start; open the address that podflight serve printed'
}

/** Keeps out form posts and everything else that a page of another site can send without being asked. */
export function refuseFormPost({ method, header }: BridgeCall): string | undefined {
  return method === 'GET' || header('content-type') === 'application/json' ? undefined : 'the bridge reads application/json only'
}

/** Keeps out methods beyond the two that are used; OPTIONS too, so that no other origin is ever allowed anything (CORS). */
export function refuseOtherMethod({ method }: BridgeCall): string | undefined {
  return method === 'GET' || method === 'POST' ? undefined : 'the bridge knows GET and POST only'
}

/** Keeps out bodies that say they are too long. */
export function refuseLongBody({ header }: BridgeCall): string | undefined {
  return Number(header('content-length') ?? 0) <= bodyBytesMax ? undefined : `the body is longer than ${bodyBytesMax} bytes`
}

const callGuards: readonly (readonly [status: 401 | 403 | 405 | 413 | 415, guard: Guard<[BridgeCall, BridgeSide]>])[] = [
  [403, refuseRemotePeer], [403, refuseForeignHost], [405, refuseOtherMethod], [403, refuseForeignOrigin], [403, refuseForeignFetch], [401, refuseWrongKey], [415, refuseFormPost], [413, refuseLongBody],
]

/** Why a call is refused, and with which status. @returns undefined when it may go on */
export function refusalOf(call: BridgeCall, side: BridgeSide): { readonly status: 401 | 403 | 405 | 413 | 415; readonly message: string } | undefined {
  for (const [status, guard] of callGuards) {
    const message = firstRefusal([guard], call, side)
    if (message !== undefined) return { status, message }
  }
  return undefined
}

/**
 * Reads a body up to the limit, whatever its head said.
 * @returns the text, or undefined when it is longer
 */
export async function readBody(body: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > bodyBytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
