import { describe, expect, it } from 'vitest'
import { decodeDocuments, isYamlError, parseYaml, splitYamlDocuments, yamlErrors, yamlLimits, yamlToJsonText } from './documents.ts'
import { toYaml } from './emit.ts'

function read(text: string, strict = false): unknown {
  const result = parseYaml(text, { strict })
  return isYamlError(result) ? result.error : result.value
}

describe('YAML 1.1 as Kubernetes reads it', () => {
  const values: [name: string, text: string, value: unknown][] = [
    ['takes yes and off for truth values', 'a: yes\nb: off', { a: true, b: false }],
    ['keeps quoted words as text', 'a: "yes"', { a: 'yes' }],
    ['reads octal, hex and grouped numbers', 'a: 0755\nb: 0x1F\nc: 1_000', { a: 493, b: 31, c: 1000 }],
    ['does not read base 60', 'a: 12:30', { a: '12:30' }],
    ['leaves dates alone', 'a: 2026-01-05', { a: '2026-01-05' }],
    ['takes the key y for true', 'y: 1', { true: 1 }],
    ['turns keys into text', '1: a\ntrue: b', { 1: 'a', true: 'b' }],
    ['takes the last of repeated keys', 'a: 1\na: 2', { a: 2 }],
    ['expands anchors and merges', 'x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  b: 3', { x: { a: 1, b: 2 }, z: { a: 1, b: 3 } }],
    ['folds and keeps blocks', 'a: |\n  x\n  y\nb: >-\n  x\n  y\n', { a: 'x\ny\n', b: 'x y' }],
    ['reads sequences at the indent of their key', 'a:\n- 1\n- b: 2', { a: [1, { b: 2 }] }],
    ['reads nothing as null', '', null],
    ['reads JSON', '{"a": [1, "b", null]}', { a: [1, 'b', null] }],
  ]
  it.each(values)('%s', (_name, text, value) => expect(read(text)).toEqual(value))

  const errors: [name: string, text: string, error: string][] = [
    ['a tab as indent', 'a:\n\tb: 1', 'yaml: line 2: found character that cannot start any token'],
    ['a mapping inside a value', 'a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['a bracket left open', 'a: [1', "yaml: line 1: did not find expected ',' or ']'"],
    ['an anchor nobody set', 'a: *x', "yaml: unknown anchor 'x' referenced"],
  ]
  it.each(errors)('refuses %s with the real text', (_name, text, error) => expect(read(text)).toBe(error))

  it('refuses repeated keys when strict', () => expect(read('a: 1\na: 2', true)).toBe('yaml: unmarshal errors:\n  line 2: key "a" already set in map'))
  it('keeps __proto__ a plain key', () => {
    const value = read('__proto__: {polluted: true}') as object
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
  it('loses no digit on the way to JSON', () => expect(yamlToJsonText('a: 9007199254740993')).toEqual({ json: '{"a":9007199254740993}' }))
})

describe('the limits of YAML', () => {
  it('refuse a text that is too large', () => expect(read(`a: ${'x'.repeat(yamlLimits.bytesMax)}`)).toBe(yamlErrors.tooLarge))
  it('refuse what is nested too deep', () => {
    expect(read('['.repeat(yamlLimits.depthMax) + ']'.repeat(yamlLimits.depthMax))).toEqual(expect.any(Array))
    expect(read('['.repeat(yamlLimits.depthMax + 1) + ']'.repeat(yamlLimits.depthMax + 1))).toContain('exceeded max depth')
  })
  it('refuse aliases that blow up', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`)
    expect(read(lines.join('\n'))).toBe('yaml: document contains excessive aliasing')
  })
  it('refuse too many documents, and keep those before', () => {
    const { documents, error } = decodeDocuments('a: 1\n---\n'.repeat(yamlLimits.documentsMax + 1))
    expect(error).toBe(yamlErrors.tooManyDocuments)
    expect(documents).toHaveLength(yamlLimits.documentsMax)
  })
})

describe('a manifest of several documents', () => {
  it('is cut at its separators', () => expect(splitYamlDocuments('a: 1\n--- # next\nb: 2\n').documents).toEqual(['a: 1\n', 'b: 2\n']))
  it('may be a stream of JSON', () => expect(decodeDocuments('{"a":1}\n{"b":2}').documents).toEqual([{ a: 1 }, { b: 2 }]))
  it('may hold documents of nothing', () => expect(decodeDocuments('---\n---\na: 1\n').documents).toEqual([undefined, { a: 1 }]))
  it('keeps what comes before an error', () => {
    const { documents, error } = decodeDocuments('a: 1\n---\n[')
    expect(documents).toEqual([{ a: 1 }])
    expect(error).toMatch(/^error converting YAML to JSON: yaml: /)
  })
})

describe('YAML as Kubernetes writes it', () => {
  const cases: [name: string, value: unknown, text: string][] = [
    ['sorts keys and numbers inside them', { b10: 1, b9: 2, a: null }, 'a: null\nb9: 2\nb10: 1\n'],
    ['does not indent sequences', { a: [1, { b: 2, c: 3 }] }, 'a:\n- 1\n- b: 2\n  c: 3\n'],
    ['quotes what would read as something else', { a: 'yes', b: '1', c: '', d: 'a: b', e: '2026-01-05' }, "a: \"yes\"\nb: \"1\"\nc: \"\"\nd: 'a: b'\ne: \"2026-01-05\"\n"],
    ['writes several lines as a block', { a: 'x\ny\n', b: 'x\ny' }, 'a: |\n  x\n  y\nb: |-\n  x\n  y\n'],
    ['writes empty collections inline', { a: [], b: {} }, 'a: []\nb: {}\n'],
  ]
  it.each(cases)('%s', (_name, value, text) => {
    expect(toYaml(value)).toBe(text)
    expect(read(text)).toEqual(value)
  })
})
