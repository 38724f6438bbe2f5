/** What the functions of CEL do, by name. */

import type { CelValue } from '../values.ts'
import { CelError, typeNameOf } from '../values.ts'
import { authorizerFunctions } from './authorizer.ts'
import { conversionFunctions } from './conversions.ts'
import type { CelFunction } from './function.ts'
import { kubernetesFunctions } from './kubernetes.ts'
import { listFunctions } from './lists.ts'
import { networkFunctions } from './network.ts'
import { operatorFunctions } from './operators.ts'
import { patternError, regexFunctions } from './regex.ts'
import { stringFunctions } from './strings.ts'
import { timeFunctions } from './times.ts'

const tables = [operatorFunctions, conversionFunctions, listFunctions, stringFunctions, regexFunctions, timeFunctions, kubernetesFunctions, networkFunctions, authorizerFunctions]

function byName(): ReadonlyMap<string, readonly CelFunction[]> {
  const known = new Map<string, readonly CelFunction[]>()
  for (const table of tables) for (const [name, run] of Object.entries(table)) known.set(name, [...(known.get(name) ?? []), run])
  return known
}

const functions = byName()

/** Calls a function. Values that none of its overloads takes are an error. */
export function callFunction(name: string, args: readonly CelValue[]): CelValue {
  for (const run of functions.get(name) ?? []) {
    const result = run(args)
    if (result !== undefined) return result
  }
  return new CelError(`no such overload: ${name}(${args.map(typeNameOf).join(', ')})`)
}

/** What is wrong with the pattern of a call, if that is known before it runs. */
export function compileRegexes(name: string, constants: readonly (CelValue | undefined)[]): string | undefined {
  const pattern = constants[1]
  return ['matches', 'find', 'findAll'].includes(name) && typeof pattern === 'string' ? patternError(pattern) : undefined
}
