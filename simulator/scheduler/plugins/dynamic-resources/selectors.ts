/**
 * CEL selectors of devices. Models dynamic-resource-allocation/cel (v1.35): `device` with driver, attributes and
 * capacity by domain; quantities compare by value.
 */

import { Environment } from '@marcbachmann/cel-js'
import { compareQuantities } from '../../../api/quantity.ts'
import { compareText } from '../../../kernel/text.ts'
import type { Device, DeviceAttribute, DeviceClass, DeviceSelector } from './types.ts'

class Quantity {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

class Semver {
  readonly parts: readonly number[]
  readonly preRelease: readonly string[]
  constructor(text: string) {
    const [core, pre = ''] = text.split('+')[0].split(/-(.*)/s)
    this.parts = core.split('.').map(Number)
    this.preRelease = pre === '' ? [] : pre.split('.')
  }
}

function comparePreRelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] === b[i]) continue
    const isNumber = [/^[0-9]+$/.test(a[i]), /^[0-9]+$/.test(b[i])]
    if (isNumber[0] && isNumber[1]) return Number(a[i]) - Number(b[i])
    if (isNumber[0] !== isNumber[1]) return isNumber[0] ? -1 : 1
    return compareText(a[i], b[i])
  }
  return a.length - b.length
}

/** Precedence by semver.org, version 2.0.0. */
function compareVersions(a: Semver, b: Semver): number {
  for (let i = 0; i < 3; i++) if (a.parts[i] !== b.parts[i]) return Math.sign((a.parts[i] ?? 0) - (b.parts[i] ?? 0))
  return Math.sign(comparePreRelease(a.preRelease, b.preRelease))
}

type Program = (context: { device: unknown }) => unknown

/** Says whether devices match, or why an expression fails. Compiles each expression once. */
export class SelectorMatcher {
  private readonly environment: Environment
  private readonly programs = new Map<string, Program | string>()

  constructor() {
    const compare = (a: Quantity, b: Quantity): number => compareQuantities(a.text, b.text)
    this.environment = new Environment({ enableOptionalTypes: true })
      .registerVariable('device', 'map')
      .registerType('Quantity', { ctor: Quantity })
      .registerFunction('quantity(string): Quantity', (text: string) => new Quantity(text))
      .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) => BigInt(compare(a, b)))
      .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: Quantity, b: Quantity) => compare(a, b) > 0)
      .registerType('Semver', { ctor: Semver })
      .registerFunction('semver(string): Semver', (text: string) => new Semver(text))
      .registerFunction('Semver.compareTo(Semver): int', (a: Semver, b: Semver) => BigInt(compareVersions(a, b)))
      .registerFunction('Semver.isGreaterThan(Semver): bool', (a: Semver, b: Semver) => compareVersions(a, b) > 0)
      .registerFunction('Semver.isLessThan(Semver): bool', (a: Semver, b: Semver) => compareVersions(a, b) < 0)
      .registerFunction('Quantity.isLessThan(Quantity): bool', (a: Quantity, b: Quantity) => compare(a, b) < 0)
  }

  /**
   * Whether a device meets all selectors.
   * @param owner what the selectors belong to, for the error: "class NAME" or "claim NAMESPACE/NAME"
   * @returns the error's text when an expression fails
   */
  matches(selectors: readonly DeviceSelector[] | undefined, device: Device, driver: string, owner: string): boolean | string {
    for (const [index, selector] of (selectors ?? []).entries()) {
      const program = this.compile(selector.cel?.expression ?? '')
      if (typeof program === 'string') return `${owner}: selector #${index}: CEL compile error: ${program}`
      try {
        if (program({ device: celDevice(device, driver) }) !== true) return false
      } catch (error) {
        return `${owner}: selector #${index}: CEL runtime error: ${textOf(error)}`
      }
    }
    return true
  }

  private compile(expression: string): Program | string {
    let program = this.programs.get(expression)
    if (program === undefined) {
      try {
        program = this.environment.parse(translated(expression)) as Program
      } catch (error) {
        program = textOf(error)
      }
      this.programs.set(expression, program)
    }
    return program
  }
}

/**
 * The library knows has() of plain names only. Devices are maps of maps, of which `has(a["b"].c)` means `"c" in a["b"]`.
 * And it takes what can be looked up for what is there: a domain without attributes is an empty map, yet it is not `in`.
 */
function translated(expression: string): string {
  return expression
    .replace(/\bhas\(\s*([^()]*\])\s*\.\s*([A-Za-z_]\w*)\s*\)/g, '("$2" in $1)')
    .replace(/\bin(\s+)device\.(attributes|capacity)\b(?!\s*[.[])/g, 'in$1device.$2Domains')
}

/** The text of a CEL error without the drawing of its place; it begins with a small letter as in cel-go. */
function textOf(error: unknown): string {
  const { summary, message = String(error) } = error as { summary?: string; message?: string }
  const text = summary ?? message
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

function valueOf({ string, int, bool, version }: DeviceAttribute): unknown {
  return string ?? (int === undefined ? undefined : BigInt(int)) ?? bool ?? (version === undefined ? undefined : new Semver(version))
}

/** Values by domain and name. */
function byDomain(entries: readonly (readonly [string, unknown])[], driver: string): Map<string, Map<string, unknown>> {
  const domains = new Map<string, Map<string, unknown>>()
  for (const [qualified, value] of entries) {
    const slash = qualified.indexOf('/')
    const domain = slash < 0 ? driver : qualified.slice(0, slash)
    let names = domains.get(domain)
    if (names === undefined) domains.set(domain, (names = new Map()))
    names.set(qualified.slice(slash + 1), value)
  }
  return domains
}

/** The same map, in which domains that nobody uses are empty ones. */
function withDefault(domains: Map<string, Map<string, unknown>>): Map<string, Map<string, unknown>> {
  const copy = new Map(domains)
  return Object.assign(copy, { get: (domain: string) => domains.get(domain) ?? new Map<string, unknown>() })
}

function celDevice({ attributes = {}, capacity = {} }: Device, driver: string): unknown {
  const attributeDomains = byDomain(Object.entries(attributes).map(([name, attribute]) => [name, valueOf(attribute)]), driver)
  const capacityDomains = byDomain(Object.entries(capacity).map(([name, { value }]) => [name, new Quantity(value)]), driver)
  return new Map<string, unknown>([
    ['driver', driver],
    ['allowMultipleAllocations', false],
    ['attributes', withDefault(attributeDomains)],
    ['attributesDomains', attributeDomains],
    ['capacity', withDefault(capacityDomains)],
    ['capacityDomains', capacityDomains],
  ])
}

/** Error prefix of a class's selectors. */
export function classOwner({ metadata }: DeviceClass): string {
  return `class ${metadata.name}`
}
