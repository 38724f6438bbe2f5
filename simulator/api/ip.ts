/** IP addresses and CIDRs as texts. Models apimachinery/pkg/util/validation/ip.go and Go's net and net/netip (v1.35). */

import { fieldErrors } from './field-error.ts'
import type { FieldError } from './field-error.ts'
import { goQuote } from './go-text.ts'

/** An address as numbers: 4 bytes, or 8 groups of 16 bits. `isStrict` is false when a part of it has leading zeros. */
export interface IpAddress { readonly family: 4 | 6; readonly groups: readonly number[]; readonly isStrict: boolean; readonly isMapped: boolean }

function parseIPv4(text: string): { bytes: number[]; isStrict: boolean } | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^[0-9]{1,}$/.test(part) && Number(part) <= 255)) return undefined
  return { bytes: parts.map(Number), isStrict: parts.every((part) => part === '0' || !part.startsWith('0')) }
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  return parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part)) ? parts.map((part) => Number.parseInt(part, 16)) : undefined
}

function parseIPv6(text: string): IpAddress | undefined {
  const lastColon = text.lastIndexOf(':')
  const tail = text.slice(lastColon + 1)
  const dotted = tail.includes('.') ? parseIPv4(tail) : undefined
  if (tail.includes('.') && dotted === undefined) return undefined
  const hex = dotted === undefined ? text : `${text.slice(0, lastColon + 1)}${((dotted.bytes[0]! << 8) | dotted.bytes[1]!).toString(16)}:${((dotted.bytes[2]! << 8) | dotted.bytes[3]!).toString(16)}`
  const halves = hex.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0]!)
  const rest = halves.length === 2 ? parseGroups(halves[1]!) : []
  if (head === undefined || rest === undefined) return undefined
  const missing = 8 - head.length - rest.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...rest]
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  return { family: 6, groups, isStrict: dotted === undefined || dotted.isStrict, isMapped }
}

/** Reads an address, leading zeros allowed; undefined when it is none. */
export function parseIp(text: string): IpAddress | undefined {
  const dot = text.indexOf('.')
  const colon = text.indexOf(':')
  if (dot >= 0 && (colon < 0 || dot < colon)) {
    const parsed = parseIPv4(text)
    return parsed === undefined ? undefined : { family: 4, groups: parsed.bytes, isStrict: parsed.isStrict, isMapped: false }
  }
  return colon < 0 ? undefined : parseIPv6(text)
}

/** The longest run of zero groups, at least two long, the first of equals. */
function zeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

/** The canonical text; an IPv4 address inside IPv6 prints as IPv4, as net.IP does. */
export function formatIp(ip: Pick<IpAddress, 'family' | 'groups'> & { readonly isMapped?: boolean }): string {
  if (ip.family === 4) return ip.groups.join('.')
  if (ip.isMapped === true) return [ip.groups[6]! >> 8, ip.groups[6]! & 255, ip.groups[7]! >> 8, ip.groups[7]! & 255].join('.')
  const { start, length } = zeroRun(ip.groups)
  const hex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')
  return start < 0 ? hex(ip.groups) : `${hex(ip.groups.slice(0, start))}::${hex(ip.groups.slice(start + length))}`
}

/** What is wrong with an address in a field that wants the canonical form. */
export function checkIp(path: string, text: string): FieldError[] {
  const ip = parseIp(text)
  if (ip === undefined) return [fieldErrors.invalid(path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  if (!ip.isStrict) return [fieldErrors.invalid(path, text, 'must not have leading 0s')]
  if (ip.isMapped) return [fieldErrors.invalid(path, text, 'must not be an IPv4-mapped IPv6 address')]
  const canonical = formatIp(ip)
  return canonical === text ? [] : [fieldErrors.invalid(path, text, `must be in canonical form (${goQuote(canonical)})`)]
}

/** A network: address and length of its prefix. */
export interface Cidr { readonly ip: IpAddress; readonly prefixLength: number }

/** Reads a CIDR; undefined when it is none. */
export function parseCidr(text: string): (Cidr & { readonly isStrict: boolean }) | undefined {
  const match = /^([^/]+)\/([0-9]+)$/.exec(text)
  const ip = match === null ? undefined : parseIp(match[1]!)
  if (match === null || ip === undefined) return undefined
  const prefixLength = Number(match[2])
  if (prefixLength > (ip.family === 4 ? 32 : 128)) return undefined
  return { ip, prefixLength, isStrict: ip.isStrict && String(prefixLength) === match[2] }
}

/** The address with all bits beyond the prefix cleared. */
export function maskIp({ ip, prefixLength }: Cidr): IpAddress {
  const width = ip.family === 4 ? 8 : 16
  const groups = ip.groups.map((group, index) => {
    const kept = Math.min(Math.max(prefixLength - index * width, 0), width)
    return group & (((1 << kept) - 1) << (width - kept))
  })
  return { ...ip, groups }
}

/** What is wrong with a CIDR in a field that wants the canonical form. */
export function checkCidr(path: string, text: string): FieldError[] {
  const cidr = parseCidr(text)
  if (cidr === undefined) return [fieldErrors.invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
  if (!cidr.isStrict) return [fieldErrors.invalid(path, text, 'must not have leading 0s in IP or prefix length')]
  if (cidr.ip.isMapped) return [fieldErrors.invalid(path, text, 'must not have an IPv4-mapped IPv6 address')]
  const masked = maskIp(cidr)
  if (masked.groups.some((group, index) => group !== cidr.ip.groups[index])) return [fieldErrors.invalid(path, text, 'must not have bits set beyond the prefix length')]
  const canonical = `${formatIp(masked)}/${cidr.prefixLength}`
  return canonical === text ? [] : [fieldErrors.invalid(path, text, `must be in canonical form (${goQuote(canonical)})`)]
}
