/** CEL expressions of the API: compiled with the functions of Kubernetes, errors in the words of cel-go. Models apiserver/pkg/cel (v1.35). */

import { Environment } from '@marcbachmann/cel-js'
import { compareQuantities } from '../../api/quantity.ts'

class Quantity {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A compiled expression: run it with values for its variables. @throws CelFailure when it cannot be evaluated */
export type CelProgram = (variables: { readonly [name: string]: unknown }) => unknown

/** The library knows has() of plain names only. Of maps of maps, `has(a["b"].c)` means `"c" in a["b"]`. */
function withoutHas(expression: string): string {
  return expression.replace(/\bhas\(\s*([^()]*\])\s*\.\s*([A-Za-z_]\w*)\s*\)/g, '("$2" in $1)')
}

/** Functions of the real environment that this one lacks: such an expression compiles and fails when it runs. */
function isUnknownFunction({ summary = '', message = '' }: CelError): boolean {
  return /overload|function|method/i.test(summary || message)
}

/** A program with the type of its value (`dyn` when only a run tells), or why it cannot be compiled. */
export type Compiled = { readonly program: CelProgram; readonly type: string } | { readonly error: string }

interface CelError { readonly summary?: string; readonly message?: string; readonly range?: { readonly start: number }; readonly name?: string }

const endOfFile = "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

/** An environment with variables of any type and the functions of quantities. */
export function celEnvironment(variables: readonly string[]): Environment {
  const compare = (a: Quantity, b: Quantity): number => compareQuantities(a.text, b.text)
  const environment = new Environment({ enableOptionalTypes: true })
    .registerType('Quantity', { ctor: Quantity })
    .registerFunction('quantity(string): Quantity', (text: string) => new Quantity(text))
    .registerFunction('Quantity.compareTo(Quantity): int', (a: Quantity, b: Quantity) => BigInt(compare(a, b)))
    .registerFunction('Quantity.isGreaterThan(Quantity): bool', (a: Quantity, b: Quantity) => compare(a, b) > 0)
    .registerFunction('Quantity.isLessThan(Quantity): bool', (a: Quantity, b: Quantity) => compare(a, b) < 0)
  return variables.reduce((known, name) => known.registerVariable(name, 'dyn'), environment)
}

/** The library's message in the words of cel-go: they begin with a small letter. */
function wordsOf(error: unknown): string {
  const { summary, message = String(error) } = error as CelError
  const text = summary ?? message.split('\n')[0] ?? ''
  const variable = /^Unknown variable: (\w+)$/.exec(text)
  if (variable !== null) return `undeclared reference to '${variable[1]}' (in container '')`
  if (text === 'Unexpected token: EOF') return endOfFile
  return text.charAt(0).toLowerCase() + text.slice(1)
}

/** An error with the drawing of its place, as cel-go prints it. */
function drawn(expression: string, message: string, start: number): string {
  const before = expression.slice(0, start)
  const column = before.length - (before.lastIndexOf('\n') + 1)
  const line = before.split('\n').length
  return `compilation failed: ERROR: <input>:${line}:${column + 1}: ${message}\n | ${expression.split('\n')[line - 1]}\n | ${'.'.repeat(column)}^`
}

/**
 * Compiles an expression.
 * @param fields known fields of variables; a select of another one is an error
 */
export function compileCel(environment: Environment, expression: string, fields: { readonly [variable: string]: readonly string[] } = {}): Compiled {
  try {
    const text = withoutHas(expression)
    const program = environment.parse(text) as CelProgram
    const { valid, type, error } = environment.check(text) as { valid: boolean; type?: string; error?: CelError }
    if (!valid && error !== undefined && isUnknownFunction(error)) return { program, type: 'dyn' }
    if (!valid && error !== undefined) return { error: drawn(expression, wordsOf(error), error.range?.start ?? 0) }
    for (const [variable, known] of Object.entries(fields)) {
      for (const match of expression.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))) {
        if (!known.includes(match[1]!)) return { error: drawn(expression, `undefined field '${match[1]}'`, match.index + variable.length) }
      }
    }
    return { program, type: type ?? 'dyn' }
  } catch (error) {
    return { error: drawn(expression, wordsOf(error), (error as CelError).range?.start ?? 0) }
  }
}

/** Runs a program. @returns its value, or the text of what went wrong */
export function runCel(program: CelProgram, variables: { readonly [name: string]: unknown }): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: program(variables) }
  } catch (error) {
    return { error: wordsOf(error) }
  }
}

/** A JSON value as CEL sees it: whole numbers are integers, absent members are not there. */
export function toCelValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(toCelValue)
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([key, member]) => [key, toCelValue(member)]))
}
