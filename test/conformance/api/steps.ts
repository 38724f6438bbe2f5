/** Runs recorded conversations with a 1.35 API server: requests in order against one server, each with its answer. */

import type { ApiServerOptions } from '../../../simulator/api/api-server-options.ts'
import { kindByResource } from '../../../simulator/api/kinds.ts'
import { impersonatedGroups } from '../../../simulator/api/credentials.ts'
import type { ApiAnswer, ApiRequest, ContentType, RequestQuery, UserInfo, Verb } from '../../../simulator/api/request.ts'
import { isStream } from '../../../simulator/api/request.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'
import { jsonEqual, objectOf, textOf } from '../compare.ts'
import type { CaseResult, JsonValue, Row } from '../runner.ts'
import { errorsMatch, normalized } from './admission.ts'
import { createRecordedServer, recorder } from './server.ts'
import type { RecordedServer } from './server.ts'

type Step = { readonly [key: string]: JsonValue }

const namespace = 'lab-one'
const numbers = ['limit', 'gracePeriodSeconds', 'timeoutSeconds', 'tailLines']
const booleans = ['force', 'watch', 'orphanDependents']

/** The query parameters of a path as ApiRequest has them. */
function queryOf(text: string): RequestQuery {
  const query: { [key: string]: unknown } = {}
  for (const [key, value] of new URLSearchParams(text)) query[key] = numbers.includes(key) ? Number(value) : booleans.includes(key) ? value === 'true' : value
  return { ...query, managedFields: true } as RequestQuery
}

const verbs: { readonly [method: string]: Verb } = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete', GET: 'get' }

function verbOf(method: string, hasName: boolean): Verb {
  if (hasName) return verbs[method]!
  return method === 'GET' ? 'list' : method === 'DELETE' ? 'deletecollection' : verbs[method]!
}

function userOf(step: Step): UserInfo {
  const name = textOf(step['as'])
  if (name === '') return recorder
  return { name, groups: impersonatedGroups(name, (step['groups'] ?? []) as string[]) }
}

/** Groups of definitions that a conversation makes. */
function isCustomGroup(group: string): boolean {
  return group.endsWith('.example.com')
}

interface ParsedPath { readonly group: string; readonly version: string; readonly resource: string; readonly namespace?: string; readonly name?: string; readonly subresource?: string }

/** What a path of the API names. */
function parsePath(path: string): ParsedPath | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  const [root, ...rest] = parts
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : rest.shift() ?? ''
  const version = rest.shift() ?? ''
  if (rest[0] === 'namespaces' && rest.length > 2 && (kindByResource(group, rest[2]!, version) !== undefined || isCustomGroup(group))) {
    const [, ns, resource, name, subresource] = rest
    return { group, version, resource: resource!, namespace: ns, name, subresource }
  }
  const [resource, name, subresource] = rest
  return resource === undefined ? undefined : { group, version, resource, name, subresource }
}

/** The request of one step. */
function requestOf(step: Step, previous: KubeObject | undefined): ApiRequest | undefined {
  const fill = (text: string): string => text.replaceAll('{{rv}}', previous?.metadata?.resourceVersion ?? '').replaceAll('{{uid}}', previous?.metadata?.uid ?? '')
  const [path = '', query = ''] = fill(textOf(step['path'])).split('?')
  const parsed = parsePath(path)
  if (parsed === undefined) return undefined
  const given = step['body']
  const body = given === undefined ? undefined : typeof given === 'string' ? fill(given) : (JSON.parse(fill(JSON.stringify(given))) as JsonValue)
  const contentType = (step['type'] ?? 'application/json') as ContentType
  const isWatch = /(^|&)watch=(1|true)/.test(query)
  const asTable = textOf(step['accept']).includes('as=Table') ? { table: true } : {}
  const base = { user: userOf(step), verb: isWatch ? 'watch' as const : verbOf(textOf(step['do']), parsed.name !== undefined), contentType, query: { ...queryOf(query), ...asTable }, ...parsed }
  return body === undefined ? base : { ...base, body }
}

