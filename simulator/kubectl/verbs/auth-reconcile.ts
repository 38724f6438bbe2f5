/** kubectl auth reconcile. Models k8s.io/kubectl/pkg/cmd/auth and component-helpers/auth/rbac/reconciliation (v1.35). */

import { deepEqual } from '../../api/patch/common.ts'
import { uncoveredRules } from '../../api/rbac.ts'
import type { ClusterRole, KubeObject, LabelSelector, PolicyRule, RoleBinding, StringMap, Subject } from '../../api/types.ts'
import { attempt, fail, hasReason, KubectlFailure } from '../failures.ts'
import { operationPrinter } from '../printers/output.ts'
import { visit } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { requireFiles } from './create.ts'

type Operation = 'create' | 'update' | 'recreate' | 'none'

/** What has to be done to one object, and what of it is told. */
interface Plan {
  readonly object: KubeObject
  readonly operation: Operation
  readonly isProtected: boolean
  readonly missing: readonly string[]
  readonly extra: readonly string[]
}

const autoUpdateKey = 'rbac.authorization.kubernetes.io/autoupdate'
const roleKinds = ['Role', 'ClusterRole']
const bindingKinds = ['RoleBinding', 'ClusterRoleBinding']

function goRule({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string {
  const list = (values: readonly string[]): string => `[${values.join(' ')}]`
  return `{Verbs:${list(verbs)} APIGroups:${list(apiGroups)} Resources:${list(resources)} ResourceNames:${list(resourceNames)} NonResourceURLs:${list(nonResourceURLs)}}`
}

function goSubject({ kind, apiGroup = '', name, namespace = '' }: Subject): string {
  return `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`
}

function merged(expected: StringMap | undefined, existing: StringMap | undefined): StringMap | undefined {
  return expected === undefined && existing === undefined ? undefined : { ...expected, ...existing }
}

/** The live object with the labels and annotations of the file, where it has none of its own. */
function withMetadata(existing: KubeObject, expected: KubeObject): { readonly object: KubeObject; readonly isChanged: boolean } {
  const labels = merged(expected.metadata.labels, existing.metadata.labels)
  const annotations = merged(expected.metadata.annotations, existing.metadata.annotations)
  const isChanged = !deepEqual(labels ?? {}, existing.metadata.labels ?? {}) || !deepEqual(annotations ?? {}, existing.metadata.annotations ?? {})
  return { isChanged, object: { ...existing, metadata: { ...existing.metadata, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) } } }
}

function selectorsMissing(owner: ClusterRole['aggregationRule'], wanted: ClusterRole['aggregationRule']): LabelSelector[] {
  const owned = owner?.clusterRoleSelectors ?? []
  return (wanted?.clusterRoleSelectors ?? []).filter((selector) => !owned.some((other) => deepEqual(other, selector)))
}

/** The aggregation rule after reconciling; the same one when nothing changes. */
function aggregationOf(existing: ClusterRole, expected: ClusterRole, removesExtra: boolean): ClusterRole['aggregationRule'] {
  if (expected.aggregationRule === undefined) return undefined
  const missing = selectorsMissing(existing.aggregationRule, expected.aggregationRule)
  if (removesExtra) return missing.length > 0 || selectorsMissing(expected.aggregationRule, existing.aggregationRule).length > 0 ? expected.aggregationRule : existing.aggregationRule
  return missing.length === 0 ? existing.aggregationRule : { clusterRoleSelectors: [...existing.aggregationRule?.clusterRoleSelectors ?? [], ...missing] }
}

function planRole(existing: ClusterRole, expected: ClusterRole, removesExtra: boolean): Plan {
  const { object, isChanged } = withMetadata(existing, expected)
  const missing = uncoveredRules(existing.rules ?? [], expected.rules ?? [])
  const extra = expected.aggregationRule === undefined || existing.aggregationRule === undefined ? uncoveredRules(expected.rules ?? [], existing.rules ?? []) : []
  const replaces = removesExtra && (missing.length > 0 || extra.length > 0)
  const rules = replaces ? expected.rules ?? [] : [...existing.rules ?? [], ...(removesExtra ? [] : missing)]
  const aggregationRule = aggregationOf(existing, expected, removesExtra)
  const { aggregationRule: _older, ...rest } = object as ClusterRole
  const isUpdate = isChanged || replaces || missing.length > 0 || aggregationRule !== existing.aggregationRule
  return {
    object: { ...rest, rules, ...(aggregationRule === undefined ? {} : { aggregationRule }) } as KubeObject, operation: isUpdate ? 'update' : 'none',
    isProtected: existing.metadata.annotations?.[autoUpdateKey] === 'false', missing: missing.map(goRule), extra: extra.map(goRule),
  }
}

function subjectsOnlyIn(list: readonly Subject[], other: readonly Subject[]): Subject[] {
  return list.filter((subject, index) => !other.some((one) => goSubject(one) === goSubject(subject)) && list.findIndex((one) => goSubject(one) === goSubject(subject)) === index)
}

function planBinding(existing: RoleBinding, expected: RoleBinding, removesExtra: boolean): Plan {
  const isProtected = existing.metadata.annotations?.[autoUpdateKey] === 'false'
  if (!deepEqual(existing.roleRef, expected.roleRef)) return { object: expected, operation: 'recreate', isProtected, missing: [], extra: [] }
  const { object, isChanged } = withMetadata(existing, expected)
  const [older, wanted] = [existing.subjects ?? [], expected.subjects ?? []]
  const [missing, extra] = [subjectsOnlyIn(wanted, older), subjectsOnlyIn(older, wanted)]
  const replaces = removesExtra && (missing.length > 0 || extra.length > 0)
  const subjects = replaces ? wanted : [...older, ...(removesExtra ? [] : missing)]
  return { object: { ...object, subjects } as KubeObject, operation: isChanged || replaces || missing.length > 0 ? 'update' : 'none', isProtected, missing: missing.map(goSubject), extra: extra.map(goSubject) }
}

/** The API server fills these in; files may leave them out. */
function withDefaults(binding: RoleBinding): RoleBinding {
  const subjects = (binding.subjects ?? []).map((subject): Subject => (subject.kind === 'ServiceAccount' || subject.apiGroup !== undefined ? subject : { ...subject, apiGroup: 'rbac.authorization.k8s.io' }))
  return { ...binding, ...(binding.subjects === undefined ? {} : { subjects }), roleRef: { ...binding.roleRef, apiGroup: binding.roleRef.apiGroup || 'rbac.authorization.k8s.io' } }
}

function* planOf(session: Session, info: Info): Run<Plan & { readonly existing: KubeObject | undefined }> {
  const isRole = roleKinds.includes(info.kind.kind)
  const expected = isRole ? info.object as KubeObject : withDefaults(info.object as RoleBinding)
  const read = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name }))
  if (!read.ok) {
    if (!hasReason(read.failure, 'NotFound')) throw new KubectlFailure(read.failure)
    const missing = isRole ? ((expected as ClusterRole).rules ?? []).map(goRule) : ((expected as RoleBinding).subjects ?? []).map(goSubject)
    return { object: expected, operation: 'create', isProtected: false, missing, extra: [], existing: undefined }
  }
  const existing: KubeObject = { ...read.value, apiVersion: expected.apiVersion, kind: expected.kind }
  const plan = isRole ? planRole(existing as ClusterRole, expected as ClusterRole, session.flags.bool('remove-extra-permissions')) : planBinding(existing as RoleBinding, expected as RoleBinding, session.flags.bool('remove-extra-subjects'))
  return { ...plan, existing }
}

