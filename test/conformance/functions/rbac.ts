import { defaultClusterRoles } from '../../../simulator/api/default-roles.ts'
import { authorize, escalationError, rulesFor } from '../../../simulator/api/rbac.ts'
import type { AccessAttributes, RbacSource } from '../../../simulator/api/rbac.ts'
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../../simulator/api/types.ts'
import { objectOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Input {
  fn: string
  user: string
  groups?: string[]
  namespace?: string
  roles?: Role[]
  roleBindings?: RoleBinding[]
  clusterRoles?: ClusterRole[]
  clusterRoleBindings?: ClusterRoleBinding[]
  defaultRoles?: boolean
  requests?: Omit<AccessAttributes, 'user'>[]
  grant?: PolicyRule[]
}

function sourceOf(input: Input): RbacSource {
  const clusterRoles = [...(input.clusterRoles ?? []), ...(input.defaultRoles === true ? defaultClusterRoles() : [])]
  return {
    findRole: (namespace, name) => input.roles?.find((role) => role.metadata.namespace === namespace && role.metadata.name === name),
    findClusterRole: (name) => clusterRoles.find((role) => role.metadata.name === name),
    roleBindings: (namespace) => (input.roleBindings ?? []).filter((binding) => binding.metadata.namespace === namespace),
    clusterRoleBindings: () => input.clusterRoleBindings ?? [],
    missingText: (kind) => `${kind} not found`,
  }
}

/** Rows of functions/rbac.jsonl. */
export const runRbac: RowRunner = (row) => {
  const input = objectOf(row['input']) as unknown as Input
  const source = sourceOf(input)
  const user = { name: input.user, groups: input.groups ?? [] }
  if (input.fn === 'authorize') {
    const decisions = (input.requests ?? []).map((request) => {
      const { isAllowed, reason } = authorize(source, { user, ...request })
      return { allowed: isAllowed, reason }
    })
    return verdict(row, { decisions })
  }
  if (input.fn === 'rules') return verdict(row, rulesFor(source, user, input.namespace ?? ''))
  const error = escalationError(source, user, input.namespace ?? '', input.grant ?? [])
  return verdict(row, { allowed: error === undefined, error: error ?? '' })
}
