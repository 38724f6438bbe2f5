/** create role, clusterrole, rolebinding, clusterrolebinding. Models k8s.io/kubectl/pkg/cmd/create (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { KubeObject, PolicyRule, Subject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { fail, KubectlFailure } from '../failures.ts'
import type { Run, Session } from '../session.ts'
import { createGenerated, metadataOf, nameArgument } from './common.ts'

const rbacGroup = 'rbac.authorization.k8s.io'
const rbacVersion = `${rbacGroup}/v1`
const standardVerbs = ['*', 'get', 'delete', 'list', 'create', 'update', 'patch', 'watch', 'proxy', 'deletecollection', 'use', 'bind', 'escalate', 'impersonate']
const nonResourceVerbs = ['*', 'get', 'put', 'post', 'head', 'options', 'delete', 'patch']
/** Verbs that only make sense with these resources. */
const specialVerbs: { readonly [verb: string]: readonly { readonly group: string; readonly resource: string }[] } = {
  use: [{ group: '', resource: 'podsecuritypolicies' }, { group: 'extensions', resource: 'podsecuritypolicies' }],
  bind: [{ group: rbacGroup, resource: 'roles' }, { group: rbacGroup, resource: 'clusterroles' }],
  escalate: [{ group: rbacGroup, resource: 'roles' }, { group: rbacGroup, resource: 'clusterroles' }],
  impersonate: [{ group: '', resource: 'users' }, { group: '', resource: 'serviceaccounts' }, { group: '', resource: 'groups' }, { group: 'authentication.k8s.io', resource: 'userextras' }],
}

interface RuleResource { readonly group: string; readonly resource: string }

function distinct(list: readonly string[]): string[] {
  return [...new Set(list)]
}

function verbsOf(session: Session): string[] {
  const verbs = distinct(session.flags.list('verb'))
  return verbs.includes('*') ? ['*'] : verbs
}

/** Reads resource.group/subresource. */
function readResource(session: Session, text: string): RuleResource {
  const [named = '', ...sub] = text.split('/')
  const suffix = sub.length === 0 ? '' : `/${sub.join('/')}`
  const dot = named.indexOf('.')
  const resource = dot < 0 ? named : named.slice(0, dot)
  const group = dot < 0 ? '' : named.slice(dot + 1)
  if (resource === '' && text !== '') throw fail('resource must be specified if apiGroup/subresource specified')
  if (resource === '*') return { group: dot < 0 ? '*' : group, resource: `*${suffix}` }
  const kind = session.kinds.byToken(named)
  if (kind === undefined) {
    const where = group === '' ? '' : ` in group ${goQuote(group)}`
    throw new KubectlFailure({ kind: 'plain', text: `the server doesn't have a resource type ${goQuote(resource)}${where}` })
  }
  return { group: kind.group, resource: `${kind.resource}${suffix}` }
}

function checkVerbs(session: Session, verbs: readonly string[], resources: readonly RuleResource[]): void {
  for (const verb of verbs) {
    if (!standardVerbs.includes(verb)) session.err(`Warning: '${verb}' is not a standard resource verb\n`)
    const special = specialVerbs[verb]
    if (special === undefined) continue
    for (const { group, resource } of resources) {
      if (resource !== '*' && !special.some((one) => one.group === group && one.resource === resource)) throw fail(`can not perform '${verb}' on '${resource}' in group '${group}'`)
    }
  }
}

/** One rule per API group. */
function resourceRules(verbs: readonly string[], resources: readonly RuleResource[], names: readonly string[]): PolicyRule[] {
  return distinct(resources.map(({ group }) => group)).sort(compareText).map((group) => ({
    verbs: [...verbs],
    apiGroups: [group],
    resources: distinct(resources.filter((one) => one.group === group).map(({ resource }) => resource)),
    ...(names.length === 0 ? {} : { resourceNames: [...names] }),
  }))
}

/**
 * kubectl create role NAME from --verb, --resource (resource[.group][/subresource]) and --resource-name; one rule per
 * API group. An unknown resource fails, as does a special verb on what does not have it; another verb is a warning.
 */
export function* createRole(session: Session): Run<number> {
  const name = nameArgument(session)
  const verbs = verbsOf(session)
  if (verbs.length === 0) throw fail('at least one verb must be specified')
  const given = distinct(session.flags.list('resource'))
  if (given.length === 0) throw fail('at least one resource must be specified')
  const resources = given.map((text) => readResource(session, text))
  checkVerbs(session, verbs, resources)
  const object = { kind: 'Role', apiVersion: rbacVersion, metadata: metadataOf(session, name), rules: resourceRules(verbs, resources, distinct(session.flags.list('resource-name'))) }
  return yield* createGenerated(session, object)
}

