/** What a builtin is. */

import type { Code } from './compile.ts'
import type { ShellCore } from './core.ts'
import type { CodeFrame, Process } from './state.ts'

/** An exit code, or what to run in the builtin's place; 'again' when it waits. */
export type BuiltinResult =
  | number
  | 'again'
  | { readonly exec: readonly string[] }
  | { readonly program: readonly string[] }
  | { readonly code: Code; readonly kind: CodeFrame['kind']; readonly args?: readonly string[] }

export type Builtin = (core: ShellCore, process: Process, frame: CodeFrame, args: readonly string[]) => BuiltinResult

/** Prints an error of the shell. @returns the exit code */
export function fail(core: ShellCore, process: Process, text: string, code = 1): number {
  core.error(process, text)
  return code
}
