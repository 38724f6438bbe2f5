import { describe, expect, it } from 'vitest'
import { executeJsonPath, parseJsonPath } from './evaluate.ts'
import { relaxPath } from './parser.ts'
import { layoutCells, parseCustomColumns, parseCustomColumnsFile, printCustomColumns, sortByPath } from './printers.ts'

const pods = {
  items: [
    { metadata: { name: 'b', labels: { 'app.kubernetes.io/name': 'x' } }, spec: { gpus: 8 }, status: { phase: 'Running' } },
    { metadata: { name: 'a' }, spec: { gpus: 10 }, status: { phase: 'Pending' } },
  ],
}

function run(source: string, data: unknown = pods): string {
  const template = parseJsonPath(source)
  if ('error' in template) return template.error
  const result = executeJsonPath(template, data)
  return 'error' in result ? result.error : result.output
}

describe('a JSONPath of kubectl', () => {
  const cases: [name: string, source: string, output: string][] = [
    ['prints every match, with blanks between', '{.items[*].metadata.name}', 'b a'],
    ['keeps text around', 'names: {.items[0].metadata.name}!', 'names: b!'],
    ['ranges', '{range .items[*]}{.metadata.name}={.spec.gpus}{"\\n"}{end}', 'b=8\na=10\n'],
    ['filters', '{.items[?(@.status.phase=="Running")].metadata.name}', 'b'],
    ['compares numbers', '{.items[?(@.spec.gpus>8)].metadata.name}', 'a'],
    ['counts from the end', '{.items[-1:].metadata.name}', 'a'],
    ['searches at any depth', '{..gpus}', '8 10'],
    ['takes escaped dots', '{.items[0].metadata.labels.app\\.kubernetes\\.io/name}', 'x'],
    ['prints maps as JSON', '{.items[0].spec}', '{"gpus":8}'],
    ['prints nothing for what is missing', '{.items[0].nope}', ''],
  ]
  it.each(cases)('%s', (_name, source, output) => expect(run(source)).toBe(output))

  const errors: [source: string, error: string][] = [
    ['{.items[9].x}', 'array index out of bounds: index 9, length 2'],
    ['{.items[', 'unterminated array'],
    ['{end}', 'not in range, nothing to end'],
  ]
  it.each(errors)('%s ends with the real text', (source, error) => expect(run(source)).toContain(error))

  it('may leave out braces and the first dot', () => {
    expect(relaxPath('.metadata.name')).toBe('{.metadata.name}')
    expect(relaxPath('metadata.name')).toBe('{.metadata.name}')
  })
})

describe('custom columns', () => {
  it('print a row for each object, <none> for what is missing', () => {
    const columns = parseCustomColumns('NAME:.metadata.name,APP:.metadata.labels.app\\.kubernetes\\.io/name')
    if ('error' in columns) throw new Error(columns.error)
    expect(printCustomColumns(columns, pods.items)).toEqual({ output: 'NAME   APP\nb      x\na      <none>\n' })
  })
  it('may come from a file', () => expect(parseCustomColumnsFile('NAME  GPUS\n.metadata.name .spec.gpus\n')).toEqual([{ header: 'NAME', path: '{.metadata.name}' }, { header: 'GPUS', path: '{.spec.gpus}' }]))
  it('need a path for each header', () => expect(parseCustomColumns('NAME')).toEqual({ error: 'unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>' }))
  it('are three blanks apart', () => expect(layoutCells([['A', 'LONG'], ['longer', 'b']])).toBe('A        LONG\nlonger   b\n'))
})

describe('sorting by a path', () => {
  it('compares numbers as numbers', () => expect(sortByPath(pods.items, '.spec.gpus')).toEqual([0, 1]))
  it('compares names', () => expect(sortByPath(pods.items, '{.metadata.name}')).toEqual([1, 0]))
  it('compares quantities by value', () => expect(sortByPath([{ q: '1Gi' }, { q: '900Mi' }], '.q')).toEqual([1, 0]))
  it('needs the field somewhere', () => expect(sortByPath(pods.items, '.nope')).toEqual({ error: "couldn't find any field with path \"{.nope}\" in the list of objects" }))
})
