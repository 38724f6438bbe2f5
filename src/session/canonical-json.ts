/** JSON with sorted keys and no white space (RFC 8785 for the values that logs hold: texts, integers, booleans, null). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const object = value as { readonly [key: string]: unknown }
  const keys = Object.keys(object).filter((key) => object[key] !== undefined).sort(byCodeUnits)
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`).join(',')}}`
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
