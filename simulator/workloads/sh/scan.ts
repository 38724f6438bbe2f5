/** Finds where quoted and nested pieces of shell text end. */

/** Where the quoted or nested thing that starts at `i` ends (index after it); `i` + 1 for plain text. */
function skipOne(text: string, i: number): number {
  const c = text[i]
  if (c === '\\') return i + 2
  if (c === "'") {
    const end = text.indexOf("'", i + 1)
    return end < 0 ? -1 : end + 1
  }
  if (c === '"' || c === '`') {
    for (let j = i + 1; j < text.length; ) {
      if (text[j] === c) return j + 1
      const next = c === '"' && text[j] === '$' && (text[j + 1] === '(' || text[j + 1] === '{') ? skipOne(text, j) : text[j] === '\\' ? j + 2 : j + 1
      if (next < 0) return -1
      j = next
    }
    return -1
  }
  if (c === '$' && text[i + 1] === '(') return after(endOfParentheses(text, i + 2))
  if (c === '$' && text[i + 1] === '{') return after(endOfBraces(text, i + 2))
  return i + 1
}

function after(end: number): number {
  return end < 0 ? -1 : end + 1
}

/** Index of the parenthesis that closes the one before `start`, or -1. Knows quotes, comments and `case` patterns. */
export function endOfParentheses(text: string, start: number): number {
  let caseDepth = 0
  for (let i = start; i < text.length; ) {
    const c = text[i]
    const isWordStart = i === start || /[\s;&|(]/.test(text[i - 1])
    if (c === ')') {
      if (caseDepth === 0) return i
      i++
      continue
    }
    if (c === '#' && isWordStart) {
      const line = text.indexOf('\n', i)
      if (line < 0) return -1
      i = line
      continue
    }
    if (isWordStart && /^case\s/.test(text.slice(i, i + 5))) caseDepth++
    if (isWordStart && caseDepth > 0 && /^esac(?![\w-])/.test(text.slice(i, i + 5))) caseDepth--
    if (c === '(' && caseDepth === 0) {
      const end = endOfParentheses(text, i + 1)
      if (end < 0) return -1
      i = end + 1
      continue
    }
    const next = skipOne(text, i)
    if (next < 0) return -1
    i = next
  }
  return -1
}

/** Index of the brace that closes the one before `start`, or -1. */
export function endOfBraces(text: string, start: number): number {
  for (let i = start; i < text.length; ) {
    if (text[i] === '}') return i
    const next = skipOne(text, i)
    if (next < 0) return -1
    i = next
  }
  return -1
}

/** Cuts at the first separator outside of quotes and expansions. */
export function splitOutside(text: string, separator: string): [string, string | undefined] {
  for (let i = 0; i < text.length; ) {
    if (text[i] === separator && i > 0) return [text.slice(0, i), text.slice(i + 1)]
    const next = skipOne(text, i)
    i = next < 0 ? i + 1 : next
  }
  return [text, undefined]
}
