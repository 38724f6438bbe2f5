import { describe, expect, test } from 'vitest'
import { fieldErrorText } from '../../api/field-error.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import definitions from '../../bootstrap/kueue/definitions.json' with { type: 'json' }
import type { Json } from '../../kernel/json.ts'
import { celEnvironment, compileCel } from '../cel/compile.ts'
import { decodeCustom } from './decode.ts'
import { validateBySchema } from './validate.ts'

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object', required: ['size'],
      'x-kubernetes-validations': [{ rule: '!has(self.mode) || self.size < 9', message: 'modes are for small ones' }],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        mode: { type: 'string', enum: ['Fast', 'Slow'], default: 'Fast' },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 4 },
        amount: { 'x-kubernetes-int-or-string': true },
        parts: { type: 'array', maxItems: 2, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: { type: 'object', properties: { name: { type: 'string' }, key: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'field is immutable' }] } } } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        fixed: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'field is immutable' }] },
      },
    },
  },
}

function errors(spec: Json, old?: Json): string[] {
  return validateBySchema({ spec }, schema, old === undefined ? undefined : { spec: old }).map(fieldErrorText)
}

describe('decoding a custom resource', () => {
  test('drops what the schema does not know and tells of it', () => {
    const decoded = decodeCustom({ metadata: { name: 'a', nam: 1 }, spec: { siz: 1, size: 2, parts: [{ name: 'x', nope: true }], labels: { any: 'x' }, anything: { deep: { er: 1 } } }, other: 1 }, schema)
    expect(decoded.object).toEqual({ metadata: { name: 'a' }, spec: { anything: { deep: { er: 1 } }, labels: { any: 'x' }, mode: 'Fast', parts: [{ name: 'x' }], size: 2 } })
    expect(decoded.strictErrors).toEqual(['unknown field "metadata.nam"', 'unknown field "other"', 'unknown field "spec.parts[0].nope"', 'unknown field "spec.siz"'])
  })
  test('fills in defaults, also for null', () => {
    expect(decodeCustom({ spec: { size: 1, mode: null } }, schema).object).toMatchObject({ spec: { mode: 'Fast' } })
  })
})

describe('validation by a schema', () => {
  test.each<[string, Json, string[]]>([
    ['takes a good object', { size: 3, amount: 5, name: 'ab' }, []],
    ['takes a text where a number or a text may stand', { size: 3, amount: '5Gi' }, []],
    ['names a missing field and says that rules were not asked', {}, ['spec.size: Required value', '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation']],
    ['names both types', { size: 'big' }, ['spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"', '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation']],
    ['checks bounds', { size: 0 }, ['spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1']],
    ['checks patterns', { size: 1, name: 'AB' }, ["spec.name: Invalid value: \"AB\": spec.name in body should match '^[a-z]+$'"]],
    ['asks rules', { size: 9, mode: 'Fast' }, ['spec: Invalid value: modes are for small ones']],
    ['finds entries of a list that are there twice', { size: 1, parts: [{ name: 'a' }, { name: 'a' }] }, ['spec.parts[1]: Duplicate value: {"name":"a"}']],
  ])('%s', (_name, spec, expected) => {
    expect(errors(spec)).toEqual(expected)
  })
  test('compares with the old value where a rule asks for it', () => {
    expect(errors({ size: 1, fixed: 'b' }, { size: 1, fixed: 'a' })).toEqual(['spec.fixed: Invalid value: "b": field is immutable'])
    expect(errors({ size: 1, fixed: 'b' }, { size: 1 })).toEqual([])
  })
})

describe('the rules of Kueue', () => {
  const rules: string[] = []
  const collect = (part: StructuralSchema): void => {
    rules.push(...(part['x-kubernetes-validations'] ?? []).map(({ rule }) => rule))
    for (const member of Object.values(part.properties ?? {})) collect(member)
    if (part.items !== undefined) collect(part.items)
  }
  for (const { versions } of definitions) collect(versions[0]!.schema.openAPIV3Schema as StructuralSchema)

  test.each(rules)('%s compiles', (rule) => {
    expect(compileCel(celEnvironment(['self', 'oldSelf']), rule)).not.toHaveProperty('error')
  })
})
