import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../kernel/json.ts'
import { isPatchError } from './common.ts'
import { applyJsonMergePatch, createThreeWayJsonMergePatch } from './json-merge.ts'
import { applyJsonPatch } from './json-patch.ts'
import { patchTypeOf } from './meta.ts'
import { createThreeWayMergePatch, createTwoWayMergePatch } from './strategic-diff.ts'
import { applyStrategicMergePatch } from './strategic-merge.ts'

const podType = patchTypeOf('v1', 'Pod')!

function outcome(result: { readonly result: unknown } | { readonly error: string }): unknown {
  return isPatchError(result) ? result.error : result.result
}

function withContainers(...containers: JsonObject[]): JsonObject {
  return { spec: { containers } }
}

describe('a strategic merge patch', () => {
  const a = { name: 'a', image: 'a:1' }
  const b = { name: 'b', image: 'b:1' }
  const cases: [name: string, original: JsonObject, patch: JsonObject, result: unknown][] = [
    ['merges lists by their key', withContainers(a, b), withContainers({ name: 'b', image: 'b:2' }), withContainers(a, { name: 'b', image: 'b:2' })],
    ['puts new elements first', withContainers(a), withContainers(b), withContainers(b, a)],
    ['deletes an element', withContainers(a, b), withContainers({ name: 'a', $patch: 'delete' }), withContainers(b)],
    ['replaces a list', withContainers(a, b), withContainers({ $patch: 'replace' }, { name: 'c' }), withContainers({ name: 'c' })],
    ['replaces a map', { metadata: { labels: { a: '1' } } }, { metadata: { labels: { b: '2', $patch: 'replace' } } }, { metadata: { labels: { b: '2' } } }],
    ['deletes with null', { metadata: { labels: { a: '1', b: '2' } } }, { metadata: { labels: { a: null } } }, { metadata: { labels: { b: '2' } } }],
    ['replaces lists without a key', { spec: { tolerations: [{ key: 'a' }] } }, { spec: { tolerations: [{ key: 'b' }] } }, { spec: { tolerations: [{ key: 'b' }] } }],
    ['joins finalizers', { metadata: { finalizers: ['a'] } }, { metadata: { finalizers: ['b'] } }, { metadata: { finalizers: ['b', 'a'] } }],
    ['takes from primitive lists', { metadata: { finalizers: ['a', 'b'] } }, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } }, { metadata: { finalizers: ['b'] } }],
    ['orders elements', withContainers(a, b), { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', tty: true }] } }, withContainers(b, { ...a, tty: true })],
    ['keeps only named keys', { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }, { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } }, { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } }],
  ]
  it.each(cases)('%s', (_name, original, patch, result) => {
    const before = JSON.stringify(original)
    expect(outcome(applyStrategicMergePatch(original, patch, podType))).toEqual(result)
    expect(JSON.stringify(original)).toBe(before)
  })
  it('needs the merge key', () => {
    expect(outcome(applyStrategicMergePatch(withContainers(a), withContainers({ image: 'x' }), podType))).toContain('does not contain declared merge key: name')
  })
})

describe('a diff as strategic merge patch', () => {
  const original = withContainers({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' })
  const modified = withContainers({ name: 'b', image: 'b:2' })
  it('between two objects leads from one to the other', () => {
    const patch = outcome(createTwoWayMergePatch(original, modified, podType)) as JsonObject
    expect(patch).toEqual({ spec: { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'b', image: 'b:2' }, { name: 'a', $patch: 'delete' }] } })
    expect(outcome(applyStrategicMergePatch(original, patch, podType))).toEqual(modified)
  })
  it('between three keeps what others added', () => {
    const current = withContainers({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1', tty: true }, { name: 'injected' })
    const patch = outcome(createThreeWayMergePatch(original, modified, current, podType)) as JsonObject
    const { spec } = outcome(applyStrategicMergePatch(current, patch, podType)) as { spec: { containers: unknown[] } }
    expect(spec.containers).toEqual([{ name: 'b', image: 'b:2', tty: true }, { name: 'injected' }])
  })
  it('of equal objects is empty', () => expect(outcome(createTwoWayMergePatch(original, original, podType))).toEqual({}))
})

describe('a JSON merge patch', () => {
  it('merges maps, replaces lists and deletes with null', () => {
    expect(outcome(applyJsonMergePatch({ a: { x: 1, y: 2 }, l: [1, 2] }, { a: { x: null, z: 3 }, l: [3] }))).toEqual({ a: { y: 2, z: 3 }, l: [3] })
  })
  it('between three objects deletes only what was ours', () => {
    expect(outcome(createThreeWayJsonMergePatch({ a: 1, b: 1 }, { b: 2 }, { a: 1, b: 1, c: 1 }))).toEqual({ a: null, b: 2 })
  })
})

describe('a JSON patch', () => {
  const document = { a: [1, 2], 'x/y': { '~': 1 } }
  const cases: [name: string, patch: JsonObject[], result: unknown][] = [
    ['adds at an index and at the end', [{ op: 'add', path: '/a/0', value: 0 }, { op: 'add', path: '/a/-', value: 3 }], { ...document, a: [0, 1, 2, 3] }],
    ['reads escaped paths', [{ op: 'replace', path: '/x~1y/~0', value: 2 }], { ...document, 'x/y': { '~': 2 } }],
    ['removes', [{ op: 'remove', path: '/a/1' }], { ...document, a: [1] }],
    ['moves', [{ op: 'move', from: '/a', path: '/b' }], { 'x/y': { '~': 1 }, b: [1, 2] }],
    ['copies', [{ op: 'copy', from: '/a/0', path: '/b' }], { ...document, b: 1 }],
  ]
  it.each(cases)('%s', (_name, patch, result) => expect(outcome(applyJsonPatch(document, patch))).toEqual(result))

  const errors: [name: string, patch: JsonObject[], error: RegExp][] = [
    ['of a test that does not hold', [{ op: 'test', path: '/a/0', value: 9 }], /testing value \/a\/0 failed: test failed/],
    ['of a path that is not there', [{ op: 'replace', path: '/a/9', value: 1 }], /replace operation does not apply: doc is missing key: \/a\/9: missing value/],
    ['of an operation nobody knows', [{ op: 'jump', path: '/a' }], /[Uu]nexpected kind: jump/],
  ]
  it.each(errors)('ends with the text %s', (_name, patch, error) => expect(outcome(applyJsonPatch(document, patch))).toMatch(error))
  it('cannot reach the prototype', () => {
    applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: true } }, { op: 'add', path: '/__proto__/polluted', value: true }])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
