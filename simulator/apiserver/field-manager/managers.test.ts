import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../kernel/json.ts'
import { difference, intersection, pathTexts, union, without } from '../../admission/merge/field-set.ts'
import { afterUpdate, applyConfiguration, conflictMessage, sortedEntries } from './managers.ts'
import type { ManagedEntry, Writer } from './managers.ts'
import { mergeTypeOf } from '../../admission/merge/merge-types.ts'
import { typeErrors } from '../../admission/merge/typed-values.ts'

const configMap = mergeTypeOf('v1', 'ConfigMap')
const deployment = mergeTypeOf('apps/v1', 'Deployment')

function writer(manager: string, apiVersion = 'v1', second = 0): Writer {
  return { manager, apiVersion, time: `2026-01-05T09:00:0${second}Z` }
}

function config(data: { readonly [key: string]: string }): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cfg' }, data }
}

function pods(...containers: readonly JsonObject[]): JsonObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template: { spec: { containers } } } }
}

function owned(entries: readonly ManagedEntry[]): { [manager: string]: string[] } {
  return Object.fromEntries(sortedEntries(entries).map(({ manager, operation, fields }) => [`${manager} ${operation}`, pathTexts(fields)]))
}

/** Applies one after the other. @returns the object and who owns what */
function applied(type: typeof configMap, ...steps: readonly (readonly [manager: string, config: JsonObject])[]): { object: JsonObject; entries: readonly ManagedEntry[] } {
  let object: JsonObject | undefined
  let entries: readonly ManagedEntry[] = []
  for (const [manager, given] of steps) {
    const outcome = applyConfiguration(entries, object, given, type, writer(manager, String(given['apiVersion'])), false)
    if ('conflicts' in outcome) throw new Error(conflictMessage(outcome.conflicts))
    ;({ object, entries } = outcome)
  }
  return { object: object as JsonObject, entries }
}

describe('sets of fields', () => {
  const a = { 'f:data': { 'f:x': {}, 'f:y': {} } }
  const b = { 'f:data': { '.': {}, 'f:y': {}, 'f:z': {} } }

  it.each([
    ['both together', union(a, b), ['.data', '.data.x', '.data.y', '.data.z']],
    ['what both have', intersection(a, b), ['.data.y']],
    ['what only the first has', difference(a, b), ['.data.x']],
    ['nothing below a field that is taken out whole', without(a, b), []],
  ])('tell %s', (_name, set, paths) => {
    expect(pathTexts(set)).toEqual(paths)
  })
})

describe('server-side apply', () => {
  it('gives each manager its own keys of a map', () => {
    const { object, entries } = applied(configMap, ['one', config({ a: '1' })], ['two', config({ b: '2' })])
    expect(object['data']).toEqual({ a: '1', b: '2' })
    expect(owned(entries)).toEqual({ 'one Apply': ['.data.a'], 'two Apply': ['.data.b'] })
  })

  it('takes away what its manager leaves out, unless another one has it', () => {
    const both = [['one', config({ a: '1', b: '2' })], ['two', config({ b: '2' })]] as const
    expect(applied(configMap, ...both, ['one', config({ c: '3' })]).object['data']).toEqual({ b: '2', c: '3' })
  })

  it('keeps items of keyed lists apart and in the order of the applied list', () => {
    const { object } = applied(deployment, ['one', pods({ name: 'app', image: 'a:1' }, { name: 'log', image: 'l:1' })], ['two', pods({ name: 'side', image: 's:1' }, { name: 'app' })])
    expect((object as { spec: { template: { spec: { containers: { name: string }[] } } } }).spec.template.spec.containers.map(({ name }) => name)).toEqual(['side', 'app', 'log'])
  })

  it.each([
    ['another applier', applied(configMap, ['one', config({ a: '1' })]), 'Apply failed with 1 conflict: conflict with "one": .data.a'],
    ['an updater', { object: config({ a: '1', b: '1' }), entries: afterUpdate([], undefined, config({ a: '1', b: '1' }), configMap, writer('editor')) }, 'Apply failed with 1 conflict: conflict with "editor" using v1: .data.a'],
  ])('conflicts with %s over a value, and takes the field by force', (_who, before, message) => {
    const given = config({ a: 'mine' })
    const refused = applyConfiguration(before.entries, before.object, given, configMap, writer('two'), false)
    expect('conflicts' in refused && conflictMessage(refused.conflicts)).toBe(message)
    const forced = applyConfiguration(before.entries, before.object, given, configMap, writer('two'), true)
    expect('object' in forced && (forced.object['data'] as JsonObject)['a']).toBe('mine')
    expect('entries' in forced && owned(forced.entries)['two Apply']).toEqual(['.data.a'])
  })

  it.each([
    ['an unknown field', pods({ name: 'app', imag: 'x' }), '.spec.template.spec.containers[name="app"].imag: field not declared in schema'],
    ['a key that stands twice', pods({ name: 'app' }, { name: 'app' }), '.spec.template.spec.containers: duplicate entries for key [name="app"]'],
    ['a text for a list', { spec: { template: { spec: { containers: 'x' } } } }, '.spec.template.spec.containers: expected list, got &{x}'],
  ])('refuses %s', (_name, given, message) => {
    expect(typeErrors(given, deployment)).toEqual([message])
  })
})

describe('updates', () => {
  it('take the fields that they change from their managers', () => {
    const first = afterUpdate([], undefined, config({ a: '1', b: '2' }), configMap, writer('one'))
    const second = afterUpdate(first, config({ a: '1', b: '2' }), config({ a: '9' }), configMap, writer('two', 'v1', 1))
    expect(owned(second)).toEqual({ 'one Update': ['.data'], 'two Update': ['.data.a'] })
  })

  it('put the oldest of more than ten managers together', () => {
    let entries: readonly ManagedEntry[] = []
    let object = config({})
    for (let i = 0; i < 12; i++) {
      const next = config({ ...(object['data'] as { [key: string]: string }), [`k${i}`]: 'v' })
      entries = afterUpdate(entries, object, next, configMap, writer(`m${i}`, 'v1', Math.min(i, 9)))
      object = next
    }
    expect(entries).toHaveLength(10)
    expect(entries.find(({ manager }) => manager === 'ancient-changes')?.fields).toEqual({ 'f:data': { 'f:k0': {}, 'f:k1': {}, 'f:k2': {} } })
  })
})
