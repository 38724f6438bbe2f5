/** Privacy-enhanced mail: base64 between two lines that say what it is. Models Go encoding/pem. */

import { decodeBytes, encodeBytes } from '../base64.ts'

/** One block. */
export interface PemBlock { readonly type: string; readonly bytes: readonly number[]; /** What follows the block. */ readonly rest: string }

const lineLength = 64

/** The text of a block. */
export function encodePem(type: string, bytes: readonly number[]): string {
  const lines = encodeBytes(bytes).match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []
  return `-----BEGIN ${type}-----\n${lines.map((line) => `${line}\n`).join('')}-----END ${type}-----\n`
}

/** The first block of a text; undefined when there is none. */
export function decodePem(text: string): PemBlock | undefined {
  const found = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\r\n]*?)-----END \1-----\r?\n?/.exec(text)
  if (found === null) return undefined
  const bytes = decodeBytes(found[2])
  return bytes === undefined ? undefined : { type: found[1], bytes, rest: text.slice(found.index + found[0].length) }
}
