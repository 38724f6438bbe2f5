import { describe, expect, test } from 'vitest'
import { kubernetesSchema, type JsonSchema } from './kubernetes-schema.ts'

const schema = kubernetesSchema()
const definitions = schema['definitions'] as Record<string, { properties: Record<string, JsonSchema>; additionalProperties?: boolean }>

describe('the schema of the editor', () => {
  test('knows the kinds that are written into files and no reviews', () => {
    const kinds = (schema['properties'] as { kind: { enum: string[] } }).kind.enum
    expect(kinds).toEqual(expect.arrayContaining(['Deployment', 'Pod', 'Service', 'HorizontalPodAutoscaler', 'RoleBinding', 'ConfigMap']))
    expect(kinds.filter((kind) => kind.endsWith('Review'))).toEqual([])
  })
  test('each kind has a rule that leads to a definition', () => {
    for (const rule of schema['allOf'] as { then: { $ref: string } }[]) {
      const key = decodeURIComponent(rule.then.$ref.slice('#/definitions/'.length)).replaceAll('~1', '/')
      expect(definitions[key]?.properties['metadata'], key).toBeDefined()
    }
  })
  test('fields have types, values and notes', () => {
    expect(definitions['core/v1.Container']?.properties['imagePullPolicy']).toMatchObject({ type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] })
    expect(definitions['core/v1.Container']?.properties['ports']).toMatchObject({ type: 'array' })
    expect(definitions['core/v1.Container']?.additionalProperties).toBe(false)
    expect(definitions['core/v1.HTTPGetAction']?.properties['port']).toMatchObject({ type: ['string', 'integer'] })
  })
})
