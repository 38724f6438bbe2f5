/** Formats of texts that the API server checks. Models kube-openapi/pkg/validation/strfmt with its govalidator. */

import { parseGoDuration } from '../../api/time.ts'

type FormatCheck = (text: string) => boolean

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const last = month === 2 && isLeap ? 29 : days[month - 1]
  return last !== undefined && day >= 1 && day <= last
}

function isDateTime(text: string): boolean {
  const match = /^(.{10})t(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(text.toLowerCase())
  return match !== null && isDate(match[1]!) && Number(match[2]) <= 23 && Number(match[3]) <= 59 && Number(match[4]) <= 59
}

function isIpv4(text: string): boolean {
  return /^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/.test(text) && !text.endsWith('.') && text.split('.').every((part) => Number(part) <= 255)
}

function isIpv6(text: string): boolean {
  if (!text.includes(':') || !/^[0-9a-fA-F:.]+$/.test(text) || /:::/.test(text)) return false
  const tail = /:([^:]*\.[^:]*)$/.exec(text)?.[1]
  if (tail !== undefined && !isIpv4(tail)) return false
  const plain = tail === undefined ? text : text.replace(tail, '0:0')
  const halves = plain.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? groups.length < 8 : groups.length === 8)
}

function isCidr(text: string): boolean {
  const match = /^(.+)\/(\d{1,3})$/.exec(text)
  if (match === null) return false
  return isIpv4(match[1]!) ? Number(match[2]) <= 32 : isIpv6(match[1]!) && Number(match[2]) <= 128
}

const hostLabel = '[a-zA-Z0-9\\p{S}\\p{L}]'
const hostname = new RegExp(`^(?:${hostLabel}(?:(?:-?${hostLabel}{0,62})?)|(?:${hostLabel}(?:(?:[a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}${hostLabel})?)\\.)+(?:[a-zA-Z\\p{L}]){2,63})$`, 'u')

function isHostname(text: string): boolean {
  return hostname.test(text) && text.length <= 255 && text.split('.').every((part) => part.length <= 63)
}

/** An address as net/mail reads it, without display names of many forms. */
function isEmail(text: string): boolean {
  const address = /^[^<>]*<([^<>]+)>$/.exec(text)?.[1] ?? text
  return /^[^\s@<>(),;:\\"[\]]+@[^\s@<>(),;:\\"]+$/.test(address) && !/^\.|\.\.|\.@|@\.|\.$/.test(address)
}

function isDuration(text: string): boolean {
  if (typeof parseGoDuration(text) === 'number') return true
  return /(\d+)\s*(nanoseconds?|nanos?|microseconds?|micros?|milliseconds?|millis?|seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|ns|us|µs|ms|s|m|h|d|w)\b/.test(text)
}

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => total + (index % 2 === 0 ? Number(digit) : (Number(digit) * 2) % 10 + Math.floor((Number(digit) * 2) / 10)), 0)
  return sum % 10 === 0
}

function isIsbn(text: string, length: number): boolean {
  const digits = text.replaceAll(/[\s-]+/g, '')
  if (!new RegExp(length === 10 ? '^\\d{9}[\\dXx]$' : '^\\d{13}$').test(digits)) return false
  const values = [...digits].map((digit) => (digit.toUpperCase() === 'X' ? 10 : Number(digit)))
  const sum = values.reduce((total, value, index) => total + value * (length === 10 ? 10 - index : index % 2 === 0 ? 1 : 3), 0)
  return sum % (length === 10 ? 11 : 10) === 0
}

function uuid(version = '[0-9a-f]', variant = '[0-9a-f]'): FormatCheck {
  const pattern = new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i')
  return (text) => pattern.test(text)
}

const matches = (pattern: RegExp): FormatCheck => (text) => pattern.test(text)

/** Checks by the format's name without dashes. Formats that are not here are not checked. */
const checks: { readonly [format: string]: FormatCheck | undefined } = {
  bsonobjectid: matches(/^[0-9a-fA-F]{24}$/), uri: matches(/^(?:[a-zA-Z][a-zA-Z0-9+.-]*:\S*|\/\S*)$/), email: isEmail, hostname: isHostname, ipv4: isIpv4, ipv6: isIpv6, cidr: isCidr,
  mac: matches(/^(?:(?:[0-9a-fA-F]{2}[:-]){5}(?:(?:[0-9a-fA-F]{2}[:-]){2})?[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{4}\.){2,3}[0-9a-fA-F]{4})$/),
  uuid: uuid(), uuid3: uuid('3'), uuid4: uuid('4', '[89ab]'), uuid5: uuid('5', '[89ab]'), isbn: (text) => isIsbn(text, 10) || isIsbn(text, 13), isbn10: (text) => isIsbn(text, 10), isbn13: (text) => isIsbn(text, 13),
  creditcard: (text) => /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/.test(text.replaceAll(/\D+/g, '')) && luhn(text.replaceAll(/\D+/g, '')),
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/), hexcolor: matches(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(/^rgb\(\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*(?:,\s*(?:0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*){2}\)$/),
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/), date: isDate, datetime: isDateTime, duration: isDuration,
  k8sshortname: (text) => text.length <= 63 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text), k8slongname: (text) => text.length <= 253 && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/.test(text),
}

/** True when a text has its format, or the format is not one that is checked. */
export function hasFormat(text: string, format: string): boolean {
  return checks[format.replaceAll('-', '')]?.(text) ?? true
}
