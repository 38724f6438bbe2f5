/** Shell patterns: `*`, `?`, `[...]`, with a backslash before literal characters. Matches in time pattern x text. */

interface Piece {
  readonly k: 'star' | 'any' | 'one' | 'set'
  readonly c: string
  readonly isNegated: boolean
}

const classes: { readonly [name: string]: (c: string) => boolean } = {
  alpha: (c) => /[A-Za-z]/.test(c),
  digit: (c) => /[0-9]/.test(c),
  alnum: (c) => /[A-Za-z0-9]/.test(c),
  upper: (c) => /[A-Z]/.test(c),
  lower: (c) => /[a-z]/.test(c),
  space: (c) => /\s/.test(c),
  blank: (c) => c === ' ' || c === '\t',
  punct: (c) => /[!-/:-@[-`{-~]/.test(c),
  xdigit: (c) => /[0-9A-Fa-f]/.test(c),
}

function pieces(pattern: string): Piece[] {
  const all: Piece[] = []
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]
    if (c === '\\' && i + 1 < pattern.length) all.push({ k: 'one', c: pattern[++i], isNegated: false })
    else if (c === '*') {
      if (all.at(-1)?.k !== 'star') all.push({ k: 'star', c, isNegated: false })
    } else if (c === '?') all.push({ k: 'any', c, isNegated: false })
    else if (c === '[') {
      const end = endOfSet(pattern, i)
      if (end < 0) all.push({ k: 'one', c, isNegated: false })
      else {
        const isNegated = pattern[i + 1] === '!' || pattern[i + 1] === '^'
        all.push({ k: 'set', c: pattern.slice(i + (isNegated ? 2 : 1), end), isNegated })
        i = end
      }
    } else all.push({ k: 'one', c, isNegated: false })
  }
  return all
}

function endOfSet(pattern: string, start: number): number {
  let i = start + 1
  if (pattern[i] === '!' || pattern[i] === '^') i++
  if (pattern[i] === ']') i++
  for (; i < pattern.length; i++) {
    if (pattern[i] === '[' && pattern[i + 1] === ':') {
      const end = pattern.indexOf(':]', i)
      if (end > 0) i = end + 1
    } else if (pattern[i] === '\\') i++
    else if (pattern[i] === ']') return i
  }
  return -1
}

function inSet(set: string, c: string): boolean {
  for (let i = 0; i < set.length; i++) {
    if (set[i] === '[' && set[i + 1] === ':') {
      const end = set.indexOf(':]', i)
      if (end > 0) {
        if (classes[set.slice(i + 2, end)]?.(c) === true) return true
        i = end + 1
        continue
      }
    }
    const from = set[i] === '\\' && i + 1 < set.length ? set[++i] : set[i]
    if (set[i + 1] === '-' && i + 2 < set.length) {
      if (c >= from && c <= set[i + 2]) return true
      i += 2
    } else if (c === from) return true
  }
  return false
}

function matchesPiece(piece: Piece, c: string): boolean {
  if (piece.k === 'any') return true
  if (piece.k === 'set') return inSet(piece.c, c) !== piece.isNegated
  return piece.c === c
}

/** True when the whole text matches the pattern. */
export function matchPattern(pattern: string, text: string): boolean {
  const all = pieces(pattern)
  let p = 0
  let i = 0
  let starAt = -1
  let resumeAt = 0
  while (i < text.length) {
    if (p < all.length && all[p].k === 'star') {
      starAt = p++
      resumeAt = i
    } else if (p < all.length && matchesPiece(all[p], text[i])) {
      p++
      i++
    } else if (starAt >= 0) {
      p = starAt + 1
      i = ++resumeAt
    } else return false
  }
  while (p < all.length && all[p].k === 'star') p++
  return p === all.length
}

/** True when the text holds an unescaped pattern character. */
export function hasPattern(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*[*?[]/.test(text)
}

/** The text with pattern characters escaped, so that it matches itself only. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/** Removes escapes. */
export function unescapePattern(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}

/** Removes the shortest or longest match of a pattern at the start or the end. */
export function trimPattern(text: string, pattern: string, from: 'start' | 'end', isLongest: boolean): string {
  for (let n = 0; n <= text.length; n++) {
    const count = isLongest ? text.length - n : n
    const piece = from === 'start' ? text.slice(0, count) : text.slice(text.length - count)
    if (matchPattern(pattern, piece)) return from === 'start' ? text.slice(count) : text.slice(0, text.length - count)
  }
  return text
}

/** Replaces matches: the first, all, one at the start or one at the end. */
export function replacePattern(text: string, pattern: string, by: string, where: 'first' | 'all' | 'start' | 'end'): string {
  let result = ''
  let i = 0
  while (i <= text.length) {
    let found = -1
    if (where !== 'start' || i === 0) {
      for (let end = text.length; end > i; end--) {
        if (where === 'end' && end < text.length) break
        if (matchPattern(pattern, text.slice(i, end))) {
          found = end
          break
        }
      }
    }
    if (found >= 0) {
      result += by
      i = found
      if (where !== 'all') return result + text.slice(i)
    } else {
      result += text[i] ?? ''
      i++
    }
  }
  return result
}
