/** YAML as kustomize reads resources: yes, on and y are texts there, and dates are times. Models go-yaml v3 as kyaml uses it (0.20.1). */

import { YamlFailure } from '../../api/yaml/characters.ts'
import { parseNodes } from '../../api/yaml/nodes.ts'
import type { YamlNode } from '../../api/yaml/nodes.ts'
import { yamlLimits } from '../../api/yaml/documents.ts'
import { decodeNodes, JsonFailure, resolvePlain, toJsonValue } from '../../api/yaml/resolve.ts'
import type { Json } from '../../kernel/json.ts'

const oldBooleans: ReadonlySet<string> = new Set(['y', 'yes', 'on', 'n', 'no', 'off'].flatMap((word) => [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)]))

type Writable = { -readonly [Key in keyof YamlNode]: YamlNode[Key] }

/** Makes texts of what only YAML 1.1 takes for something else. @returns the first key that a map has twice */
function modernize(node: YamlNode): string | undefined {
  if (node.kind === 'scalar' && node.isPlain && node.tag === '') {
    const scalar = node as Writable
    if (oldBooleans.has(node.value)) scalar.isPlain = false
    else if (/^\d{4}-\d\d-\d\d$/.test(node.value) && resolvePlain(node.value).tag === 'timestamp') { scalar.value = `${node.value}T00:00:00Z`; scalar.isPlain = false }
  }
  let flaw = node.kind === 'mapping' ? repeatedKey(node) : undefined
  for (const child of node.children) { const inner = modernize(child); flaw ??= inner }
  return flaw
}

function repeatedKey({ children }: YamlNode): string | undefined {
  const lines = new Map<string, number>()
  for (let index = 0; index < children.length; index += 2) {
    const { kind, value, line } = children[index]!
    const earlier = kind === 'scalar' && value !== '<<' ? lines.get(value) : undefined
    if (earlier !== undefined) return `line ${line + 1}: mapping key ${JSON.stringify(value)} already defined at line ${earlier + 1}`
    if (kind === 'scalar') lines.set(value, line)
  }
  return undefined
}

function withoutBigints(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(withoutBigints)
  if (typeof value !== 'object' || value === null) return value as Json
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutBigints(inner)]))
}

/** One document. `flaw` is a repeated key, which is told when the object is printed. */
export function parsePlainYaml(text: string): { readonly value: Json; readonly flaw?: string } | { readonly error: string } {
  try {
    const node = parseNodes(text, yamlLimits.depthMax)
    const flaw = node === undefined ? undefined : modernize(node)
    return { value: withoutBigints(toJsonValue(decodeNodes(node, false))), ...(flaw === undefined ? {} : { flaw }) }
  } catch (failure) {
    if (failure instanceof YamlFailure) return { error: `yaml: ${failure.message}` }
    if (failure instanceof JsonFailure) return { error: failure.message }
    throw failure
  }
}
