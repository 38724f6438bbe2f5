/** Subresources: status, scale, binding, eviction, log, exec, attach, finalize, token. */

import { apiErrors, successStatus } from '../api/errors.ts'
import { goMapText } from '../api/go-text.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { ApiRequest, ApiResponse } from '../api/request.ts'
import type { KubeObject, Pod, Status } from '../api/types.ts'
import type { Json } from '../kernel/json.ts'
import { objectKey } from '../store/resource-id.ts'
import { bodyOf, failed, ok, writeOptions } from './answers.ts'
import { evictPod } from './eviction.ts'
import { recorded, shown } from './field-manager/recording.ts'
import { patchObject } from './patch.ts'
import { resourceName } from './registry.ts'
import { missingScale, scaleError, scaleOf, withScale } from './scale.ts'
import type { ApiServer } from './server.ts'
import { handleToken } from './token-request.ts'

type Handler = (server: ApiServer, kind: KindInfo, request: ApiRequest, object: KubeObject) => ApiResponse

const handlers: { readonly [subresource: string]: Handler } = {
  status: changeObject,
  finalize: changeObject,
  resize: changeObject,
  ephemeralcontainers: changeObject,
  approval: changeObject,
  scale: handleScale,
  binding: handleBinding,
  eviction: handleEviction,
  log: handleLog,
  exec: handleExec,
  attach: handleAttach,
  token: handleToken,
}

/** Answers a request for a subresource of an existing object. */
export function handleSubresource(server: ApiServer, kind: KindInfo, request: ApiRequest): ApiResponse {
  const handler = handlers[request.subresource ?? '']
  if (handler === undefined) return failed(apiErrors.methodNotSupported(resourceName(kind), request.subresource ?? ''))
  const found = server.reader.find(kind, request.namespace, request.name ?? '')
  if (found.kind === 'Status') return failed(found as Status)
  return handler(server, kind, request, found as KubeObject)
}

function keyOfRequest(kind: KindInfo, request: ApiRequest): string {
  return objectKey(kind.namespaced ? request.namespace : undefined, request.name ?? '')
}

function changeObject(server: ApiServer, kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  if (request.verb === 'get') return ok(200, shown(server.parts, kind, request, object))
  if (request.verb === 'patch') {
    const outcome = patchObject(server, kind, request)
    return outcome.ok ? ok(200, outcome.object, outcome.warnings) : failed(outcome.status, outcome.warnings)
  }
  const body = bodyOf(request, server.parts.kinds.current)
  if (typeof body === 'object' && 'refusal' in body) return failed(body.refusal)
  const outcome = recorded(server.parts, kind, request, object, server.parts.registry.update(kind, keyOfRequest(kind, request), body, writeOptions(request)))
  return outcome.ok ? ok(200, outcome.object, outcome.warnings) : failed(outcome.status, outcome.warnings)
}

function handleScale(server: ApiServer, kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  if (request.verb === 'get') {
    const missing = missingScale(object, kind)
    return missing === undefined ? ok(200, scaleOf(object, kind)) : failed(missing)
  }
  const asked = request.verb === 'patch' ? patchObject(server, kind, request, scaleOf(object, kind)) : undefined
  if (asked !== undefined && !asked.ok) return failed(asked.status, asked.warnings)
  const given = request.body as unknown as KubeObject | undefined
  if (asked === undefined && given?.kind !== undefined && given.kind !== 'Scale') return failed(notAScale(given))
  const scale = asked === undefined ? (request.body as unknown as KubeObject) : asked.object
  const malformed = scaleError(scale, asked !== undefined, request.contentType === 'application/strategic-merge-patch+json' ? goMapText(request.body as Json) : JSON.stringify(scale))
  if (malformed !== undefined) return failed(malformed)
  const changed = withScale(object, scale, kind)
  if ('status' in changed && changed.kind === 'Status') return failed(changed as Status)
  const outcome = recorded(server.parts, kind, request, object, server.parts.registry.update(kind, keyOfRequest(kind, request), changed as KubeObject, { ...writeOptions(request), subresource: undefined }))
  return outcome.ok ? ok(200, scaleOf(outcome.object, kind), outcome.warnings) : failed(outcome.status, outcome.warnings)
}

