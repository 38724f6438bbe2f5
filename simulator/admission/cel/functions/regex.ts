/** Regular expressions of RE2, which take time in proportion to the text. Models cel-go matches and apiserver/pkg/cel/library/regex.go (v1.35). */

import { RE2JS } from 're2js'
import { CelError, noSuchOverload } from '../values.ts'
import type { CelFunctions } from './function.ts'
import { isText } from './function.ts'

function compile(pattern: string, prefix = ''): RE2JS | CelError {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    return new CelError(`${prefix}error parsing regexp: ${(error as Error).message.replace(/^error parsing regexp: /, '')}`)
  }
}

/** What is wrong with a pattern, as Go's regexp says it. */
export function patternError(pattern: string): string | undefined {
  const compiled = compile(pattern)
  return compiled instanceof CelError ? compiled.message : undefined
}

function findAll(text: string, pattern: RE2JS, limit: number): string[] {
  const matcher = pattern.matcher(text)
  const found: string[] = []
  while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
  return found
}

export const regexFunctions: CelFunctions = {
  matches([text, pattern]) {
    if (!isText(text) || !isText(pattern)) return noSuchOverload
    const compiled = compile(pattern)
    return compiled instanceof CelError ? compiled : compiled.matcher(text).find()
  },
  find([text, pattern]) {
    if (!isText(text) || !isText(pattern)) return undefined
    const compiled = compile(pattern, 'Illegal regex: ')
    return compiled instanceof CelError ? compiled : (findAll(text, compiled, 1)[0] ?? '')
  },
  findAll([text, pattern, limit = -1n]) {
    if (!isText(text) || !isText(pattern) || typeof limit !== 'bigint') return undefined
    const compiled = compile(pattern, 'Illegal regex: ')
    return compiled instanceof CelError ? compiled : findAll(text, compiled, Number(limit))
  },
}
