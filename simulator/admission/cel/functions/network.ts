/** Addresses, networks and URLs. Models apiserver/pkg/cel/library (v1.35) and net/netip. */

import { utf8Bytes, utf8Text } from '../../../api/base64.ts'
import { goQuote } from '../../../api/go-text.ts'
import type { IpAddress } from '../../../api/ip.ts'
import { formatIp, maskIp, parseIp } from '../../../api/ip.ts'
import { compareText } from '../../../kernel/text.ts'
import type { ParsedUrl } from '../url.ts'
import { escapedPath, parseUri } from '../url.ts'
import type { CelOpaque, CelValue } from '../values.ts'
import { CelError, CelMap, noSuchOverload } from '../values.ts'
import type { CelFunction, CelFunctions } from './function.ts'
import { isText } from './function.ts'

class Ip implements CelOpaque {
  readonly opaque = 'net.IP'
  readonly address: IpAddress
  readonly text: string
  readonly size: number
  constructor(address: IpAddress) {
    this.address = address
    this.text = formatIp(address)
    this.size = address.family === 4 ? 4 : 16
  }

  equals(other: CelOpaque): boolean {
    return this.text === (other as Ip).text
  }
}

class Cidr implements CelOpaque {
  readonly opaque = 'net.CIDR'
  readonly ip: IpAddress
  readonly bits: number
  readonly text: string
  readonly size: number
  constructor(ip: IpAddress, bits: number) {
    this.ip = ip
    this.bits = bits
    this.text = `${formatIp(ip)}/${bits}`
    this.size = Math.ceil(bits / 8)
  }

  equals(other: CelOpaque): boolean {
    return this.text === (other as Cidr).text
  }
}

class Url implements CelOpaque {
  readonly opaque = 'kubernetes.URL'
  readonly url: ParsedUrl
  constructor(url: ParsedUrl) {
    this.url = url
  }

  equals(other: CelOpaque): boolean {
    return this.url.text === (other as Url).url.text
  }
}

function v4Error(text: string): string | undefined {
  const parts = text.split('.')
  for (const [index, part] of parts.entries()) {
    const rest = parts.slice(index).join('.')
    const bad = /[^0-9]/.exec(part)
    if (bad !== null) return `unexpected character (at ${goQuote(rest.slice(bad.index))})`
    if (part === '') return `IPv4 field must have at least one digit (at ${goQuote(index === 0 ? rest : `.${rest}`)})`
    if (part.length > 1 && part.startsWith('0')) return 'IPv4 field has octet with leading zero'
    if (Number(part) > 255) return 'IPv4 field has value >255'
    if (index === 4) return 'IPv4 address too long'
  }
  return parts.length < 4 ? 'IPv4 address too short' : undefined
}

function v6Error(text: string): string | undefined {
  let rest = text
  let isElided = false
  let groups = 0
  if (rest.startsWith('::')) {
    isElided = true
    rest = rest.slice(2)
    if (rest === '') return undefined
  }
  while (groups < 8) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)![0]
    if (digits === '') return `each colon-separated field must have at least one digit (at ${goQuote(rest)})`
    if (digits.length > 4) return `each group must have 4 or less digits (at ${goQuote(rest)})`
    const after = rest.slice(digits.length)
    if (after.startsWith('.')) return v4Error(rest)
    groups++
    rest = after
    if (rest === '') break
    if (!rest.startsWith(':')) return `unexpected character, want colon (at ${goQuote(rest)})`
    if (rest.length === 1) return `colon must be followed by more characters (at ${goQuote(rest)})`
    rest = rest.slice(1)
    if (!rest.startsWith(':')) continue
    if (isElided) return `multiple :: in address (at ${goQuote(rest)})`
    isElided = true
    rest = rest.slice(1)
    if (rest === '') break
  }
  if (rest !== '') return `trailing garbage after address (at ${goQuote(rest)})`
  return groups < 8 && !isElided ? 'address string too short' : undefined
}

/** What net/netip says of a text that is no address. */
function addressError(text: string): string {
  const kind = /[.:%]/.exec(text)?.[0]
  const detail = kind === '.' ? v4Error(text) : kind === ':' ? v6Error(text.replace(/%.*$/, '')) : kind === '%' ? 'missing IPv6 address' : undefined
  return `ParseAddr(${goQuote(text)}): ${detail ?? 'unable to parse IP'}`
}

