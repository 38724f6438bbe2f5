/** RBAC as pure functions: which rule allows what, and who may grant what. Models plugin/pkg/auth/authorizer/rbac and pkg/registry/rbac/validation (v1.35). */

import { compareText } from '../kernel/text.ts'
import { aggregateText, goQuote } from './go-text.ts'
import { matchesLabelSelector } from './selector.ts'
import type { UserInfo } from './request.ts'
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from './types.ts'

/** One access to be decided: of a resource, or of a path such as /healthz. */
export interface AccessAttributes {
  readonly user: UserInfo
  readonly verb: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly name?: string
  readonly namespace?: string
  /** Set for what is no resource. */
  readonly path?: string
}

/** Where the roles come from. Lists are in the order in which they are asked. */
export interface RbacSource {
  readonly findRole: (namespace: string, name: string) => Pick<Role, 'rules'> | undefined
  readonly findClusterRole: (name: string) => Pick<ClusterRole, 'rules'> | undefined
  readonly roleBindings: (namespace: string) => readonly RoleBinding[]
  readonly clusterRoleBindings: () => readonly ClusterRoleBinding[]
  /** Error text for a missing role; the store's own NotFound by default. */
  readonly missingText?: (kind: 'role' | 'clusterrole', name: string) => string
}

/** Whether an access is allowed, and by which binding or why the answer is not sure. */
export interface RbacVerdict { readonly isAllowed: boolean; readonly reason: string }

function hasOrAll(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value))
}

function resourceMatches(rule: PolicyRule, resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`
  return hasOrAll(rule.resources, combined) || (subresource !== '' && (rule.resources ?? []).includes(`*/${subresource}`))
}

function pathCovers(owned: string, path: string): boolean {
  return owned === path || (owned.endsWith('*') && path.startsWith(owned.replace(/\*+$/, '')))
}

/** True when a rule allows an access. */
export function ruleAllows(rule: PolicyRule, access: Omit<AccessAttributes, 'user'>): boolean {
  if (!hasOrAll(rule.verbs, access.verb)) return false
  if (access.path !== undefined) return (rule.nonResourceURLs ?? []).some((url) => url === '*' || pathCovers(url, access.path!))
  const names = rule.resourceNames ?? []
  return hasOrAll(rule.apiGroups, access.group ?? '')
    && resourceMatches(rule, access.resource ?? '', access.subresource ?? '')
    && (names.length === 0 || names.includes(access.name ?? ''))
}

/** True when a subject of a binding is the user or a group of the user. */
export function subjectMatches(subject: Subject, user: UserInfo, bindingNamespace: string): boolean {
  switch (subject.kind) {
    case 'User': return subject.name === user.name
    case 'Group': return user.groups.includes(subject.name)
    case 'ServiceAccount': {
      const namespace = subject.namespace !== undefined && subject.namespace !== '' ? subject.namespace : bindingNamespace
      return namespace !== '' && user.name === `system:serviceaccount:${namespace}:${subject.name}`
    }
    default: return false
  }
}

function describeSubject(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${goQuote(subject.name)}`
  const namespace = subject.namespace !== undefined && subject.namespace !== '' ? subject.namespace : bindingNamespace
  return `${subject.kind} ${goQuote(`${subject.name}/${namespace}`)}`
}

function rulesOf(source: RbacSource, ref: RoleRef, namespace: string): readonly PolicyRule[] | string {
  if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') return `unsupported role reference kind: ${goQuote(ref.kind)}`
  const isRole = ref.kind === 'Role'
  const role = isRole ? source.findRole(namespace, ref.name) : source.findClusterRole(ref.name)
  if (role !== undefined) return role.rules ?? []
  const kind = isRole ? 'role' : 'clusterrole'
  return source.missingText?.(kind, ref.name) ?? `${kind}.rbac.authorization.k8s.io ${goQuote(ref.name)} not found`
}

/** Visits the rules that apply to a user, cluster-wide ones first; a binding to a missing role gives its error. Stops when told. */
function visitRules(source: RbacSource, user: UserInfo, namespace: string, visit: (rule: PolicyRule | undefined, from: () => string, error?: string) => boolean): void {
  const bindings: readonly [readonly RoleBinding[], 'ClusterRoleBinding' | 'RoleBinding', string][] = [
    [source.clusterRoleBindings(), 'ClusterRoleBinding', ''],
    [namespace === '' ? [] : source.roleBindings(namespace), 'RoleBinding', namespace],
  ]
  for (const [list, kind, bindingNamespace] of bindings) {
    for (const binding of list) {
      const subject = (binding.subjects ?? []).find((each) => subjectMatches(each, user, bindingNamespace))
      if (subject === undefined) continue
      const rules = rulesOf(source, binding.roleRef, bindingNamespace)
      const name = kind === 'RoleBinding' ? `${binding.metadata.name}/${binding.metadata.namespace}` : `${binding.metadata.name}`
      const from = (): string => `${kind} ${goQuote(name)} of ${binding.roleRef.kind} ${goQuote(binding.roleRef.name)} to ${describeSubject(subject, bindingNamespace)}`
      if (typeof rules === 'string') {
        if (!visit(undefined, from, rules)) return
        continue
      }
      for (const rule of rules) if (!visit(rule, from)) return
    }
  }
}

