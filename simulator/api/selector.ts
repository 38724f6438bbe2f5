/**
 * Label selectors: the text form (`app=web,tier in (a, b)`) and the object form, validation and matching.
 * Models apimachinery/pkg/labels and meta/v1 LabelSelectorAsSelector (v1.35).
 */

import { compareText } from '../kernel/text.ts'
import { fieldErrors, fieldErrorsText } from './field-error.ts'
import type { FieldError } from './field-error.ts'
import { goQuote, parseInt64 } from './go-text.ts'
import { checkLabelValue, checkQualifiedName } from './names.ts'
import type { LabelSelector, LabelSelectorRequirement, StringMap } from './types.ts'

/** Operators as the text form has them. */
export type SelectorOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt'
/** One requirement on one label. */
export interface Requirement { readonly key: string; readonly operator: SelectorOperator; readonly values: readonly string[] }
/** A validated selector. `nothing` marks the one that selects no object at all. */
export interface Selector { readonly requirements: readonly Requirement[]; readonly nothing?: boolean }
/** Why a selector is wrong, in the server's words. */
export interface SelectorError { readonly error: string }

/** Matches no labels. */
export const nothing: Selector = { requirements: [], nothing: true }

/** True when a selector could not be made. */
export function isSelectorError<T extends object>(result: T | SelectorError): result is SelectorError {
  return 'error' in result
}

// ---- matching ------------------------------------------------------------------------------------------------------

function compareNumbers(operator: 'gt' | 'lt', label: string, value: string | undefined): boolean {
  const left = parseInt64(label)
  const right = value === undefined ? undefined : parseInt64(value)
  if (left === undefined || right === undefined) return false
  return operator === 'gt' ? left > right : left < right
}

/** True when labels meet one requirement. */
export function matchesRequirement(requirement: Requirement, labels: StringMap | undefined): boolean {
  const value = labels === undefined || !Object.hasOwn(labels, requirement.key) ? undefined : labels[requirement.key]
  switch (requirement.operator) {
    case 'in': case '=': case '==':
      return value !== undefined && requirement.values.includes(value)
    case 'notin': case '!=':
      return value === undefined || !requirement.values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case 'gt': case 'lt':
      return value !== undefined && requirement.values.length === 1 && compareNumbers(requirement.operator, value, requirement.values[0])
  }
}

/** True when labels meet all requirements. */
export function matchesSelector(selector: Selector, labels: StringMap | undefined): boolean {
  if (selector.nothing === true) return false
  for (const requirement of selector.requirements) if (!matchesRequirement(requirement, labels)) return false
  return true
}

/** True when labels hold every pair of a map, as Service selectors and node selectors mean it. An empty map matches all. */
export function matchesSet(set: StringMap | undefined, labels: StringMap | undefined): boolean {
  if (set === undefined) return true
  for (const key of Object.keys(set)) if (labels === undefined || labels[key] !== set[key]) return false
  return true
}

function matchesExpression(expression: LabelSelectorRequirement, labels: StringMap | undefined): boolean {
  const value = labels === undefined || !Object.hasOwn(labels, expression.key) ? undefined : labels[expression.key]
  switch (expression.operator) {
    case 'In': return value !== undefined && (expression.values ?? []).includes(value)
    case 'NotIn': return value === undefined || !(expression.values ?? []).includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    default: return false
  }
}

/** Matches an admitted LabelSelector without making a Selector first. Absent selects nothing, empty selects all. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: StringMap | undefined): boolean {
  if (selector === undefined || selector === null) return false
  if (!matchesSet(selector.matchLabels, labels)) return false
  if (selector.matchExpressions !== undefined) {
    for (const expression of selector.matchExpressions) if (!matchesExpression(expression, labels)) return false
  }
  return true
}

// ---- making selectors ----------------------------------------------------------------------------------------------

function checkValues(operator: SelectorOperator, values: readonly string[] | undefined, path: string): FieldError[] {
  const given = values ?? []
  const shown = values ?? null
  if ((operator === 'in' || operator === 'notin') && given.length === 0)
    return [fieldErrors.invalid(path, shown, "for 'in', 'notin' operators, values set can't be empty")]
  if ((operator === '=' || operator === '==' || operator === '!=') && given.length !== 1)
    return [fieldErrors.invalid(path, shown, 'exact-match compatibility requires one single value')]
  if ((operator === 'exists' || operator === '!') && given.length !== 0)
    return [fieldErrors.invalid(path, shown, 'values set must be empty for exists and does not exist')]
  if (operator !== 'gt' && operator !== 'lt') return []
  const errors: FieldError[] = given.length === 1 ? [] : [fieldErrors.invalid(path, shown, "for 'Gt', 'Lt' operators, exactly one value is required")]
  given.forEach((value, index) => {
    if (parseInt64(value) === undefined) errors.push(fieldErrors.invalid(`${path}[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"))
  })
  return errors
}

/**
 * Makes one requirement.
 * @param path where it stands, '' for nowhere; it begins the error texts
 */
