import { describe, expect, test } from 'vitest'
import { definitionsResource } from '../../api/custom-kinds.ts'
import { fieldErrorText } from '../../api/field-error.ts'
import { addOns } from '../../bootstrap/add-ons.ts'
import { ErrorList } from '../validation/error-list.ts'
import type { DefinitionSpec, SchemaProps } from './internal.ts'
import { validateSpec } from './spec.ts'

function specWith(properties: { readonly [name: string]: SchemaProps }): DefinitionSpec {
  return {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'runs', singular: 'run', kind: 'Run', listKind: 'RunList' }, conversion: { strategy: 'None' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } }],
  }
}

function errorsOf(spec: DefinitionSpec): string[] {
  const errors = new ErrorList()
  validateSpec(spec, errors)
  return errors.list.map((error) => fieldErrorText(error).replace('spec.validation.openAPIV3Schema.properties', ''))
}

describe('the schema of a definition', () => {
  const cases: readonly (readonly [name: string, schema: SchemaProps, errors: readonly string[]])[] = [
    ['is fine', { type: 'string' }, []],
    ['has a type', {}, ['[a].type: Required value: must not be empty for specified object fields']],
    ['may be an integer or a text', { 'x-kubernetes-int-or-string': true }, []],
    ['has items where it is a list', { type: 'array' }, ['[a].items: Required value: must be specified']],
    ['has defaults that fit', { type: 'integer', default: 'x' }, ['[a].default: Invalid value: "string":  in body must be of type integer: "string"']],
    ['has defaults without fields that it does not know', { type: 'object', default: { b: 1 } }, ['[a].default: Invalid value: {"b":1}: must not have unknown fields']],
    ['has either properties or values of any name', { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } }, ['[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive']],
    ['has no types below anyOf', { type: 'string', anyOf: [{ type: 'string' }] }, ['[a].anyOf[0].type: Forbidden: must be empty to be structural']],
    ['has patterns that Go knows', { type: 'string', pattern: '(?=a)' }, ["[a].pattern: Invalid value: \"(?=a)\": must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"]],
    ['has keys where its list is a map', { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' }, ['[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map']],
  ]
  for (const [name, schema, expected] of cases) test(name, () => expect(errorsOf(specWith({ a: schema }))).toEqual(expected))
})

describe('a definition', () => {
  test('has one version that is stored', () => {
    const { versions = [], ...spec } = specWith({})
    expect(errorsOf({ ...spec, versions: [...versions, { ...versions[0], name: 'v2' }] })[0]).toMatch(/^spec.versions: .*: must have exactly one version marked as storage version$/)
  })
  test('has a group with a dot', () => expect(errorsOf({ ...specWith({}), group: 'example' })).toEqual(['spec.group: Invalid value: "example": should be a domain with at least one dot']))
})

describe('what add-ons define', () => {
  const brought = Object.values(addOns).flat().filter(({ resource }) => resource === definitionsResource)
  test('are definitions', () => expect(brought.length).toBeGreaterThan(0))
  for (const { object } of brought) test(`${object.metadata.name} is valid`, () => expect(errorsOf(object.spec as DefinitionSpec)).toEqual([]))
})
