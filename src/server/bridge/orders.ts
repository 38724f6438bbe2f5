/** What the page may ask for: a task of the course, a context and what a learner did. Nothing else has a place in an order. */

import { z } from 'zod'

const entriesMax = 5000
const textMax = 256 * 1024
const inputMax = 8 * 1024
const timeMaxMs = 30 * 24 * 3_600_000

const text = z.string().max(textMax)
const path = z.string().max(500).regex(/^\/[^\0]*$/, 'an absolute path of the virtual home')
const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('line'), text }),
  z.strictObject({ kind: z.literal('input'), text: z.string().max(inputMax) }),
  z.strictObject({ kind: z.literal('key'), key: z.enum(['interrupt', 'end-of-input']) }),
  z.strictObject({ kind: z.literal('write'), path, text }),
  z.strictObject({ kind: z.literal('edited'), path, text: text.nullable() }),
  z.strictObject({ kind: z.literal('apply'), path, text }),
  z.strictObject({ kind: z.literal('answer'), item: z.string().max(200), value: z.string().max(inputMax) }),
])
const moment = z.number().int().min(0).max(timeMaxMs)
const context = z.string().max(120).regex(/^kind-[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
const session = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
const attempt = z.strictObject({
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  entries: z.array(z.strictObject({ atMs: moment, action })).max(entriesMax),
  usedMs: moment.optional(),
})

/** Bodies of the requests by path. */
export const orders = {
  plan: z.strictObject({ context, task: z.string().max(100), attempt }),
  grade: z.strictObject({ session }),
  cancel: z.strictObject({}),
  remove: z.strictObject({ context, session }),
} as const

/** Reads an order. @returns the value, or what is wrong with it */
export function readOrder<Shape extends z.ZodType>(shape: Shape, body: string): { readonly value: z.output<Shape> } | { readonly wrong: string } {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return { wrong: 'the body is no JSON' }
  }
  const result = shape.safeParse(parsed)
  if (result.success) return { value: result.data }
  const [first] = result.error.issues
  return { wrong: `${first.path.join('.') || 'the body'}: ${first.message}` }
}
