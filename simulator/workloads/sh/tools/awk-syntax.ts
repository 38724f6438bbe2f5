/** The syntax tree of awk. */

import type { Regex } from '../regex.ts'
import { posixRegex, RegexError } from '../regex.ts'

/** A program that cannot be parsed. */
export class AwkSyntaxError extends Error {
  override readonly name = 'AwkSyntaxError'
}

export type Expr =
  | { readonly t: 'number'; readonly value: number }
  | { readonly t: 'string'; readonly value: string }
  | { readonly t: 'regex'; readonly regex: Regex }
  | { readonly t: 'var'; readonly name: string }
  | { readonly t: 'field'; readonly index: Expr }
  | { readonly t: 'index'; readonly name: string; readonly keys: readonly Expr[] }
  | { readonly t: 'in'; readonly name: string; readonly keys: readonly Expr[] }
  | { readonly t: 'unary'; readonly op: '-' | '+' | '!'; readonly of: Expr }
  | { readonly t: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly t: 'match'; readonly isNegated: boolean; readonly left: Expr; readonly right: Expr }
  | { readonly t: 'ternary'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly t: 'assign'; readonly op: string; readonly target: Expr; readonly value: Expr }
  | { readonly t: 'step'; readonly isBefore: boolean; readonly by: 1 | -1; readonly target: Expr }
  | { readonly t: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly t: 'getline'; readonly target?: Expr; readonly file?: Expr }

export type Statement =
  | { readonly t: 'expr'; readonly expr: Expr }
  | { readonly t: 'print' | 'printf'; readonly args: readonly Expr[]; readonly redirect?: { readonly op: string; readonly to: Expr } }
  | { readonly t: 'if'; readonly test: Expr; readonly body: Statement; readonly otherwise?: Statement }
  | { readonly t: 'while' | 'do'; readonly test: Expr; readonly body: Statement }
  | { readonly t: 'for'; readonly init?: Statement; readonly test?: Expr; readonly step?: Statement; readonly body: Statement }
  | { readonly t: 'forIn'; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly t: 'block'; readonly body: readonly Statement[] }
  | { readonly t: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly t: 'exit' | 'return'; readonly value?: Expr }
  | { readonly t: 'delete'; readonly name: string; readonly keys: readonly Expr[] }

export interface Rule {
  readonly kind: 'BEGIN' | 'END' | 'line'
  readonly pattern?: Expr
  /** End of a range pattern. */
  readonly until?: Expr
  /** Without an action the line is printed. */
  readonly action?: Statement
}

export interface AwkFunction {
  readonly params: readonly string[]
  readonly body: Statement
}

export interface AwkProgram {
  readonly rules: readonly Rule[]
  readonly functions: { readonly [name: string]: AwkFunction }
}

/** A regular expression of awk. @throws AwkSyntaxError */
export function compilePattern(text: string): Regex {
  try {
    return posixRegex(text.replace(/\\"/g, '"').replace(/\\\//g, '/'), 'extended')
  } catch (error) {
    if (error instanceof RegexError) throw new AwkSyntaxError(`regular expression compile failed: ${error.message}: /${text}/`)
    throw error
  }
}
