import { describe, expect, it } from 'vitest'
import { withinBudget } from './budgets.ts'
import { readManifests } from './manifests.ts'

const refusalOf = (text: string): string => {
  const read = readManifests(text)
  return 'refusal' in read ? read.refusal : `passed with ${read.objects.length}`
}
const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n'
/** Each list holds the one before it thirty times: seven lines stand for twenty billion values. */
const bomb = ['a0: &a0 [x, x, x]', ...Array.from({ length: 7 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 30 }, () => `*a${i}`).join(', ')}]`)].join('\n')
/** Long enough that the share of aliases alone does not show the bomb. */
const wide = [`a: &a [${Array.from({ length: 20_000 }, () => 'x').join(', ')}]`, `b: [${Array.from({ length: 60 }, () => '*a').join(', ')}]`].join('\n')

const attacks: readonly { readonly guard: string; readonly name: string; readonly text: string; readonly refusal: string }[] = [
  { guard: 'refuseLargeManifest', name: 'a text of a megabyte', text: `# ${'x'.repeat(1_000_000)}\n${map}`, refusal: 'a manifest is at most 256 KB' },
  { guard: 'refuseManyDocuments', name: 'sixty documents', text: Array.from({ length: 60 }, () => map).join('---\n'), refusal: 'a manifest has at most 50 documents' },
  { guard: 'refusePrototypeKeys', name: 'a key of JavaScript', text: `${map}data: {__proto__: {polluted: yes}}\n`, refusal: 'a manifest cannot have the key "__proto__"' },
  { guard: 'refuseShapelessDocument', name: 'what is no object of the API', text: `${map}---\n[1, 2]\n`, refusal: 'each document of a manifest is an object with apiVersion and kind' },
  { guard: 'aliasRatioMax', name: 'a large document that is mostly aliases', text: wide, refusal: 'error converting YAML to JSON: yaml: document contains excessive aliasing' },
]

describe('attacks with a manifest', () => {
  it.each(attacks)('$guard: keeps out $name', ({ text, refusal }) => {
    expect(refusalOf(text)).toBe(refusal)
  })

  it('are refused by the reader itself when they are bombs, broken or nested a thousand times', () => {
    expect(refusalOf(bomb)).toBe('error converting YAML to JSON: yaml: document contains excessive aliasing')
    expect(refusalOf('a: [')).toMatch(/^error converting YAML to JSON: yaml: /)
    expect(refusalOf(`${map}data: ${'['.repeat(1000)}${']'.repeat(1000)}\n`)).toMatch(/exceeded max depth/)
  })

  it('passes manifests of a course', () => {
    expect(refusalOf(`${map}---\n${map}`)).toBe('passed with 2')
    expect(refusalOf('# nothing\n')).toBe('passed with 0')
  })
})

describe('budgets', () => {
  it('runLimited: ends a calculation that goes on and on', () => {
    const startMs = Date.now()
    expect(() => withinBudget(() => {
      while (Date.now() < startMs + 1500);
    }, 50)).toThrow('a calculation took longer than 0.05 s and was ended')
  })

  it('runLimited: ends a regular expression that tries everything', () => {
    expect(() => withinBudget(() => /^(a+)+$/.test(`${'a'.repeat(27)}b`), 50)).toThrow('a calculation took longer than 0.05 s and was ended')
  })

  it('gives what a calculation gives or throws', () => {
    expect(withinBudget(() => ({ a: 1 }))).toEqual({ a: 1 })
    expect(() => withinBudget(() => {
      throw new TypeError('own')
    })).toThrow(TypeError)
  })
})
