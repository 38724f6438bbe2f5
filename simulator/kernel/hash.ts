/** Hashes of texts: FNV-1a for tables and names, a 64-bit rolling hash (as two 32-bit halves) for traces. */

/** FNV-1a, 32 bit, over UTF-16 code units folded to bytes as Go's fnv over ASCII text. */
export function fnv32a(text: string, seed = 0x811c9dc5): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}

/** Mixes the bits of a 32-bit number (the finalizer of MurmurHash3, public domain). */
export function mix32(value: number): number {
  let h = value | 0
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  h ^= h >>> 16
  return h >>> 0
}

/** A number in [0, 1) that belongs to its text: jitter without drawing. */
export function unitHash(text: string): number {
  return mix32(fnv32a(text)) / 4294967296
}

/** Two independent 32-bit halves of a rolling hash. */
export interface RollingHash {
  readonly high: number
  readonly low: number
}

/** Where a trace begins. */
export const emptyTrace: RollingHash = { high: 0x811c9dc5, low: 0xcbf29ce4 }

/** Adds one text to a rolling hash. */
export function rollHash(hash: RollingHash, text: string): RollingHash {
  return { high: mix32(fnv32a(text, hash.high)), low: mix32(fnv32a(text, hash.low ^ 0x9e3779b9)) }
}

/** The hash as 16 hexadecimal digits. */
export function hashText(hash: RollingHash): string {
  return hash.high.toString(16).padStart(8, '0') + hash.low.toString(16).padStart(8, '0')
}

/** Hexadecimal digits that belong to a text, such as a container id or an image digest. @param count a multiple of 8 */
export function hexDigits(text: string, count: number): string {
  const base = fnv32a(text)
  const codes = new Uint8Array(count)
  for (let i = 0; i < count; i += 8) putHex(codes, i, mix32(base + Math.imul((i >> 3) + 1, 0x9e3779b9)), 28)
  return textOfCodes(codes)
}

/** Character codes as one flat text. */
export function textOfCodes(codes: Uint8Array): string {
  // Applied, not spread: an iterator over the codes costs several times the text.
  return Reflect.apply(String.fromCharCode, null, codes) as string
}

/**
 * Character codes of the hexadecimal digits of a 32-bit number, from the one at bit `from` to the one at bit `to`.
 * @returns the place behind them
 */
export function putHex(codes: Uint8Array, at: number, value: number, from: number, to = 0): number {
  let place = at
  for (let shift = from; shift >= to; shift -= 4) {
    const digit = (value >>> shift) & 15
    codes[place++] = digit < 10 ? 48 + digit : 87 + digit
  }
  return place
}
