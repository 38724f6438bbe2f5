import { describe, expect, it } from 'vitest'
import { assert } from '../../kernel/assert.ts'
import type { Json } from '../../kernel/json.ts'
import { decodeObject } from './decode.ts'
import { normalizeObject } from './normalize.ts'
import { fieldsOf, typeOf } from './schema.ts'

function decode(apiVersion: string, kind: string, value: Json): ReturnType<typeof decodeObject> {
  const schema = typeOf(apiVersion, kind)
  assert(schema !== undefined, `no schema of ${kind}`)
  return decodeObject(value, schema)
}

describe('the schema', () => {
  it('knows the kinds of the API', () => expect(typeOf('apps/v1', 'Deployment')?.goName).toBe('Deployment'))
  it('knows nothing of other kinds', () => expect(typeOf('example.com/v1', 'Widget')).toBeUndefined())
  it('leads from a kind to the fields of its fields', () => {
    const spec = typeOf('v1', 'Pod')?.fields.find((field) => field.name === 'spec')
    assert(spec?.type.kind === 'struct', 'a pod has a spec')
    expect(fieldsOf(spec.type.typeKey).map((field) => field.name)).toContain('containers')
  })
})

describe('decoding', () => {
  const errors: [name: string, kind: string, value: Json, error: string][] = [
    ['names the Go type and the path of a wrong value', 'Pod', { spec: { containers: 'nginx' } }, 'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container'],
    ['refuses a quantity that is none', 'Pod', { spec: { containers: [{ resources: { limits: { cpu: 'x' } } }] } }, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['refuses a number out of range', 'Pod', { spec: { priority: 3_000_000_000 } }, 'json: cannot unmarshal number 3000000000 into Go struct field PodSpec.spec.priority of type int32'],
    ['refuses bytes that are no base64', 'Secret', { data: { a: '*' } }, 'illegal base64 data at input byte 0'],
  ]
  it.each(errors)('%s', (_name, kind, value, error) => expect(decode('v1', kind, value).error).toBe(error))
  it('is strict about the case of names', () => expect(decode('v1', 'Pod', { Spec: {} }).strictErrors).toEqual(['unknown field "Spec"']))
  it('takes null for nothing', () => expect(decode('v1', 'Pod', { spec: null }).object).toEqual({}))
})

describe('a normalized object', () => {
  const schema = typeOf('v1', 'ConfigMap')!
  it('has its fields in the order of the API and no empty ones', () => {
    const object = normalizeObject({ data: { b: '1', a: '2' }, metadata: { name: 'c', labels: {} }, kind: 'ConfigMap', binaryData: {} }, schema)
    expect(JSON.stringify(object)).toBe('{"kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"2","b":"1"}}')
  })
})
