import { describe, expect, it } from 'vitest'
import { KubectlFailure } from './failures.ts'
import { findCommand, flagsOf, parseDuration, parseFlags, splitCsv, suggestionsFor } from './flags.ts'

function parse(line: string): ReturnType<typeof parseFlags> {
  const { row, args } = findCommand(line.split(' '))
  return parseFlags(args, flagsOf(row))
}

describe('findCommand', () => {
  it.each([
    ['get pods', 'get', ['pods']],
    ['-n demo get pods', 'get', ['-n', 'demo', 'pods']],
    ['rollout -n demo status deploy/web', 'rollout status', ['-n', 'demo', 'deploy/web']],
    ['create secret generic s', 'create secret generic', ['s']],
    ['create deploy web', 'create deployment', ['web']],
    ['nosuch x', '', ['nosuch', 'x']],
  ])('%s', (line, path, args) => {
    const found = findCommand(line.split(' '))
    expect({ path: found.row.path, args: found.args }).toEqual({ path, args })
  })
})

describe('parseFlags', () => {
  it('takes values after a space, an equals sign or the letter', () => {
    for (const line of ['get pods -n demo', 'get pods --namespace demo', 'get pods --namespace=demo', 'get -ndemo pods', 'get pods -n=demo']) {
      const flags = parse(line)
      expect([flags.text('namespace'), flags.args]).toEqual(['demo', ['pods']])
    }
  })

  it('takes several letters, lists and what is behind --', () => {
    const flags = parse('exec -it web -c app -- ls -l')
    expect([flags.bool('stdin'), flags.bool('tty'), flags.text('container'), flags.args, flags.argsAtDash]).toEqual([true, true, 'app', ['web', 'ls', '-l'], 1])
    expect(parse('apply -f a.yaml,b.yaml -f c.yaml').list('filename')).toEqual(['a.yaml', 'b.yaml', 'c.yaml'])
  })

  it('knows what a flag without a value means', () => {
    expect(parse('create cm c --dry-run').text('dry-run')).toBe('unchanged')
    expect(parse('create cm c --dry-run=client').text('dry-run')).toBe('client')
    expect(parse('delete pod p').bool('wait')).toBe(true)
  })

  it.each([
    ['get pods --nope', 'unknown flag: --nope'],
    ['get pods -Q', "unknown shorthand flag: 'Q' in -Q"],
    ['get pods -n', "flag needs an argument: 'n' in -n"],
    ['get pods --namespace', 'flag needs an argument: --namespace'],
    ['scale deploy web --replicas=x', 'invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax'],
    ['wait pod/p --timeout=5', 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'],
    ['get pods -A=x', 'invalid argument "x" for "-A, --all-namespaces" flag: strconv.ParseBool: parsing "x": invalid syntax'],
  ])('refuses %s', (line, text) => {
    expect(() => parse(line)).toThrow(new KubectlFailure({ kind: 'text', text }))
  })
})

it('suggests commands that look alike', () => {
  expect(suggestionsFor('gte')).toEqual(['get'])
  expect(suggestionsFor('desc')).toEqual(['describe'])
  expect(suggestionsFor('zzzzzz')).toEqual([])
})

it('reads durations as Go does', () => {
  expect(['1m30s', '1.5h', '0', '-2s', '300ms', '5', ''].map(parseDuration)).toEqual([90_000, 5_400_000, 0, -2000, 300, undefined, undefined])
})

it('splits lists as CSV', () => {
  expect([splitCsv('a,b'), splitCsv('"a,b",c'), splitCsv('')]).toEqual([['a', 'b'], ['a,b', 'c'], []])
})
