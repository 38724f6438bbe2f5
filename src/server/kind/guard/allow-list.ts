/**
 * What the learner's side may send to a real cluster. Each request passes here before it is sent, besides the Role of its
 * service account: the Role cannot look into bodies, and a mistake in one of the two is caught by the other.
 */

import { isJsonObject } from '../../../../simulator/kernel/json.ts'
import type { Json, JsonObject } from '../../../../simulator/kernel/json.ts'
import type { BridgeRequest, SandboxPlan } from '../contract.ts'
import { bodyGuards } from './allow-bodies.ts'
import { settingsOf } from './bodies.ts'
import { clusterReads, declarableKinds, namespacedKinds, rowOf, selfReviews } from './course-kinds.ts'
import type { CourseKind } from './course-kinds.ts'
import { firstRefusal } from './guard.ts'
import type { Guard } from './guard.ts'
import { sandboxNames } from './names.ts'
import { refuseUnseenReach, withTaskScope } from './policy-scope.ts'

/** What the allow-list has to know of the cluster. */
export interface ClusterObjects {
  /** Labels of an object outside namespaces; undefined when there is none. */
  labelsOf(request: BridgeRequest): Promise<{ readonly [label: string]: string } | undefined>
}

type RequestGuard = Guard<[BridgeRequest, SandboxPlan]>

const requestParts: readonly string[] = ['verb', 'group', 'version', 'resource', 'namespace', 'name', 'subresource', 'body', 'contentType', 'query', 'userAgent']
const readVerbs: readonly string[] = ['get', 'list', 'watch']

