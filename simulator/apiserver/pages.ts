/** Lists in pages, and lists of the past. Models apiserver/pkg/storage continue tokens and list options (v1.35). */

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

/** What a list shows: everything as of a resourceVersion, behind a key. */
export interface ListView {
  /** Absent: the present. */
  readonly atVersion?: number
  /** The key behind which the page begins. */
  readonly start?: string
}

const tokenVersion = 'meta.k8s.io/v1'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Ends a key: what comes next is behind it. */
const keyEnd = '\u0000'
/** The resourceVersion of a token that goes on with the present state. */
const presentVersion = -1

const listExpired = 'The resourceVersion for the provided list is too old.'
const tokenExpired = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name ?? ''}`
}

function isBehind(object: KubeObject, start: string): boolean {
  const [namespace = '', name] = start.includes('/') ? start.split('/') : ['', start]
  const own = object.metadata.namespace ?? ''
  return own === namespace ? (object.metadata.name ?? '') + keyEnd > (name ?? '') : own > namespace
}

/** The refusal of a resourceVersion that is none, or not reached yet. */
export function checkVersion(asked: string, latest: number): Status | undefined {
  if (asked === '') return undefined
  if (!/^\d+$/.test(asked)) return apiErrors.badRequest(`invalid resource version: resourceVersion: Invalid value: ${goQuote(asked)}: strconv.ParseUint: parsing ${goQuote(asked)}: invalid syntax`)
  return Number(asked) > latest ? apiErrors.tooLargeVersion(asked, latest) : undefined
}

/**
 * What a list request asks to see. A version with `Exact`, or one with a limit, is shown as it was; another one is
 * only a lower bound.
 * @returns the view, or the Status that refuses it
 */
export function viewOf(query: RequestQuery, latest: number): ListView | Status {
  const { limit = 0, continue: token = '', resourceVersion = '', resourceVersionMatch: match = '' } = query
  if (token !== '') {
    if (resourceVersion !== '' && resourceVersion !== '0') return apiErrors.badRequest('specifying resource version is not allowed when using continue')
    const read = readToken(token)
    if ('error' in read) return apiErrors.badRequest(`invalid continue token: continue key is not valid: ${read.error}`)
    if (read.version === presentVersion) return { start: read.start }
    return read.version > latest ? apiErrors.tooLargeVersion(String(read.version), latest) : { atVersion: read.version, start: read.start }
  }
  const refusal = checkVersion(resourceVersion, latest)
  if (refusal !== undefined) return refusal
  const isExact = match === 'Exact' || (match === '' && limit > 0)
  return isExact && resourceVersion !== '' && resourceVersion !== '0' ? { atVersion: Number(resourceVersion) } : {}
}

/** The refusal of a view of a past that is forgotten. */
export function expiredView({ start }: ListView): Status {
  if (start === undefined) return apiErrors.expired(listExpired)
  return { ...apiErrors.expired(tokenExpired), metadata: { continue: encodeToken(presentVersion, start) } }
}

/**
 * One page of a list that is sorted by key.
 * @param resourceVersion of the state that the objects are of
 */
export function pageOf(objects: readonly KubeObject[], query: RequestQuery, { start }: ListView, resourceVersion: number): Page {
  const { limit, continue: token = '', labelSelector = '', fieldSelector = '' } = query
  const left = start === undefined ? objects : objects.filter((object) => isBehind(object, start))
  // A list from the cache has no pages.
  const isWhole = query.resourceVersion === '0' && token === ''
  if (limit === undefined || limit <= 0 || left.length <= limit || isWhole) return { items: left, more: {} }
  const items = left.slice(0, limit)
  const next = encodeToken(resourceVersion, keyOf(items.at(-1)!) + keyEnd)
  const isSelected = labelSelector !== '' || fieldSelector !== ''
  return { items, more: isSelected ? { continue: next } : { continue: next, remainingItemCount: left.length - limit } }
}

function encodeToken(version: number, start: string): string {
  return encodeBase64(JSON.stringify({ v: tokenVersion, rv: version, start: `/${start}` })).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
}

/** What a token says, or why it cannot be read. */
function readToken(token: string): { readonly version: number; readonly start: string } | { readonly error: string } {
  const bad = [...token].findIndex((character) => !alphabet.includes(character))
  if (bad >= 0 || token.length % 4 === 1) return { error: `illegal base64 data at input byte ${bad >= 0 ? bad : token.length - 1}` }
  const padded = token.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(token.length / 4) * 4, '=')
  const value = readJson(decodeBase64(padded))
  if (value === undefined) return { error: `invalid character ${firstByte(token)} looking for beginning of value` }
  if (!isJsonObject(value) || value['v'] !== tokenVersion) return { error: `server does not recognize this encoded version ${isJsonObject(value) ? String(value['v'] ?? '') : ''}` }
  const { start, rv } = value
  if (typeof rv !== 'number' || rv === 0) return { error: 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)' }
  if (typeof start !== 'string' || start === '') return { error: 'encoded start key empty (version meta.k8s.io/v1)' }
  const key = start.startsWith('/') ? start.slice(1) : start
  // As path.Clean would change it: no empty parts, and none that go up.
  return key.split('/').some((part) => part === '' || part === '.' || part === '..') ? { error: start } : { version: rv, start: key }
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
