import { describe, expect, it } from 'vitest'
import { onlyName } from './select.ts'

describe('the one name that a request is about', () => {
  it.each([
    ['of its path', undefined, 'a', 'a'], ['of a field selector', 'metadata.name=a', undefined, 'a'], ['of one with more terms', 'metadata.name=a,metadata.namespace=b', undefined, 'a'],
    ['is none of a selector of all others', 'metadata.name!=a', undefined, undefined], ['is not guessed where signs are escaped', 'metadata.name=a\\,b', undefined, undefined],
    ['is none where names are not selected', 'status.phase=Running', undefined, undefined], ['is none without a selector', undefined, undefined, undefined],
  ])('%s', (_name, fieldSelector, name, expected) => {
    expect(onlyName({ fieldSelector }, name)).toBe(expected)
  })
})
