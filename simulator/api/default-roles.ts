/**
 * The roles and bindings that every cluster begins with, aggregation done.
 * Data of kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy (v1.35), Apache-2.0.
 */

import table from './default-roles.json' with { type: 'json' }
import { aggregatedRules } from './rbac.ts'
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from './types.ts'

const aggregationDepth = 3

function withAggregatedRules(): readonly ClusterRole[] {
  let roles = table.clusterRoles as unknown as ClusterRole[]
  // A role may aggregate one that is aggregated itself: admin takes from edit, edit from view.
  for (let pass = 0; pass < aggregationDepth; pass++) {
    const known = roles
    roles = known.map((role) => (role.aggregationRule === undefined ? role : { ...role, rules: aggregatedRules(role, known) }))
  }
  return roles
}

const clusterRoles = withAggregatedRules()

/** The default ClusterRoles with the rules that they aggregate. */
export function defaultClusterRoles(): readonly ClusterRole[] {
  return clusterRoles
}

/** The default ClusterRoleBindings. */
export function defaultClusterRoleBindings(): ClusterRoleBinding[] {
  return table.clusterRoleBindings as ClusterRoleBinding[]
}

/** The default Roles, each with its namespace. */
export function defaultRoles(): Role[] {
  return table.roles as Role[]
}

/** The default RoleBindings, each with its namespace. */
export function defaultRoleBindings(): RoleBinding[] {
  return table.roleBindings as RoleBinding[]
}
