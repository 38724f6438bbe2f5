/** sed: addresses, s, y, d, p, a, i, c, n, N, g, G, h, H, x, q, =, labels and branches, in basic or extended syntax. */

import { Editor } from './sed-editor.ts'
import type { Command } from './sed-parser.ts'
import { parseSed, SedError } from './sed-parser.ts'
import type { Tool, ToolContext } from './tool.ts'
import { readInput, ToolFailure } from './tool.ts'

interface SedOptions {
  readonly isQuiet: boolean
  readonly isExtended: boolean
  /** Suffix of the backup, or undefined when files are not edited in place. */
  readonly inPlace: string | undefined
  readonly script: string
  readonly operands: readonly string[]
  readonly isSeparate: boolean
}

function parseArguments(context: ToolContext): SedOptions {
  let isQuiet = false
  let isExtended = false
  let inPlace: string | undefined
  const scripts: string[] = []
  const operands: string[] = []
  for (let i = 1; i < context.argv.length; i++) {
    const arg = context.argv[i]
    if (arg === '-n' || arg === '--quiet' || arg === '--silent') isQuiet = true
    else if (arg === '-E' || arg === '-r' || arg === '--regexp-extended') isExtended = true
    else if (arg.startsWith('-i') || arg.startsWith('--in-place')) inPlace = arg.replace(/^-i|^--in-place=?/, '')
    else if (arg === '-e' || arg === '--expression') scripts.push(context.argv[++i] ?? '')
    else if (arg.startsWith('--expression=')) scripts.push(arg.slice(13))
    else if (arg === '-f') {
      const file = context.argv[++i] ?? ''
      const text = context.files.read(file)
      if (text === undefined) throw new ToolFailure(`sed: couldn't open file ${file}: No such file or directory\n`)
      scripts.push(text.replace(/\n$/, ''))
    } else if (/^-[nErs]+[ie]?$/.test(arg)) {
      isQuiet ||= arg.includes('n')
      isExtended ||= /[Er]/.test(arg)
      if (arg.endsWith('i')) inPlace = ''
      if (arg.endsWith('e')) scripts.push(context.argv[++i] ?? '')
    } else if (/^-[uz]$/.test(arg) || arg === '--') continue
    else if (arg.startsWith('-') && arg !== '-') throw new ToolFailure(`sed: invalid option -- '${arg.replace(/^-+/, '')[0]}'\nUsage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n`)
    else operands.push(arg)
  }
  if (scripts.length === 0) {
    const script = operands.shift()
    if (script === undefined) throw new ToolFailure('Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n')
    scripts.push(script)
  }
  return { isQuiet, isExtended, inPlace, script: scripts.join('\n'), operands, isSeparate: inPlace !== undefined }
}

export const sed: Tool = {
  streams: true,
  run(context) {
    const options = parseArguments(context)
    try {
      const commands = parseSed(options.script, options.isExtended)
      return options.inPlace === undefined ? editStream(context, options, commands) : editFiles(context, options, commands)
    } catch (error) {
      if (error instanceof SedError) return { err: context.dialect === 'ash' ? `sed: ${error.message.replace(/^-e expression #1, char \d+: /, '')}\n` : `sed: ${error.message}\n`, code: 1 }
      throw error
    }
  },
}

function unreadable(context: ToolContext, name: string, error: string): string {
  if (context.dialect === 'ash') return `sed: ${name}: ${error}\n`
  return error === 'Is a directory' ? `sed: couldn't edit ${name}: not a regular file\n` : `sed: can't read ${name}: ${error}\n`
}

function editStream(context: ToolContext, options: SedOptions, commands: readonly Command[]): { out: string; err: string; code: number; isDone: boolean } {
  let text = ''
  let err = ''
  const names = options.operands.length === 0 ? ['-'] : options.operands
  for (const name of names) {
    const input = readInput(context, name)
    if ('error' in input) err += input.error === 'Is a directory' && context.dialect === 'bash' ? `sed: read error on ${name}: Is a directory\n` : unreadable(context, name, input.error)
    else text += (text !== '' && !text.endsWith('\n') ? '\n' : '') + input.text
  }
  const isPartial = names.includes('-') && !context.isInputEnd
  const editor = new Editor(commands, text, { isQuiet: options.isQuiet, isPartial }, context)
  editor.run()
  return { out: editor.out, err, code: err === '' ? editor.code : context.dialect === 'ash' ? 1 : 2, isDone: editor.isQuit }
}

function editFiles(context: ToolContext, options: SedOptions, commands: readonly Command[]): { err: string; code: number } {
  let err = options.operands.length === 0 ? 'sed: no input files\n' : ''
  for (const name of options.operands) {
    const input = readInput(context, name)
    if ('error' in input) {
      err += unreadable(context, name, input.error)
      continue
    }
    const editor = new Editor(commands, input.text, { isQuiet: options.isQuiet, isPartial: false }, context)
    editor.run()
    if (options.inPlace !== '' && options.inPlace !== undefined) context.files.write(name + options.inPlace, input.text)
    const error = context.files.write(name, editor.out)
    if (error !== undefined) err += `sed: couldn't open file ${name}: ${error}\n`
  }
  return { err, code: err === '' ? 0 : options.operands.length === 0 ? 1 : context.dialect === 'ash' ? 1 : 4 }
}
