/** What a client sends and what it would like to get. Models apiserver/pkg/endpoints/handlers/negotiation (v1.35). */

/** Media types of bodies in both directions. */
export const jsonType = 'application/json'
export const yamlType = 'application/yaml'
export const protobufType = 'application/vnd.kubernetes.protobuf'
const servedTypes: readonly string[] = [jsonType, yamlType, protobufType]

/** The form of an answer. */
export interface AnswerForm {
  readonly type: string
  /** Another kind in place of the object, such as Table. */
  readonly as?: string
  /** The version of that kind. */
  readonly asVersion?: string
}

interface MediaRange { readonly type: string; readonly parameters: { readonly [name: string]: string | undefined }; readonly quality: number }

function parseRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = Object.fromEntries(rest.map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()]))
  const quality = Number(parameters['q'] ?? 1)
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality }
}

const transformed: { readonly [kind: string]: readonly string[] | undefined } = {
  Table: ['v1', 'v1beta1'], PartialObjectMetadata: ['v1', 'v1beta1'], PartialObjectMetadataList: ['v1', 'v1beta1'], APIGroupDiscoveryList: ['v2', 'v2beta1'],
}

function formOf({ type, parameters }: MediaRange): AnswerForm | undefined {
  const served = type === '*/*' || type === 'application/*' ? jsonType : servedTypes.find((candidate) => candidate === type)
  if (served === undefined) return undefined
  const { as, v } = parameters
  if (as === undefined) return { type: served }
  return transformed[as]?.includes(v ?? '') === true ? { type: served, as, asVersion: v } : undefined
}

/** Forms that a client takes, best first; empty when it takes none of ours. */
export function acceptedForms(accept: string | undefined): readonly AnswerForm[] {
  if (accept === undefined || accept.trim() === '') return [{ type: jsonType }]
  const ranges = accept.split(',').map(parseRange)
  ranges.sort((a, b) => b.quality - a.quality)
  return ranges.flatMap((range) => formOf(range) ?? [])
}

/** The refusal of a client that takes none of ours. */
export const notAcceptableText = `only the following media types are accepted: ${servedTypes.join(', ')}`

/** The media type of a body without its parameters. */
export function contentTypeOf(header: string | undefined): string {
  const type = (header ?? '').split(';')[0]!.trim().toLowerCase()
  return type === '' ? jsonType : type
}
