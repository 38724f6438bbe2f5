/** Scopes of jq programs. */

import { jqBuiltins } from './jq-builtins.ts'
import { parseDefinitions } from './jq-parser.ts'
import { prelude } from './jq-prelude.ts'
import type { Filter, Pattern } from './jq-syntax.ts'
import { JqSyntaxError } from './jq-syntax.ts'
import type { JqValue } from './jq-values.ts'

/** A function with the scope where it was defined. */
export interface Closure {
  readonly params: readonly string[]
  readonly code: Filter
  env: Env
}

/** What names stand for at a place of a program. */
export interface Env {
  readonly parent: Env | undefined
  readonly variables: ReadonlyMap<string, JqValue>
  readonly functions: ReadonlyMap<string, Closure>
}

/** A path in a value: keys, places and slices. undefined when the result is not a place in the input. */
export type JqPath = readonly JqValue[]
/** A value with where it came from. */
export interface Result {
  readonly value: JqValue
  readonly path: JqPath | undefined
}
/** What a filter gives, one after the other. */
export type Results = Generator<Result, void, undefined>

/** Builtins that are more than a function of values. */
export const special = new Set(['empty/0', 'not/0', 'error/0', 'path/1', 'getpath/1', 'first/1', 'last/1', '_limit/2', 'isempty/1', 'range/2', 'range/3', 'input/0', 'inputs/0', 'debug/0', 'now/0'])

/** Functions and variables that a filter can see; checks that what it names exists. */
export abstract class JqScope {
  protected readonly root: Env

  constructor(variables: ReadonlyMap<string, JqValue>) {
    const functions = new Map<string, Closure>()
    const base: Env = { parent: undefined, variables, functions }
    for (const { name, params, code } of parseDefinitions(prelude)) functions.set(`${name}/${params.length}`, { params, code, env: base })
    this.root = base
  }

  /** Checks that everything called exists. @throws JqSyntaxError */
  check(program: Filter, text: string): void {
    this.checkIn(program, this.root, text)
  }

  protected checkIn(filter: Filter, env: Env, text: string): void {
    if (filter.t === 'def') {
      const inner = this.define(filter, env)
      const closure = inner.functions.get(`${filter.name}/${filter.params.length}`)
      if (closure !== undefined) this.checkIn(filter.code, this.withParams(closure, env), text)
      this.checkIn(filter.body, inner, text)
      return
    }
    if (filter.t === 'as' || filter.t === 'reduce' || filter.t === 'foreach') this.checkBound(filter, env, text)
    if (filter.t === 'var' && !this.hasVariable(filter.name, env)) throw new JqSyntaxError(`$${filter.name} is not defined at <top-level>, line 1:\n${text}`)
    if (filter.t === 'as' || filter.t === 'reduce' || filter.t === 'foreach') return
    if (filter.t === 'call' && this.find(filter.name, filter.args.length, env) === undefined && !Object.hasOwn(jqBuiltins, `${filter.name}/${filter.args.length}`) && !special.has(`${filter.name}/${filter.args.length}`)) {
      throw new JqSyntaxError(`${filter.name}/${filter.args.length} is not defined at <top-level>, line 1:\n${text}`)
    }
    for (const value of Object.values(filter) as unknown[]) this.checkValue(value, env, text)
  }

  /** Checks a filter that binds variables: its source without them, the rest with them. */
  protected checkBound(filter: Extract<Filter, { t: 'as' | 'reduce' | 'foreach' }>, env: Env, text: string): void {
    this.checkIn(filter.source, env, text)
    const names = new Map<string, JqValue>()
    for (const pattern of filter.t === 'as' ? filter.patterns : [filter.pattern]) namesOf(pattern, names)
    const inner: Env = { parent: env, variables: names, functions: new Map() }
    if (filter.t === 'as') this.checkIn(filter.body, inner, text)
    else {
      this.checkIn(filter.init, env, text)
      this.checkIn(filter.update, inner, text)
      if (filter.extract !== undefined) this.checkIn(filter.extract, inner, text)
    }
  }

  protected hasVariable(name: string, env: Env): boolean {
    for (let at: Env | undefined = env; at !== undefined; at = at.parent) if (at.variables.has(name)) return true
    return name === '__prog_args'
  }

  protected checkValue(value: unknown, env: Env, text: string): void {
    if (Array.isArray(value)) for (const item of value as unknown[]) this.checkValue(item, env, text)
    else if (typeof value === 'object' && value !== null) {
      if ('t' in value) this.checkIn(value as Filter, env, text)
      else for (const inner of Object.values(value) as unknown[]) this.checkValue(inner, env, text)
    }
  }

  protected withParams(closure: Closure, env: Env): Env {
    const functions = new Map<string, Closure>()
    for (const param of closure.params) functions.set(`${param.replace('$', '')}/0`, { params: [], code: { t: 'identity' }, env })
    const variables = new Map<string, JqValue>(closure.params.filter((param) => param.startsWith('$')).map((param) => [param.slice(1), null]))
    return { parent: closure.env, variables, functions }
  }

  protected find(name: string, count: number, env: Env): Closure | undefined {
    const key = `${name}/${count}`
    for (let at: Env | undefined = env; at !== undefined; at = at.parent) {
      const found = at.functions.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  protected variable(name: string, env: Env): JqValue {
    for (let at: Env | undefined = env; at !== undefined; at = at.parent) {
      const found = at.variables.get(name)
      if (found !== undefined) return found
    }
    if (name === '__prog_args') return null
    throw new JqSyntaxError(`$${name} is not defined at <top-level>, line 1:`)
  }

  protected define(filter: Extract<Filter, { t: 'def' }>, env: Env): Env {
    const closure: Closure = { params: filter.params, code: filter.code, env }
    const inner: Env = { parent: env, variables: new Map(), functions: new Map([[`${filter.name}/${filter.params.length}`, closure]]) }
    closure.env = inner
    return inner
  }
}

function namesOf(pattern: Pattern, names: Map<string, JqValue>): void {
  if (pattern.t === 'var') names.set(pattern.name, null)
  else if (pattern.t === 'array') for (const item of pattern.items) namesOf(item, names)
  else {
    for (const entry of pattern.entries) {
      if (entry.bind !== undefined) names.set(entry.bind, null)
      if (entry.pattern !== undefined) namesOf(entry.pattern, names)
    }
  }
}