function text({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return group === '' ? resource : `${resource}.${group}`
}

function isNamespaced(request: BridgeRequest): boolean {
  return rowOf(namespacedKinds, request) !== undefined && !(request.group === 'metrics.k8s.io' && request.resource === 'nodes')
}

/** True for a change of an object outside namespaces. */
function changesCluster(request: BridgeRequest): boolean {
  return !isNamespaced(request) && !readVerbs.includes(request.verb) && rowOf(selfReviews, request) === undefined
}

function tableOf(request: BridgeRequest): CourseKind | undefined {
  if (isNamespaced(request)) return rowOf(namespacedKinds, request)
  return rowOf(changesCluster(request) ? declarableKinds : clusterReads, request) ?? rowOf(selfReviews, request)
}

/** Keeps out impersonation, other servers and other credentials: a request has only the parts that are looked at. */
export function refuseUnknownPart(request: BridgeRequest): string | undefined {
  const part = Object.entries(request).find(([key, value]) => value !== undefined && !requestParts.includes(key))?.[0]
  return part === undefined ? undefined : `a request on a real cluster cannot have ${JSON.stringify(part)}`
}

/** Keeps out kinds that no course needs: secrets of the system, admission, API services, certificates, and all that is new. */
export function refuseUnknownKind(request: BridgeRequest): string | undefined {
  return tableOf(request) === undefined ? `${text(request)} cannot be ${readVerbs.includes(request.verb) ? 'read' : 'changed'} on a real cluster` : undefined
}

/** Keeps out verbs that the table does not give. */
export function refuseVerb(request: BridgeRequest): string | undefined {
  const row = tableOf(request)
  return row === undefined || request.subresource !== undefined || row.verbs.includes(request.verb) ? undefined : `${request.verb} of ${text(request)} is not allowed on a real cluster`
}

/** Keeps out proxies, bindings, statuses and other subresources that the table does not give. */
export function refuseSubresource(request: BridgeRequest): string | undefined {
  const { subresource, verb } = request
  if (subresource === undefined) return undefined
  return tableOf(request)?.subresources?.[subresource]?.includes(verb) === true ? undefined : `${verb} of ${text(request)}/${subresource} is not allowed on a real cluster`
}

/** Keeps out the namespaces of others, and questions over all namespaces. */
export function refuseOtherNamespace(request: BridgeRequest, plan: SandboxPlan): string | undefined {
  if (!isNamespaced(request)) return undefined
  const { namespace = '' } = request
  if (plan.namespaces.includes(namespace)) return undefined
  return namespace === '' ? `only the namespaces of the task can be used on a real cluster: ${plan.namespaces.join(', ')}` : `namespace ${namespace} is not one of the task: ${plan.namespaces.join(', ')}`
}

/** Keeps out changes outside namespaces that the task does not declare. */
export function refuseUndeclared(request: BridgeRequest, plan: SandboxPlan): string | undefined {
  if (!changesCluster(request)) return undefined
  const isDeclared = plan.access.some((access) => access.group === request.group && access.resource === request.resource && access.verbs.includes(request.verb))
  return isDeclared ? undefined : `the task does not declare that it changes ${text(request)}`
}

/** Keeps out changes of namespaces that are not the task's. */
export function refuseOtherNamespaceObject(request: BridgeRequest, plan: SandboxPlan): string | undefined {
  const isOther = request.group === '' && request.resource === 'namespaces' && changesCluster(request) && !plan.namespaces.includes(request.name ?? '')
  return isOther ? `namespace ${request.name ?? ''} is not one of the task` : undefined
}

/** Keeps out what holds the sandbox together: its quota, its network policy and its rights. Nodes are none of it, and those of a cluster named podflight are named as its objects are. */
export function refuseSandboxObject(request: BridgeRequest): string | undefined {
  if (readVerbs.includes(request.verb) || (request.group === '' && request.resource === 'nodes')) return undefined
  const named = request.name ?? (isJsonObject(request.body) && isJsonObject(request.body['metadata']) ? request.body['metadata']['name'] : undefined)
  if (typeof named === 'string' && named.startsWith(sandboxNames.prefix)) return `${named} belongs to the sandbox`
  return request.verb === 'deletecollection' && sandboxNames.protectedResources.includes(request.resource) ? `${text(request)} cannot be deleted all at once: some belong to the sandbox` : undefined
}

/** Keeps out tokens for other audiences, and those that outlive the grading. */
export function refuseTokenRequest(request: BridgeRequest): string | undefined {
  if (request.resource !== 'serviceaccounts' || request.subresource !== 'token') return undefined
  const body = isJsonObject(request.body) && isJsonObject(request.body['spec']) ? request.body['spec'] : {}
  const { audiences, expirationSeconds } = body
  if (Array.isArray(audiences) && audiences.length > 0) return 'a token for another audience cannot be made on a real cluster'
  return typeof expirationSeconds === 'number' && expirationSeconds > sandboxNames.tokenSecondsMax ? `a token on a real cluster lives at most ${sandboxNames.tokenSecondsMax} s` : undefined
}

const requestGuards: readonly RequestGuard[] = [
  refuseUnknownPart, refuseUnknownKind, refuseVerb, refuseSubresource, refuseOtherNamespace, refuseUndeclared, refuseOtherNamespaceObject, refuseSandboxObject, refuseTokenRequest,
]

/** Keeps out objects outside namespaces that the sandbox did not label: only lent nodes and what the learner made is changed. */
export function refuseForeignObject(request: BridgeRequest, plan: SandboxPlan, labels: { readonly [label: string]: string } | undefined): string | undefined {
  if (labels === undefined || labels[sandboxNames.sessionLabel] === plan.session) return undefined
  return `${text(request)} ${JSON.stringify(request.name ?? '')} does not belong to the task: it has no label ${sandboxNames.sessionLabel}=${plan.session}`
}

/** The body with the session's label, so that clean-up finds an object outside namespaces whoever made it. */
export function withSessionLabel(request: BridgeRequest, body: Json | undefined, session: string): Json | undefined {
  const keeps = request.verb === 'delete' || request.contentType === 'application/json-patch+json' || !changesCluster(request) || !isJsonObject(body)
  if (keeps) return body
  const metadata: JsonObject = isJsonObject(body['metadata']) ? body['metadata'] : {}
  const labels: JsonObject = isJsonObject(metadata['labels']) ? metadata['labels'] : {}
  return { ...body, metadata: { ...metadata, labels: { ...labels, [sandboxNames.sessionLabel]: session } } }
}

/**
 * Checks a request of the learner's side.
 * @returns what is to be sent (its body as JSON, read once), or why it is not
 */
export async function learnerRequest(request: BridgeRequest, plan: SandboxPlan, cluster: ClusterObjects): Promise<{ readonly request: BridgeRequest } | { readonly refusal: string }> {
  const read = settingsOf(request)
  if ('error' in read) return { refusal: read.error }
  const asJson: BridgeRequest = read.body === undefined ? request : { ...request, body: read.body }
  const refusal = firstRefusal(requestGuards, asJson, plan) ?? firstRefusal(bodyGuards, asJson, read.settings, plan) ?? firstRefusal([refuseUnseenReach], asJson, read.settings)
  if (refusal !== undefined) return { refusal }
  if (changesCluster(asJson) && asJson.verb !== 'create') {
    const foreign = refuseForeignObject(asJson, plan, await cluster.labelsOf(asJson))
    if (foreign !== undefined) return { refusal: foreign }
  }
  const body = withTaskScope(asJson, withSessionLabel(asJson, read.body, plan.session), plan)
  return { request: body === undefined ? asJson : { ...asJson, body } }
}
