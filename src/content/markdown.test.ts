import { describe, expect, it } from 'vitest'
import { parseInline, parseMarkdown } from './markdown.ts'
import type { Block } from './markdown.ts'

describe('Markdown', () => {
  it.each<[string, string, Block[]]>([
    ['paragraphs with inline marks', 'Run `kubectl get` **now** and *wait*.', [{ type: 'p', text: ['Run ', { code: 'kubectl get' }, ' ', { strong: ['now'] }, ' and ', { em: ['wait'] }, '.'] }]],
    ['headings of two levels', '# One\n\n### Two', [{ type: 'h', level: 2, text: ['One'] }, { type: 'h', level: 3, text: ['Two'] }]],
    ['code with its language', '```yaml\na: <b>\n```', [{ type: 'code', lang: 'yaml', text: 'a: <b>' }]],
    ['lists', '1. a\n2. b', [{ type: 'list', ordered: true, items: [[{ type: 'p', text: ['a'] }], [{ type: 'p', text: ['b'] }]] }]],
    ['tables', '| a | b |\n|---|---|\n| 1 | `x` |', [{ type: 'table', head: [['a'], ['b']], rows: [[['1'], [{ code: 'x' }]]] }]],
    ['asides', '> [!note] Mind\n> the gap', [{ type: 'aside', title: 'Mind', body: [{ type: 'p', text: ['the gap'] }] }]],
    ['folded parts', '> [!fold] More\n> text', [{ type: 'fold', title: 'More', body: [{ type: 'p', text: ['text'] }] }]],
    ['quotes', '> words', [{ type: 'aside', title: '', body: [{ type: 'p', text: ['words'] }] }]],
  ])('%s', (_name, text, expected) => {
    expect(parseMarkdown(text)).toEqual(expected)
  })

  it('raw HTML stays text', () => {
    expect(parseMarkdown('<script>alert(1)</script>')).toEqual([{ type: 'p', text: ['<script>alert(1)</script>'] }])
    expect(parseInline('a <b>c</b> & 1 < 2 "q"').join('')).toBe('a <b>c</b> & 1 < 2 "q"')
  })

  it('links keep their address', () => {
    expect(parseInline('[docs](https://kubernetes.io/docs/)')).toEqual([{ link: ['docs'], href: 'https://kubernetes.io/docs/' }])
  })
})
