/** Bytes as a text. */

import { utf8Text } from '../../../api/base64.ts'

/** UTF-8 bytes as a text, as format prints them; what is no UTF-8 becomes U+FFFD. */
export function callText(bytes: Uint8Array): string {
  return utf8Text([...bytes])
}
