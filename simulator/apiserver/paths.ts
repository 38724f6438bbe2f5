/** Paths that are no resources: health, version, discovery, OpenAPI. They pass the same authorizer as resources. */

import { apiErrors } from '../api/errors.ts'
import type { KindTable } from '../api/kinds.ts'
import type { ApiAnswer, UserInfo } from '../api/request.ts'
import type { Authorizer } from './authorizer.ts'
import { aggregatedDiscovery, coreVersions, groupDocument, groupList, resourceList } from './discovery-documents.ts'
import { openApiDocument, openApiIndex } from './openapi.ts'

/** A request for a path such as `/apis/apps/v1` or `/healthz`. */
export interface PathRequest {
  readonly user: UserInfo
  /** HTTP method in lower case, which is the verb of such paths. */
  readonly verb: string
  /** Without query. */
  readonly path: string
  /** True: `/api` and `/apis` answer the aggregated document. */
  readonly isAggregated?: boolean
  /** What `/api` tells as the server's address. */
  readonly serverAddress?: string
}

const healthPaths = ['/healthz', '/livez', '/readyz']
const version = {
  major: '1', minor: '35', emulationMajor: '1', emulationMinor: '35', minCompatibilityMajor: '1', minCompatibilityMinor: '34',
  gitVersion: 'v1.35.4', gitCommit: '', gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: 'podflight', compiler: 'podflight', platform: 'linux/amd64',
}

function openApi(table: KindTable, parts: readonly string[]): object | undefined {
  if (parts.length === 2) return openApiIndex(table)
  const [kind, a = '', b = ''] = parts.slice(2)
  if (kind === 'api' && parts.length === 4) return openApiDocument(table, '', a)
  return kind === 'apis' && parts.length === 5 ? openApiDocument(table, a, b) : undefined
}

function rootPaths(table: KindTable): object {
  const groups = [...new Set(table.all.filter(({ group }) => group !== '').flatMap(({ group, version: served }) => [`/apis/${group}`, `/apis/${group}/${served}`]))]
  return { paths: ['/api', '/api/v1', '/apis', ...groups, ...healthPaths, '/openapi/v3', '/version'].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)) }
}

function documentOf(table: KindTable, request: PathRequest, parts: readonly string[]): object | string | undefined {
  const [root, a, b] = parts
  if (root === undefined) return rootPaths(table)
  if (healthPaths.includes(`/${root}`)) return 'ok'
  if (root === 'version' && parts.length === 1) return version
  if (root === 'openapi') return a === 'v3' ? openApi(table, parts) : undefined
  if (root === 'api') {
    if (a === undefined) return request.isAggregated === true ? aggregatedDiscovery(table, true) : coreVersions(request.serverAddress ?? '')
    return parts.length === 2 ? resourceList(table, '', a) : undefined
  }
  if (root !== 'apis' || parts.length > 3) return undefined
  if (a === undefined) return request.isAggregated === true ? aggregatedDiscovery(table, false) : groupList(table)
  return b === undefined ? groupDocument(table, a) : resourceList(table, a, b)
}

/** Answers a path. The body is an object, or text for health. */
export function answerPath(table: KindTable, authorizer: Authorizer, request: PathRequest): ApiAnswer {
  const { user, verb, path } = request
  const verdict = authorizer.access({ user, verb, group: '', resource: '', path })
  if (!verdict.isAllowed) {
    const status = apiErrors.forbidden({ group: '', name: '' }, '', `User "${user.name}" cannot ${verb} path "${path}"${verdict.reason === '' ? '' : `: ${verdict.reason}`}`)
    return { code: 403, body: { ...status, details: {} }, warnings: [] }
  }
  if (verb !== 'get' && verb !== 'head') return { code: 405, body: apiErrors.methodNotAllowed(), warnings: [] }
  const document = documentOf(table, request, path.split('/').filter((part) => part !== ''))
  return document === undefined ? { code: 404, body: apiErrors.noSuchPath(), warnings: [] } : { code: 200, body: document, warnings: [] }
}