function notAScale({ apiVersion, kind }: KubeObject): Status {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  return apiErrors.badRequest(`${kind} in version "${version}" cannot be handled as a Scale: converting (${version}.${kind}) to (autoscaling.Scale): unknown conversion`)
}

function handleBinding(server: ApiServer, kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  const target = (request.body as { target?: { name?: string } } | undefined)?.target?.name ?? ''
  const outcome = server.parts.binder.bind(keyOfRequest(kind, request), target, object as Pod)
  return outcome.ok ? ok(201, { ...successStatus(), code: 201 }) : failed(outcome.status)
}

function handleEviction(server: ApiServer, kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  const body = (request.body ?? {}) as { deleteOptions?: { gracePeriodSeconds?: number; dryRun?: string[] } }
  const isDryRun = request.query?.dryRun === 'All' || (body.deleteOptions?.dryRun?.includes('All') ?? false)
  const outcome = evictPod(server.parts, kind, object as Pod, body.deleteOptions?.gracePeriodSeconds, { ...writeOptions(request), isDryRun })
  return outcome.ok ? ok(201, { ...successStatus(), code: 201 }) : failed(outcome.status)
}

function handleLog(server: ApiServer, _kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  const pod = object as Pod
  const { query = {} } = request
  const container = containerOf(pod, query.container)
  if (typeof container !== 'string') return failed(container)
  const logs = server.parts.kubelet.readLogs(pod, container, query)
  if ('code' in logs) return failed(logs.code === 400 ? apiErrors.badRequest(logs.message) : apiErrors.internal(logs.message))
  if (query.follow !== true) return ok(200, logs.text)
  const streamId = server.parts.streams.openLog(pod, container, server.parts.kubelet.logCursor(pod, container), logs.text)
  return { code: 200, streamId, warnings: [] }
}

function handleExec(server: ApiServer, _kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  const pod = object as Pod
  const { query = {} } = request
  const container = containerOf(pod, query.container)
  if (typeof container !== 'string') return failed(container)
  const session = server.parts.kubelet.startExec(pod, container, query.command ?? [], { stdin: query.stdin === true, tty: query.tty === true })
  if ('code' in session) return failed(session.code === 400 ? apiErrors.badRequest(session.message) : apiErrors.internal(session.message))
  return { code: 101, streamId: server.parts.streams.openSession(session.sessionId), warnings: [] }
}

function handleAttach(server: ApiServer, _kind: KindInfo, request: ApiRequest, object: KubeObject): ApiResponse {
  const pod = object as Pod
  const { query = {} } = request
  const container = containerOf(pod, query.container)
  if (typeof container !== 'string') return failed(container)
  const session = server.parts.kubelet.startAttach(pod, container, { stdin: query.stdin === true, tty: query.tty === true })
  if ('code' in session) return failed(session.code === 400 ? apiErrors.badRequest(session.message) : apiErrors.internal(session.message))
  return { code: 101, streamId: server.parts.streams.openSession(session.sessionId), warnings: [] }
}

/** The container that logs, exec or attach mean. Models pkg/registry/core/pod/strategy (v1.35). */
function containerOf(pod: Pod, asked: string | undefined): string | Status {
  const { spec } = pod
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]
  const podName = pod.metadata.name
  if (asked !== undefined && asked !== '') {
    return all.some((container) => container.name === asked) ? asked : apiErrors.badRequest(`container ${asked} is not valid for pod ${podName}`)
  }
  if (spec.containers.length === 1) return spec.containers[0].name
  const chosen = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (chosen !== undefined && all.some((container) => container.name === chosen)) return chosen
  const names = `[${spec.containers.map((container) => container.name).join(' ')}]`
  const inits = spec.initContainers === undefined ? '' : ` or one of the init containers: [${spec.initContainers.map((container) => container.name).join(' ')}]`
  return apiErrors.badRequest(`a container name must be specified for pod ${podName}, choose one of: ${names}${inits}`)
}