export function makeRequirement(key: string, operator: SelectorOperator, values: readonly string[] | undefined, path = ''): Requirement | SelectorError {
  const child = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const errors: FieldError[] = []
  const keyErrors = checkQualifiedName(key)
  if (keyErrors.length > 0) errors.push(fieldErrors.invalid(child('key'), key, keyErrors.join('; ')))
  errors.push(...checkValues(operator, values, child('values')))
  for (const [index, value] of (values ?? []).entries()) {
    const valueErrors = checkLabelValue(value)
    if (valueErrors.length > 0) errors.push(fieldErrors.invalid(`${child('values')}[${index}][${key}]`, value, valueErrors.join('; ')))
  }
  return errors.length > 0 ? { error: fieldErrorsText(errors) } : { key, operator, values: values ?? [] }
}

function byKey(a: Requirement, b: Requirement): number {
  return compareText(a.key, b.key)
}

const objectOperators: { readonly [operator: string]: SelectorOperator } = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** Turns a LabelSelector object into a Selector. Absent selects nothing, empty selects everything. */
export function toSelector(object: LabelSelector | undefined | null): Selector | SelectorError {
  if (object === undefined || object === null) return nothing
  const requirements: Requirement[] = []
  for (const key of Object.keys(object.matchLabels ?? {}).sort(compareText)) {
    const requirement = makeRequirement(key, '=', [object.matchLabels![key]!])
    if (isSelectorError(requirement)) return requirement
    requirements.push(requirement)
  }
  for (const expression of object.matchExpressions ?? []) {
    const operator = Object.hasOwn(objectOperators, expression.operator) ? objectOperators[expression.operator] : undefined
    if (operator === undefined) return { error: `${goQuote(expression.operator)} is not a valid label selector operator` }
    const values = expression.values !== undefined && expression.values.length === 0 ? undefined : expression.values
    const requirement = makeRequirement(expression.key ?? '', operator, values)
    if (isSelectorError(requirement)) return requirement
    requirements.push(requirement)
  }
  return { requirements: requirements.sort(byKey) }
}

// ---- printing ------------------------------------------------------------------------------------------------------

const operatorTexts: { readonly [operator in SelectorOperator]: string } = {
  in: ' in ', notin: ' notin ', '=': '=', '==': '==', '!=': '!=', gt: '>', lt: '<', exists: '', '!': '',
}

