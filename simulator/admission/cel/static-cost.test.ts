import { describe, expect, it } from 'vitest'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import { celEnvironment, compileCel } from './compile.ts'
import { declaredSize, sizeAt } from './declared-sizes.ts'
import { schemaType } from './schema-type.ts'
import { estimateCost } from './static-cost.ts'

const text: StructuralSchema = { type: 'string', maxLength: 10 }
const schema: StructuralSchema = { type: 'object', properties: { image: text, tags: { type: 'array', maxItems: 10, items: text }, replicas: { type: 'integer' } } }

function costMax(expression: string): number {
  const compiled = compileCel(celEnvironment(new Map([['self', schemaType(schema)!]])), expression)
  if ('error' in compiled) throw new Error(compiled.error)
  const lookup = (path: readonly string[]): { min: number; max: number } | undefined => {
    const size = sizeAt(declaredSize(schema)!, path.slice(1))
    return size === undefined ? undefined : { min: 0, max: size.elementsMax }
  }
  return estimateCost(compiled.expr, lookup).max
}

describe('the cost of an expression before it runs', () => {
  it.each([
    ['counts a variable and a field', 'self.replicas', 2],
    ['compares numbers for nothing', 'self.replicas == 3', 2],
    ['reads a text by its bytes', "self.image.startsWith('ab')", 3],
    ['takes the dearer branch', 'self.replicas > 0 ? self.tags.size() > 1 : true', 7],
    ['asks for a field at no cost', 'has(self.image)', 1],
    ['goes through a list as often as it may be long', "self.tags.all(t, t == 'abc')", 53],
  ])('%s', (_what, expression, cost) => expect(costMax(expression)).toBe(cost))
})
