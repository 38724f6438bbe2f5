/** Evaluates jq filters. Every result carries the path it came from, so that assignments, `del` and `paths` use the same code. */

import { jqBuiltins } from './jq-builtins.ts'
import { formatValue } from './jq-formats.ts'
import { binaryOperation, deletePaths, getIndex, getSlice, setPath, valuesOf } from './jq-operations.ts'
import { parseDefinitions } from './jq-parser.ts'
import { prelude } from './jq-prelude.ts'
import type { Filter, Pattern } from './jq-syntax.ts'
import { JqSyntaxError } from './jq-syntax.ts'
import type { JqValue } from './jq-values.ts'
import { describe, isArray, isObject, isTrue, JqError } from './jq-values.ts'

/** Evaluation steps of one program. */
const stepsMax = 3_000_000
const depthMax = 1500

/** A path in a value: keys, places and slices. undefined when the result is not a place in the input. */
export type JqPath = readonly JqValue[]
export interface Result {
  readonly value: JqValue
  readonly path: JqPath | undefined
}
export type Results = Generator<Result, void, undefined>

interface Closure {
  readonly params: readonly string[]
  readonly code: Filter
  env: Env
}

export interface Env {
  readonly parent: Env | undefined
  readonly variables: ReadonlyMap<string, JqValue>
  readonly functions: ReadonlyMap<string, Closure>
}

/** Thrown by `break $name`. */
class JqBreak extends Error {
  override readonly name = 'JqBreak'
  readonly label: string
  readonly env: Env
  constructor(label: string, env: Env) {
    super(`break ${label}`)
    this.label = label
    this.env = env
  }
}

/** Too many steps, or calls nested too deeply. */
export class JqLimit extends Error {
  override readonly name = 'JqLimit'
}

export class JqMachine {
  private steps = 0
  private depth = 0
  private readonly inputs: () => JqValue | undefined
  private readonly nowSeconds: number
  private readonly root: Env

  constructor(variables: ReadonlyMap<string, JqValue>, inputs: () => JqValue | undefined, nowSeconds: number) {
    this.inputs = inputs
    this.nowSeconds = nowSeconds
    const functions = new Map<string, Closure>()
    const base: Env = { parent: undefined, variables, functions }
    for (const { name, params, code } of parseDefinitions(prelude)) functions.set(`${name}/${params.length}`, { params, code, env: base })
    this.root = base
  }

  /** Results of a program for one input. */
  *run(program: Filter, input: JqValue): Generator<JqValue, void, undefined> {
    for (const { value } of this.eval(program, { value: input, path: undefined }, this.root)) yield value
  }

  /** Checks that everything called exists. @throws JqSyntaxError */
  check(program: Filter, text: string): void {
    this.checkIn(program, this.root, text)
  }

