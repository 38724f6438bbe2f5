/** Tar archives of text files as text: what `tar cf -` writes and `tar xf -` reads. Models POSIX ustar. */

import { utf8Bytes, utf8Text } from '../../api/base64.ts'

/** A file of an archive; a directory has no text. */
export interface ArchiveEntry { readonly name: string; readonly text?: string }

const blockLength = 512
const nul = '\0'

function padded(text: string, length: number): string {
  return text.slice(0, length).padEnd(length, nul)
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}${nul}`
}

/** The name in its two parts: up to 100 letters, and a directory of up to 155 before it. */
function splitName(name: string): readonly [name: string, prefix: string] {
  if (name.length <= 100) return [name, '']
  const slash = name.indexOf('/', name.length - 101)
  return slash < 0 ? [name.slice(-100), ''] : [name.slice(slash + 1), name.slice(0, slash).slice(-155)]
}

function header(entry: ArchiveEntry, size: number): string {
  const isFolder = entry.text === undefined
  const [name, prefix] = splitName(isFolder && !entry.name.endsWith('/') ? `${entry.name}/` : entry.name)
  const before = padded(name, 100) + octal(isFolder ? 0o755 : 0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12)
  const after = `${isFolder ? '5' : '0'}${padded('', 100)}ustar${nul}00${padded('root', 32)}${padded('root', 32)}${octal(0, 8)}${octal(0, 8)}${padded(prefix, 155)}${padded('', 12)}`
  const sum = utf8Bytes(`${before}        ${after}`).reduce((total, byte) => total + byte, 0)
  return `${before}${sum.toString(8).padStart(6, '0')}${nul} ${after}`
}

/** Writes an archive. Names are those of ASCII; texts may be any. */
export function writeArchive(entries: readonly ArchiveEntry[]): string {
  const parts = entries.map((entry) => {
    const size = entry.text === undefined ? 0 : utf8Bytes(entry.text).length
    return header(entry, size) + (entry.text ?? '') + nul.repeat((blockLength - (size % blockLength)) % blockLength)
  })
  return `${parts.join('')}${nul.repeat(2 * blockLength)}`
}

function textAt(bytes: readonly number[], start: number, length: number): string {
  const end = bytes.indexOf(0, start)
  return utf8Text(bytes.slice(start, end < 0 ? start + length : Math.min(end, start + length)))
}

/** Reads an archive; undefined when the text is none. Links and devices are left out. */
export function readArchive(text: string): readonly ArchiveEntry[] | undefined {
  const bytes = utf8Bytes(text)
  const entries: ArchiveEntry[] = []
  for (let at = 0; at + blockLength <= bytes.length && bytes[at] !== 0;) {
    if (textAt(bytes, at + 257, 5) !== 'ustar') return undefined
    const size = Number.parseInt(textAt(bytes, at + 124, 12).trim() || '0', 8)
    if (!Number.isInteger(size)) return undefined
    const prefix = textAt(bytes, at + 345, 155)
    const name = `${prefix === '' ? '' : `${prefix}/`}${textAt(bytes, at, 100)}`
    const kind = String.fromCharCode(bytes[at + 156] ?? 48)
    const start = at + blockLength
    if (kind === '5') entries.push({ name: name.replace(/\/$/, '') })
    else if (kind === '0' || kind === nul) entries.push({ name, text: utf8Text(bytes.slice(start, start + size)) })
    at = start + Math.ceil(size / blockLength) * blockLength
  }
  return entries
}
