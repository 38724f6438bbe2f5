/** Bodies of requests: read with a limit, then decoded by their media type. */

import type { IncomingMessage } from 'node:http'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { ApiRequest, ContentType } from '../../../simulator/api/request.ts'
import type { Status } from '../../../simulator/api/types.ts'
import { isYamlError, parseYaml } from '../../../simulator/api/yaml/documents.ts'
import { contentTypeOf, jsonType, protobufType, yamlType } from './media.ts'
import { decodeObject } from './protobuf.ts'

/** Models the default of kube-apiserver (MaxRequestBodyBytes) and, for apply, the limit of what etcd takes. */
const bodyBytesMax = 3 * 1024 * 1024
const applyBytesMax = 1.5 * 1024 * 1024
const applyType = 'application/apply-patch+yaml'
const patchTypes: readonly string[] = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', applyType]

/** The bytes of a body; undefined when there are more than the limit. Rejects when the client breaks off. */
export function readBytes(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.pause()
        resolve(undefined)
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the client went away')))
  })
}

/** What a body gives to a request, or the Status that refuses it. */
export type BodyParts = Pick<ApiRequest, 'body' | 'contentType'> | { readonly refusal: Status }

function parsed(text: string): ApiRequest['body'] {
  try {
    return JSON.parse(text) as ApiRequest['body']
  } catch {
    // The router tells what is wrong with a text that is no JSON.
    return text
  }
}

/** Bodies that are no object of the resource itself; the router takes them as values. */
const valueSubresources: readonly string[] = ['scale', 'eviction', 'binding', 'token']

function decode(type: string, bytes: Buffer, verb: string, subresource: string): BodyParts {
  if (type === protobufType) {
    const decoded = decodeObject(bytes)
    return 'error' in decoded ? { refusal: apiErrors.badRequest(decoded.error) } : { body: decoded.object as ApiRequest['body'], contentType: jsonType }
  }
  const text = bytes.toString('utf8')
  const contentType = type as ContentType
  if (valueSubresources.includes(subresource) && verb !== 'patch') {
    const yaml = type === yamlType ? parseYaml(text) : undefined
    const body = yaml === undefined ? parsed(text) : isYamlError(yaml) ? undefined : (yaml.value as ApiRequest['body'])
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { body, contentType: jsonType } : { refusal: apiErrors.badRequest('the object provided is unrecognized: it is no object') }
  }
  const isText = verb === 'patch' ? type === applyType : verb !== 'delete' && verb !== 'deletecollection'
  return { body: isText ? text : parsed(text), contentType }
}

/** Reads and decodes the body of a write. */
export async function readBody(request: IncomingMessage, verb: string, subresource: string): Promise<BodyParts> {
  const type = contentTypeOf(request.headers['content-type'])
  if (verb === 'patch' && !patchTypes.includes(type)) {
    return { refusal: apiErrors.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`) }
  }
  const limit = type === applyType ? applyBytesMax : bodyBytesMax
  const declared = Number(request.headers['content-length'] ?? 0)
  const bytes = declared > limit ? undefined : await readBytes(request, limit)
  if (bytes === undefined) return { refusal: apiErrors.tooLarge(`limit is ${limit}`) }
  if (bytes.length === 0) return { contentType: type as ContentType }
  return decode(type, bytes, verb, subresource)
}
