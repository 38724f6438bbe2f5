import { describe, expect, test } from 'vitest'
import { columnsText, complete, emptyLine, parseKeys, pressKey, type LineEffect, type LineState } from './line-editor.ts'

const history = ['k get pods', 'k apply -f web.yaml', 'k get nodes']

/** Types raw terminal data and returns the line and all effects. */
function type(data: string, state: LineState = emptyLine): { line: string; cursor: number; effects: LineEffect[]; state: LineState } {
  const effects: LineEffect[] = []
  let current = state
  for (const key of parseKeys(data)) {
    const step = pressKey(current, key, history)
    current = step.state
    if (step.effect !== undefined) effects.push(step.effect)
  }
  return { line: current.text, cursor: current.cursor, effects, state: current }
}

describe('a line is edited as in the shell', () => {
  test.each([
    ['typed text', 'k get', 'k get', 5],
    ['left and text goes in between', 'abc\u001b[D\u001b[DX', 'aXbc', 2],
    ['Home and End', 'bc\u001b[Ha\u001b[Fd', 'abcd', 4],
    ['Ctrl+A and Ctrl+E', 'bc\u0001a\u0005d', 'abcd', 4],
    ['Backspace and Delete', 'abcd\u007f\u001b[D\u001b[3~', 'ab', 2],
    ['Ctrl+K kills to the end', 'abcd\u001b[D\u001b[D\u000b', 'ab', 2],
    ['Ctrl+U kills to the start', 'abcd\u001b[D\u0015', 'd', 0],
    ['Ctrl+W kills a word up to a blank', 'k get deploy/web\u0017', 'k get ', 6],
    ['Ctrl+Alt+W kills a word too', 'k get\u001b\u0017', 'k ', 2],
    ['Ctrl+Y brings it back', 'abc\u0015\u0019\u0019', 'abcabc', 6],
    ['Ctrl+Left goes over a word', 'k get pods\u001b[1;5Dx', 'k get xpods', 7],
    ['unknown sequences are dropped', 'a\u001b[5~b\u001b[24;5~c', 'abc', 3],
    ['history up twice', '\u001b[A\u001b[A', 'k apply -f web.yaml', 19],
    ['down again gives the draft back', 'dra\u001b[A\u001b[B', 'dra', 3],
    ['Ctrl+R finds backward', '\u0012get', 'k get nodes', 2],
    ['Ctrl+R again goes further back', '\u0012get\u0012', 'k get pods', 2],
    ['Esc leaves the search with the draft', 'dra\u0012get\u001b', 'dra', 3],
    ['a paste keeps its lines', '\u001b[200~a\rb\u001b[201~', 'a\nb', 3],
  ])('%s', (_name, data, line, cursor) => { expect(type(data)).toMatchObject({ line, cursor }) })

  test.each([
    ['Enter runs', 'k get pods\r', [{ type: 'run', text: 'k get pods' }]],
    ['Ctrl+C drops the line', 'abc\u0003', [{ type: 'interrupt' }]],
    ['Ctrl+D ends input on an empty line alone', '\u0004', [{ type: 'end-of-input' }]],
    ['Ctrl+L clears', '\u000c', [{ type: 'clear' }]],
    ['Tab completes', 'k g\t', [{ type: 'complete' }]],
    ['Enter runs what the search found', '\u0012apply\r', [{ type: 'run', text: 'k apply -f web.yaml' }]],
    ['two lines in one go run one after the other', 'a\rb\r', [{ type: 'run', text: 'a' }, { type: 'run', text: 'b' }]],
  ])('%s', (_name, data, effects) => { expect(type(data).effects).toEqual(effects) })
})

describe('completion', () => {
  const at = (text: string): LineState => ({ ...emptyLine, text, cursor: text.length })
  test('one candidate is put in with a blank', () => { expect(complete(at('kub'), { from: 0, to: 3, candidates: ['kubectl'] }).state.text).toBe('kubectl ') })
  test('a directory or a flag with a value gets no blank', () => { expect(complete(at('ca'), { from: 0, to: 2, candidates: ['cat/'] }).state.text).toBe('cat/') })
  test('several candidates add what they share', () => { expect(complete(at('k d'), { from: 2, to: 3, candidates: ['delete', 'deploy'] })).toMatchObject({ state: { text: 'k de' }, list: [] }) })
  test('and are listed when they share no more', () => { expect(complete(at('k de'), { from: 2, to: 4, candidates: ['delete', 'deploy'] }).list).toEqual(['delete', 'deploy']) })
  test('none changes nothing', () => { expect(complete(at('x'), { from: 0, to: 1, candidates: [] }).state.text).toBe('x') })
  test('the list stands in columns', () => { expect(columnsText(['a', 'bb', 'c', 'd'], 10)).toBe('a   c\nbb  d') })
})
