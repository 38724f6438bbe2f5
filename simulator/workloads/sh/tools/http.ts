/** URLs and answers, as wget and curl see them. */

import type { Json } from '../../../kernel/json.ts'
import type { HttpResponse } from '../../program.ts'

/** Modelling assumption: a SYN without answer is given up after this long, as Linux does with 6 retries. */
export const connectTimeoutMs = 127_000

export interface Target {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly scheme: string
}

/** Parts of a URL; http without a scheme. undefined when it is none. */
export function parseUrl(text: string): Target | undefined {
  const match = /^(?:(https?):\/\/)?(?:[^@/]*@)?(\[[0-9a-fA-F:]+\]|[^:/?#]+)(?::(\d+))?([/?#].*)?$/.exec(text)
  if (match === null) return undefined
  const scheme = match[1] ?? 'http'
  return { scheme, host: match[2], port: Number(match[3] ?? (scheme === 'https' ? 443 : 80)), path: match[4] ?? '/' }
}

/** True when a host is an address, not a name. */
export function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.startsWith('[')
}

/** Reason of a status code, as servers write it. */
export function reason(status: number): string {
  const reasons: { readonly [code: number]: string } = {
    200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 307: 'Temporary Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden',
    404: 'Not Found', 405: 'Not Allowed', 408: 'Request Timeout', 413: 'Request Entity Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error', 502: 'Bad Gateway',
    503: 'Service Unavailable', 504: 'Gateway Timeout',
  }
  return reasons[status] ?? ''
}

/** A header by its name in lower case. */
export function header(response: HttpResponse, name: string): string | undefined {
  const key = Object.keys(response.headers).find((one) => one.toLowerCase() === name)
  return key === undefined ? undefined : response.headers[key]
}

/** The head of an answer. */
export function headerLines(response: HttpResponse): string[] {
  return [`HTTP/1.1 ${response.status} ${reason(response.status)}`, ...Object.keys(response.headers).map((name) => `${name}: ${response.headers[name]}`)]
}

/** What a tool keeps, as plain data. */
export function plain(record: { readonly [key: string]: Json | undefined }): Json {
  return record
}
