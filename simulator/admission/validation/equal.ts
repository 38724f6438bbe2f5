/** Equality of API values: absent, null and empty lists or maps are the same. Models apimachinery/third_party/forked/golang/reflect DeepEqual of equality.Semantic (v1.35). */

function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** True when two JSON values mean the same. Quantities must have their canonical texts. */
export function equalSemantic(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isEmptyValue(a) || isEmptyValue(b)) return isEmptyValue(a) && isEmptyValue(b)
  if (typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equalSemantic(item, b[index]))
  const left = a as { readonly [key: string]: unknown }
  const right = b as { readonly [key: string]: unknown }
  return Object.keys(left).every((key) => equalSemantic(left[key], right[key])) && Object.keys(right).every((key) => Object.hasOwn(left, key) || isEmptyValue(right[key]))
}
