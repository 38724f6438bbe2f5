/** Quantities, versions and formats. Models apiserver/pkg/cel/library (v1.35). */

import { decodeBytes } from '../../../api/base64.ts'
import { goQuote } from '../../../api/go-text.ts'
import { checkDns1035Label, checkDns1123Label, checkDns1123Subdomain, checkLabelValue, checkQualifiedName } from '../../../api/names.ts'
import type { ParsedQuantity } from '../../../api/quantity.ts'
import { addParsed, compareParsed, decimalText, isQuantityError, parseQuantity, quantityAsInt64, subParsed } from '../../../api/quantity.ts'
import { compareText } from '../../../kernel/text.ts'
import { formatNames } from '../declarations.ts'
import { parseTimestamp } from '../time-text.ts'
import { parseUri } from '../url.ts'
import type { CelOpaque, CelValue } from '../values.ts'
import { CelError, CelOptional } from '../values.ts'
import type { CelFunction, CelFunctions } from './function.ts'
import { isText } from './function.ts'

class Quantity implements CelOpaque {
  readonly opaque = 'kubernetes.Quantity'
  readonly parsed: ParsedQuantity
  constructor(parsed: ParsedQuantity) {
    this.parsed = parsed
  }

  equals(other: CelOpaque): boolean {
    return compareParsed(this.parsed, (other as Quantity).parsed) === 0
  }
}

class Semver implements CelOpaque {
  readonly opaque = 'kubernetes.Semver'
  readonly numbers: readonly bigint[]
  readonly prerelease: readonly string[]
  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    this.numbers = numbers
    this.prerelease = prerelease
  }

  equals(other: CelOpaque): boolean {
    return compareVersions(this, other as Semver) === 0
  }
}

/** A named rule for texts. `regexSize` is what its pattern counts as for costs. */
class Format implements CelOpaque {
  readonly opaque = 'kubernetes.NamedFormat'
  readonly name: string
  readonly regexSize: number
  readonly check: (text: string) => readonly string[]
  constructor(name: string, regexSize: number, check: (text: string) => readonly string[]) {
    this.name = name
    this.regexSize = regexSize
    this.check = check
  }

  equals(other: CelOpaque): boolean {
    return this.name === (other as Format).name
  }
}

function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (aIsNumber && bIsNumber) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1
  return compareText(a, b)
}

function compareVersions(a: Semver, b: Semver): number {
  for (let index = 0; index < 3; index++) if (a.numbers[index] !== b.numbers[index]) return a.numbers[index]! < b.numbers[index]! ? -1 : 1
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return Math.sign(b.prerelease.length - a.prerelease.length)
  for (let index = 0; index < a.prerelease.length && index < b.prerelease.length; index++) {
    const order = compareIdentifiers(a.prerelease[index]!, b.prerelease[index]!)
    if (order !== 0) return Math.sign(order)
  }
  return Math.sign(a.prerelease.length - b.prerelease.length)
}

