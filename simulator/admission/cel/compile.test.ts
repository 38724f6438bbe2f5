import { describe, expect, it } from 'vitest'
import type { CelOutcome } from './compile.ts'
import { celEnvironment, compileCel, runCel, toCelValue } from './compile.ts'
import { policyScope } from './policy-scope.ts'
import { toJson } from './text.ts'

const environment = celEnvironment(['object', 'device'])

function outcome(expression: string, object: unknown = {}, limit?: number): CelOutcome | string {
  const compiled = compileCel(environment, expression)
  return 'error' in compiled ? compiled.error : runCel(compiled.program, { object: toCelValue(object) }, limit)
}

/** The value of an expression as JSON, or its error. */
function run(expression: string, object: unknown = {}): unknown {
  const result = outcome(expression, object)
  if (typeof result === 'string') return result
  return 'error' in result ? result.error : toJson(result.value)
}

describe('an expression', () => {
  const values: [name: string, expression: string, object: unknown, value: unknown][] = [
    ['compares whole numbers', 'object.replicas <= 5', { replicas: 6 }, false],
    ['asks for fields that may be missing', 'has(object.labels.team)', { labels: {} }, false],
    ['asks for fields behind a key', 'has(object.labels["a"].b)', { labels: { a: { b: 1 } } }, true],
    ['compares quantities by value', "quantity(object.cpu).isGreaterThan(quantity('999m'))", { cpu: '1' }, true],
    ['looks through lists', "object.names.exists(n, n == 'b')", { names: ['a', 'b'] }, true],
    ['looks through lists with their indexes', 'object.names.all(i, n, i < 1)', { names: ['a', 'b'] }, false],
    ['makes maps', "object.labels.transformMap(k, v, v + '!')", { labels: { a: 'b' } }, { a: 'b!' }],
    ['keeps the zone of a moment', "timestamp(object.at) + duration('1h')", { at: '2026-01-05T09:00:00+02:00' }, '2026-01-05T10:00:00+02:00'],
    ['takes what may be missing', "object.?labels.?team.orValue('none')", {}, 'none'],
    ['sees through optional values', 'object.?n.optMap(n, n * 2).orValue(0)', { n: 4 }, 8],
    ['sorts by a key', 'object.list.sortBy(x, -x)', { list: [1, 3, 2] }, [3, 2, 1]],
    ['knows null', 'optional.of(null).value() == null', {}, true],
    ['does without what the other side decides', 'object.nope || true', {}, true],
    ['reads bytes', String.raw`b'\xff\x00a'`, {}, '/wBh'],
    ['formats', "'%d of %s'.format([object.n, 'x'])", { n: 3 }, '3 of x'],
    ['knows networks', "cidr('10.0.0.0/8').containsIP(object.ip)", { ip: '10.2.3.4' }, true],
    ['matches patterns in linear time', "object.text.matches('^(a+)+$')", { text: `${'a'.repeat(200)}b` }, false],
  ]
  it.each(values)('%s', (_name, expression, object, value) => expect(run(expression, object)).toEqual(value))

  const failures: [name: string, expression: string, error: string][] = [
    ['where a key is missing', "object.labels['team'] == 'a'", 'no such key: team'],
    ['past the end of a list', '[1, 2][2]', 'index out of bounds: 2'],
    ['on an overflow', '9223372036854775807 + object.one', 'integer overflow'],
    ['on values of other types', "object.one + 'a'", 'no such overload'],
    ['on values that a function does not take', 'object.one.upperAscii()', 'no such overload: upperAscii(int)'],
    ['on what cannot be gone through', 'object.one.map(x, x)', "got 'types.Int', expected iterable type"],
  ]
  it.each(failures)('fails %s', (_name, expression, error) => expect(run(expression, { labels: {}, one: 1 })).toBe(error))
})

describe('the cost of a run', () => {
  it('counts selections, calls and characters', () => expect(outcome("object.name.startsWith('a')", { name: 'a'.repeat(25) })).toEqual({ value: true, cost: 5 }))
  it('ends a run that is too dear', () => {
    expect(outcome('object.list.map(x, object.list.map(y, x + y))', { list: [1, 2, 3] }, 50)).toMatchObject({ error: 'operation cancelled: actual cost limit exceeded' })
  })
  it('ends loops that cost nothing', () => {
    const list = Array.from({ length: 400 }, () => 1)
    expect(outcome('object.l.exists_one(a, object.l.exists_one(b, object.l.exists_one(c, false)))', { l: list })).toMatchObject({ error: 'operation cancelled: actual cost limit exceeded' })
  })
})

describe('an expression that does not compile', () => {
  const errors: [name: string, expression: string, error: string][] = [
    ['shows where it ends too early', 'object ==', "compilation failed: ERROR: <input>:1:10: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | object ==\n | .........^"],
    ['shows what nobody declared', 'nope', "compilation failed: ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^"],
    ['shows types that do not go together', '1 +\n true', "compilation failed: ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, bool)'\n | 1 +\n | ..^"],
    ['shows lists of several types', "[1, 'a']", "compilation failed: ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
    ['shows arguments of macros', '[1].all(1, true)', 'compilation failed: ERROR: <input>:1:9: argument must be a simple name\n | [1].all(1, true)\n | ........^'],
    ['fails in its constants', "int('x')", "program instantiation failed: type conversion error from 'string' to 'int'"],
  ]
  it.each(errors)('%s', (_name, expression, error) => expect(outcome(expression)).toBe(error))
  it('shows a field that its variable does not have', () => {
    expect(compileCel(environment, 'device.drver == "x"', { device: ['driver'] })).toEqual({ error: "compilation failed: ERROR: <input>:1:7: undefined field 'drver'\n | device.drver == \"x\"\n | ......^" })
  })
  it('binds names only where that is known', () => {
    expect(compileCel({ ...environment, hasBind: true }, 'cel.bind(x, object.a, x == x)')).toHaveProperty('program')
    expect(compileCel(environment, 'cel.bind(x, object.a, x == x)')).toHaveProperty('error')
  })
  it('is told by what it must evaluate to', () => expect(compileCel(environment, '1 + 1', {}, [{ kind: 'simple', name: 'bool', params: [] }])).toEqual({ error: 'must evaluate to bool but got int' }))
  it('goes deeper than anybody may', () => expect(outcome('('.repeat(300))).toContain('expression recursion limit exceeded: 250'))
  it('goes further than anybody may', () => expect(outcome(`1${'+1'.repeat(5000)}`)).toBe('compilation failed: ERROR: <input>:-1:0: max recursion depth exceeded'))
  it('repeats itself without end', () => expect(outcome(`object.?a${'.optMap(x, x)'.repeat(40)}`)).toContain('max recursion depth exceeded'))
  it('may be a long chain of conditions', () => expect(run(`true${' && true'.repeat(3000)}`)).toBe(true))
})

describe('the variables of a policy', () => {
  it('have types', () => expect(compileCel(policyScope({ hasParams: false, hasAuthorizer: false }), 'request.nope')).toHaveProperty('error'))
  it('are there only where they mean something', () => expect(compileCel(policyScope({ hasParams: false, hasAuthorizer: false }), 'params == null || authorizer == null')).toHaveProperty('error'))
})
