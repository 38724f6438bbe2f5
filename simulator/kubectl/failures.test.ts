import { describe, expect, it } from 'vitest'
import type { Status } from '../api/types.ts'
import { addSource, aggregateFailure, reportOf, usageFailure } from './failures.ts'
import type { Failure } from './failures.ts'

const status = (parts: Partial<Status>): Failure => ({ kind: 'status', status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 400, ...parts } as Status })
const notFound = status({ reason: 'NotFound', message: 'pods "p" not found', code: 404 })

describe('reportOf', () => {
  it.each<[string, Failure, { text: string; exitCode: number }]>([
    ['a text', { kind: 'text', text: 'no way' }, { text: 'error: no way\n', exitCode: 1 }],
    ['a refusal', notFound, { text: 'Error from server (NotFound): pods "p" not found\n', exitCode: 1 }],
    ['a refusal without a reason', status({ message: 'oops', code: 500 }), { text: 'Error from server: oops\n', exitCode: 1 }],
    ['several', { kind: 'aggregate', failures: [notFound, { kind: 'text', text: 'no way' }] }, { text: 'Error from server (NotFound): pods "p" not found\nno way\n', exitCode: 1 }],
    ['an exit code', { kind: 'exit', exitCode: 3 }, { text: '', exitCode: 3 }],
    [
      'an invalid object',
      status({ reason: 'Invalid', message: 'x', details: { kind: 'Pod', name: 'p', causes: [{ field: 'spec.a', message: 'Required value' }, { field: 'spec.b', message: 'Forbidden' }] } }),
      { text: 'The Pod "p" is invalid: \n* spec.a: Required value\n* spec.b: Forbidden\n', exitCode: 1 },
    ],
  ])('%s', (_name, failure, want) => {
    expect(reportOf(failure)).toEqual(want)
  })
})

it('names the file of a refusal', () => {
  const failure = status({ reason: 'Forbidden', message: 'pods "p" is forbidden', code: 403 })
  expect(reportOf(addSource(failure, 'creating', 'a.yaml')).text).toBe('Error from server (Forbidden): error when creating "a.yaml": pods "p" is forbidden\n')
})

it('keeps a single failure of several as it is', () => {
  expect(aggregateFailure([notFound]).failure).toBe(notFound)
})

it('points to the help of a command', () => {
  expect(reportOf(usageFailure('kubectl get', 'wrong').failure).text).toBe("error: wrong\nSee 'kubectl get -h' for help and examples\n")
})