function nonResourceRules(verbs: readonly string[], urls: readonly string[]): PolicyRule[] {
  for (const verb of verbs) if (!nonResourceVerbs.includes(verb)) throw fail(`invalid verb: '${verb}' for nonResourceURL`)
  for (const url of urls) {
    if (url === '*') continue
    if (url === '' || !url.startsWith('/')) throw fail('nonResourceURL should start with /')
    if (url.includes('*') && url.indexOf('*') !== url.length - 1) throw fail("nonResourceURL only supports wildcard matches when '*' is at the end")
  }
  return urls.length === 0 ? [] : [{ verbs: [...verbs], nonResourceURLs: [...urls] }]
}

/** kubectl create clusterrole NAME: as role, with --non-resource-url too, or --aggregation-rule alone. */
export function* createClusterRole(session: Session): Run<number> {
  const name = nameArgument(session)
  const aggregation = session.flags.list('aggregation-rule')
  const verbs = verbsOf(session)
  const given = distinct(session.flags.list('resource'))
  const urls = distinct(session.flags.list('non-resource-url'))
  const names = distinct(session.flags.list('resource-name'))
  const head = { kind: 'ClusterRole', apiVersion: rbacVersion, metadata: { name } }
  if (aggregation.length > 0) {
    if (verbs.length + given.length + urls.length + names.length > 0) throw fail('aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames')
    const matchLabels = Object.fromEntries(aggregation.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]))
    return yield* createGenerated(session, { ...head, rules: null, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } } as KubeObject)
  }
  if (verbs.length === 0) throw fail('at least one verb must be specified')
  if (given.length === 0 && urls.length === 0) throw fail('one of resource or nonResourceURL must be specified')
  const resources = given.map((text) => readResource(session, text))
  if (resources.length > 0) checkVerbs(session, verbs, resources)
  const rules = [...resourceRules(verbs, resources, names), ...nonResourceRules(verbs, urls)]
  return yield* createGenerated(session, { ...head, rules } as KubeObject)
}

/** The users, groups and service accounts of the flags as subjects. */
export function subjectsOf(session: Session): Subject[] {
  const accounts = session.flags.list('serviceaccount').map((text) => {
    const parts = text.split(':')
    if (parts.length !== 2 || parts[0] === '' || parts[1] === '') throw fail('serviceaccount must be <namespace>:<name>')
    return { kind: 'ServiceAccount', name: parts[1] ?? '', namespace: parts[0] ?? '' }
  })
  return [
    ...session.flags.list('user').map((name) => ({ kind: 'User', apiGroup: rbacGroup, name })),
    ...session.flags.list('group').map((name) => ({ kind: 'Group', apiGroup: rbacGroup, name })),
    ...accounts,
  ]
}

/** kubectl create rolebinding NAME from one of --role and --clusterrole, and subjects by --user, --group and --serviceaccount=namespace:name. */
export function* createRoleBinding(session: Session): Run<number> {
  const name = nameArgument(session)
  const role = session.flags.text('role')
  const clusterRole = session.flags.text('clusterrole')
  if ((role === '') === (clusterRole === '')) throw fail('exactly one of clusterrole or role must be specified')
  const subjects = subjectsOf(session)
  const roleRef = { apiGroup: rbacGroup, kind: role === '' ? 'ClusterRole' : 'Role', name: role === '' ? clusterRole : role }
  const object = { kind: 'RoleBinding', apiVersion: rbacVersion, metadata: metadataOf(session, name), ...(subjects.length === 0 ? {} : { subjects }), roleRef }
  return yield* createGenerated(session, object as KubeObject, 'failed to create rolebinding:')
}

/** kubectl create clusterrolebinding NAME from --clusterrole and subjects, as rolebinding. */
export function* createClusterRoleBinding(session: Session): Run<number> {
  const name = nameArgument(session)
  const subjects = subjectsOf(session)
  const roleRef = { apiGroup: rbacGroup, kind: 'ClusterRole', name: session.flags.text('clusterrole') }
  const object = { kind: 'ClusterRoleBinding', apiVersion: rbacVersion, metadata: { name }, ...(subjects.length === 0 ? {} : { subjects }), roleRef }
  return yield* createGenerated(session, object as KubeObject, 'failed to create clusterrolebinding:')
}
