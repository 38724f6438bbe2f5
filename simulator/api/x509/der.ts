/** Distinguished encoding rules of ASN.1, as far as certificates and requests for them go. Models ITU-T X.690. */

/** Tags of the values that certificates are made of. */
export const tags = { integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, utf8: 0x0c, utcTime: 0x17, sequence: 0x30, set: 0x31 } as const

/** One value: its tag and where its content lies in the bytes. */
export interface DerValue { readonly tag: number; readonly from: number; readonly to: number; /** Where the value begins, its tag included. */ readonly start: number }

/** Encodes one value from the bytes of its parts. */
export function encodeDer(tag: number, ...parts: readonly (readonly number[])[]): number[] {
  const content = parts.flat()
  const { length } = content
  if (length < 0x80) return [tag, length, ...content]
  const digits: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) digits.unshift(rest & 255)
  return [tag, 0x80 | digits.length, ...digits, ...content]
}

/** Reads the value at a place; undefined when there is none, or it goes over the end. */
export function readDer(bytes: readonly number[], at: number, end = bytes.length): DerValue | undefined {
  if (at + 2 > end) return undefined
  const first = bytes[at + 1]
  let length = first
  let from = at + 2
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 3 || from + count > end) return undefined
    length = 0
    for (let i = 0; i < count; i++) length = (length << 8) | bytes[from + i]
    from += count
  }
  return from + length > end ? undefined : { tag: bytes[at], from, to: from + length, start: at }
}

/** The values inside of a value, in order; undefined when they do not fill it. */
export function readParts(bytes: readonly number[], value: DerValue): DerValue[] | undefined {
  const parts: DerValue[] = []
  for (let at = value.from; at < value.to;) {
    const part = readDer(bytes, at, value.to)
    if (part === undefined) return undefined
    parts.push(part)
    at = part.to
  }
  return parts
}

/** Encodes an object identifier such as 2.5.4.3. */
export function encodeOid(text: string): number[] {
  const [a, b, ...rest] = text.split('.').map(Number)
  const bytes = [a * 40 + b]
  for (const arc of rest) {
    const digits = [arc & 127]
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 127) | 128)
    bytes.push(...digits)
  }
  return encodeDer(tags.oid, bytes)
}

/** The text of an object identifier's content. */
export function oidText(content: readonly number[]): string {
  const arcs = [Math.floor(content[0] / 40), content[0] % 40]
  let arc = 0
  for (const byte of content.slice(1)) {
    arc = (arc << 7) | (byte & 127)
    if (byte < 128) {
      arcs.push(arc)
      arc = 0
    }
  }
  return arcs.join('.')
}
