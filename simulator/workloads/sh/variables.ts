/** Variables and special parameters of a process. */

import { ExpansionError } from './fields.ts'
import type { Process, Variable } from './state.ts'

/** An own member of a record: names such as `constructor` are not variables. */
export function own<V>(record: { readonly [key: string]: V }, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** A variable or a special parameter such as `?`. */
export function special(process: Process, name: string): string | undefined {
  switch (name) {
    case '?': return String(process.status)
    case '$': return String(process.shellPid)
    case '!': return process.lastBackgroundPid === 0 ? '' : String(process.lastBackgroundPid)
    case '#': return String(process.args.length)
    case '@':
    case '*': return process.args.length === 0 ? undefined : process.args.join(' ')
    case '0': return process.name
    case '-': return Object.keys(process.options).filter((letter) => process.options[letter] && letter !== 'p').join('')
    default:
      if (/^\d+$/.test(name)) return process.args[Number(name) - 1]
      return own(process.variables, name)?.value
  }
}

/** Sets a variable, keeping its export mark. @throws ExpansionError when it is read-only */
export function setVariable(process: Process, name: string, value: string): void {
  const old: Variable | undefined = own(process.variables, name)
  if (old?.isReadonly) throw new ExpansionError(process.isAsh === true ? `${name}: is read only` : `${name}: readonly variable`)
  const isExported = old?.isExported === true || process.options.a === true
  process.variables[name] = isExported ? { value, isExported } : { value }
}
