/** CEL expressions of the API: compiled with the functions of Kubernetes, types, errors and costs as cel-go has them. Models apiserver/pkg/cel and admission/plugin/cel (v1.35). */

import type { Expr, Issue } from './ast.ts'
import { drawIssues } from './ast.ts'
import type { Run, Step } from './attribute.ts'
import { CostExceeded } from './attribute.ts'
import type { CelScope } from './check.ts'
import { checkCel } from './check.ts'
import { functionDeclarations } from './declarations.ts'
import { parseCel } from './parse.ts'
import { planCel, PlanError } from './plan.ts'
import type { CelType } from './types.ts'
import { boolType, bytesType, doubleType, durationType, dynType, intType, listType, mapType, nullType, objectType, parseType, stringType, timestampType, typeText, typeType, uintType } from './types.ts'
import type { CelValue } from './values.ts'
import { CelError } from './values.ts'

export { toCelValue } from './values.ts'
export type { CelScope } from './check.ts'

/** A compiled expression. */
export type CelProgram = Step
/** A program with the type of its value (`dyn` when only a run tells), or why it cannot be compiled. */
export type Compiled = { readonly program: CelProgram; readonly type: string; readonly outputType: CelType; readonly expr: Expr } | { readonly error: string }

const named = [boolType, bytesType, doubleType, durationType, intType, stringType, timestampType, uintType, listType(dynType), mapType(dynType, dynType), nullType, typeType()]
const opaque = ['Quantity', 'URL', 'IP', 'CIDR', 'Semver', 'Format', 'Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck', 'Decision'].map(parseType)
const typeNames: ReadonlyMap<string, CelType> = new Map([...named, ...opaque, parseType('optional<dyn>')].map((type) => [type.name, type]))

/** What an expression runs at most. Models apiserver/pkg/apis/cel/config.go. */
export const costLimits = { perExpression: 1_000_000, perRequest: 10_000_000, matchConditions: 2_500_000 } as const

/** An environment with these variables: of any type when only named. */
export function celEnvironment(variables: readonly string[] | ReadonlyMap<string, CelType>): CelScope {
  const types = variables instanceof Map ? (variables as ReadonlyMap<string, CelType>) : new Map((variables as readonly string[]).map((name) => [name, dynType]))
  return { variables: types, functions: functionDeclarations, types: typeNames }
}

function failed(expression: string, issues: readonly Issue[]): { readonly error: string } {
  return { error: `compilation failed: ${drawIssues(expression, issues)}` }
}

/**
 * Compiles an expression.
 * @param fields known fields of variables, of any type; a select of another one is an error
 * @param returnTypes what it must evaluate to; anything if left out
 */
export function compileCel(environment: CelScope, expression: string, fields: { readonly [variable: string]: readonly string[] } = {}, returnTypes: readonly CelType[] = []): Compiled {
  const parsed = parseCel(expression, environment.hasBind)
  if ('issues' in parsed) return failed(expression, parsed.issues)
  const objects = Object.entries(fields).map(([name, known]) => [name, objectType(name, new Map(known.map((field) => [field, dynType])))] as const)
  const scope = objects.length === 0 ? environment : { ...environment, variables: new Map([...environment.variables, ...objects]) }
  const checked = checkCel(parsed.expr, scope)
  if ('issues' in checked) return failed(expression, checked.issues)
  const type = typeText(checked.type)
  if (returnTypes.length > 0 && !returnTypes.some((each) => typeText(each) === type)) {
    const wanted = returnTypes.map(typeText)
    return { error: wanted.length === 1 ? `must evaluate to ${wanted[0]} but got ${type}` : `must evaluate to one of [${wanted.join(' ')}] but got ${type}` }
  }
  try {
    return { program: planCel(parsed.expr, (name) => scope.variables.has(name)), type, outputType: checked.type, expr: parsed.expr }
  } catch (error) {
    if (error instanceof PlanError) return { error: `program instantiation failed: ${error.message}` }
    throw error
  }
}

/** The values of variables, or where to find them; undefined for one that is not there. */
export type CelVariables = { readonly [name: string]: CelValue } | ((name: string) => CelValue | undefined)
/** What a run came to, and its cost. */
export type CelOutcome = { readonly value: CelValue; readonly cost: number } | { readonly error: string; readonly cost: number }

/** Runs a program. @returns its value, or the text of what went wrong */
export function runCel(program: CelProgram, variables: CelVariables, limit: number = costLimits.perExpression): CelOutcome {
  const variable = typeof variables === 'function' ? variables : (name: string): CelValue | undefined => (Object.hasOwn(variables, name) ? variables[name] : undefined)
  const run: Run = { cost: 0, steps: 0, limit, variable }
  try {
    const value = program(run, undefined)
    return value instanceof CelError ? { error: value.message, cost: run.cost } : { value, cost: run.cost }
  } catch (error) {
    if (!(error instanceof CostExceeded)) throw error
    return { error: 'operation cancelled: actual cost limit exceeded', cost: run.cost }
  }
}
