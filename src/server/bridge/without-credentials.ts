/** Takes what looks like a credential out of texts for the page and for the terminal, wherever the text came from. */

const shapes: readonly (readonly [shape: RegExp, shown: string])[] = [
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, '[hidden]'],
  [/\b[Bb]earer\s+[\w.~+/=-]+/g, 'Bearer [hidden]'],
  [/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, '[hidden]'],
  [/\bLS0tLS1CRUdJTi[\w+/=]*/g, '[hidden]'],
  [/((?:client-key-data|client-certificate-data|token|password)["']?\s*[:=]\s*["']?)[^\s"',}]+/gi, '$1[hidden]'],
]

/** A text without bearer tokens, JSON web tokens, keys and certificates. */
export function withoutCredentials(text: string): string {
  return shapes.reduce((shown, [shape, instead]) => shown.replace(shape, instead), text)
}
