/** Builtins that change variables and options. */

import { compareText } from '../../kernel/text.ts'
import { ArithError, evaluate } from './arith.ts'
import type { Builtin } from './builtin.ts'
import { fail } from './builtin.ts'
import type { ShellCore } from './core.ts'
import { splitFields } from './fields.ts'
import type { CodeFrame, Process } from './state.ts'
import { own, setVariable } from './variables.ts'

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text)

/** A value in single quotes, as the shell prints it. */
export function quoteValue(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

export const exportVariables: Builtin = (core, process, _frame, args) => {
  const isRemoved = args[0] === '-n'
  const names = args.filter((arg) => !/^-[pn]$/.test(arg))
  if (names.length === 0) {
    for (const name of Object.keys(process.variables).sort(compareText)) {
      const variable = process.variables[name]
      if (variable.isExported === true) core.write(process, 1, core.state.dialect === 'ash' ? `export ${name}=${quoteValue(variable.value)}\n` : `declare -x ${name}="${variable.value.replace(/["\\$`]/g, '\\$&')}"\n`)
    }
    return 0
  }
  return assignAll(core, process, 'export', names, (name, value) => {
    if (value !== undefined) setVariable(process, name, value)
    const old = own(process.variables, name)
    if (old === undefined) return
    process.variables[name] = { ...old, isExported: !isRemoved }
  })
}

function assignAll(core: ShellCore, process: Process, command: string, args: readonly string[], set: (name: string, value: string | undefined) => void): number {
  let code = 0
  for (const arg of args) {
    const at = arg.indexOf('=')
    const name = at < 0 ? arg : arg.slice(0, at)
    if (isName(name)) set(name, at < 0 ? undefined : arg.slice(at + 1))
    else code = fail(core, process, core.state.dialect === 'ash' ? `${command}: ${arg}: bad variable name` : `${command}: \`${arg}': not a valid identifier`)
  }
  return code
}

export const local: Builtin = (core, process, _frame, args) => {
  const owner = process.frames.findLast((one): one is CodeFrame => one.f === 'code' && one.kind === 'function')
  if (owner === undefined) return fail(core, process, core.state.dialect === 'ash' ? 'local: not in a function' : 'local: can only be used in a function')
  const saved = (owner.restoreVariables ??= {})
  return assignAll(core, process, 'local', args.filter((arg) => !arg.startsWith('-')), (name, value) => {
    if (!Object.hasOwn(saved, name)) saved[name] = own(process.variables, name) ?? null
    process.variables[name] = { value: value ?? '' }
  })
}

export const declare: Builtin = (core, process, frame, args) => {
  const flags = args.filter((arg) => arg.startsWith('-')).join('')
  const rest = args.filter((arg) => !arg.startsWith('-'))
  const isInFunction = process.frames.some((one) => one.f === 'code' && one.kind === 'function')
  const status = isInFunction && !flags.includes('g') ? local(core, process, frame, rest) : assignAll(core, process, 'declare', rest, (name, value) => {
    if (value !== undefined || own(process.variables, name) === undefined) setVariable(process, name, value ?? '')
  })
  if (flags.includes('x')) return exportVariables(core, process, frame, rest.map((arg) => arg.split('=')[0]))
  if (flags.includes('r')) return readonly(core, process, frame, rest.map((arg) => arg.split('=')[0]))
  return status
}

export const readonly: Builtin = (core, process, _frame, args) => assignAll(core, process, 'readonly', args.filter((arg) => arg !== '-p'), (name, value) => {
  if (value !== undefined) setVariable(process, name, value)
  process.variables[name] = { ...(own(process.variables, name) ?? { value: '' }), isReadonly: true }
})

export const unset: Builtin = (core, process, _frame, args) => {
  const isFunctions = args.includes('-f')
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    if (own(process.variables, name)?.isReadonly === true) return fail(core, process, `unset: ${name}: ${core.state.dialect === 'ash' ? 'is read only' : 'cannot unset: readonly variable'}`)
    if (!isFunctions && own(process.variables, name) !== undefined) delete process.variables[name]
    else delete process.functions[name]
  }
  return 0
}

const longOptions: { readonly [name: string]: string } = { errexit: 'e', nounset: 'u', xtrace: 'x', pipefail: 'p', noglob: 'f', allexport: 'a', verbose: 'v', noclobber: 'C' }

export const set: Builtin = (core, process, _frame, args) => {
  if (args.length === 0) {
    for (const name of Object.keys(process.variables).sort(compareText)) {
      const { value } = process.variables[name]
      core.write(process, 1, `${name}=${/^[\w@%+=:,./-]*$/.test(value) && core.state.dialect === 'bash' ? value : quoteValue(value)}\n`)
    }
    return 0
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '--') {
      process.args = args.slice(i + 1)
      return 0
    }
    if (!/^[-+]./.test(arg)) {
      process.args = args.slice(i)
      return 0
    }
    const isOn = arg[0] === '-'
    for (const letter of arg.slice(1)) {
      if (letter !== 'o') {
        if (!'euxfavCnmbhBEHT'.includes(letter)) return fail(core, process, core.state.dialect === 'ash' ? `set: illegal option -${letter}` : `set: -${letter}: invalid option\nset: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]`, 2)
        process.options[letter] = isOn
        continue
      }
      const name = args[++i]
      if (name === undefined) return 0
      const short = own(longOptions, name)
      if (short === undefined) return fail(core, process, core.state.dialect === 'ash' ? `set: illegal option -o ${name}` : `set: ${name}: invalid option name`, core.state.dialect === 'ash' ? 2 : 1)
      process.options[short] = isOn
    }
  }
  return 0
}

