/** Plain data: what state, objects and events are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** A JSON object. Values may be absent (undefined) where a field is not set. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** True for a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