/** Decides one access by all roles and bindings. */
export function authorize(source: RbacSource, access: AccessAttributes): RbacVerdict {
  let verdict: RbacVerdict | undefined
  const errors: string[] = []
  visitRules(source, access.user, access.namespace ?? '', (rule, from, error) => {
    if (error !== undefined) errors.push(error)
    if (rule === undefined || !ruleAllows(rule, access)) return true
    verdict = { isAllowed: true, reason: `RBAC: allowed by ${from()}` }
    return false
  })
  return verdict ?? { isAllowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregateText(errors)}` }
}

/** All rules that a user has in a namespace, and the errors of bindings to missing roles as one text. */
export function rulesFor(source: RbacSource, user: UserInfo, namespace: string): { rules: PolicyRule[]; error: string } {
  const rules: PolicyRule[] = []
  const errors: string[] = []
  visitRules(source, user, namespace, (rule, _from, error) => {
    if (rule !== undefined) rules.push(rule)
    if (error !== undefined) errors.push(error)
    return true
  })
  return { rules, error: errors.length === 0 ? '' : aggregateText(errors) }
}

// ---- escalation ----------------------------------------------------------------------------------------------------

/** A rule as the single accesses that it stands for. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const single: PolicyRule[] = []
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const one: PolicyRule = { verbs: [verb], apiGroups: [group], resources: [resource] }
        const names = rule.resourceNames ?? []
        single.push(...(names.length === 0 ? [one] : names.map((name) => ({ ...one, resourceNames: [name] }))))
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs) single.push({ verbs: [verb], nonResourceURLs: [url] })
  return single
}

function resourcesCover(owned: readonly string[], wanted: readonly string[]): boolean {
  return owned.includes('*') || wanted.every((path) => owned.includes(path) || (path.includes('/') && owned.includes(`*/${path.slice(path.indexOf('/') + 1)}`)))
}

function covers(owner: PolicyRule, wanted: PolicyRule): boolean {
  const all = (owned: readonly string[] | undefined, list: readonly string[] | undefined): boolean => (owned ?? []).includes('*') || (list ?? []).every((each) => (owned ?? []).includes(each))
  const names = wanted.resourceNames ?? []
  const ownedNames = owner.resourceNames ?? []
  return all(owner.verbs, wanted.verbs) && all(owner.apiGroups, wanted.apiGroups) && resourcesCover(owner.resources ?? [], wanted.resources ?? [])
    && (wanted.nonResourceURLs ?? []).every((path) => (owner.nonResourceURLs ?? []).some((owned) => pathCovers(owned, path)))
    && (ownedNames.length === 0 || (names.length > 0 && names.every((name) => ownedNames.includes(name))))
}

/** Rules that differ in their verbs only become one. */
function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const byResource = new Map<string, PolicyRule>()
  const others: PolicyRule[] = []
  for (const rule of rules) {
    if (rule.nonResourceURLs !== undefined) {
      others.push(rule)
      continue
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames ?? null])
    const known = byResource.get(key)
    byResource.set(key, known === undefined ? rule : { ...known, verbs: [...known.verbs, ...rule.verbs] })
  }
  return [...others, ...byResource.values()]
}

function quoteList(list: readonly string[]): string {
  return `[${list.map(goQuote).join(' ')}]`
}

/** A rule on one line, as the error of an escalation shows it: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`. */
export function ruleText(rule: PolicyRule): string {
  const parts: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups], ['Resources', rule.resources], ['NonResourceURLs', rule.nonResourceURLs], ['ResourceNames', rule.resourceNames], ['Verbs', rule.verbs],
  ]
  return `{${parts.filter(([, list]) => list !== undefined && list.length > 0).map(([name, list]) => `${name}:${quoteList(list!)}`).join(', ')}}`
}

/** The single accesses that rules want and others do not give. Models component-helpers/auth/rbac/validation.Covers. */
export function uncoveredRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((one) => !owned.some((owner) => covers(owner, one)))
}

/** Why a user may not grant rules: undefined when all of them are held already. */
export function escalationError(source: RbacSource, user: UserInfo, namespace: string, granted: readonly PolicyRule[]): string | undefined {
  const { rules, error } = rulesFor(source, user, namespace)
  const missing = uncoveredRules(rules, granted)
  if (missing.length === 0) return undefined
  const lines = [...new Set(compact(missing).map(ruleText))].sort(compareText)
  const text = `user ${goQuote(user.name)} (groups=${quoteList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`
  return error === '' ? text : `${text}; resolution errors: [${error}]`
}

/** The rules of an aggregated ClusterRole: those of every other role that one of its selectors matches, in the given order. */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const rules: PolicyRule[] = []
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of all) {
      if (other.metadata.name === role.metadata.name || !matchesLabelSelector(selector, other.metadata.labels)) continue
      for (const rule of other.rules ?? []) if (!rules.some((known) => JSON.stringify(known) === JSON.stringify(rule))) rules.push(rule)
    }
  }
  return rules
}