export const read: Builtin = (core, process, _frame, args) => {
  let isRaw = false
  let prompt = ''
  const names: string[] = []
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '-p') prompt = args[++i] ?? ''
    else if (/^-[tdnu]$/.test(args[i])) i++
    else if (/^-[rs]+p?$/.test(args[i])) {
      isRaw ||= args[i].includes('r')
      if (args[i].endsWith('p')) prompt = args[++i] ?? ''
    } else if (args[i] !== '--') names.push(args[i])
  }
  if (prompt !== '' && process.fds[0]?.k === 'read' && core.state.pipes[process.fds[0].pipe]?.isInput === true && process.substitutions.length === 0) {
    core.write(process, 2, prompt)
    process.substitutions.push('')
  }
  const line = core.readLine(process, 0)
  if (line === 'wait') return 'again'
  process.substitutions = []
  const isWhole = line?.text.endsWith('\n') === true
  let text = line?.text.replace(/\n$/, '') ?? ''
  if (!isRaw) text = text.replace(/\\(.)/gs, '$1')
  const ifs = own(process.variables, 'IFS')?.value ?? ' \t\n'
  if (names.length === 0) setVariable(process, 'REPLY', text)
  else assignFields(process, names, text, ifs)
  return isWhole ? 0 : 1
}

/** The last name gets what is left. */
function assignFields(process: Process, names: readonly string[], text: string, ifs: string): void {
  const blanks: string[] = [...ifs].filter((c) => ' \t\n'.includes(c))
  let rest = trimBlanks(text, blanks)
  names.forEach((name, i) => {
    if (i === names.length - 1) {
      const { fields } = splitFields(rest, ifs)
      // A single field loses its separator; several keep them.
      setVariable(process, name, fields.length === 1 ? fields[0] : rest)
      return
    }
    let end = 0
    while (end < rest.length && !ifs.includes(rest[end])) end++
    setVariable(process, name, rest.slice(0, end))
    const isBlank = blanks.includes(rest[end])
    rest = trimStart(rest.slice(end), blanks)
    if (!isBlank) rest = trimStart(rest.slice(1), blanks)
    else if (rest !== '' && ifs.includes(rest[0])) rest = trimStart(rest.slice(1), blanks)
  })
}

function trimStart(text: string, blanks: readonly string[]): string {
  let i = 0
  while (i < text.length && blanks.includes(text[i])) i++
  return text.slice(i)
}

function trimBlanks(text: string, blanks: readonly string[]): string {
  let end = text.length
  while (end > 0 && blanks.includes(text[end - 1])) end--
  return trimStart(text.slice(0, end), blanks)
}

export const letBuiltin: Builtin = (core, process, _frame, args) => {
  let value = 0
  try {
    for (const arg of args) value = evaluate(arg, { get: (name) => own(process.variables, name)?.value, set: (name, text) => setVariable(process, name, text) })
  } catch (error) {
    if (!(error instanceof ArithError)) throw error
    return fail(core, process, `let: ${error.message}`)
  }
  return value === 0 ? 1 : 0
}

export const getopts: Builtin = (core, process, _frame, args) => {
  const [spec = '', name = 'opt', ...list] = args
  const words = list.length > 0 ? list : process.args
  const index = Number(own(process.variables, 'OPTIND')?.value ?? 1)
  const word = words[index - 1]
  const at = Number(own(process.variables, 'OPTPOS')?.value ?? 1)
  if (word === undefined || !word.startsWith('-') || word === '-' || word === '--') {
    setVariable(process, 'OPTIND', String(word === '--' ? index + 1 : index))
    setVariable(process, name, '?')
    return 1
  }
  const letter = word[at]
  let next = at + 1 >= word.length ? index + 1 : index
  let position = at + 1 >= word.length ? 1 : at + 1
  const place = spec.indexOf(letter)
  const isKnown = place >= 0 && letter !== ':'
  setVariable(process, name, isKnown ? letter : '?')
  if (!isKnown) core.error(process, core.state.dialect === 'ash' ? `illegal option -${letter}` : `illegal option -- ${letter}`)
  else if (spec[place + 1] === ':') {
    const rest = word.slice(at + 1)
    setVariable(process, 'OPTARG', rest === '' ? (words[index] ?? '') : rest)
    next = rest === '' ? index + 2 : index + 1
    position = 1
  }
  setVariable(process, 'OPTIND', String(next))
  setVariable(process, 'OPTPOS', String(position))
  return 0
}
