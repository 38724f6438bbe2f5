import { describe, expect, it } from 'vitest'
import { apiErrors, isFailure, successStatus, toAnswer } from './errors.ts'
import type { Failure } from './errors.ts'
import { fieldErrors } from './field-error.ts'

const pods = { group: '', name: 'pods' }
const deployments = { group: 'apps', name: 'deployments' }

describe('a failure of the API', () => {
  const cases: [name: string, failure: Failure, code: number, message: string][] = [
    ['names what is not found', apiErrors.notFound(pods, 'a'), 404, 'pods "a" not found'],
    ['names the group too', apiErrors.alreadyExists(deployments, 'a'), 409, 'deployments.apps "a" already exists'],
    ['tells of an old version', apiErrors.staleVersion(pods, 'a'), 409, 'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again'],
    ['forbids one object', apiErrors.forbidden(pods, 'a', 'no'), 403, 'pods "a" is forbidden: no'],
    ['forbids all objects', apiErrors.forbidden(pods, '', 'no'), 403, 'pods is forbidden: no'],
    ['of an internal error keeps the cause', apiErrors.internal('oops'), 500, 'Internal error occurred: oops'],
    ['of a timeout', apiErrors.timeout('slow', 0), 504, 'Timeout: slow'],
  ]
  it.each(cases)('%s', (_name, failure, code, message) => {
    expect(failure).toMatchObject({ code, message, status: 'Failure' })
    expect(isFailure(failure)).toBe(true)
    expect(toAnswer(failure)).toEqual({ code, body: failure, warnings: [] })
  })

  it('tells one invalid field plainly and several in brackets', () => {
    const kind = { group: '', name: 'Pod' }
    const missing = fieldErrors.required('spec.containers')
    const wrong = fieldErrors.notSupported('spec.dnsPolicy', 'x', ['Default', 'None'])
    expect(apiErrors.invalid(kind, 'a', [missing]).message).toBe('Pod "a" is invalid: spec.containers: Required value')
    const both = apiErrors.invalid(kind, 'a', [missing, wrong])
    expect(both.message).toBe('Pod "a" is invalid: [spec.containers: Required value, spec.dnsPolicy: Unsupported value: "x": supported values: "Default", "None"]')
    expect(both.details?.causes).toEqual([
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' },
      { reason: 'FieldValueNotSupported', message: 'Unsupported value: "x": supported values: "Default", "None"', field: 'spec.dnsPolicy' },
    ])
  })

  it('tells the same error once', () => {
    const error = fieldErrors.invalid('a', 1, 'no')
    expect(apiErrors.invalid({ group: '', name: 'Pod' }, 'x', [error, error]).message).toBe('Pod "x" is invalid: a: Invalid value: 1: no')
  })

  it('is not what a success is', () => expect(isFailure(successStatus())).toBe(false))
})
