/** Terminal output keeps colors only: text of a cluster or a file must not move the cursor, set titles or send answers. */

/** Colors: CSI with numbers and `m`. */
const color = /^\x1b\[[0-9;:]*m/
/** Other escape sequences: CSI, OSC, DCS and the like up to their end, two-character ones. */
const sequence = /^(?:\x1b\[[0-?]*[ -/]*[@-~]?|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?|\x9b[0-?]*[ -/]*[@-~]?|[\x90\x98\x9d\x9e\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?)/

/** Removes everything from a text that is no text, tab, line end or color. A carriage return before a line end goes. */
export function sanitizeOutput(text: string): string {
  if (!/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text)) return text
  let out = ''
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i)
    if (c === 0x1b || (c >= 0x80 && c <= 0x9f)) {
      const rest = text.slice(i, i + 4096)
      const sgr = color.exec(rest)
      if (sgr !== null) out += sgr[0]
      i += Math.max(1, (sgr ?? sequence.exec(rest))?.[0].length ?? 1)
      continue
    }
    if (c === 13) {
      // A line that is written over shows its last state.
      if (text[i + 1] !== '\n') out = out.slice(0, out.lastIndexOf('\n') + 1)
    } else if (c === 9 || c === 10 || (c >= 32 && c !== 127)) out += text[i]
    i++
  }
  return out
}
