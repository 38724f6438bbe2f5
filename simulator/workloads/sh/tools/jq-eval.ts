/** Evaluates jq filters. Every result carries the path it came from, so that assignments, `del` and `paths` use the same code. */

import { JqBinding } from './jq-binding.ts'
import { jqBuiltins } from './jq-builtins.ts'
import { formatValue } from './jq-formats.ts'
import { binaryOperation, deletePaths, getIndex, getSlice, pathValue, safePath, setPath, valuesOf } from './jq-operations.ts'
import type { Closure, Env, JqPath, Result, Results } from './jq-scope.ts'
import { special } from './jq-scope.ts'
import type { Filter } from './jq-syntax.ts'
import { JqSyntaxError } from './jq-syntax.ts'
import type { JqValue } from './jq-values.ts'
import { describe, isArray, isObject, isTrue, JqError } from './jq-values.ts'

/** Evaluation steps of one program. */
const stepsMax = 3_000_000
const depthMax = 1500

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

/** Runs compiled programs: `check` first, then `run` for each input. */
export class JqMachine extends JqBinding {
  protected steps = 0
  protected depth = 0
  protected readonly inputs: () => JqValue | undefined
  protected readonly nowSeconds: number

  constructor(variables: ReadonlyMap<string, JqValue>, inputs: () => JqValue | undefined, nowSeconds: number) {
    super(variables)
    this.inputs = inputs
    this.nowSeconds = nowSeconds
  }

  /** Results of a program for one input. */
  *run(program: Filter, input: JqValue): Generator<JqValue, void, undefined> {
    for (const { value } of this.eval(program, { value: input, path: undefined }, this.root)) yield value
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

  protected *evalInner(filter: Filter, input: Result, env: Env): Results {
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
        yield* this.index(filter, input, env)
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
        for (const side of [filter.left, filter.right]) yield* this.eval(side, input, env)
        return
      case 'if':
        yield* this.branch(filter, input, env)
        return
      case 'try':
        yield* this.attempt(filter, input, env)
        return
      case 'alternative':
        yield* this.alternative(filter, input, env)
        return
      case 'as':
        yield* this.bindEach(filter, input, env)
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
  protected *make(filter: Filter, input: Result, env: Env): Results {
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

  protected *recurse(input: Result): Results {
    yield input
    if (isArray(input.value) || isObject(input.value)) for (const child of this.iterate(input)) yield* this.recurse(child)
  }

  protected *iterate({ value, path }: Result): Results {
    for (const [key, item] of valuesOf(value)) yield { value: item, path: path === undefined ? undefined : [...path, key] }
  }

  protected *index(filter: Extract<Filter, { t: 'index' }>, input: Result, env: Env): Results {
    for (const of of this.eval(filter.of, input, env)) {
      for (const key of this.values(filter.key, input.value, env)) yield { value: getIndex(of.value, key), path: of.path === undefined ? undefined : [...of.path, key] }
    }
  }

  protected *branch(filter: Extract<Filter, { t: 'if' }>, input: Result, env: Env): Results {
    for (const test of this.values(filter.test, input.value, env)) {
      const branch = isTrue(test) ? filter.yes : filter.otherwise
      if (branch === undefined) yield input
      else yield* this.eval(branch, input, env)
    }
  }

  protected *slice(filter: Extract<Filter, { t: 'slice' }>, input: Result, env: Env): Results {
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

  protected *attempt(filter: Extract<Filter, { t: 'try' }>, input: Result, env: Env): Results {
    try {
      yield* this.eval(filter.of, input, env)
    } catch (error) {
      if (!(error instanceof JqError)) throw error
      if (filter.handler !== undefined) yield* this.eval(filter.handler, { value: error.value, path: undefined }, env)
    }
  }

  protected *alternative(filter: Extract<Filter, { t: 'alternative' }>, input: Result, env: Env): Results {
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

  protected *label(filter: Extract<Filter, { t: 'label' }>, input: Result, env: Env): Results {
    const inner: Env = { parent: env, variables: new Map([[`*label*${filter.name}`, true]]), functions: new Map() }
    try {
      yield* this.eval(filter.body, input, inner)
    } catch (error) {
      if (!(error instanceof JqBreak) || error.label !== filter.name) throw error
    }
  }

  // Assignment

  protected *assign(filter: Extract<Filter, { t: 'assign' }>, input: Result, env: Env): Results {
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

  protected *call(filter: Extract<Filter, { t: 'call' }>, input: Result, env: Env): Results {
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

  protected *argumentsOf(args: readonly Filter[], at: number, input: JqValue, env: Env): Generator<JqValue[], void, undefined> {
    if (at < 0) {
      yield []
      return
    }
    for (const value of this.values(args[at], input, env)) for (const rest of this.argumentsOf(args, at - 1, input, env)) yield [...rest, value]
  }

  protected *callClosure(closure: Closure, args: readonly Filter[], at: number, variables: ReadonlyMap<string, JqValue>, functions: ReadonlyMap<string, Closure>, input: Result, env: Env): Results {
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
  protected *special(key: string, args: readonly Filter[], input: Result, env: Env): Results {
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
        yield* this.getPath(args, input, env)
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
        yield* this.limit(args, input, env)
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

  protected *getPath(args: readonly Filter[], input: Result, env: Env): Results {
    for (const path of this.values(args[0], input.value, env)) {
      if (!isArray(path)) throw new JqError('Path must be specified as an array')
      yield { value: safePath(input.value, path), path: input.path === undefined ? undefined : [...input.path, ...path] }
    }
  }

  protected *limit(args: readonly Filter[], input: Result, env: Env): Results {
    for (const count of this.values(args[0], input.value, env)) {
      let left = typeof count === 'number' ? count : 0
      if (left <= 0) continue
      for (const result of this.eval(args[1], input, env)) {
        yield result
        if (--left <= 0) break
      }
    }
  }

  protected *range(args: readonly Filter[], input: Result, env: Env): Results {
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
