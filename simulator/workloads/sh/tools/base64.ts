/** base64 of UTF-8 text. */

import type { Tool } from './tool.ts'
import { lastValue, parseOptions, readAll } from './tool.ts'

export const base64: Tool = {
  run(context) {
    const options = parseOptions(context, 'dw:i', { decode: 'd', wrap: 'w', 'ignore-garbage': 'i' })
    const { inputs, err } = readAll(context, options.operands)
    if (err !== '') return { err, code: 1 }
    const text = inputs.map((input) => input.text).join('')
    if (options.flags.has('d')) {
      const clean = text.replace(/\s/g, '')
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean) || clean.length % 4 === 1) return { out: decodeBase64(clean.replace(/[^A-Za-z0-9+/].*$/s, '')), err: context.dialect === 'ash' ? 'base64: truncated input\n' : 'base64: invalid input\n', code: 1 }
      return { out: decodeBase64(clean), code: 0 }
    }
    const encoded = encodeBase64(text)
    const width = Number(lastValue(options, 'w') ?? 76)
    if (width === 0) return { out: encoded, code: 0 }
    return { out: (encoded.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((line) => `${line}\n`).join(''), code: 0 }
  },
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 of the UTF-8 bytes of a text. */
export function encodeBase64(text: string): string {
  const bytes = utf8(text)
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]]
    out += alphabet[a >> 2] + alphabet[((a & 3) << 4) | ((b ?? 0) >> 4)] + (b === undefined ? '=' : alphabet[((b & 15) << 2) | ((c ?? 0) >> 6)]) + (c === undefined ? '=' : alphabet[c & 63])
  }
  return out
}

/** Text of base64; bytes that are not UTF-8 become the replacement character. */
export function decodeBase64(text: string): string {
  const bytes: number[] = []
  let buffer = 0
  let bits = 0
  for (const c of text.replace(/=+$/, '')) {
    buffer = ((buffer << 6) | alphabet.indexOf(c)) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >> bits) & 255)
    }
  }
  return fromUtf8(bytes)
}

function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const c of text) {
    const point = c.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63))
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
  }
  return bytes
}

function fromUtf8(bytes: readonly number[]): string {
  let out = ''
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i]
    const extra = b < 0x80 ? 0 : b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : b >= 0xc0 ? 1 : -1
    const rest = bytes.slice(i + 1, i + 1 + Math.max(extra, 0))
    if (extra < 0 || rest.length < extra || rest.some((byte) => (byte & 0xc0) !== 0x80)) {
      out += '\ufffd'
      continue
    }
    let point = extra === 0 ? b : b & (0x3f >> extra)
    for (const byte of rest) point = (point << 6) | (byte & 63)
    out += String.fromCodePoint(Math.min(point, 0x10ffff))
    i += extra
  }
  return out
}
