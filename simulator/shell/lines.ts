/** Which input is a whole command, and what history marks in it stand for. */

import { parseScript } from '../workloads/sh/parser.ts'
import { ShellSyntaxError } from '../workloads/sh/syntax.ts'

/** True when input goes on in the next line: open quotes, here-documents, compound commands, a trailing backslash or pipe. */
export function needsMore(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) return true
  try {
    parseScript(text, { dialect: 'bash' })
    return false
  } catch (error) {
    if (error instanceof ShellSyntaxError) return error.isIncomplete
    throw error
  }
}

/** One command of a script file with the number of its first line. */
export interface ScriptCommand {
  readonly text: string
  readonly line: number
}

/** Cuts a script into whole commands, in order. What never ends is one command. */
export function splitScript(script: string): ScriptCommand[] {
  const commands: ScriptCommand[] = []
  const lines = script.replace(/\r\n/g, '\n').split('\n')
  let text = ''
  let start = 1
  lines.forEach((line, i) => {
    if (text === '') start = i + 1
    text = text === '' ? line : `${text}\n${line}`
    if (text.trim() === '') text = ''
    else if (!needsMore(text)) {
      if (!/^\s*#/.test(text) || text.includes('\n')) commands.push({ text, line: start })
      text = ''
    }
  })
  if (text.trim() !== '') commands.push({ text, line: start })
  return commands
}

/** Replaces `!!`, `!5`, `!-2` and `!prefix` at the start of a line. @returns the text, or why not */
export function expandHistory(line: string, history: readonly string[]): { readonly text: string } | { readonly error: string } {
  const match = /^!(!|-?\d+|[A-Za-z][\w-]*)(.*)$/s.exec(line)
  if (match === null) return { text: line }
  const [, mark, rest] = match
  const found = mark === '!' ? history.at(-1) : /^-?\d+$/.test(mark) ? history.at(Number(mark) < 0 ? Number(mark) : Number(mark) - 1) : history.findLast((one) => one.startsWith(mark))
  return found === undefined ? { error: `bash: !${mark}: event not found\n` } : { text: found + rest }
}
