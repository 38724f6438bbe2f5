/** The name suffix of --append-hash. Models k8s.io/kubectl/pkg/util/hash (v1.35). */

import { sha256 } from '@noble/hashes/sha2.js'

import { utf8Bytes } from '../api/base64.ts'
import type { KubeObject } from '../api/types.ts'
import { toCompactJson } from './printers/json.ts'

/** Letters that make no words, in place of hexadecimal digits. */
const letters: { readonly [digit: string]: string } = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' }

/** Ten letters for a text, none of which make a word. */
export function shortHash(text: string): string {
  const bytes = sha256(Uint8Array.from(utf8Bytes(text)))
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return Array.from(hex.slice(0, 10), (digit) => letters[digit] ?? digit).join('')
}

/** The name of a ConfigMap or Secret with the hash of its content. */
export function hashedName(object: KubeObject): string {
  const { data, binaryData, immutable, type, metadata } = object as KubeObject & { data?: object; binaryData?: object; immutable?: boolean; type?: string }
  const content = {
    kind: object.kind, name: metadata.name, data: data ?? (object.kind === 'Secret' ? {} : ''),
    ...(object.kind === 'Secret' ? { type: type ?? '' } : {}),
    ...(binaryData === undefined ? {} : { binaryData }), ...(immutable === undefined ? {} : { immutable }),
  }
  return `${metadata.name}-${shortHash(toCompactJson(content))}`
}
