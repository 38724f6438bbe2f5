/** Answers as bytes: JSON, YAML or protobuf, whole objects, Tables or metadata only. */

import { toYaml } from '../../../simulator/api/yaml/emit.ts'
import type { KubeList, Table } from '../../../simulator/api/request.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'
import type { AnswerForm } from './media.ts'
import { jsonType, protobufType, yamlType } from './media.ts'
import { encodeObject, hasProtobuf } from './protobuf.ts'

export interface Rendered { readonly type: string; readonly bytes: string | Uint8Array }

function isList(body: unknown): body is KubeList {
  return typeof body === 'object' && body !== null && Array.isArray((body as KubeList).items)
}

/** The metadata of an object alone. */
function partial(object: KubeObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata }
}

/** The body in the kind that was asked for, where the router has not made it already. */
export function inForm(body: unknown, { as, asVersion = 'v1' }: AnswerForm): unknown {
  if (as === 'Table' && asVersion === 'v1beta1' && (body as Table).kind === 'Table') return { ...(body as Table), apiVersion: 'meta.k8s.io/v1beta1' }
  if (as === undefined || !as.startsWith('PartialObjectMetadata') || (body as KubeObject).kind === 'Status') return body
  if (!isList(body)) return partial(body as KubeObject, asVersion)
  return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${asVersion}`, metadata: body.metadata, items: body.items.map((item) => partial(item, asVersion)) }
}

/** Objects of a typed list do not say their kind again; those of custom kinds do. */
function jsonText(body: unknown): string {
  if (!isList(body)) return JSON.stringify(body)
  const { items, ...head } = body
  const isTyped = hasProtobuf(body.apiVersion, body.kind) && !body.kind.startsWith('Partial')
  const texts = items.map((item) => {
    if (!isTyped) return JSON.stringify(item)
    const { kind: _kind, apiVersion: _version, ...rest } = item
    return JSON.stringify(rest)
  })
  return `${JSON.stringify(head).slice(0, -1)},"items":[${texts.join(',')}]}`
}

/** The bytes of a body. A kind without protobuf is written as JSON. */
export function render(body: unknown, form: AnswerForm): Rendered {
  if (typeof body === 'string') return { type: 'text/plain', bytes: body }
  const shown = inForm(body, form)
  const { apiVersion = '', kind = '' } = shown as { apiVersion?: string; kind?: string }
  if (form.type === protobufType && hasProtobuf(apiVersion, kind)) return { type: protobufType, bytes: encodeObject(shown as KubeObject) }
  if (form.type === yamlType) return { type: yamlType, bytes: toYaml(shown) }
  const { as, asVersion } = form
  const parameters = as === 'APIGroupDiscoveryList' ? `;g=apidiscovery.k8s.io;v=${asVersion};as=${as}` : ''
  return { type: jsonType + parameters, bytes: `${jsonText(shown)}\n` }
}
