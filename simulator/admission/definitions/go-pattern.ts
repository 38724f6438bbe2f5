/** Regular expressions as Go's regexp reads them: what this language does and Go does not. Models regexp/syntax (Go 1.25). */

/** Constructs that Go does not know, with the text that it refuses. */
const perlOnly = /\(\?(?:[=!]|<[=!]|>)/

/** Why Go cannot compile a pattern, in its words; undefined when it can. */
export function goPatternError(pattern: string): string | undefined {
  const perl = perlOnly.exec(pattern)
  if (perl !== null) return `error parsing regexp: invalid or unsupported Perl syntax: \`${perl[0]}\``
  const backreference = /(?<!\\)(?:\\\\)*(\\[1-9])/.exec(pattern)
  if (backreference !== null) return `error parsing regexp: invalid escape sequence: \`${backreference[1]}\``
  try {
    new RegExp(pattern.replace(/^(\^?)\(\?[ismU]+\)/, '$1').replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\z', '$').replaceAll(/\[\[:\^?\w+:\]\]/g, '[a]'))
    return undefined
  } catch {
    return `error parsing regexp: ${reasonOf(pattern)}`
  }
}

function reasonOf(pattern: string): string {
  const plain = pattern.replaceAll(/\\./g, 'aa')
  const repeated = /^[*+?]|[(|][*+?]/.exec(plain)
  if (repeated !== null) return `missing argument to repetition operator: \`${repeated[0].at(-1)}\``
  const open = plain.lastIndexOf('[')
  if (open >= 0 && !plain.slice(open).includes(']')) return `missing closing ]: \`${pattern.slice(open)}\``
  const [opened, closed] = [[...plain].filter((char) => char === '(').length, [...plain].filter((char) => char === ')').length]
  if (opened > closed) return `missing closing ): \`${pattern}\``
  if (closed > opened) return `unexpected ): \`${pattern}\``
  if (pattern.endsWith('\\')) return 'trailing backslash at end of expression: ``'
  const double = /[*+?]{2,}/.exec(plain)
  return double === null ? `invalid escape sequence: \`${/\\./.exec(pattern)?.[0] ?? pattern}\`` : `invalid nested repetition operator: \`${double[0]}\``
}