function checkIdentifiers(text: string | undefined, kind: 'prerelease' | 'build meta data', empty: string): string | undefined {
  for (const part of text?.split('.') ?? []) {
    if (part === '') return empty
    if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in ${kind} ${goQuote(part)}`
    if (kind === 'prerelease' && /^0\d+$/.test(part)) return `Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}`
  }
  return undefined
}

/** A version as blang/semver reads it. */
function parseVersion(text: string): Semver | CelError {
  if (text === '') return new CelError('Version string empty')
  const [major, minor, ...last] = text.split('.')
  if (last.length === 0) return new CelError('No Major.Minor.Patch elements found')
  const rest = last.join('.')
  const plus = rest.indexOf('+')
  const build = plus < 0 ? undefined : rest.slice(plus + 1)
  const release = plus < 0 ? rest : rest.slice(0, plus)
  const dash = release.indexOf('-')
  const numbers = [major!, minor!, dash < 0 ? release : release.slice(0, dash)]
  for (const [index, name] of ['major', 'minor', 'patch'].entries()) {
    const number = numbers[index]!
    if (!/^\d+$/.test(number)) return new CelError(`Invalid character(s) found in ${name} number ${goQuote(number)}`)
    if (/^0\d/.test(number)) return new CelError(`${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${goQuote(number)}`)
  }
  const prerelease = dash < 0 ? undefined : release.slice(dash + 1)
  const wrong = checkIdentifiers(prerelease, 'prerelease', 'Prerelease is empty') ?? checkIdentifiers(build, 'build meta data', 'Build meta data is empty')
  return wrong === undefined ? new Semver(numbers.map(BigInt), prerelease?.split('.') ?? []) : new CelError(wrong)
}

function normalized(text: string): string | CelError {
  const [major, minor, ...last] = text.replace(/^v/, '').split('.')
  const parts = [major!, ...(minor === undefined ? [] : [minor]), ...(last.length === 0 ? [] : [last.join('.')])].map((part) => {
    const cut = part.length > 1 ? part.replace(/^0+/, '') : part
    return part.length > 1 && !/^\d/.test(cut) ? `0${cut}` : cut
  })
  if (parts.length < 3 && /[+-]/.test(parts.at(-1)!)) return new CelError('short version cannot contain PreRelease/Build meta data')
  while (parts.length < 3) parts.push('0')
  return parts.join('.')
}

function version(text: string, normalize: boolean): Semver | CelError {
  const given = normalize ? normalized(text) : text
  return given instanceof CelError ? given : parseVersion(given)
}

function quantity(text: string): Quantity | CelError {
  const parsed = parseQuantity(text)
  return isQuantityError(parsed) ? new CelError(parsed.error) : new Quantity(parsed)
}

function ofQuantity(run: (quantity: ParsedQuantity) => CelValue): CelFunction {
  return ([value]) => (value instanceof Quantity ? run(value.parsed) : undefined)
}

function ofQuantities(run: (a: ParsedQuantity, b: ParsedQuantity) => CelValue, takesInt = false): CelFunction {
  return ([a, b]) => {
    if (!(a instanceof Quantity)) return undefined
    if (takesInt && typeof b === 'bigint') return run(a.parsed, parseQuantity(String(b)) as ParsedQuantity)
    return b instanceof Quantity ? run(a.parsed, b.parsed) : undefined
  }
}

function order(run: (order: number) => CelValue): CelFunction {
  return ([a, b]) => {
    if (a instanceof Quantity && b instanceof Quantity) return run(compareParsed(a.parsed, b.parsed))
    return a instanceof Semver && b instanceof Semver ? run(compareVersions(a, b)) : undefined
  }
}

function versionPart(index: number): CelFunction {
  return ([value]) => (value instanceof Semver ? value.numbers[index] : undefined)
}

function isWhole(q: ParsedQuantity): CelValue {
  return quantityAsInt64(q) !== undefined
}

function masked(check: (name: string) => readonly string[]): (name: string) => readonly string[] {
  return (name) => check(name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name)
}

function says(text: string, holds: (value: string) => boolean): (value: string) => readonly string[] {
  return (value) => (holds(value) ? [] : [text])
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const checks: { readonly [name: string]: readonly [size: number, check: (text: string) => readonly string[]] } = {
  dns1123Label: [30, checkDns1123Label],
  dns1123Subdomain: [60, checkDns1123Subdomain],
  dns1035Label: [30, checkDns1035Label],
  qualifiedName: [60, checkQualifiedName],
  dns1123LabelPrefix: [30, masked(checkDns1123Label)],
  dns1123SubdomainPrefix: [60, masked(checkDns1123Subdomain)],
  dns1035LabelPrefix: [30, masked(checkDns1035Label)],
  labelValue: [40, checkLabelValue],
  uri: [1103, (text) => {
    const uri = parseUri(text)
    return 'error' in uri ? [uri.error] : []
  }],
  uuid: [72, says('does not match the UUID format', (text) => uuid.test(text))],
  byte: [84, says('invalid base64', (text) => text !== '' && decodeBytes(text) !== undefined)],
  date: [71, says('invalid date', (text) => /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined)],
  datetime: [71, says('invalid datetime', (text) => parseTimestamp(text.toUpperCase().replace(' ', 'T')) !== undefined)],
}

function formatOf(name: string): Format {
  const [size, check] = checks[name]!
  return new Format(name, size, check)
}

function validate([format, text]: readonly CelValue[]): CelValue | undefined {
  if (!(format instanceof Format) || !isText(text)) return undefined
  const found = format.check(text)
  return found.length === 0 ? new CelOptional() : new CelOptional(found)
}

export const kubernetesFunctions: CelFunctions = {
  quantity: ([text]) => (isText(text) ? quantity(text) : undefined),
  isQuantity: ([text]) => (isText(text) ? !(quantity(text) instanceof CelError) : undefined),
  sign: ofQuantity((q) => BigInt(compareParsed(q, parseQuantity('0') as ParsedQuantity))),
  isInteger: ofQuantity(isWhole),
  asInteger: ofQuantity((q) => quantityAsInt64(q) ?? new CelError('cannot convert value to integer')),
  asApproximateFloat: ofQuantity((q) => Number(decimalText(q))),
  add: ofQuantities((a, b) => new Quantity(addParsed(a, b)), true),
  sub: ofQuantities((a, b) => new Quantity(subParsed(a, b)), true),
  isGreaterThan: order((each) => each > 0),
  isLessThan: order((each) => each < 0),
  compareTo: order((each) => BigInt(Math.sign(each))),
  semver: ([text, normalize = false]) => (isText(text) && typeof normalize === 'boolean' ? version(text, normalize) : undefined),
  isSemver: ([text, normalize = false]) => (isText(text) && typeof normalize === 'boolean' ? !(version(text, normalize) instanceof CelError) : undefined),
  major: versionPart(0),
  minor: versionPart(1),
  patch: versionPart(2),
  validate,
  'format.named': ([name]) => (isText(name) ? (Object.hasOwn(checks, name) ? new CelOptional(formatOf(name)) : new CelOptional()) : undefined),
  ...Object.fromEntries(formatNames.map((name) => [`format.${name}`, () => formatOf(name)])),
}

