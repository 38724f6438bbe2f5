/** Base64 of UTF-8 text, as Secrets hold it. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function bytesOf(text: string): number[] {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const char of text) {
    const value = alphabet.indexOf(char)
    if (value < 0) continue
    bits = (bits << 6) | value
    count += 6
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 255)
  }
  return bytes
}

/** Reads base64 as UTF-8 text; bytes that are no UTF-8 become U+FFFD. */
export function decodeBase64(text: string): string {
  const bytes = bytesOf(text)
  let result = ''
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i]
    const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0
    const rest = bytes.slice(i + 1, i + length)
    if (length === 0 || rest.length < length - 1 || rest.some((byte) => (byte & 0xc0) !== 0x80)) {
      result += '\ufffd'
      i++
      continue
    }
    let code = length === 1 ? first : first & (0xff >> (length + 1))
    for (const byte of rest) code = (code << 6) | (byte & 0x3f)
    result += String.fromCodePoint(code)
    i += length
  }
  return result
}