  private checkIn(filter: Filter, env: Env, text: string): void {
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
  private checkBound(filter: Extract<Filter, { t: 'as' | 'reduce' | 'foreach' }>, env: Env, text: string): void {
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

  private hasVariable(name: string, env: Env): boolean {
    for (let at: Env | undefined = env; at !== undefined; at = at.parent) if (at.variables.has(name)) return true
    return name === '__prog_args'
  }

  private checkValue(value: unknown, env: Env, text: string): void {
    if (Array.isArray(value)) for (const item of value as unknown[]) this.checkValue(item, env, text)
    else if (typeof value === 'object' && value !== null) {
      if ('t' in value) this.checkIn(value as Filter, env, text)
      else for (const inner of Object.values(value) as unknown[]) this.checkValue(inner, env, text)
    }
  }

  private withParams(closure: Closure, env: Env): Env {
    const functions = new Map<string, Closure>()
    for (const param of closure.params) functions.set(`${param.replace('$', '')}/0`, { params: [], code: { t: 'identity' }, env })
    const variables = new Map<string, JqValue>(closure.params.filter((param) => param.startsWith('$')).map((param) => [param.slice(1), null]))
    return { parent: closure.env, variables, functions }
  }

  private find(name: string, count: number, env: Env): Closure | undefined {
    const key = `${name}/${count}`
    for (let at: Env | undefined = env; at !== undefined; at = at.parent) {
      const found = at.functions.get(key)
      if (found !== undefined) return found
    }
    return undefined
  }

  private variable(name: string, env: Env): JqValue {
    for (let at: Env | undefined = env; at !== undefined; at = at.parent) {
      const found = at.variables.get(name)
      if (found !== undefined) return found
    }
    if (name === '__prog_args') return null
    throw new JqSyntaxError(`$${name} is not defined at <top-level>, line 1:`)
  }

  private define(filter: Extract<Filter, { t: 'def' }>, env: Env): Env {
    const closure: Closure = { params: filter.params, code: filter.code, env }
    const inner: Env = { parent: env, variables: new Map(), functions: new Map([[`${filter.name}/${filter.params.length}`, closure]]) }
    closure.env = inner
    return inner
  }

  /** Values of a filter, without paths. */
  *values(filter: Filter, input: JqValue, env: Env): Generator<JqValue, void, undefined> {
    for (const { value } of this.eval(filter, { value: input, path: undefined }, env)) yield value
  }

  /** Paths that a filter stands for. */
  *pathsOf(filter: Filter, input: JqValue, env: Env): Generator<JqPath, void, undefined> {
    for (const { value, path } of this.eval(filter, { value: input, path: [] }, env)) {
      if (path === undefined) throw new JqError(`Invalid path expression with result ${describe(value).replace(/^\w+ \((.*)\)$/s, '$1')}`)
      yield path
    }
  }

  *eval(filter: Filter, input: Result, env: Env): Results {
    if (++this.steps > stepsMax) throw new JqLimit(`stopped after ${stepsMax} steps (an endless loop?)`)
    if (++this.depth > depthMax) throw new JqLimit('filters are nested too deeply')
    try {
      yield* this.evalInner(filter, input, env)
    } finally {
      this.depth--
    }
  }

  private *evalInner(filter: Filter, input: Result, env: Env): Results {
    switch (filter.t) {
      case 'identity':
        yield input
        return
      case 'literal':
        yield { value: filter.value, path: undefined }
        return
      case 'var':
        yield { value: this.variable(filter.name, env), path: undefined }
        return
      case 'recurse':
        yield* this.recurse(input)
        return
      case 'index':
        for (const of of this.eval(filter.of, input, env)) {
          for (const key of this.values(filter.key, input.value, env)) yield { value: getIndex(of.value, key), path: of.path === undefined ? undefined : [...of.path, key] }
        }
        return
      case 'slice':
        yield* this.slice(filter, input, env)
        return
      case 'iterate':
        for (const of of this.eval(filter.of, input, env)) yield* this.iterate(of)
        return
      case 'pipe':
        for (const left of this.eval(filter.left, input, env)) yield* this.eval(filter.right, left, env)
        return
      case 'comma':
        yield* this.eval(filter.left, input, env)
        yield* this.eval(filter.right, input, env)
        return
      case 'if':
        for (const test of this.values(filter.test, input.value, env)) {
          const branch = isTrue(test) ? filter.yes : filter.otherwise
          if (branch === undefined) yield input
          else yield* this.eval(branch, input, env)
        }
        return
      case 'try':
        yield* this.attempt(filter, input, env)
        return
      case 'alternative':
        yield* this.alternative(filter, input, env)
        return
      case 'as':
        for (const value of this.values(filter.source, input.value, env)) yield* this.bindAny(filter.patterns, value, filter.body, input, env)
        return
      case 'reduce':
      case 'foreach':
        yield* this.fold(filter, input, env)
        return
      case 'def':
        yield* this.eval(filter.body, input, this.define(filter, env))
        return
      case 'label':
        yield* this.label(filter, input, env)
        return
      case 'break':
        throw new JqBreak(filter.name, env)
      case 'call':
        yield* this.call(filter, input, env)
        return
      default:
        yield* this.make(filter, input, env)
    }
  }

  /** Filters whose results are new values, not places in the input. */
  private *make(filter: Filter, input: Result, env: Env): Results {
    const give = (value: JqValue): Result => ({ value, path: undefined })
    switch (filter.t) {
      case 'string':
        for (const text of this.interpolate(filter.parts, 0, filter.format ?? 'text', input.value, env)) yield give(text)
        return
      case 'format':
        yield give(formatValue(filter.name, input.value))
        return
      case 'array':
        yield give(filter.of === undefined ? [] : [...this.values(filter.of, input.value, env)])
        return
      case 'object':
        for (const entries of this.objects(filter.entries, 0, input.value, env)) yield give(new Map(entries))
        return
      case 'negate':
        for (const value of this.values(filter.of, input.value, env)) {
          if (typeof value !== 'number') throw new JqError(`${describe(value)} cannot be negated`)
          yield give(-value)
        }
        return
      case 'and':
      case 'or':
        for (const left of this.values(filter.left, input.value, env)) {
          if (isTrue(left) === (filter.t === 'or')) yield give(filter.t === 'or')
          else for (const right of this.values(filter.right, input.value, env)) yield give(isTrue(right))
        }
        return
      case 'binary':
        for (const right of this.values(filter.right, input.value, env)) {
          for (const left of this.values(filter.left, input.value, env)) yield give(binaryOperation(filter.op, left, right))
        }
        return
      case 'assign':
        yield* this.assign(filter, input, env)
        return
      default:
    }
  }

  private *recurse(input: Result): Results {
    yield input
    if (isArray(input.value) || isObject(input.value)) for (const child of this.iterate(input)) yield* this.recurse(child)
  }

  private *iterate({ value, path }: Result): Results {
    for (const [key, item] of valuesOf(value)) yield { value: item, path: path === undefined ? undefined : [...path, key] }
  }

  private *slice(filter: Extract<Filter, { t: 'slice' }>, input: Result, env: Env): Results {
    const bound = (of: Filter | undefined): Iterable<JqValue> => (of === undefined ? [null] : this.values(of, input.value, env))
    for (const of of this.eval(filter.of, input, env)) {
      for (const to of bound(filter.to)) {
        for (const from of bound(filter.from)) {
          const key = new Map<string, JqValue>([['start', from], ['end', to]])
          yield { value: getSlice(of.value, from, to), path: of.path === undefined ? undefined : [...of.path, key] }
        }
      }
    }
  }

  private *attempt(filter: Extract<Filter, { t: 'try' }>, input: Result, env: Env): Results {
    try {
      yield* this.eval(filter.of, input, env)
    } catch (error) {
      if (!(error instanceof JqError)) throw error
      if (filter.handler !== undefined) yield* this.eval(filter.handler, { value: error.value, path: undefined }, env)
    }
  }

  private *alternative(filter: Extract<Filter, { t: 'alternative' }>, input: Result, env: Env): Results {
    let isFound = false
    try {
      for (const result of this.eval(filter.left, input, env)) {
        if (!isTrue(result.value)) continue
        isFound = true
        yield result
      }
    } catch (error) {
      if (!(error instanceof JqError)) throw error
    }
    if (!isFound) yield* this.eval(filter.right, input, env)
  }

  private *label(filter: Extract<Filter, { t: 'label' }>, input: Result, env: Env): Results {
    const inner: Env = { parent: env, variables: new Map([[`*label*${filter.name}`, true]]), functions: new Map() }
    try {
      yield* this.eval(filter.body, input, inner)
    } catch (error) {
      if (!(error instanceof JqBreak) || error.label !== filter.name) throw error
    }
  }

  private *interpolate(parts: readonly (string | Filter)[], at: number, format: string, input: JqValue, env: Env): Generator<string, void, undefined> {
    if (at === parts.length) {
      yield ''
      return
    }
    const part = parts[at]
    for (const rest of this.interpolate(parts, at + 1, format, input, env)) {
      if (typeof part === 'string') yield part + rest
      else for (const value of this.values(part, input, env)) yield formatValue(format, value) + rest
    }
  }

  private *objects(entries: readonly { readonly key: Filter; readonly value: Filter }[], at: number, input: JqValue, env: Env): Generator<[string, JqValue][], void, undefined> {
    if (at === entries.length) {
      yield []
      return
    }
    for (const key of this.values(entries[at].key, input, env)) {
      if (typeof key !== 'string') throw new JqError(`Object keys must be strings`)
      for (const value of this.values(entries[at].value, input, env)) {
        for (const rest of this.objects(entries, at + 1, input, env)) yield [[key, value], ...rest]
      }
    }
  }

  // Variables

  private *bindAny(patterns: readonly Pattern[], value: JqValue, body: Filter, input: Result, env: Env): Results {
    for (const [i, pattern] of patterns.entries()) {
      try {
        for (const variables of this.bind(pattern, value, input.value, env)) yield* this.eval(body, input, { parent: env, variables, functions: new Map() })
        return
      } catch (error) {
        if (!(error instanceof JqError) || i === patterns.length - 1) throw error
      }
    }
  }

  private *bind(pattern: Pattern, value: JqValue, input: JqValue, env: Env): Generator<Map<string, JqValue>, void, undefined> {
    if (pattern.t === 'var') {
      yield new Map([[pattern.name, value]])
      return
    }
    const parts: { pattern: Pattern; value: JqValue }[] = []
    const bound = new Map<string, JqValue>()
    if (pattern.t === 'array') pattern.items.forEach((item, i) => parts.push({ pattern: item, value: getIndex(value, i) }))
    else {
      for (const entry of pattern.entries) {
        for (const key of this.values(entry.key, input, env)) {
          const item = getIndex(value, key)
          if (entry.bind !== undefined) bound.set(entry.bind, item)
          if (entry.pattern !== undefined) parts.push({ pattern: entry.pattern, value: item })
        }
      }
    }
    yield* this.bindParts(parts, 0, bound, input, env)
  }

  private *bindParts(parts: readonly { readonly pattern: Pattern; readonly value: JqValue }[], at: number, bound: Map<string, JqValue>, input: JqValue, env: Env): Generator<Map<string, JqValue>, void, undefined> {
    if (at === parts.length) {
      yield bound
      return
    }
    for (const variables of this.bind(parts[at].pattern, parts[at].value, input, env)) yield* this.bindParts(parts, at + 1, new Map([...bound, ...variables]), input, env)
  }

  private *fold(filter: Extract<Filter, { t: 'reduce' | 'foreach' }>, input: Result, env: Env): Results {
    for (const init of this.eval(filter.init, input, env)) {
      let state: Result | undefined = init
      for (const item of this.values(filter.source, input.value, env)) {
        for (const variables of this.bind(filter.pattern, item, input.value, env)) {
          const inner: Env = { parent: env, variables, functions: new Map() }
          const from: Result = state ?? { value: null, path: undefined }
          let last: Result | undefined
          for (const next of this.eval(filter.update, from, inner)) {
            last = next
            if (filter.t === 'reduce') continue
            state = next
            if (filter.extract === undefined) yield next
            else yield* this.eval(filter.extract, next, inner)
          }
          if (filter.t === 'reduce') state = last
        }
      }
      if (filter.t === 'reduce') yield state ?? { value: null, path: undefined }
    }
  }

  // Assignment

  private *assign(filter: Extract<Filter, { t: 'assign' }>, input: Result, env: Env): Results {
    if (filter.op === '|') {
      let value = input.value
      const removed: JqPath[] = []
      for (const path of this.pathsOf(filter.left, input.value, env)) {
        const before = pathValue(value, path)
        const first = this.values(filter.right, before, env).next()
        if (first.done === true) removed.push(path)
        else value = setPath(value, path, first.value)
      }
      yield { value: deletePaths(value, removed), path: undefined }
      return
    }
    for (const right of this.values(filter.right, input.value, env)) {
      let value = input.value
      for (const path of this.pathsOf(filter.left, input.value, env)) {
        const before = pathValue(value, path)
        const next = filter.op === '' ? right : filter.op === '//' ? (isTrue(before) ? before : right) : binaryOperation(filter.op, before, right)
        value = setPath(value, path, next)
      }
      yield { value, path: undefined }
    }
  }

  // Calls

  private *call(filter: Extract<Filter, { t: 'call' }>, input: Result, env: Env): Results {
    const closure = this.find(filter.name, filter.args.length, env)
    if (closure !== undefined) {
      yield* this.callClosure(closure, filter.args, 0, new Map(), new Map(), input, env)
      return
    }
    const key = `${filter.name}/${filter.args.length}`
    if (special.has(key)) {
      yield* this.special(key, filter.args, input, env)
      return
    }
    if (!Object.hasOwn(jqBuiltins, key)) throw new JqSyntaxError(`${key} is not defined at <top-level>, line 1:`)
    for (const args of this.argumentsOf(filter.args, filter.args.length - 1, input.value, env)) yield { value: jqBuiltins[key](input.value, args), path: undefined }
  }

  private *argumentsOf(args: readonly Filter[], at: number, input: JqValue, env: Env): Generator<JqValue[], void, undefined> {
    if (at < 0) {
      yield []
      return
    }
    for (const value of this.values(args[at], input, env)) for (const rest of this.argumentsOf(args, at - 1, input, env)) yield [...rest, value]
  }

  private *callClosure(closure: Closure, args: readonly Filter[], at: number, variables: ReadonlyMap<string, JqValue>, functions: ReadonlyMap<string, Closure>, input: Result, env: Env): Results {
    if (at === args.length) {
      yield* this.eval(closure.code, input, { parent: closure.env, variables, functions })
      return
    }
    const param = closure.params[at]
    if (!param.startsWith('$')) {
      yield* this.callClosure(closure, args, at + 1, variables, new Map([...functions, [`${param}/0`, { params: [], code: args[at], env }]]), input, env)
      return
    }
    const name = param.slice(1)
    for (const value of this.values(args[at], input.value, env)) {
      const constant: Closure = { params: [], code: { t: 'var', name }, env: { parent: undefined, variables: new Map([[name, value]]), functions: new Map() } }
      yield* this.callClosure(closure, args, at + 1, new Map([...variables, [name, value]]), new Map([...functions, [`${name}/0`, constant]]), input, env)
    }
  }

  /** Builtins that are more than a function of values. */
  private *special(key: string, args: readonly Filter[], input: Result, env: Env): Results {
    const give = (value: JqValue): Result => ({ value, path: undefined })
    switch (key) {
      case 'empty/0':
        return
      case 'not/0':
        yield give(!isTrue(input.value))
        return
      case 'error/0':
        throw new JqError(input.value)
      case 'path/1':
        for (const path of this.pathsOf(args[0], input.value, env)) yield give(path)
        return
      case 'getpath/1':
        for (const path of this.values(args[0], input.value, env)) {
          if (!isArray(path)) throw new JqError('Path must be specified as an array')
          yield { value: safePath(input.value, path), path: input.path === undefined ? undefined : [...input.path, ...path] }
        }
        return
      case 'first/1':
        for (const result of this.eval(args[0], input, env)) {
          yield result
          return
        }
        return
      case 'last/1': {
        let last: Result | undefined
        for (const result of this.eval(args[0], input, env)) last = result
        if (last !== undefined) yield last
        return
      }
      case '_limit/2':
        for (const count of this.values(args[0], input.value, env)) {
          let left = typeof count === 'number' ? count : 0
          if (left <= 0) continue
          for (const result of this.eval(args[1], input, env)) {
            yield result
            if (--left <= 0) break
          }
        }
        return
      case 'isempty/1':
        yield give(this.eval(args[0], input, env).next().done === true)
        return
      case 'range/2':
      case 'range/3':
        yield* this.range(args, input, env)
        return
      case 'input/0': {
        const next = this.inputs()
        if (next === undefined) throw new JqError('No more inputs')
        yield give(next)
        return
      }
      case 'inputs/0':
        for (let next = this.inputs(); next !== undefined; next = this.inputs()) yield give(next)
        return
      case 'debug/0':
        yield input
        return
      case 'now/0':
        yield give(this.nowSeconds)
        return
      default:
    }
  }

  private *range(args: readonly Filter[], input: Result, env: Env): Results {
    for (const from of this.values(args[0], input.value, env)) {
      for (const to of this.values(args[1], input.value, env)) {
        for (const by of args[2] === undefined ? [1] : this.values(args[2], input.value, env)) {
          if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number') throw new JqError('Range bounds must be numeric')
          for (let n = from; by > 0 ? n < to : by < 0 && n > to; n += by) {
            if (++this.steps > stepsMax) throw new JqLimit(`stopped after ${stepsMax} steps (an endless loop?)`)
            yield { value: n, path: undefined }
          }
        }
      }
    }
  }
}

const special = new Set(['empty/0', 'not/0', 'error/0', 'path/1', 'getpath/1', 'first/1', 'last/1', '_limit/2', 'isempty/1', 'range/2', 'range/3', 'input/0', 'inputs/0', 'debug/0', 'now/0'])

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

function pathValue(value: JqValue, path: JqPath): JqValue {
  let at = value
  for (const key of path) at = isObject(key) ? getSlice(at, key.get('start') ?? null, key.get('end') ?? null) : getIndex(at, key)
  return at
}

/** `getpath`: null as soon as something is missing. */
function safePath(value: JqValue, path: JqPath): JqValue {
  let at = value
  for (const key of path) {
    if (at === null) return null
    at = getIndex(at, key)
  }
  return at
}
