import { expect, it } from 'vitest'
import { metadataProblem } from './manifest-metadata.ts'

it.each([
  [{ name: 'web', labels: { a: 'b' }, annotations: null }, undefined],
  [{ name: 123 }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string'],
  [{ name: 'web', labels: { version: 2 } }, 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
  [{ labels: ['app'] }, 'json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string'],
  [{ annotations: { on: true }, name: 1 }, 'json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.annotations of type string'],
  ['web', 'json: cannot unmarshal string into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta'],
])('%j', (metadata, problem) => {
  expect(metadataProblem({ metadata })).toBe(problem)
})
