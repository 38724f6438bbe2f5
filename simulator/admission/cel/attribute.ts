/** Selections: a variable or a value with the keys that lead into it. Models cel-go/interpreter/attributes.go (v0.26) with the costs of its observers. */

import { valueText } from './text.ts'
import type { CelValue } from './values.ts'
import { CelError, CelMap, CelOptional, CelUint, isList, noSuchOverload, typeNameOf } from './values.ts'

/** The names of a loop, around those outside of it. */
export interface Frame { readonly get: (name: string) => CelValue | undefined; readonly parent: Frame | undefined }

/** One run of an expression. `steps` bounds loops that cost nothing. */
export interface Run {
  cost: number
  steps: number
  readonly limit: number
  /** Variables; undefined for those that are not there. */
  readonly variable: (name: string) => CelValue | undefined
}

export type Step = (run: Run, frame: Frame | undefined) => CelValue

/** Ends a run whose cost is over its limit. */
export class CostExceeded {}

/** Adds the cost of a step. @throws CostExceeded when the sum is over the run's limit */
export function charge(run: Run, cost: number): void {
  run.cost += cost
  if (run.cost > run.limit) throw new CostExceeded()
}

/** One key. `test` asks only whether it is there. */
export interface Qualifier { readonly key: Step; readonly optional: boolean; readonly test: boolean }

export interface Attribute {
  readonly base: Step
  readonly qualifiers: Qualifier[]
  /** `cond ? a : b`: keys go to both. */
  readonly branches?: readonly [condition: Step, truthy: Attribute, falsy: Attribute]
}

const none = new CelOptional()

function indexOf(key: CelValue): number | CelError {
  if (typeof key === 'bigint') return Number(key)
  if (key instanceof CelUint) return Number(key.value)
  if (typeof key === 'number') return Number.isInteger(key) ? key : new CelError(`unsupported index value ${valueText(key)} in list`)
  return new CelError(`unsupported index type '${typeNameOf(key)}' in list`)
}

/** A member. @returns undefined when it is not there */
function find(value: CelValue, key: CelValue): CelValue | undefined {
  if (value instanceof CelMap) return value.get(key)
  if (!isList(value)) return undefined
  const index = indexOf(key)
  return index instanceof CelError ? index : value[index]
}

function missing(value: CelValue, key: CelValue): CelError {
  return new CelError(isList(value) ? `index out of bounds: ${valueText(key)}` : `no such key: ${valueText(key)}`)
}

function qualify(qualifier: Qualifier, value: CelValue, run: Run, frame: Frame | undefined): CelValue {
  const key = qualifier.key(run, frame)
  const found = key instanceof CelError ? key : find(value, key)
  charge(run, 1)
  if (qualifier.test) return found instanceof CelError ? found : found !== undefined
  return found === undefined ? missing(value, key) : found
}

/** Behind an optional: what is not there ends the way. */
function qualifyIfPresent(qualifier: Qualifier, value: CelValue, run: Run, frame: Frame | undefined): CelValue | undefined {
  const key = qualifier.key(run, frame)
  const found = key instanceof CelError ? key : find(value, key)
  if (qualifier.test) {
    charge(run, 1)
    return found instanceof CelError ? found : found !== undefined
  }
  if (found !== undefined && !(found instanceof CelError)) charge(run, 1)
  return found
}

function follow(start: CelValue, qualifiers: readonly Qualifier[], run: Run, frame: Frame | undefined): CelValue {
  if (start instanceof CelError) return start
  let value: CelValue = start as CelValue
  let optional = false
  if (qualifiers.length > 0 && value instanceof CelOptional) {
    if (value.value === undefined) return value
    value = value.value
    optional = true
  }
  for (const qualifier of qualifiers) {
    optional ||= qualifier.optional
    const next = optional ? qualifyIfPresent(qualifier, value, run, frame) : qualify(qualifier, value, run, frame)
    if (next === undefined) return none
    if (next instanceof CelError) return next
    value = next as CelValue
  }
  return optional ? new CelOptional(value) : value
}

/** The value that an attribute leads to. */
export function resolve(attribute: Attribute, run: Run, frame: Frame | undefined): CelValue {
  if (attribute.branches === undefined) return follow(attribute.base(run, frame), attribute.qualifiers, run, frame)
  const [condition, truthy, falsy] = attribute.branches
  const value = condition(run, frame)
  if (value === true) return resolve(truthy, run, frame)
  if (value === false) return resolve(falsy, run, frame)
  return value instanceof CelError ? value : noSuchOverload
}

/** Leads one key further. */
export function addQualifier(attribute: Attribute, qualifier: Qualifier): void {
  if (attribute.branches === undefined) attribute.qualifiers.push(qualifier)
  else for (const branch of attribute.branches.slice(1) as Attribute[]) addQualifier(branch, qualifier)
}

/** A key read at run time; its last step is not charged as a value of its own. */
export function attributeKey(attribute: Attribute): Step {
  return (run, frame) => resolve(attribute, run, frame)
}