function formatRequirement({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key
  if (operator === '!') return `!${key}`
  const list = values.length === 1 ? values[0]! : [...values].sort(compareText).join(',')
  return `${key}${operatorTexts[operator]}${operator === 'in' || operator === 'notin' ? `(${list})` : list}`
}

/** The selector as text; '' for everything and for nothing. */
export function formatSelector(selector: Selector): string {
  return selector.requirements.map(formatRequirement).join(',')
}

/** A LabelSelector as kubectl shows it: `<none>` when empty, `<error>` when it is not valid. */
export function formatLabelSelector(object: LabelSelector | undefined): string {
  const selector = toSelector(object)
  if (isSelectorError(selector)) return '<error>'
  const text = formatSelector(selector)
  return text === '' ? '<none>' : text
}

// ---- reading text --------------------------------------------------------------------------------------------------

type TokenKind = 'end' | ')' | ',' | '!' | '==' | '=' | '>' | 'identifier' | 'in' | '<' | '!=' | 'notin' | '(' | 'error'
interface Token { readonly kind: TokenKind; readonly text: string }

const symbols: readonly TokenKind[] = [')', ',', '!', '==', '=', '>', '<', '!=', '(']
const special = /[=!(),><]/
const blank = /[ \t\r\n]/

/** The longest operator that the run of special characters at `start` begins with, read as upstream's lexer does. */
function scanSymbol(text: string, start: number): { token: Token; next: number } {
  let found: Token | undefined
  let buffer = ''
  let index = start
  while (index < text.length && special.test(text[index]!)) {
    buffer += text[index]
    if (symbols.includes(buffer as TokenKind)) found = { kind: buffer as TokenKind, text: buffer }
    else if (found !== undefined) break
    index++
  }
  return { token: found ?? { kind: 'error', text: `error expected: keyword found '${buffer}'` }, next: index }
}

function scan(text: string): Token[] {
  const tokens: Token[] = []
  let index = 0
  while (index < text.length) {
    const char = text[index]!
    if (blank.test(char)) {
      index++
    } else if (special.test(char)) {
      const { token, next } = scanSymbol(text, index)
      tokens.push(token)
      index = next
    } else {
      const start = index
      while (index < text.length && !special.test(text[index]!) && !blank.test(text[index]!)) index++
      const word = text.slice(start, index)
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
    }
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

/** Stops parsing with an error text; never leaves this file. */
class ParseFailure extends Error {}

/** Recursive descent over the tokens, as apimachinery/pkg/labels does it. */
class SelectorParser {
  readonly #tokens: readonly Token[]
  #position = 0

  constructor(text: string) {
    this.#tokens = scan(text)
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = []
    for (;;) {
      const token = this.#peek()
      if (token.kind === 'end') return requirements
      if (token.kind !== 'identifier' && token.kind !== '!') throw new ParseFailure(`found '${token.text}', expected: !, identifier, or 'end of string'`)
      requirements.push(this.#requirementInContext())
      const separator = this.#next()
      if (separator.kind === 'end') return requirements
      if (separator.kind !== ',') throw new ParseFailure(`found '${separator.text}', expected: ',' or 'end of string'`)
      const following = this.#peek()
      if (following.kind !== 'identifier' && following.kind !== '!') throw new ParseFailure(`found '${following.text}', expected: identifier after ','`)
    }
  }

  /** Where a value may stand, the words `in` and `notin` are values. */
  #asValue(token: Token): Token {
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token
  }

  #peek(): Token {
    return this.#asValue(this.#tokens[this.#position]!)
  }

  #next(): Token {
    const token = this.#peek()
    if (this.#position < this.#tokens.length - 1) this.#position++
    return token
  }

  #nextOperator(): Token {
    return this.#tokens[this.#position++]!
  }

  #requirementInContext(): Requirement {
    try {
      return this.#requirement()
    } catch (failure) {
      if (failure instanceof ParseFailure) throw new ParseFailure(`unable to parse requirement: ${failure.message}`)
      throw failure
    }
  }

  #requirement(): Requirement {
    let token = this.#next()
    const isNegated = token.kind === '!'
    if (isNegated) token = this.#next()
    if (token.kind !== 'identifier') throw new ParseFailure(`found '${token.text}', expected: identifier`)
    const key = token.text
    const keyErrors = checkQualifiedName(key)
    if (keyErrors.length > 0) throw new ParseFailure(`<nil>: Invalid value: ${goQuote(key)}: ${keyErrors.join('; ')}`)
    const following = this.#peek().kind
    if (isNegated) return { key, operator: '!', values: [] }
    if (following === 'end' || following === ',') return { key, operator: 'exists', values: [] }
    const operator = this.#operator()
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()]
    const requirement = makeRequirement(key, operator, [...new Set(values)].sort(compareText))
    if (isSelectorError(requirement)) throw new ParseFailure(requirement.error)
    return requirement
  }

  #operator(): SelectorOperator {
    const token = this.#nextOperator()
    switch (token.kind) {
      case 'in': case 'notin': case '=': case '==': case '!=': return token.kind
      case '>': return 'gt'
      case '<': return 'lt'
      default: throw new ParseFailure(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
  }

  #exactValue(): string {
    const kind = this.#peek().kind
    if (kind === 'end' || kind === ',') return ''
    const token = this.#next()
    if (token.kind !== 'identifier') throw new ParseFailure(`found '${token.text}', expected: identifier`)
    return token.text
  }

  #values(): string[] {
    const open = this.#next()
    if (open.kind !== '(') throw new ParseFailure(`found '${open.text}' expected: '('`)
    const first = this.#peek()
    if (first.kind === ')') {
      this.#next()
      return ['']
    }
    if (first.kind !== 'identifier' && first.kind !== ',') throw new ParseFailure(`found '${first.text}', expected: ',', ')' or identifier`)
    const values = this.#identifiers()
    if (this.#next().kind !== ')') throw new ParseFailure(`found '${first.text}', expected: ')'`)
    return values
  }

  #identifiers(): string[] {
    const values: string[] = []
    for (;;) {
      const token = this.#next()
      const following = this.#peek()
      if (token.kind === 'identifier') {
        values.push(token.text)
        if (following.kind === ')') return values
        if (following.kind !== ',') throw new ParseFailure(`found '${following.text}', expected: ',' or ')'`)
      } else if (token.kind === ',') {
        if (values.length === 0) values.push('')
        if (following.kind === ')') return [...values, '']
        if (following.kind === ',') values.push('')
      } else {
        throw new ParseFailure(`found '${token.text}', expected: ',', or identifier`)
      }
    }
  }
}

/** Reads the text form of a selector, as `-l` and `?labelSelector=` have it. */
export function parseSelector(text: string): Selector | SelectorError {
  try {
    return { requirements: new SelectorParser(text).parse().sort(byKey) }
  } catch (failure) {
    if (failure instanceof ParseFailure) return { error: failure.message }
    throw failure
  }
}

/** Reads the text form into a LabelSelector object, as `kubectl create pdb --selector` does. */
export function parseToLabelSelector(text: string): LabelSelector | SelectorError {
  const selector = parseSelector(text)
  if (isSelectorError(selector)) return { error: `couldn't parse the selector string "${text}": ${selector.error}` }
  const matchLabels: StringMap = {}
  const matchExpressions: LabelSelectorRequirement[] = []
  for (const { key, operator, values } of selector.requirements) {
    if (operator === '=' || operator === '==') matchLabels[key] = values[0]!
    else if (operator === 'gt' || operator === 'lt') return { error: `${goQuote(operator)} isn't supported in label selectors` }
    else if (operator === '!=') return { error: `${goQuote(operator)} is not a valid label selector operator` }
    else matchExpressions.push({ key, operator: operator === 'in' ? 'In' : operator === 'notin' ? 'NotIn' : operator === 'exists' ? 'Exists' : 'DoesNotExist', values: [...values] })
  }
  return { ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}), ...(matchExpressions.length > 0 ? { matchExpressions } : {}) }
}
