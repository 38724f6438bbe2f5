/** kubectl describe of any other kind: its fields as they are. Models k8s.io/kubectl/pkg/describe genericDescriber (v1.35). */

import { isJsonObject } from '../../kernel/json.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import type { Describer } from './describer.ts'
import { describeEvents } from './events.ts'
import { writeHead } from './lines.ts'
import type { Lines } from './lines.ts'

const skipped = ['.metadata.managedFields', '.metadata.name', '.metadata.namespace', '.metadata.labels', '.metadata.annotations']
const acronyms = ['API', 'URL', 'UID', 'OSB', 'GUID']

/** `restartPolicy` as "Restart Policy". */
function labelOf(field: string): string {
  if (!/^[\p{L}-]+$/u.test(field)) return field
  const parts = field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|-/g) ?? [field]
  return parts.map((part) => (acronyms.includes(part.toUpperCase()) ? part.toUpperCase() : `${part[0]?.toUpperCase() ?? ''}${part.slice(1).toLowerCase()}`)).join(' ')
}

function goText(value: Json | undefined): string {
  return value === null || value === undefined ? '<nil>' : String(value)
}

function writeFields(lines: Lines, level: number, content: JsonObject, prefix: string): void {
  for (const field of Object.keys(content).sort(compareText)) {
    const path = `${prefix}.${field}`
    const value = content[field]
    if (skipped.includes(path) || value === undefined) continue
    if (isJsonObject(value)) {
      lines.write(level, `${labelOf(field)}:\n`)
      writeFields(lines, level + 1, value, path)
    } else if (Array.isArray(value)) {
      lines.write(level, `${labelOf(field)}:\n`)
      for (const child of value as readonly Json[]) {
        if (isJsonObject(child)) writeFields(lines, level + 1, child, path)
        else lines.write(level + 1, `${goText(child)}\n`)
      }
    } else lines.field(labelOf(field), goText(value), level)
  }
}

export const describeAnything: Describer = function* (object, { lines, session }) {
  writeHead(lines, object.metadata)
  writeFields(lines, 0, object as unknown as JsonObject, '')
  yield* describeEvents(session, lines, object)
}
