/** CEL over objects, with the library that the browser can run without code generation. */

import { parse } from '@marcbachmann/cel-js'
import type { CelCondition } from '../check.ts'
import type { ClusterView } from '../view.ts'

type Program = ReturnType<typeof parse>

/** Expressions of the content in use, parsed: a grading looks at each many times. */
const programs = new Map<string, Program>()

function programOf(expression: string): Program {
  const known = programs.get(expression) ?? parse(expression)
  programs.set(expression, known)
  return known
}

/** The value of an expression. @throws Error with CEL's message when it does not parse or does not fit the objects */
export function celValue(expression: string, bind: CelCondition['bind'], view: ClusterView): unknown {
  const names: { [name: string]: unknown } = {}
  for (const [name, ref] of Object.entries(bind)) {
    const source = name.startsWith('start_') ? view.start : view
    const found = source.list(ref)
    names[name] = ref.name === undefined ? found : (found[0] ?? null)
  }
  return programOf(expression)(names)
}

/** Whether an expression is true. An object that is missing or has no such field makes it false. */
export function holdsCel(condition: CelCondition, view: ClusterView): boolean {
  try {
    return celValue(condition.expression, condition.bind, view) === true
  } catch (error) {
    if (isMissingField(error)) return false
    throw error
  }
}

/** The learner's objects may lack what an expression reads; that is a check that does not hold, not a broken check. */
export function isMissingField(error: unknown): boolean {
  return error instanceof Error && error.name === 'EvaluationError'
}
