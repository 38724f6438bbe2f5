/** Terminal output keeps colors only: text of a cluster or a file must not move the cursor, set titles or send answers. */

const escape = 0x1b
const bell = 0x07
/** Longer control sequences are cut. */
const sequenceLengthMax = 4096

/** A control character of ASCII or of its eight-bit extension. */
function isControl(code: number): boolean {
  return code < 32 || (code >= 127 && code < 160)
}

/** Index after a control sequence (CSI) whose parameters start at `at`; `isColor` when it sets colors. */
function endOfControlSequence(text: string, at: number): { end: number; isColor: boolean } {
  let i = at
  while (i < text.length && text.charCodeAt(i) >= 0x20 && text.charCodeAt(i) <= 0x3f) i++
  const isFinal = i < text.length && text.charCodeAt(i) >= 0x40 && text.charCodeAt(i) <= 0x7e
  return { end: isFinal ? i + 1 : i, isColor: isFinal && text[i] === 'm' && /^[0-9;:]*$/.test(text.slice(at, i)) }
}

/** Index after a string sequence (OSC, DCS and the like), which a bell or a string terminator ends. */
function endOfString(text: string, at: number): number {
  const limit = Math.min(text.length, at + sequenceLengthMax)
  for (let i = at; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (code === bell || code === 0x9c) return i + 1
    if (code === escape) return text[i + 1] === '\\' ? i + 2 : i
  }
  return limit
}

/** Index after the sequence that starts at `at`, and the color that it sets, if that is all it does. */
function readSequence(text: string, at: number): { end: number; color: string } {
  const code = text.charCodeAt(at)
  const next = text[at + 1] ?? ''
  if (code === 0x9b || (code === escape && next === '[')) {
    const { end, isColor } = endOfControlSequence(text, at + (code === escape ? 2 : 1))
    return { end, color: isColor && code === escape ? text.slice(at, end) : '' }
  }
  if (code === escape) {
    if (next !== '' && ']PX^_'.includes(next)) return { end: endOfString(text, at + 2), color: '' }
    let i = at + 1
    while (i < text.length && text.charCodeAt(i) >= 0x20 && text.charCodeAt(i) <= 0x2f) i++
    return { end: Math.min(i + 1, text.length), color: '' }
  }
  return { end: [0x90, 0x98, 0x9d, 0x9e, 0x9f].includes(code) ? endOfString(text, at + 1) : at + 1, color: '' }
}

/** Removes everything from a text that is no text, tab, line end or color. A line that is written over shows its last state. */
export function sanitizeOutput(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i)
    if (!isControl(code) || code === 9 || code === 10) {
      out += text[i++]
    } else if (code === 13) {
      if (text[i + 1] !== '\n') out = out.slice(0, out.lastIndexOf('\n') + 1)
      i++
    } else if (code === escape || code >= 128) {
      const { end, color } = readSequence(text, i)
      out += color
      i = end
    } else i++
  }
  return out
}
