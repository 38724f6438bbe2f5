import { describe, expect, it } from 'vitest'
import { defaultClusterRoleBindings, defaultClusterRoles } from './default-roles.ts'
import { aggregatedRules, authorize, escalationError, ruleAllows, rulesFor, subjectMatches } from './rbac.ts'
import type { RbacSource } from './rbac.ts'
import type { PolicyRule, RoleBinding } from './types.ts'

const group = 'rbac.authorization.k8s.io'
const reader: PolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] }
const ann = { name: 'ann', groups: ['system:authenticated'] }
const binding: RoleBinding = {
  apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: { name: 'readers', namespace: 'team' },
  subjects: [{ kind: 'User', name: 'ann', apiGroup: group }], roleRef: { apiGroup: group, kind: 'Role', name: 'reader' },
}
const source: RbacSource = {
  findRole: (namespace, name) => (namespace === 'team' && name === 'reader' ? { rules: [reader] } : undefined),
  findClusterRole: () => undefined,
  roleBindings: (namespace) => (namespace === 'team' ? [binding] : []),
  clusterRoleBindings: () => [],
}

describe('a rule', () => {
  const cases: [name: string, rule: PolicyRule, access: Parameters<typeof ruleAllows>[1], isAllowed: boolean][] = [
    ['allows its verbs', reader, { verb: 'get', resource: 'pods' }, true],
    ['allows no other verb', reader, { verb: 'delete', resource: 'pods' }, false],
    ['names subresources apart', reader, { verb: 'get', resource: 'pods', subresource: 'log' }, true],
    ['does not give all subresources', reader, { verb: 'get', resource: 'pods', subresource: 'exec' }, false],
    ['with a star allows all', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verb: 'delete', group: 'apps', resource: 'deployments', subresource: 'scale' }, true],
    ['with names allows only these', { ...reader, resourceNames: ['a'] }, { verb: 'get', resource: 'pods', name: 'b' }, false],
    ['with a path allows what is below', { verbs: ['get'], nonResourceURLs: ['/healthz*'] }, { verb: 'get', path: '/healthz/etcd' }, true],
  ]
  it.each(cases)('%s', (_name, rule, access, isAllowed) => expect(ruleAllows(rule, access)).toBe(isAllowed))
})

describe('the authorizer', () => {
  it('tells which binding allowed', () => {
    expect(authorize(source, { user: ann, verb: 'get', resource: 'pods', namespace: 'team' })).toEqual({
      isAllowed: true, reason: 'RBAC: allowed by RoleBinding "readers/team" of Role "reader" to User "ann"',
    })
  })
  it('allows nothing in another namespace', () => expect(authorize(source, { user: ann, verb: 'get', resource: 'pods', namespace: 'other' }).isAllowed).toBe(false))
  it('allows nothing to others', () => expect(authorize(source, { user: { ...ann, name: 'bob' }, verb: 'get', resource: 'pods', namespace: 'team' }).isAllowed).toBe(false))
  it('lists the rules of a user', () => expect(rulesFor(source, ann, 'team').rules).toEqual([reader]))
  it('knows service accounts by their name', () => {
    const account = { ...ann, name: 'system:serviceaccount:team:builder' }
    expect(subjectMatches({ kind: 'ServiceAccount', name: 'builder' }, account, 'team')).toBe(true)
    expect(subjectMatches({ kind: 'ServiceAccount', name: 'builder', namespace: 'x' }, account, 'team')).toBe(false)
  })
  it('lets nobody grant more than they have', () => {
    expect(escalationError(source, ann, 'team', [reader])).toBeUndefined()
    expect(escalationError(source, ann, 'team', [{ ...reader, verbs: ['delete'] }])).toContain('is attempting to grant RBAC permissions not currently held')
  })
})

describe('the roles of every cluster', () => {
  it('hold cluster-admin for masters', () => {
    const admin = defaultClusterRoleBindings().find((each) => each.metadata.name === 'cluster-admin')
    expect(admin?.subjects).toEqual([{ kind: 'Group', apiGroup: group, name: 'system:masters' }])
  })
  it('aggregate view into edit and edit into admin', () => {
    const roles = defaultClusterRoles()
    const rulesOf = (name: string): number => {
      const role = roles.find((each) => each.metadata.name === name)!
      return role.aggregationRule === undefined ? (role.rules ?? []).length : aggregatedRules(role, roles).length
    }
    expect(rulesOf('view')).toBeGreaterThan(0)
    expect(rulesOf('edit')).toBeGreaterThan(rulesOf('view'))
    expect(rulesOf('admin')).toBeGreaterThan(rulesOf('edit'))
  })
})