/** Roles make the namespace that they are for. */
function* ensureNamespace(session: Session, namespace: string | undefined): Run<void> {
  const kind = session.kinds.byKind('v1', 'Namespace')
  if (namespace === undefined || kind === undefined) return
  const read = yield* attempt(session.call({ verb: 'get', kind, name: namespace }))
  if (!read.ok && hasReason(read.failure, 'NotFound')) yield* session.call({ verb: 'create', kind, body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, contentType: 'application/json' })
}

function* carryOut(session: Session, info: Info, plan: Plan & { readonly existing: KubeObject | undefined }): Run<KubeObject> {
  const { kind, namespace, name } = info
  const { operation, object, existing } = plan
  if (operation === 'none') return object
  if (operation === 'update') return yield* session.call({ verb: 'update', kind, namespace, name, body: object, contentType: 'application/json' })
  if (operation === 'recreate') yield* session.call({ verb: 'delete', kind, namespace, name, body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: existing?.metadata.uid ?? '' } } })
  yield* ensureNamespace(session, namespace)
  return yield* session.call({ verb: 'create', kind, namespace, body: object, contentType: 'application/json' })
}

function tell(session: Session, info: Info, plan: Plan): void {
  if (plan.operation === 'none') return
  const what = roleKinds.includes(info.kind.kind) ? 'rules' : 'subjects'
  const removesExtra = session.flags.bool(what === 'rules' ? 'remove-extra-permissions' : 'remove-extra-subjects')
  session.err(`\treconciliation required ${plan.operation}${plan.isProtected ? ', but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)' : ''}\n`)
  const list = (head: string, lines: readonly string[]): void => { if (lines.length > 0) session.err(`\t${head}:\n${lines.map((line) => `\t\t${line}\n`).join('')}`) }
  list(`missing ${what} added`, plan.missing)
  if (removesExtra) list(`extra ${what} removed`, plan.extra)
}

/** kubectl auth reconcile -f: makes roles and bindings grant at least what files say; with --remove-extra-* exactly that. Other kinds are passed over. */
export function* reconcile(session: Session): Run<number> {
  if (session.args.length > 0) throw session.usage('no arguments are allowed')
  requireFiles(session)
  if (session.dryRun() === 'server') throw fail('--dry-run=server for command reconcile is not supported yet')
  const isDryRun = session.dryRun() === 'client'
  const printer = operationPrinter(session, 'reconciled', { dryRun: session.dryRun() })
  yield* visit(session, { useFiles: true }, function* (info) {
    if (info.kind.group !== 'rbac.authorization.k8s.io' || ![...roleKinds, ...bindingKinds].includes(info.kind.kind)) return
    const plan = yield* planOf(session, info)
    const object = isDryRun || plan.isProtected ? plan.object : yield* carryOut(session, info, plan)
    session.out(printer({ ...object, apiVersion: 'rbac.authorization.k8s.io/v1', kind: info.kind.kind }))
    tell(session, info, plan)
  })
  return 0
}
