/** Bytes as a text. */

import { utf8Text } from '../../../api/base64.ts'

export function callText(bytes: Uint8Array): string {
  return utf8Text([...bytes])
}
