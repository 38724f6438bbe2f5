/**
 * Admission policies that a task declares act on the task's namespaces alone. A binding has a selector of namespaces; the
 * names of the task's are added to it, so that what the learner wrote means the same within the sandbox and nothing outside.
 * Objects outside namespaces pass every such selector, so policies match namespaced objects only.
 */

import { isJsonObject } from '../../../../simulator/kernel/json.ts'
import type { Json, JsonObject } from '../../../../simulator/kernel/json.ts'
import type { BridgeRequest, SandboxPlan } from '../contract.ts'
import { placesOf } from './bodies.ts'

const group = 'admissionregistration.k8s.io'
const policies = 'validatingadmissionpolicies'
const bindings = 'validatingadmissionpolicybindings'

function isPolicy(request: BridgeRequest): boolean {
  return request.group === group && (request.resource === policies || request.resource === bindings) && ['create', 'update', 'patch'].includes(request.verb)
}

/** Keeps out changes of a policy whose reach could not be seen in them. */
export function refuseUnseenReach(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  if (!isPolicy(request)) return undefined
  if (request.contentType === 'application/json-patch+json') return 'a policy on a real cluster cannot be changed by single operations: apply it as a whole'
  for (const setting of settings) {
    for (const { key, path, value } of placesOf(setting)) {
      const isDirective = ['$patch', '$retainKeys'].includes(key) && (path.length < 2 || path[1] === 'matchResources' || path[1] === 'matchConstraints')
      if (isDirective || (key === 'spec' && path.length === 0 && !isJsonObject(value))) return 'a policy on a real cluster cannot be replaced in part: apply it as a whole'
      if (key === 'scope' && value === 'Cluster') return 'a policy on a real cluster cannot match objects outside namespaces'
    }
  }
  return undefined
}

function objectAt(object: JsonObject, key: string): JsonObject {
  return isJsonObject(object[key]) ? object[key] : {}
}

const nameLabel = 'kubernetes.io/metadata.name'

/** A selector that picks of the task's namespaces what it picked. A patch that takes the selector away takes away its labels. */
function taskSelector(selector: Json | undefined, names: readonly string[]): JsonObject {
  const given = isJsonObject(selector) ? selector : selector === null ? { matchLabels: null } : {}
  const expressions = Array.isArray(given['matchExpressions']) ? given['matchExpressions'] as readonly Json[] : []
  const others = expressions.filter((each) => !(isJsonObject(each) && each['key'] === nameLabel))
  return { ...given, matchExpressions: [...others, { key: nameLabel, operator: 'In', values: names }] }
}

function scopedBinding(spec: JsonObject, isPatch: boolean, names: readonly string[]): JsonObject {
  const resources = spec['matchResources']
  // A patch that says nothing of the selector leaves the one that is there.
  if (isPatch && resources === undefined) return spec
  const selector = isJsonObject(resources) ? resources['namespaceSelector'] : resources
  const isLeft = isPatch && isJsonObject(resources) && (selector === undefined || (isJsonObject(selector) && selector['matchExpressions'] === undefined))
  return isLeft ? spec : { ...spec, matchResources: { ...objectAt(spec, 'matchResources'), namespaceSelector: taskSelector(selector, names) } }
}

function scopedPolicy(spec: JsonObject): JsonObject {
  const constraints = objectAt(spec, 'matchConstraints')
  const rules = constraints['resourceRules']
  if (!Array.isArray(rules)) return spec
  return { ...spec, matchConstraints: { ...constraints, resourceRules: (rules as readonly Json[]).map((rule) => (isJsonObject(rule) ? { ...rule, scope: 'Namespaced' } : rule)) } }
}

/** Keeps policies within the task's namespaces: the body that is sent, narrowed. */
export function withTaskScope(request: BridgeRequest, body: Json | undefined, { namespaces }: SandboxPlan): Json | undefined {
  if (!isPolicy(request) || !isJsonObject(body)) return body
  const isPatch = request.verb === 'patch' && request.contentType !== 'application/apply-patch+yaml'
  if (isPatch && body['spec'] === undefined) return body
  const spec = objectAt(body, 'spec')
  return { ...body, spec: request.resource === policies ? scopedPolicy(spec) : scopedBinding(spec, isPatch, namespaces) }
}
