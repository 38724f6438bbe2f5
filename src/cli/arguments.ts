/** Options of a command: `--name value`, `--name=value` and flags. */

import { UsageError } from './user-input.ts'

export interface CommandOptions {
  readonly values: { readonly [name: string]: string }
  readonly flags: ReadonlySet<string>
  readonly rest: readonly string[]
}

/** Reads options. @throws UsageError for one that the command does not know */
export function readOptions(argv: readonly string[], known: { readonly values: readonly string[]; readonly flags: readonly string[] }): CommandOptions {
  const values: { [name: string]: string } = {}
  const flags = new Set<string>()
  const rest: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]
    if (!word.startsWith('-') || word === '-') {
      rest.push(word)
      continue
    }
    const [name, inline] = word.includes('=') ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word, undefined]
    if (known.flags.includes(name)) flags.add(name)
    else if (known.values.includes(name)) {
      const value = inline ?? argv[++i]
      if (value === undefined) throw new UsageError(`${name} needs a value`)
      values[name] = value
    } else throw new UsageError(`unknown option ${name}; there are: ${[...known.values, ...known.flags].join(', ')}`)
  }
  return { values, flags, rest }
}
