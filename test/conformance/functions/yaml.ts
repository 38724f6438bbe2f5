import { goJsonSorted } from '../../../simulator/api/go-text.ts'
import { decodeDocuments, splitYamlDocuments, yamlToJsonText } from '../../../simulator/api/yaml/documents.ts'
import { objectOf, textOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

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
    default: return { name: String(row['name']), ok: false, note: `fn ${textOf(input['fn'])} is not known` }
  }
}
