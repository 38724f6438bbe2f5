import { describe, expect, test } from 'vitest'
import { establishedDefinition } from '../bootstrap/definition.ts'
import { kindsOfDefinition } from './custom-kinds.ts'
import type { CustomResourceDefinition } from './custom-kinds.ts'
import { makeKindTable } from './kinds.ts'
import { tableFor } from './tables/table.ts'
import type { KubeObject } from './types.ts'

const definition = establishedDefinition({
  group: 'example.com', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets', shortNames: ['wg'], categories: ['all'] },
  versions: [
    { name: 'v1alpha1', served: true, storage: false },
    { name: 'v1', served: true, storage: true, subresources: { status: {} }, additionalPrinterColumns: [
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' }, { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" }, { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ] },
    { name: 'v0', served: false, storage: false },
  ],
})

describe('kinds of a definition', () => {
  test('are the served versions, the stored one first', () => {
    expect(kindsOfDefinition(definition).map(({ version, subresources }) => [version, subresources.length])).toEqual([['v1', 1], ['v1alpha1', 0]])
  })
  test('are none before the definition is established', () => {
    expect(kindsOfDefinition({ ...definition, status: undefined } as CustomResourceDefinition)).toEqual([])
  })
  test('are found by every word that a user types for them', () => {
    const kinds = makeKindTable(kindsOfDefinition(definition))
    for (const word of ['widget', 'widgets', 'wg', 'Widget', 'widgets.example.com', 'widgets.v1.example.com']) expect(kinds.byToken(word)?.version).toBe('v1')
    expect(kinds.byToken('widgets.v1alpha1.example.com')?.version).toBe('v1alpha1')
    expect(kinds.inCategory('all').at(-1)?.kind).toBe('Widget')
    expect(kinds.byToken('gadgets')).toBeUndefined()
  })
})

describe('the table of a custom kind', () => {
  const [kind] = kindsOfDefinition(definition)
  const object = (more: object): KubeObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', creationTimestamp: '2026-01-05T09:00:00Z' }, ...more })

  test('has a column for each path of the definition', () => {
    const table = tableFor(kind!, [object({ spec: { size: 3 }, status: { conditions: [{ type: 'Ready', status: 'True' }] } })], 120_000)
    expect(table.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Size', 'Ready', 'Age'])
    expect(table.rows[0]?.cells).toEqual(['w', 3, 'True', '2m'])
  })
  test('leaves a cell empty that the object has no value for', () => {
    expect(tableFor(kind!, [object({ spec: { size: 'big' } })], 0).rows[0]?.cells).toEqual(['w', null, null, '0s'])
  })
})
