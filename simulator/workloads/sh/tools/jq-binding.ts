/** `as`, `reduce`, `foreach`, text interpolation and object construction of jq. */

import { formatValue } from './jq-formats.ts'
import { getIndex } from './jq-operations.ts'
import type { Env, Result, Results } from './jq-scope.ts'
import { JqScope } from './jq-scope.ts'
import type { Filter, Pattern } from './jq-syntax.ts'
import type { JqValue } from './jq-values.ts'
import { JqError } from './jq-values.ts'

/** Filters that bind variables, and those that make texts and objects of their parts. */
export abstract class JqBinding extends JqScope {
  /** Values of a filter, without paths. */
  *values(filter: Filter, input: JqValue, env: Env): Generator<JqValue, void, undefined> {
    for (const { value } of this.eval(filter, { value: input, path: undefined }, env)) yield value
  }

  protected *interpolate(parts: readonly (string | Filter)[], at: number, format: string, input: JqValue, env: Env): Generator<string, void, undefined> {
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

  protected *objects(entries: readonly { readonly key: Filter; readonly value: Filter }[], at: number, input: JqValue, env: Env): Generator<[string, JqValue][], void, undefined> {
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

  protected *bindEach(filter: Extract<Filter, { t: 'as' }>, input: Result, env: Env): Results {
    for (const value of this.values(filter.source, input.value, env)) yield* this.bindAny(filter.patterns, value, filter.body, input, env)
  }

  protected *bindAny(patterns: readonly Pattern[], value: JqValue, body: Filter, input: Result, env: Env): Results {
    for (const [i, pattern] of patterns.entries()) {
      try {
        for (const variables of this.bind(pattern, value, input.value, env)) yield* this.eval(body, input, { parent: env, variables, functions: new Map() })
        return
      } catch (error) {
        if (!(error instanceof JqError) || i === patterns.length - 1) throw error
      }
    }
  }

  protected *bind(pattern: Pattern, value: JqValue, input: JqValue, env: Env): Generator<Map<string, JqValue>, void, undefined> {
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

  protected *bindParts(parts: readonly { readonly pattern: Pattern; readonly value: JqValue }[], at: number, bound: Map<string, JqValue>, input: JqValue, env: Env): Generator<Map<string, JqValue>, void, undefined> {
    if (at === parts.length) {
      yield bound
      return
    }
    for (const variables of this.bind(parts[at].pattern, parts[at].value, input, env)) yield* this.bindParts(parts, at + 1, new Map([...bound, ...variables]), input, env)
  }

  protected *fold(filter: Extract<Filter, { t: 'reduce' | 'foreach' }>, input: Result, env: Env): Results {
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

  abstract eval(filter: Filter, input: Result, env: Env): Results
}
