/** Which requests a policy is about, and what its expressions see. Models apiserver/pkg/admission/plugin/policy/{generic,matching} (v1.35). Differs: matchPolicy is always Exact. */

import type { CustomResourceDefinition } from '../../api/custom-kinds.ts'
import { definitionsResource, kindsOfDefinition } from '../../api/custom-kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { kindByKind, splitApiVersion } from '../../api/kinds.ts'
import { authorize } from '../../api/rbac.ts'
import { matchesLabelSelector } from '../../api/selector.ts'
import type { KubeObject } from '../../api/types.ts'
import { resourceId } from '../../store/resource-id.ts'
import { toCelValue } from '../cel/compile.ts'
import type { CelValue } from '../cel/values.ts'
import { rbacSourceOf } from '../escalation.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import type { MatchResources, PolicyBindingSpec, PolicySpec, ResourceRule } from '../kinds/validatingadmissionpolicies.ts'
import type { Mutable } from '../schema/decode.ts'
import { normalizeObject } from '../schema/normalize.ts'
import { typeOf } from '../schema/schema.ts'
import type { AdmissionReader, PluginRequest } from './plugin.ts'
import type { PolicyInput } from './validating-admission-policy-evaluate.ts'
import { requestValue } from './validating-admission-policy-request.ts'

/** The group of policies, which no policy is ever asked about. */
export const policyGroup = 'admissionregistration.k8s.io'

function includesOrAll(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value))
}

function ruleMatches(rule: ResourceRule, request: PluginRequest): boolean {
  const { kind, subresource } = request
  const resource = subresource === '' ? kind.resource : `${kind.resource}/${subresource}`
  const wildcards = subresource === '' ? ['*', '*/*'] : [`${kind.resource}/*`, `*/${subresource}`, '*/*']
  const isResource = rule.resources?.some((each) => each === resource || wildcards.includes(each)) ?? false
  const isScope = rule.scope === undefined || rule.scope === '*' || (rule.scope === 'Namespaced') === kind.namespaced
  const isNamed = (rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(request.name)
  return isResource && isScope && isNamed && includesOrAll(rule.apiGroups, kind.group) && includesOrAll(rule.apiVersions, kind.version) && includesOrAll(rule.operations, request.operation)
}

/** Whether a request is one that a policy (or its binding, which may leave rules out) is about. */
export function matchesRequest(match: MatchResources | undefined, request: PluginRequest, isBinding: boolean): boolean {
  if (match === undefined) return isBinding
  const isNamespace = request.kind.group === '' && request.kind.resource === 'namespaces'
  const namespace = isNamespace ? request.object : request.reader.get('namespaces', undefined, request.namespace)
  if (request.namespace !== '' && match.namespaceSelector !== undefined && !matchesLabelSelector(match.namespaceSelector, namespace?.metadata.labels)) return false
  const { objectSelector } = match
  if (objectSelector !== undefined && ![request.object, request.old].some((object) => object !== undefined && matchesLabelSelector(objectSelector, object.metadata.labels))) return false
  if (match.excludeResourceRules?.some((rule) => ruleMatches(rule, request)) === true) return false
  if (isBinding && (match.resourceRules ?? []).length === 0) return true
  return match.resourceRules?.some((rule) => ruleMatches(rule, request)) ?? false
}

/** What expressions see but for the parameters. */
export type WorldInput = Omit<PolicyInput, 'params'>

/** An object as a Go type writes it: with the zero values that it never leaves out. */
function written(request: PluginRequest, object: AdmittedObject | undefined): CelValue {
  const schema = request.kind.custom === undefined && object !== undefined ? typeOf(object.apiVersion, object.kind) : undefined
  return toCelValue(schema === undefined ? (object ?? null) : normalizeObject(object as Mutable, schema))
}

/** The variables of a request's policies. */
export function worldOf(request: PluginRequest): WorldInput {
  const { kind, name, namespace, operation, user, subresource, reader } = request
  const isNamespace = kind.group === '' && kind.resource === 'namespaces'
  const namespaceObject = namespace === '' || isNamespace ? undefined : reader.get('namespaces', undefined, namespace)
  const resource = { group: kind.group, resource: kind.resource, subresource, namespace, name }
  return {
    object: request.operation === 'DELETE' ? null : written(request, request.object),
    oldObject: written(request, request.old),
    request: requestValue({ kind: { group: kind.group, version: kind.version, kind: kind.kind }, resource: kind.resource, subresource, name, namespace, operation, user, isDryRun: request.isDryRun }),
    namespaceObject: toCelValue(namespaceObject ?? null),
    resource,
    ask({ serviceAccount, path, ...question }) {
      const asking = serviceAccount === undefined ? user : accountOf(serviceAccount)
      const { isAllowed, reason } = authorize(rbacSourceOf(reader), path === undefined ? { user: asking, ...question } : { user: asking, verb: question.verb, path })
      return { allowed: isAllowed, reason }
    },
  }
}

function accountOf({ namespace, name }: { namespace: string; name: string }): PluginRequest['user'] {
  return { name: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] }
}

/** The kind of a policy's parameters, if it has any; an error names one that nobody serves. */
export function findParamKind(reader: AdmissionReader, wanted: PolicySpec['paramKind']): KindInfo | { readonly error: string } | undefined {
  if (wanted === undefined) return undefined
  const { apiVersion = '', kind = '' } = wanted
  const builtin = kindByKind(apiVersion, kind)
  if (builtin !== undefined) return builtin
  const { group, version } = splitApiVersion(apiVersion)
  const custom = reader.list(definitionsResource, undefined).flatMap((definition) => kindsOfDefinition(definition as CustomResourceDefinition))
  return custom.find((each) => each.group === group && each.version === version && each.kind === kind) ?? { error: `failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'` }
}

/** The parameters of a binding; `[null]` where there are none to ask for. */
export function paramsOf(request: PluginRequest, kind: KindInfo | undefined, ref: PolicyBindingSpec['paramRef']): readonly (KubeObject | null)[] | { readonly error: string } {
  if (kind === undefined || ref === undefined) return [null]
  if (ref.namespace && !kind.namespaced) return { error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' }
  const namespace = kind.namespaced ? ref.namespace || request.namespace : undefined
  if (namespace === '') return { error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' }
  const resource = resourceId(kind.group, kind.resource)
  const named = ref.name ? request.reader.get(resource, namespace, ref.name) : undefined
  const selected = ref.selector === undefined ? [] : request.reader.list(resource, namespace).filter(({ metadata }) => matchesLabelSelector(ref.selector!, metadata.labels))
  const found = named === undefined ? selected : [named]
  return found.length === 0 && ref.parameterNotFoundAction === 'Deny' ? { error: 'no params found for policy binding with `Deny` parameterNotFoundAction' } : found
}
