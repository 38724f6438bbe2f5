import { describe, expect, it } from 'vitest'
import { celEnvironment, compileCel, runCel, toCelValue } from './compile.ts'

const environment = celEnvironment(['object', 'device'])

function run(expression: string, object: unknown): unknown {
  const compiled = compileCel(environment, expression)
  return 'error' in compiled ? compiled.error : runCel(compiled.program, { object: toCelValue(object) })
}

describe('an expression', () => {
  const values: [name: string, expression: string, object: unknown, value: unknown][] = [
    ['compares whole numbers', 'object.replicas <= 5', { replicas: 6 }, false],
    ['asks for fields that may be missing', 'has(object.labels.team)', { labels: {} }, false],
    ['asks for fields behind a key', 'has(object.labels["a"].b)', { labels: { a: { b: 1 } } }, true],
    ['compares quantities by value', "quantity(object.cpu).isGreaterThan(quantity('999m'))", { cpu: '1' }, true],
    ['looks through lists', "object.names.exists(n, n == 'b')", { names: ['a', 'b'] }, true],
  ]
  it.each(values)('%s', (_name, expression, object, value) => expect(run(expression, object)).toEqual({ value }))
  it('fails where a key is missing', () => expect(run("object.labels['team'] == 'a'", { labels: {} })).toEqual({ error: 'no such key: team' }))
})

describe('an expression that does not compile', () => {
  const errors: [name: string, expression: string, error: string][] = [
    ['shows where it ends too early', 'object ==', "compilation failed: ERROR: <input>:1:10: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | object ==\n | .........^"],
    ['shows what nobody declared', 'nope', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^"],
  ]
  it.each(errors)('%s', (_name, expression, error) => expect(run(expression, {})).toBe(error))
  it('shows a field that its variable does not have', () => {
    expect(compileCel(environment, 'device.drver == "x"', { device: ['driver'] })).toEqual({ error: "compilation failed: ERROR: <input>:1:7: undefined field 'drver'\n | device.drver == \"x\"\n | ......^" })
  })
  it('for want of a function is taken all the same', () => expect(compileCel(environment, "semver('1.0.0').major() == 1")).toHaveProperty('program'))
})
