/** Lists in pages. Models apiserver/pkg/storage continue tokens (v1.35). Differs: a later page shows the present state, not that of the first. */

import { decodeBase64, encodeBase64 } from '../api/base64.ts'
import { apiErrors } from '../api/errors.ts'
import { goQuote } from '../api/go-text.ts'
import type { RequestQuery } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import { isJsonObject } from '../kernel/json.ts'

/** Some objects of a list, and how to ask for the next. */
export interface Page {
  readonly items: readonly KubeObject[]
  readonly more: { readonly continue?: string; readonly remainingItemCount?: number }
}

const tokenVersion = 'meta.k8s.io/v1'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Ends a key: what comes next is behind it. */
const keyEnd = '\u0000'

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name ?? ''}`
}

function isBehind(object: KubeObject, start: string): boolean {
  const [namespace = '', name] = start.includes('/') ? start.split('/') : ['', start]
  const own = object.metadata.namespace ?? ''
  return own === namespace ? (object.metadata.name ?? '') + keyEnd > (name ?? '') : own > namespace
}

/**
 * One page of a list that is sorted by key.
 * @returns the page, or the Status that refuses the token
 */
export function pageOf(objects: readonly KubeObject[], query: RequestQuery, resourceVersion: number): Page | Status {
  const { limit, continue: token = '', labelSelector = '', fieldSelector = '' } = query
  const start = token === '' ? undefined : startOf(token)
  if (typeof start === 'object') return apiErrors.badRequest(`invalid continue token: continue key is not valid: ${start.error}`)
  const left = start === undefined ? objects : objects.filter((object) => isBehind(object, start))
  if (limit === undefined || limit <= 0 || left.length <= limit) return { items: left, more: {} }
  const items = left.slice(0, limit)
  const next = encodeToken(JSON.stringify({ v: tokenVersion, rv: resourceVersion, start: keyOf(items.at(-1)!) + keyEnd }))
  const isSelected = labelSelector !== '' || fieldSelector !== ''
  return { items, more: isSelected ? { continue: next } : { continue: next, remainingItemCount: left.length - limit } }
}

function encodeToken(text: string): string {
  return encodeBase64(text).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
}

/** The key behind which a token goes on, or why it cannot be read. */
function startOf(token: string): string | { readonly error: string } {
  const bad = [...token].findIndex((character) => !alphabet.includes(character))
  if (bad >= 0 || token.length % 4 === 1) return { error: `illegal base64 data at input byte ${bad >= 0 ? bad : token.length - 1}` }
  const padded = token.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(token.length / 4) * 4, '=')
  const value = readJson(decodeBase64(padded))
  if (value === undefined) return { error: `invalid character ${firstByte(token)} looking for beginning of value` }
  if (!isJsonObject(value) || value['v'] !== tokenVersion) return { error: `server does not recognize this encoded version ${goQuote(isJsonObject(value) ? String(value['v'] ?? '') : '')}` }
  const { start } = value
  return typeof start === 'string' && start !== '' ? start : { error: 'encoded start key empty (version meta.k8s.io/v1)' }
}

function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The first byte behind the base64 of a token, as Go quotes it. */
function firstByte(token: string): string {
  const first = (alphabet.indexOf(token[0]!) << 2) | (alphabet.indexOf(token[1]!) >> 4)
  return goQuote(String.fromCharCode(first)).replace(/^"|"$/g, "'")
}
