/** Nobody grants rights that they do not have. Models pkg/registry/rbac escalation checks of the policy-based storages (v1.35). */

import type { Failure } from '../api/errors.ts'
import { apiErrors } from '../api/errors.ts'
import { authorize, escalationError } from '../api/rbac.ts'
import type { RbacSource } from '../api/rbac.ts'
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef } from '../api/types.ts'
import type { AdmissionReader, PluginRequest } from './plugins/plugin.ts'
import { forbid } from './plugins/helpers.ts'
import { equalSemantic } from './validation/equal.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

/** The RBAC rules of a cluster as admission reads them. */
export function rbacSourceOf(reader: AdmissionReader): RbacSource {
  return {
    findRole: (namespace, name) => reader.get(`roles.${rbacGroup}`, namespace, name) as Role | undefined,
    findClusterRole: (name) => reader.get(`clusterroles.${rbacGroup}`, undefined, name) as ClusterRole | undefined,
    roleBindings: (namespace) => reader.list(`rolebindings.${rbacGroup}`, namespace) as readonly RoleBinding[],
    clusterRoleBindings: () => reader.list(`clusterrolebindings.${rbacGroup}`, undefined) as readonly ClusterRoleBinding[],
  }
}

/** Only finalizers and owners change: what the garbage collector does must go through. */
function isForCollection(request: PluginRequest): boolean {
  const { object, old } = request
  if (old === undefined) return false
  const { finalizers: _f, ownerReferences: _o, managedFields: _m, ...meta } = object.metadata as { [field: string]: unknown }
  const { finalizers: _oldF, ownerReferences: _oldO, managedFields: _oldM, ...oldMeta } = old.metadata as { [field: string]: unknown }
  const isMetaSame = equalSemantic(object.metadata, old.metadata)
  return !isMetaSame && equalSemantic({ ...object, metadata: meta }, { ...old, metadata: oldMeta })
}

/** The rules that a write grants; undefined when the user may grant whatever they like. */
function grantedRules(request: PluginRequest, source: RbacSource): readonly PolicyRule[] | Failure | undefined {
  const { user, namespace, kind, object } = request
  if (kind.resource === 'roles' || kind.resource === 'clusterroles') {
    const isAllowed = authorize(source, { user, verb: 'escalate', group: rbacGroup, resource: kind.resource, name: request.old === undefined ? '' : request.name, namespace }).isAllowed
    return isAllowed ? undefined : ((object['rules'] ?? []) as readonly PolicyRule[])
  }
  const { kind: roleKind, name } = (object['roleRef'] ?? {}) as RoleRef
  const isCluster = roleKind === 'ClusterRole'
  if (authorize(source, { user, verb: 'bind', group: rbacGroup, resource: isCluster ? 'clusterroles' : 'roles', name, namespace }).isAllowed) return undefined
  const role = isCluster ? source.findClusterRole(name) : source.findRole(namespace, name)
  return role === undefined ? apiErrors.notFound({ group: kind.group, name: kind.resource }, name) : (role.rules ?? [])
}

/** The refusal of a role or binding by which its writer would grant more than they hold. */
export function checkEscalation(request: PluginRequest): Failure | undefined {
  const { kind, user, namespace, reader } = request
  if (kind.group !== rbacGroup || user.groups.includes('system:masters') || isForCollection(request)) return undefined
  const source = rbacSourceOf(reader)
  const granted = grantedRules(request, source)
  if (granted === undefined) return undefined
  if ('status' in granted) return granted
  const error = escalationError(source, user, namespace, granted)
  return error === undefined ? undefined : forbid(request, error)
}