/** The value at a path such as `spec.containers[0].image` or `metadata.annotations["a/b"]`. */
function valueAt(object: unknown, path: string): unknown {
  let value = object
  for (const part of path.match(/[^.[\]"]+|\["[^"]+"\]|\[\d+\]/g) ?? []) {
    if (typeof value !== 'object' || value === null) return null
    value = (value as { [key: string]: unknown })[part.replace(/^\["?|"?\]$/g, '')]
  }
  return value ?? null
}

const uidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Masks what differs from run to run, and the objects that refusals of a patch quote with their managed fields. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value ?? null)
    .replaceAll(/(?<=patch: Invalid value: )\\"\{.*?\}\\": /g, 'OBJECT: ')
    .replaceAll(/(?<="message":"Invalid value: )\\"\{\\\\\\".*?\}\\": /g, 'OBJECT: ')
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*****')
    .replaceAll(/2026-01-05T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, 'TIME')
    .replaceAll(uidPattern, 'UID')
    .replaceAll(/,"storageVersionHash":"[^"]*"/g, '')
    .replaceAll(/(?<=resourceVersion(?:\\")?: ?\\")\d+(?=\\")/g, 'RV')
    .replaceAll(/(?<=resourceVersion\\":\\")\d+(?=\\")/g, 'RV')
    .replaceAll(/(?<=Invalid value: \\")10\.96\.\d+\.\d+/g, 'CLUSTER-IP')
  return JSON.parse(text) as unknown
}

function errorOf({ reason, message, details, code }: { reason?: string; message?: string; details?: unknown; code?: number }): unknown {
  return { reason, message, ...(details === undefined ? {} : { details }), code }
}

/** Our answer in the members that the corpus keeps. */
function answerOf(answer: ApiAnswer, step: Step, isManaged: boolean): { [key: string]: unknown } {
  const { code, warnings } = answer
  const body = withRecordedManagers(answer.body)
  const { show } = step
  const base = { code, ...(warnings.length > 0 ? { warnings: masked(warnings) } : {}) }
  if (code >= 300) return { ...base, error: masked(errorOf(body as { message?: string })) }
  if (show === 'code') return base
  if (Array.isArray(show)) return { ...base, shown: Object.fromEntries(show.map((path) => [path, masked(valueAt(body, String(path)))])) }
  if (show === 'names') return { ...base, names: (body as { items?: KubeObject[] }).items?.map((item) => item.metadata.name).filter((name) => name !== 'kube-root-ca.crt') }
  return { ...base, object: masked(isManaged ? withManagers(body as KubeObject) : stripped(body)) }
}

/** The object with what is recorded of its managed fields. */
function withRecordedManagers(body: unknown): unknown {
  const object = body as KubeObject
  const entries = object?.metadata?.managedFields as readonly { readonly [field: string]: unknown }[] | undefined
  if (entries === undefined) return body
  return { ...object, metadata: { ...object.metadata, managedFields: entries.map(({ manager, operation, subresource, fieldsV1 }) => ({ manager, operation, fieldsV1, ...(subresource === undefined ? {} : { subresource }) })) } }
}

function withManagers(object: KubeObject): unknown {
  const { metadata, ...rest } = stripped(object) as KubeObject
  return { ...rest, metadata: { ...metadata, managedFields: object.metadata.managedFields } }
}

/** The object without what is not recorded. */
function stripped(body: unknown): unknown {
  const object = body as KubeObject
  return object?.metadata === undefined ? object : normalized(object)
}

/** The annotations that the corpus keeps. */
function annotationsOf({ auditAnnotations = {} }: ApiAnswer): { [key: string]: string } {
  return Object.fromEntries(Object.entries(auditAnnotations).filter(([key]) => key.includes('pod-security') || key.includes('validation.policy')))
}

function sameAnswer(expected: { [key: string]: unknown }, actual: { [key: string]: unknown }, isAudited: boolean, actualAnnotations: { [key: string]: string }): boolean {
  const { auditAnnotations, text: _text, ...kept } = expected
  if (isAudited && !jsonEqual(masked(auditAnnotations ?? {}), masked(actualAnnotations))) return false
  if (!('error' in kept) && kept['code'] === actual['code'] && Number(kept['code']) >= 300) return true
  if ('error' in kept && 'error' in actual) {
    const { error: theirs, ...rest } = masked(kept) as typeof kept
    const { error: ours, ...ourRest } = actual
    return jsonEqual(rest, ourRest) && errorsMatch(theirs as { [key: string]: unknown }, ours as { [key: string]: unknown })
  }
  return jsonEqual(masked(kept), actual)
}

/** Plays one step. @returns the answer, or why it could not be played */
function play(server: RecordedServer, step: Step, previous: KubeObject | undefined): ApiAnswer | string {
  const request = requestOf(step, previous)
  if (request === undefined) return server.path(userOf(step), textOf(step['do']).toLowerCase(), textOf(step['path']))
  const response = server.request(request)
  return isStream(response) ? 'answered with a stream' : response
}

/** Plays a kubectl command. @returns what differs, if anything */
function playKubectl(server: RecordedServer, step: Step): { expected: unknown; actual: unknown } | undefined {
  const { exit, stdout, stderr } = server.kubectl(step['kubectl'] as string[], objectOf(step['files']) as { [name: string]: string })
  const answer = objectOf(step['answer'])
  const expected = masked({ exit: answer['exit'], stdout: answer['stdout'] ?? '', stderr: answer['stderr'] ?? '' })
  const actual = masked({ exit, stdout, stderr })
  return jsonEqual(expected, actual) ? undefined : { expected, actual }
}

/** Runs one conversation up to the first answer that differs. */
export function runSteps(row: Row, apiServer?: ApiServerOptions): CaseResult {
  const name = textOf(row['name'])
  const server = createRecordedServer(namespace, objectOf(objectOf(row['namespace'])['labels']) as { [key: string]: string }, apiServer)
  let previous: KubeObject | undefined
  for (const [index, step] of (row['steps'] as Step[]).entries()) {
    if (typeof step['sleep'] === 'number') {
      server.sleep(step['sleep'] * 1000)
      continue
    }
    if (step['kubectl'] !== undefined) {
      const difference = playKubectl(server, step)
      if (difference !== undefined) return { name, ok: false, ...difference, note: `step ${index}: kubectl ${(step['kubectl'] as string[]).join(' ')}` }
      continue
    }
    const played = play(server, step, previous)
    if (typeof played === 'string') return { name, ok: false, note: played }
    const expected = objectOf(step['answer'])
    const actual = answerOf(played, step, row['managed'] === true)
    if (!sameAnswer(expected, actual, step['audit'] === true, annotationsOf(played))) return { name, ok: false, expected, actual: { ...actual, auditAnnotations: annotationsOf(played) }, note: `step ${index}: ${textOf(step['do'])} ${textOf(step['path'])}` }
    previous = played.body as KubeObject
  }
  return { name, ok: true }
}
