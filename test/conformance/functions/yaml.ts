import { decodeObject } from '../../../simulator/admission/schema/decode.ts'
import type { Mutable } from '../../../simulator/admission/schema/decode.ts'
import { normalizeObject } from '../../../simulator/admission/schema/normalize.ts'
import { typeOf } from '../../../simulator/admission/schema/schema.ts'
import { goJsonSorted, goQuote } from '../../../simulator/api/go-text.ts'
import { decodeDocuments, isYamlError, parseYaml, splitYamlDocuments, yamlToJsonText } from '../../../simulator/api/yaml/documents.ts'
import { isJsonObject } from '../../../simulator/kernel/json.ts'
import { objectOf, textOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

/** The API's serializer: reads YAML into a typed object; strict decoding gives the object and its complaints. */
function typed(text: string, isStrict: boolean): unknown {
  const parsed = parseYaml(text)
  if (isYamlError(parsed)) return parsed
  const fields = isJsonObject(parsed.value) ? parsed.value : {}
  const { kind = '', apiVersion = '' } = fields as { kind?: string; apiVersion?: string }
  if (kind === '') return { error: `Object 'Kind' is missing in '${text}'` }
  if (apiVersion === '') return { error: `Object 'apiVersion' is missing in '${text}'` }
  const schema = typeOf(apiVersion, kind)
  if (schema === undefined) return { error: `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"` }
  const decoded = decodeObject(parsed.value, schema)
  if (decoded.error !== undefined) return { error: decoded.error }
  const strict = isYamlError(parseYaml(text, { strict: true })) ? (parseYaml(text, { strict: true }) as { error: string }).error : undefined
  const complaints = [...(strict === undefined ? [] : [strict]), ...decoded.strictErrors]
  const object = { ...normalizeObject(decoded.object as Mutable, schema), kind, apiVersion }
  return isStrict && complaints.length > 0 ? { object, error: `strict decoding error: ${complaints.join(', ')}` } : { object }
}

/** Rows of functions/yaml.jsonl. */
export const runYaml: RowRunner = (row) => {
  const input = objectOf(row['input'])
  const text = textOf(input['text'])
  switch (textOf(input['fn'])) {
    case 'toJSON': return verdict(row, yamlToJsonText(text))
    case 'strict': return verdict(row, yamlToJsonText(text, { strict: true }))
    case 'split': return verdict(row, splitYamlDocuments(text))
    case 'documents': {
      const { documents, error } = decodeDocuments(text)
      return verdict(row, { documents: documents.map((each) => (each === undefined ? '' : goJsonSorted(each))), ...(error === undefined ? {} : { error }) })
    }
    case 'typed': return verdict(row, typed(text, false))
    case 'typedStrict': return verdict(row, typed(text, true))
    default: return { name: String(row['name']), ok: false, note: `fn ${textOf(input['fn'])} is not known` }
  }
}
