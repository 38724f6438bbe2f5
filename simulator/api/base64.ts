/** Base64 of texts in UTF-8, without platform help. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number[] {
  const bytes: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

function sequenceLength(lead: number): number {
  return lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
}

/** Bytes as text; what is no UTF-8 becomes U+FFFD, byte by byte, as Go prints it. */
export function utf8Text(bytes: readonly number[]): string {
  let text = ''
  for (let index = 0; index < bytes.length;) {
    const lead = bytes[index]!
    const length = sequenceLength(lead)
    const rest = bytes.slice(index + 1, index + length)
    if (length === 0 || rest.length < length - 1 || rest.some((byte) => (byte & 0xc0) !== 0x80)) {
      text += '\uFFFD'
      index++
      continue
    }
    let code = length === 1 ? lead : lead & (0xff >> (length + 1))
    for (const byte of rest) code = (code << 6) | (byte & 63)
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
    index += length
  }
  return text
}

/** Encodes bytes, with padding. */
export function encodeBytes(bytes: readonly number[]): string {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const word = (bytes[index]! << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0)
    const left = bytes.length - index
    text += alphabet[word >> 18]! + alphabet[(word >> 12) & 63]! + (left > 1 ? alphabet[(word >> 6) & 63]! : '=') + (left > 2 ? alphabet[word & 63]! : '=')
  }
  return text
}

/** Decodes to bytes; undefined when the text is no base64. Line breaks are allowed, as in Go. */
export function decodeBytes(text: string): number[] | undefined {
  const plain = text.replace(/[\r\n]/g, '')
  if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return undefined
  const bytes: number[] = []
  for (let index = 0; index < plain.length; index += 4) {
    const [a, b, c, d] = [0, 1, 2, 3].map((offset) => alphabet.indexOf(plain[index + offset]!))
    const word = (a! << 18) | (b! << 12) | (Math.max(c!, 0) << 6) | Math.max(d!, 0)
    bytes.push(word >> 16)
    if (c! >= 0) bytes.push((word >> 8) & 255)
    if (d! >= 0) bytes.push(word & 255)
  }
  return bytes
}

/** Encodes a text: what a Secret's stringData becomes. */
export function encodeBase64(text: string): string {
  return encodeBytes(utf8Bytes(text))
}

/** Decodes to a text; undefined when it is no base64. */
export function decodeBase64(text: string): string | undefined {
  const bytes = decodeBytes(text)
  return bytes === undefined ? undefined : utf8Text(bytes)
}
