/** Raw API calls of scenario files: METHOD PATH as an ApiRequest. */

import type { ApiRequest, ContentType, UserInfo, Verb } from '../../../simulator/api/request.ts'
import type { Json } from '../../../simulator/kernel/json.ts'

const verbs: { readonly [method: string]: Verb } = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** The request that a call stands for. */
export function toRequest(user: UserInfo, call: string, body: Json | undefined, contentType: string | undefined): ApiRequest {
  const [method = '', url = ''] = call.split(' ')
  const [path = '', queryText = ''] = url.split('?')
  const parts = path.split('/').filter((part) => part !== '')
  const isCore = parts[0] === 'api'
  const group = isCore ? '' : parts[1]!
  const version = isCore ? parts[1]! : parts[2]!
  const rest = parts.slice(isCore ? 2 : 3)
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1] : undefined
  const [resource = '', name, subresource] = namespace === undefined ? rest : rest.slice(2)
  const verb = verbs[method]!
  const query = Object.fromEntries(queryText.split('&').filter((pair) => pair !== '').map((pair) => [pair.split('=')[0]!, decodeURIComponent(pair.split('=')[1] ?? '')]))
  return {
    user, verb: name === undefined && verb === 'get' ? 'list' : name === undefined && verb === 'delete' ? 'deletecollection' : verb,
    group, version, resource, namespace, name, subresource, body, contentType: contentType as ContentType | undefined, query: query as ApiRequest['query'],
  }
}
