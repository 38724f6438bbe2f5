import { describe, expect, it } from 'vitest'
import { expand } from './env.ts'
import { decodeBase64 } from './base64.ts'

const variables = { A: 'one', EMPTY: '' }

describe('expand', () => {
  it.each([
    { name: 'replaces a known variable', text: '$(A)-two', want: 'one-two' },
    { name: 'keeps an unknown variable as it is written', text: '$(NOPE)', want: '$(NOPE)' },
    { name: 'makes two dollar signs one', text: '$$HOME', want: '$HOME' },
    { name: 'does not replace an escaped variable', text: '$$(A)', want: '$(A)' },
    { name: 'replaces by an empty value', text: '[$(EMPTY)]', want: '[]' },
    { name: 'leaves a shell variable alone', text: '$HOME ${A}', want: '$HOME ${A}' },
    { name: 'does not look inside a value', text: '$(A)$(A)', want: 'oneone' },
    { name: 'does not take names of the prototype', text: '$(toString)', want: '$(toString)' },
  ])('$name', ({ text, want }) => {
    expect(expand(text, variables)).toBe(want)
  })
})

describe('decodeBase64', () => {
  it.each([
    { name: 'text', encoded: 'czNjcjN0', want: 's3cr3t' },
    { name: 'padding', encoded: 'YQ==', want: 'a' },
    { name: 'UTF-8 of two and four bytes', encoded: 'w6kg8J+agA==', want: 'é 🚀' },
    { name: 'a byte that is no UTF-8', encoded: '/w==', want: '\ufffd' },
    { name: 'nothing', encoded: '', want: '' },
  ])('reads $name', ({ encoded, want }) => {
    expect(decodeBase64(encoded)).toBe(want)
  })
})
