/** IP addresses and CIDRs in fields that predate strict checks: leading zeros and the like are fine there. Models apimachinery/pkg/util/validation/ip.go (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { IpAddress } from '../../api/ip.ts'
import { formatIp, maskIp, parseCidr, parseIp } from '../../api/ip.ts'
import { equalSemantic } from './equal.ts'
import type { ErrorList } from './error-list.ts'

/** An address as older fields take it. */
export function validateLegacyIp(value: string, path: string, errors: ErrorList): void {
  if (parseIp(value) === undefined) errors.invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
}

/** A CIDR as older fields take it. */
export function validateLegacyCidr(value: string, path: string, errors: ErrorList): void {
  if (parseCidr(value) === undefined) errors.invalid(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
}

/** True when a CIDR lies inside another one and is smaller. */
export function isStrictSubset(part: string, whole: string): boolean {
  const [inner, outer] = [parseCidr(part), parseCidr(whole)]
  if (inner === undefined || outer === undefined || inner.ip.family !== outer.ip.family || inner.prefixLength <= outer.prefixLength) return false
  const masked = maskIp({ ip: inner.ip, prefixLength: outer.prefixLength })
  return equalSemantic(masked.groups, maskIp(outer).groups)
}

/** The first two 16-bit groups and whether all but the last are zero, for either family. */
function isLoopback({ family, groups, isMapped }: IpAddress): boolean {
  if (family === 4) return groups[0] === 127
  if (isMapped) return groups[6]! >> 8 === 127
  return groups.every((group, index) => group === (index === 7 ? 1 : 0))
}

function isLinkLocalUnicast({ family, groups }: IpAddress): boolean {
  return family === 4 ? groups[0] === 169 && groups[1] === 254 : (groups[0]! & 0xffc0) === 0xfe80
}

function isLinkLocalMulticast({ family, groups }: IpAddress): boolean {
  return family === 4 ? groups[0] === 224 && groups[1] === 0 && groups[2] === 0 : (groups[0]! & 0xff0f) === 0xff02
}

/** An address that traffic may be sent to. */
export function validateEndpointIp(value: string, path: string, errors: ErrorList): void {
  const ip = parseIp(value)
  if (ip === undefined) return errors.invalid(path, value, 'must be a valid IP address')
  if (ip.groups.every((group) => group === 0)) errors.invalid(path, value, `may not be unspecified (${value})`)
  if (isLoopback(ip)) errors.invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (isLinkLocalUnicast(ip)) errors.invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (isLinkLocalMulticast(ip)) errors.invalid(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
}

/** True for an IPv6 address. */
export function isIpv6(value: string): boolean {
  const ip = parseIp(value)
  return ip !== undefined && ip.family === 6 && !ip.isMapped
}

/** True when the addresses are one of each family. */
export function isDualStack(values: readonly string[]): boolean {
  return values.some(isIpv6) && values.some((value) => !isIpv6(value))
}

/** Warnings about an address in an unusual form. */
export function warningsForIp(value: string, path: string): string[] {
  const ip = parseIp(value)
  if (ip === undefined) return []
  const text = formatIp(ip)
  if (!ip.isStrict || ip.isMapped) return [`${path}: non-standard IP address ${goQuote(value)} will be considered invalid in a future Kubernetes release: use ${goQuote(text)}`]
  return ip.family === 6 && text !== value ? [`${path}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(text)})`] : []
}

/** Warnings about a CIDR in an unusual form. */
export function warningsForCidr(value: string, path: string): string[] {
  const cidr = parseCidr(value)
  if (cidr === undefined) return []
  const warnings: string[] = []
  const masked = maskIp(cidr)
  const text = `${formatIp(masked)}/${cidr.prefixLength}`
  if (masked.groups.some((group, index) => group !== cidr.ip.groups[index])) {
    warnings.push(`${path}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(text)} or ${goQuote(`${formatIp(cidr.ip)}/${cidr.ip.family === 4 ? 32 : 128}`)}?)`)
  }
  if (!cidr.isStrict || cidr.ip.isMapped) warnings.push(`${path}: non-standard CIDR value ${goQuote(value)} will be considered invalid in a future Kubernetes release: use ${goQuote(text)}`)
  if (warnings.length === 0 && cidr.ip.family === 6 && text !== value) warnings.push(`${path}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(text)})`)
  return warnings
}
