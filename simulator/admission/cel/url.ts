/** URLs as net/url of Go reads them with ParseRequestURI, errors in its words. */

import { goQuote } from '../../api/go-text.ts'
import { utf8Bytes } from '../../api/base64.ts'

/** The parts of a URL; `host` with its port. */
export interface ParsedUrl { readonly text: string; readonly scheme: string; readonly host: string; readonly path: string; readonly query: string }

function escapeError(text: string): string | undefined {
  const match = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)
  return match === null ? undefined : `invalid URL escape ${goQuote(match[0])}`
}

function hostError(host: string): string | undefined {
  const bracket = host.startsWith('[') ? host.lastIndexOf(']') : -1
  if (host.startsWith('[') && bracket < 0) return "missing ']' in host"
  const colon = host.lastIndexOf(':')
  const port = bracket >= 0 ? host.slice(bracket + 1) : colon < 0 ? '' : host.slice(colon)
  if (port !== '' && !/^:\d*$/.test(port)) return `invalid port ${goQuote(port)} after host`
  const bad = /[\s"<>\\^`{|}]/.exec(host)
  return bad === null ? escapeError(host) : `invalid character ${goQuote(bad[0])} in host name`
}

function schemeOf(text: string): { scheme: string; rest: string } | string {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)
  if (match !== null) return { scheme: match[1]!.toLowerCase(), rest: text.slice(match[0].length) }
  return text.startsWith(':') ? 'missing protocol scheme' : { scheme: '', rest: text }
}

function parse(text: string): ParsedUrl | string {
  if ([...text].some((char) => char < ' ' || char === '\x7f')) return 'net/url: invalid control character in URL'
  if (text === '') return 'empty url'
  const found = schemeOf(text)
  if (typeof found === 'string') return found
  const [withQuery] = found.rest.split('#')
  const question = withQuery!.indexOf('?')
  const rest = question < 0 ? withQuery! : withQuery!.slice(0, question)
  const query = question < 0 ? '' : withQuery!.slice(question + 1)
  if (!rest.startsWith('/')) return found.scheme === '' ? 'invalid URI for request' : { text, scheme: found.scheme, host: '', path: '', query }
  const slash = rest.startsWith('//') ? rest.indexOf('/', 2) : 0
  const authority = rest.startsWith('//') ? rest.slice(2, slash < 0 ? undefined : slash) : ''
  const path = slash < 0 ? '' : rest.slice(slash)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const wrong = hostError(host) ?? escapeError(path)
  return wrong ?? { text, scheme: found.scheme, host, path, query }
}

/** Reads an absolute URL or path. */
export function parseUri(text: string): ParsedUrl | { readonly error: string } {
  const parsed = parse(text)
  return typeof parsed === 'string' ? { error: `parse ${goQuote(text)}: ${parsed}` } : parsed
}

/** The path with its odd characters escaped. */
export function escapedPath(path: string): string {
  return [...path].map((char) => (/[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/.test(char) ? char : utf8Bytes(char).map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''))).join('')
}
