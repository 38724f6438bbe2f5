/**
 * Whether the shell would ask for more after this text: an open quote, a backslash at the end, a here-document without
 * its end, or an open brace, bracket or compound command. The terminal asks with `> ` then, and the host gets it whole.
 */
export function isIncomplete(text: string): boolean {
  const scan = scanQuotes(text)
  if (scan.quote !== undefined || scan.isEscapedEnd) return true
  if (openDocument(text)) return true
  return openCommands(scan.plain) > 0
}

interface Scan { readonly quote: string | undefined; readonly isEscapedEnd: boolean; /** The text without what is quoted, commented or escaped. */ readonly plain: string }

function scanQuotes(text: string): Scan {
  const body = withoutDocuments(text)
  let quote: string | undefined
  let plain = ''
  let at = 0
  for (; at < body.length; at++) {
    const char = body[at] ?? ''
    if (quote === "'") { if (char === "'") quote = undefined; continue }
    if (char === '\\') { at += 1; if (at >= body.length) return { quote, isEscapedEnd: true, plain }; continue }
    if (quote === '"') { if (char === '"') quote = undefined; continue }
    if (char === "'" || char === '"') { quote = char; plain += '_'; continue }
    if (char === '#' && (at === 0 || /[\s;&|(]/.test(body[at - 1] ?? ' '))) { while (at + 1 < body.length && body[at + 1] !== '\n') at += 1; continue }
    plain += char
  }
  return { quote, isEscapedEnd: false, plain }
}

const documentStart = /(?<!<)<<(-?)\s*(?:'([^'\n]+)'|"([^"\n]+)"|([\w.]+))(?!<)/g

/** True while the last here-document has no line with its word. */
function openDocument(text: string): boolean {
  return documentsOf(text).some((document) => !document.isClosed)
}

/** The text without the bodies of its here-documents, where quotes mean nothing. */
function withoutDocuments(text: string): string {
  const inside = new Set(documentsOf(text).flatMap((document) => document.lines))
  return text.split('\n').filter((_, index) => !inside.has(index)).join('\n')
}

function documentsOf(text: string): readonly { readonly isClosed: boolean; readonly lines: readonly number[] }[] {
  const lines = text.split('\n')
  const found: { isClosed: boolean; lines: number[] }[] = []
  for (let index = 0; index < lines.length; index++) {
    for (const match of (lines[index] ?? '').matchAll(documentStart)) {
      const word = match[2] ?? match[3] ?? match[4] ?? ''
      const document = { isClosed: false, lines: [] as number[] }
      found.push(document)
      while (index + 1 < lines.length && !document.isClosed) {
        index += 1
        document.lines.push(index)
        document.isClosed = (match[1] === '-' ? (lines[index] ?? '').replace(/^\t+/, '') : lines[index]) === word
      }
    }
  }
  return found
}

const openers: Readonly<Record<string, string>> = { if: 'fi', for: 'done', while: 'done', until: 'done', case: 'esac', '{': '}', '(': ')' }

/** How many compound commands are open. Words count only where a command may begin. */
function openCommands(plain: string): number {
  const open: string[] = []
  let isCommand = true
  for (const [token] of plain.matchAll(/[\n;&|]+|\(\s*\)|\$?\(|[(){}]|[^\s;&|(){}]+/g)) {
    if (token.startsWith('(') && token.endsWith(')')) { isCommand = true; continue }
    if (token.endsWith('(')) { open.push(')'); isCommand = true; continue }
    if (open.at(-1) === token && (isCommand || token === ')')) { open.pop(); isCommand = token !== ')'; continue }
    if (isCommand && openers[token] !== undefined) { open.push(openers[token] ?? ''); isCommand = token === '{' || token === 'if' || token === 'while' || token === 'until'; continue }
    isCommand = /^[\n;&|]+$/.test(token) || ['then', 'do', 'else', 'elif', '!'].includes(token)
  }
  return open.length
}