function toIp(text: string): Ip | CelError {
  const zone = text.indexOf('%')
  const parsed = parseIp(zone < 0 ? text : text.slice(0, zone))
  if (parsed === undefined || !parsed.isStrict) return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${addressError(text)}`)
  if (zone >= 0) return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`)
  return parsed.isMapped ? new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`) : new Ip(parsed)
}

const during = 'network address parse error during conversion from string: '

function toCidr(text: string): Cidr | CelError {
  const fail = (detail: string): CelError => new CelError(`${during}${during}netip.ParsePrefix(${goQuote(text)}): ${detail}`)
  const slash = text.lastIndexOf('/')
  if (slash < 0) return fail("no '/'")
  const address = text.slice(0, slash)
  const parsed = parseIp(address)
  if (address.includes('%')) return fail('IPv6 zones cannot be present in a prefix')
  if (parsed === undefined || !parsed.isStrict) return fail(addressError(address))
  const bits = text.slice(slash + 1)
  if (!/^(?:0|[1-9]\d*)$/.test(bits)) return fail(`bad bits after slash: ${goQuote(bits)}`)
  if (Number(bits) > (parsed.family === 4 ? 32 : 128)) return fail('prefix length out of range')
  return parsed.isMapped ? new CelError(`${during}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`) : new Cidr(parsed, Number(bits))
}

function isWithin(ip: IpAddress, cidr: Cidr): boolean {
  return ip.family === cidr.ip.family && formatIp(maskIp({ ip, prefixLength: cidr.bits })) === formatIp(maskIp({ ip: cidr.ip, prefixLength: cidr.bits }))
}

function containsIp([cidr, other]: readonly CelValue[]): CelValue | undefined {
  if (!(cidr instanceof Cidr)) return undefined
  const ip = isText(other) ? toIp(other) : other
  if (ip instanceof CelError) return noSuchOverload
  return ip instanceof Ip ? isWithin(ip.address, cidr) : undefined
}

function containsCidr([cidr, other]: readonly CelValue[]): CelValue | undefined {
  if (!(cidr instanceof Cidr)) return undefined
  const inner = isText(other) ? toCidr(other) : other
  if (inner instanceof CelError) return inner
  return inner instanceof Cidr ? cidr.bits <= inner.bits && isWithin(inner.ip, cidr) : undefined
}

function ofIp(run: (ip: IpAddress, text: string) => CelValue): CelFunction {
  return ([ip]) => (ip instanceof Ip ? run(ip.address, ip.text) : undefined)
}

function first(ip: IpAddress): number {
  return ip.groups[0]!
}

const isUnspecified = (text: string): boolean => text === '0.0.0.0' || text === '::'
const isLoopback = (ip: IpAddress, text: string): boolean => (ip.family === 4 ? first(ip) === 127 : text === '::1')
const isMulticast = (ip: IpAddress): boolean => (ip.family === 4 ? (first(ip) & 0xf0) === 0xe0 : first(ip) >> 8 === 0xff)
const isLinkLocal = (ip: IpAddress): boolean => (ip.family === 4 ? first(ip) === 169 && ip.groups[1] === 254 : (first(ip) & 0xffc0) === 0xfe80)

function ofUrl(run: (url: ParsedUrl) => CelValue): CelFunction {
  return ([url]) => (url instanceof Url ? run(url.url) : undefined)
}

function toUrl(text: string): Url | CelError {
  const parsed = parseUri(text)
  return 'error' in parsed ? new CelError(`URL parse error during conversion from string: ${parsed.error}`) : new Url(parsed)
}

function portOf(host: string): string {
  return /:(\d*)$/.exec(host.slice(host.lastIndexOf(']') + 1))?.[1] ?? ''
}

function hostname(host: string): string {
  if (host.startsWith('[')) return host.slice(1, host.lastIndexOf(']'))
  return host.replace(/:\d*$/, '')
}

function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined
  const bytes = [...text.replaceAll('+', ' ').matchAll(/%([0-9a-fA-F]{2})|([^%])/gu)].flatMap(([, hex, char]) => (hex === undefined ? utf8Bytes(char!) : [Number.parseInt(hex, 16)]))
  return utf8Text(bytes)
}

function queryOf({ query }: ParsedUrl): CelMap {
  const values = new Map<string, string[]>()
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue
    const equals = part.indexOf('=')
    const key = unescapeQuery(equals < 0 ? part : part.slice(0, equals))
    const value = unescapeQuery(equals < 0 ? '' : part.slice(equals + 1))
    if (key !== undefined && value !== undefined) values.set(key, [...(values.get(key) ?? []), value])
  }
  const sorted = [...values].sort(([a], [b]) => compareText(a, b))
  return new CelMap(new Map(sorted.map(([key, list]) => [`s${key}`, [key, list] as const])))
}

export const networkFunctions: CelFunctions = {
  ip: ([value]) => (isText(value) ? toIp(value) : value instanceof Cidr ? new Ip(value.ip) : undefined),
  isIP: ([text]) => (isText(text) ? !(toIp(text) instanceof CelError) : undefined),
  'ip.isCanonical'([text]) {
    const ip = isText(text) ? toIp(text) : undefined
    return ip instanceof Ip ? ip.text === text : ip
  },
  family: ofIp((ip) => BigInt(ip.family)),
  isUnspecified: ofIp((_ip, text) => isUnspecified(text)),
  isLoopback: ofIp(isLoopback),
  isLinkLocalMulticast: ofIp((ip) => (ip.family === 4 ? first(ip) === 224 && ip.groups[1] === 0 && ip.groups[2] === 0 : (first(ip) & 0xff0f) === 0xff02)),
  isLinkLocalUnicast: ofIp(isLinkLocal),
  isGlobalUnicast: ofIp((ip, text) => !isUnspecified(text) && text !== '255.255.255.255' && !isLoopback(ip, text) && !isMulticast(ip) && !isLinkLocal(ip)),
  cidr: ([text]) => (isText(text) ? toCidr(text) : undefined),
  isCIDR: ([text]) => (isText(text) ? !(toCidr(text) instanceof CelError) : undefined),
  containsIP: containsIp,
  containsCIDR: containsCidr,
  masked: ([cidr]) => (cidr instanceof Cidr ? new Cidr(maskIp({ ip: cidr.ip, prefixLength: cidr.bits }), cidr.bits) : undefined),
  prefixLength: ([cidr]) => (cidr instanceof Cidr ? BigInt(cidr.bits) : undefined),
  url: ([text]) => (isText(text) ? toUrl(text) : undefined),
  isURL: ([text]) => (isText(text) ? !(toUrl(text) instanceof CelError) : undefined),
  getScheme: ofUrl(({ scheme }) => scheme),
  getHost: ofUrl(({ host }) => host),
  getHostname: ofUrl(({ host }) => hostname(host)),
  getPort: ofUrl(({ host }) => portOf(host)),
  getEscapedPath: ofUrl(({ path }) => escapedPath(path)),
  getQuery: ofUrl(queryOf),
}
