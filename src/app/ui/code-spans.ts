import type { Inline } from '../content-types.ts'

/** Texts of checks hold code in backticks; everything else is plain. */
export function codeSpans(text: string): readonly Inline[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? { code: part } : part)).filter((part) => part !== '')
}
