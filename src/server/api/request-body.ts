/** Bodies of requests: read with a limit, then decoded by their media type. */

import type { IncomingMessage } from 'node:http'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { ApiRequest, ContentType } from '../../../simulator/api/request.ts'
import type { Status } from '../../../simulator/api/types.ts'
import { isYamlError, parseYaml } from '../../../simulator/api/yaml/documents.ts'
import type { Budget } from './limits.ts'
import { contentTypeOf, jsonType, protobufType, yamlType } from './media.ts'
import { decodeObject } from './protobuf.ts'

/** Models the default of kube-apiserver (MaxRequestBodyBytes) and, for apply, the limit of what etcd takes. */
export const bodyBytesMax = 3 * 1024 * 1024
const applyBytesMax = 1.5 * 1024 * 1024
const applyType = 'application/apply-patch+yaml'
const patchTypes: readonly string[] = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', applyType]

/** Why a body was not read to its end: it is too large, too slow, or one too many. */
export type Unread = 'tooLarge' | 'tooSlow' | 'tooMany'

/** What reading may cost. */
export interface ReadLimits {
  /** Bytes of this body. */
  readonly bytes: number
  /** Of all bodies that are being read. */
  readonly budget: Budget
  /** Ms from now. */
  readonly bodyMs: number
}

/** The bytes of a body, or why they were not read. Rejects when the client breaks off. */
export function readBytes(request: IncomingMessage, { bytes, budget, bodyMs }: ReadLimits): Promise<Buffer | Unread> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (): void => {
      clearTimeout(timer)
      budget.giveBack(size)
      size = 0
      request.off('data', take)
    }
    const stop = (why: Unread): void => {
      finish()
      request.pause()
      resolve(why)
    }
    const timer = setTimeout(() => stop('tooSlow'), bodyMs)
    const take = (chunk: Buffer): void => {
      if (size + chunk.length > bytes) return stop('tooLarge')
      if (!budget.take(chunk.length)) return stop('tooMany')
      size += chunk.length
      chunks.push(chunk)
    }
    request.on('data', take)
    request.on('end', () => {
      finish()
      resolve(Buffer.concat(chunks))
    })
    request.on('error', reject)
    request.on('close', () => {
      finish()
      reject(new Error('the client went away'))
    })
  })
}

/** What a body gives to a request, or the Status that refuses it; `tooMany` when the server reads too many already. */
export type BodyParts = Pick<ApiRequest, 'body' | 'contentType'> | { readonly refusal: Status } | 'tooMany'

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
export async function readBody(request: IncomingMessage, verb: string, subresource: string, limits: Omit<ReadLimits, 'bytes'>): Promise<BodyParts> {
  const type = contentTypeOf(request.headers['content-type'])
  if (verb === 'patch' && !patchTypes.includes(type)) {
    return { refusal: apiErrors.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`) }
  }
  const limit = type === applyType ? applyBytesMax : bodyBytesMax
  const declared = Number(request.headers['content-length'] ?? 0)
  const bytes = declared > limit ? 'tooLarge' : await readBytes(request, { ...limits, bytes: limit })
  if (bytes === 'tooLarge') return { refusal: apiErrors.tooLarge(`limit is ${limit}`) }
  if (bytes === 'tooSlow') return { refusal: apiErrors.timeout('request did not complete within the allotted timeout', 0) }
  if (bytes === 'tooMany') return bytes
  if (bytes.length === 0) return { contentType: type as ContentType }
  return decode(type, bytes, verb, subresource)
}
