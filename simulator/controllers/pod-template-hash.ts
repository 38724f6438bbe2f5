/**
 * Hashes in the names of ReplicaSets and ControllerRevisions.
 * Models kubernetes/pkg/controller ComputeHash and kubernetes/pkg/controller/history (v1.35).
 */

import { goJsonSorted } from '../api/go-text.ts'
import type { PodTemplateSpec } from '../api/types.ts'
import { dumpForHash } from './template-dump/dump.ts'

const fnvOffset = 0x811c9dc5
const fnvPrime = 0x01000193
const safeLetters = 'bcdfghjklmnpqrstvwxz2456789'

/** Calls back for each byte of a text in UTF-8. */
function eachByte(text: string, visit: (byte: number) => void): void {
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code < 0x80) visit(code)
    else if (code < 0x800) {
      visit(0xc0 | (code >> 6))
      visit(0x80 | (code & 0x3f))
    } else if (code < 0x10000) {
      visit(0xe0 | (code >> 12))
      visit(0x80 | ((code >> 6) & 0x3f))
      visit(0x80 | (code & 0x3f))
    } else {
      visit(0xf0 | (code >> 18))
      visit(0x80 | ((code >> 12) & 0x3f))
      visit(0x80 | ((code >> 6) & 0x3f))
      visit(0x80 | (code & 0x3f))
    }
  }
}

/** FNV-1a, 32 bit, over the UTF-8 bytes of a text, then over the given bytes. */
export function fnv1aOfBytes(text: string, tail: readonly number[] = []): number {
  let hash = fnvOffset
  const add = (byte: number): void => {
    hash = Math.imul(hash ^ byte, fnvPrime)
  }
  eachByte(text, add)
  for (const byte of tail) add(byte)
  return hash >>> 0
}

/** FNV-1 (multiply first), 32 bit, over the UTF-8 bytes of a text. */
export function fnv1OfBytes(text: string): number {
  let hash = fnvOffset
  eachByte(text, (byte) => {
    hash = Math.imul(hash, fnvPrime) ^ byte
  })
  return hash >>> 0
}

/** A hash as a text without bad words: each character of the decimal number picks a letter. */
export function safeEncode(hash: number): string {
  let text = ''
  for (const character of `${hash}`) text += safeLetters[character.charCodeAt(0) % safeLetters.length]
  return text
}

/**
 * The pod-template-hash of a stored (defaulted) template.
 * @param collisionCount the Deployment's status.collisionCount; absent and 0 differ
 */
export function computeHash(template: PodTemplateSpec, collisionCount?: number): string {
  const bytes = collisionCount === undefined ? [] : [collisionCount & 0xff, (collisionCount >> 8) & 0xff, (collisionCount >> 16) & 0xff, collisionCount >>> 24, 0, 0, 0, 0]
  return safeEncode(fnv1aOfBytes(dumpForHash(template, 'v1.PodTemplateSpec'), bytes))
}

/** The data of a ControllerRevision: a patch that replaces the template. Its text has sorted keys. */
export function revisionData(template: PodTemplateSpec): { readonly spec: { readonly template: object } } {
  return { spec: { template: { ...template, $patch: 'replace' } } }
}

/** The hash in the name of a StatefulSet's ControllerRevision. */
export function revisionHash(template: PodTemplateSpec, collisionCount?: number): string {
  const probe = collisionCount === undefined ? '' : `${collisionCount}`
  return safeEncode(fnv1OfBytes(goJsonSorted(revisionData(template)) + probe))
}
