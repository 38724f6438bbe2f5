/** What expressions of policies and webhooks may name. Models apiserver/pkg/admission/plugin/cel/compile.go (v1.35). */

import type { CelScope } from './check.ts'
import { celEnvironment } from './compile.ts'
import { patchDeclarations, readDeclarations } from './declarations.ts'
import type { CelType } from './types.ts'
import { boolType, dynType, intType, listType, mapType, objectType, parseType, stringType, timestampType } from './types.ts'

type Fields = { readonly [name: string]: CelType }

function object(name: string, fields: Fields): CelType {
  return objectType(`kubernetes.${name}`, new Map(Object.entries(fields)))
}

const texts = listType(stringType)
const labels = mapType(stringType, stringType)
const groupVersion = { group: stringType, version: stringType }
const kindType = object('GroupVersionKind', { ...groupVersion, kind: stringType })
const resourceType = object('GroupVersionResource', { ...groupVersion, resource: stringType })
const userType = object('UserInfo', { username: stringType, uid: stringType, groups: texts, extra: mapType(stringType, texts) })
const requestType = object('AdmissionRequest', {
  kind: kindType, resource: resourceType, subResource: stringType, requestKind: kindType, requestResource: resourceType, requestSubResource: stringType,
  name: stringType, namespace: stringType, operation: stringType, userInfo: userType, dryRun: boolType, options: dynType,
})
const conditionType = object('NamespaceCondition', { status: stringType, type: stringType, lastTransitionTime: timestampType, message: stringType, reason: stringType })
const metadataType = object('NamespaceMetadata', {
  name: stringType, generateName: stringType, namespace: stringType, labels, annotations: labels, UID: stringType, creationTimestamp: timestampType, deletionGracePeriodSeconds: intType,
  deletionTimestamp: timestampType, generation: intType, resourceVersion: stringType, finalizers: texts,
})
const namespaceType = object('Namespace', { metadata: metadataType, spec: object('NamespaceSpec', { finalizers: texts }), status: object('NamespaceStatus', { conditions: listType(conditionType), phase: stringType }) })

/** What a policy adds to the variables that all have. `variables` may grow while expressions are compiled; without it that name means nothing. */
export interface PolicyScopeOptions { readonly hasParams: boolean; readonly hasAuthorizer: boolean; readonly variables?: ReadonlyMap<string, CelType>; readonly hasPatchTypes?: boolean }

/** A field that JSONPatch does not have is one of a type without a name, as in the real resolver. */
const namelessType: CelType = { kind: 'simple', name: '', params: [] }

class PatchFields extends Map<string, CelType> {
  override get(name: string): CelType {
    return super.get(name) ?? namelessType
  }
}

const patchFields = new PatchFields([['op', stringType], ['path', stringType], ['from', stringType], ['value', dynType]])

/** Objects that mutations write: `Object`, `Object.spec`, ... of any fields, and `JSONPatch`. */
function structOf(name: string): CelType | undefined {
  if (name === 'JSONPatch') return objectType(name, patchFields)
  return name === 'Object' || name.startsWith('Object.') ? { kind: 'object', name, params: [] } : undefined
}

const patchFunctions = readDeclarations(patchDeclarations)

/** The scope of an expression. */
export function policyScope({ hasParams, hasAuthorizer, variables, hasPatchTypes = false }: PolicyScopeOptions): CelScope {
  const known = new Map<string, CelType>([['object', dynType], ['oldObject', dynType], ['request', requestType], ['namespaceObject', namespaceType]])
  if (variables !== undefined) known.set('variables', objectType('kubernetes.variables', variables))
  if (hasParams) known.set('params', dynType)
  if (hasAuthorizer) known.set('authorizer', parseType('Authorizer')).set('authorizer.requestResource', parseType('ResourceCheck'))
  const scope = celEnvironment(known)
  return hasPatchTypes ? { ...scope, functions: new Map([...scope.functions, ...patchFunctions]), structs: structOf } : scope
}

/** The type of a variable of a policy as the others see it: values of other types are `dyn`. */
export function variableType(type: CelType): CelType {
  if (type.kind === 'list' || type.kind === 'map') return { ...type, params: type.params.map(variableType) }
  return type.kind === 'simple' ? type : dynType
}

