/** kubectl set image, resources, serviceaccount, selector, subject. Models k8s.io/kubectl/pkg/cmd/set (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { canonicalQuantity } from '../../api/quantity.ts'
import { isSelectorError, parseToLabelSelector } from '../../api/selector.ts'
import type { Container, KubeObject, PodSpec, ResourceList, RoleBinding, Subject } from '../../api/types.ts'
import { aggregateFailure, attempt, fail, failureText } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { subjectsOf } from '../generators/rbac.ts'
import { writeQuery } from '../generators/common.ts'
import { hasFiles } from '../manifests.ts'
import { isEmptyPatch, twoWayPatch } from '../patches.ts'
import { podSpecOf, withPodSpec } from '../pod-template.ts'
import { operationPrinter } from '../printers/output.ts'
import { collectAll } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { splitPairs } from './label.ts'

/** How one set command changes objects. */
export interface SetPlan {
  readonly args: readonly string[]
  /** "image updated". */
  readonly operation: string
  /** What a refused patch was for: "image update to pod template". */
  readonly patchOf: string
  /** The changed object; throws what is wrong with it. */
  change(object: KubeObject): KubeObject
}

function selectionOf(session: Session, args: readonly string[]): Selection {
  const { flags } = session
  const isLocal = flags.has('local') && flags.bool('local')
  return { args, useFiles: true, isLatest: !isLocal, isLocal, selector: flags.has('selector') ? flags.text('selector') : '', kindAloneIsAll: flags.has('all') && flags.bool('all'), continuesOnError: true }
}

/** Changes objects one by one and sends what differs. Models CalculatePatches and the loops around it. */
export function* changeObjects(session: Session, plan: SetPlan): Run<number> {
  const { flags } = session
  const dryRun = session.dryRun()
  const isLocal = flags.has('local') && flags.bool('local')
  if (isLocal && dryRun === 'server') throw fail('cannot specify --local and --dry-run=server - did you mean --dry-run=client?')
  const infos = yield* collectAll(session, selectionOf(session, plan.args))
  const printer = operationPrinter(session, plan.operation, { dryRun })
  const failures: Failure[] = []
  for (const info of infos) {
    const before = info.object as KubeObject
    const changed = yield* attempt(makeChange(plan, info, before))
    if (!changed.ok) { failures.push(changed.failure); continue }
    const computed = twoWayPatch(before, changed.value)
    if (isEmptyPatch(computed)) continue
    if (isLocal || dryRun === 'client') { session.out(printer(changed.value)); continue }
    const sent = yield* attempt(session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: computed.patch, contentType: computed.contentType, query: writeQuery(session) }))
    if (sent.ok) session.out(printer(sent.value))
    else failures.push({ kind: 'text', text: `failed to patch ${plan.patchOf}${failureText(sent.failure)}` })
  }
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

function* makeChange(plan: SetPlan, _info: Info, before: KubeObject): Run<KubeObject> {
  return plan.change(before)
}

/** The containers of a pod spec changed by a function; `matched` counts those that it took. */
export function changeContainers(spec: PodSpec, change: (container: Container) => Container | undefined): { readonly spec: PodSpec; readonly matched: number } {
  let matched = 0
  const each = (container: Container): Container => {
    const changed = change(container)
    if (changed !== undefined) matched++
    return changed ?? container
  }
  const containers = spec.containers.map(each)
  const initContainers = spec.initContainers?.map(each)
  return { spec: { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) }, matched }
}

/** The pod spec of an object, or the complaint that there is none. */
export function needPodSpec(object: KubeObject): PodSpec {
  const spec = podSpecOf(object)
  if (spec === undefined) throw fail(`error: ${object.kind.toLowerCase()}s/${object.metadata.name} the object is not a pod or does not have a pod template: *v1.${object.kind}\n`)
  return spec
}

/** True when a container's name matches a pattern such as "*" or "web*". */
export function matchesContainer(name: string, pattern: string): boolean {
  const form = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')
  return new RegExp(`^${form}$`).test(name)
}

/** Refuses what cannot stand together. */
export function checkTargets(session: Session, resources: readonly string[]): void {
  const { flags } = session
  if (flags.bool('all') && flags.text('selector') !== '') throw fail('cannot set --all and --selector at the same time')
  if (resources.length === 0 && !hasFiles(session)) throw fail('one or more resources must be specified as <resource> <name> or <resource>/<name>')
}

/** kubectl set image ... CONTAINER=IMAGE: `*` means all containers, init containers too; a name that no container has fails. */
export function* setImage(session: Session): Run<number> {
  const { resources, pairs } = splitPairs(session.args, 'image')
  const images = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const))
  const problems: Failure[] = []
  if (resources.length === 0 && !hasFiles(session)) problems.push({ kind: 'text', text: 'one or more resources must be specified as <resource> <name> or <resource>/<name>' })
  if (images.size === 0) problems.push({ kind: 'text', text: 'at least one image update is required' })
  else if (images.has('*') && images.size > 1) problems.push({ kind: 'text', text: 'all containers are already specified by *, but saw more than one container_name=container_image pairs' })
  if (problems.length > 0) throw aggregateFailure(problems)
  return yield* changeObjects(session, {
    args: resources, operation: 'image updated', patchOf: 'image update to pod template: ',
    change: (object) => {
      let spec = needPodSpec(object)
      for (const [name, image] of images) {
        const result = changeContainers(spec, (container) => (name === '*' || container.name === name ? { ...container, image } : undefined))
        if (result.matched === 0) throw fail(`error: unable to find container named ${goQuote(name)}`)
        spec = result.spec
      }
      return withPodSpec(object, spec)
    },
  })
}

/** `cpu=200m,memory=1Gi` as a resource list. Models cmdutil populateResourceListV1. */
function readResources(text: string): ResourceList | undefined {
  if (text === '') return undefined
  const list: ResourceList = {}
  for (const statement of text.split(',')) {
    const parts = statement.split('=')
    if (parts.length !== 2) throw fail(`Invalid argument syntax ${statement}, expected <resource>=<value>`)
    const quantity = canonicalQuantity(parts[1] ?? '')
    if (typeof quantity !== 'string') throw fail(quantity.error)
    list[parts[0] ?? ''] = quantity
  }
  return list
}

/**
 * kubectl set resources --limits and --requests: resources that are not named stay; --containers narrows by a pattern,
 * one that matches nothing fails.
 */
export function* setResources(session: Session): Run<number> {
  const { flags } = session
  checkTargetsOfResources(session)
  const limits = readResources(flags.text('limits'))
  const requests = readResources(flags.text('requests'))
  const pattern = flags.text('containers')
  return yield* changeObjects(session, {
    args: session.args, operation: 'resource requirements updated', patchOf: 'resources update to pod template ',
    change: (object) => {
      const result = changeContainers(needPodSpec(object), (container) => {
        if (!matchesContainer(container.name, pattern)) return undefined
        const { resources = {} } = container
        return { ...container, resources: { ...resources, ...(limits === undefined ? {} : { limits: { ...resources.limits, ...limits } }), ...(requests === undefined ? {} : { requests: { ...resources.requests, ...requests } }) } }
      })
      if (result.matched === 0) throw fail(`error: unable to find container named ${pattern}`)
      return withPodSpec(object, result.spec)
    },
  })
}

function checkTargetsOfResources(session: Session): void {
  const { flags } = session
  if (flags.bool('all') && flags.text('selector') !== '') throw fail('cannot set --all and --selector at the same time')
  if (flags.text('limits') === '' && flags.text('requests') === '') throw fail('you must specify an update to requests or limits (in the form of --requests/--limits)')
}

/** kubectl set serviceaccount ... NAME: of the pod template; whether the account exists is not checked. */
export function* setServiceAccount(session: Session): Run<number> {
  const { args } = session
  const name = args[args.length - 1]
  if (name === undefined || (args.length === 1 && !hasFiles(session))) throw fail('serviceaccount is required')
  return yield* changeObjects(session, {
    args: args.slice(0, -1), operation: 'serviceaccount updated', patchOf: 'ServiceAccountName ',
    change: (object) => withPodSpec(object, { ...needPodSpec(object), serviceAccountName: name }),
  })
}

/** kubectl set selector ... EXPRESSION: replaces the selector of Services. Other kinds and set-based expressions fail. */
export function* setSelector(session: Session): Run<number> {
  const { args } = session
  const text = args[args.length - 1]
  if (text === undefined) throw fail('one selector is required')
  const selector = parseToLabelSelector(text)
  if (isSelectorError(selector)) throw fail(selector.error)
  const resourceVersion = session.flags.text('resource-version')
  return yield* changeObjects(session, {
    args: args.slice(0, -1), operation: 'selector updated', patchOf: '',
    change: (object) => {
      if (object.kind !== 'Service') throw fail('setting a selector is only supported for Services')
      if ((selector.matchExpressions ?? []).length > 0) throw fail(`match expression ${JSON.stringify(selector.matchExpressions)} not supported on this object`)
      const metadata = resourceVersion === '' ? object.metadata : { ...object.metadata, resourceVersion }
      return { ...object, metadata, spec: { ...(object.spec as object), selector: selector.matchLabels ?? {} } }
    },
  })
}

function isSameSubject(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '')
}

/** kubectl set subject: adds --user, --group and --serviceaccount to RoleBindings and ClusterRoleBindings; those that are there already stay once. */
export function* setSubject(session: Session): Run<number> {
  checkTargetsOfSubjects(session)
  const added = subjectsOf(session)
  return yield* changeObjects(session, {
    args: session.args, operation: 'subjects updated', patchOf: 'subjects to rolebinding: ',
    change: (object) => {
      if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') throw fail('setting subjects is only supported for RoleBinding/ClusterRoleBinding')
      const binding = object as RoleBinding
      const subjects = [...(binding.subjects ?? [])]
      for (const subject of added) if (!subjects.some((one) => isSameSubject(one, subject))) subjects.push(subject)
      return { ...binding, subjects }
    },
  })
}

function checkTargetsOfSubjects(session: Session): void {
  const { flags } = session
  if (flags.bool('all') && flags.text('selector') !== '') throw fail('cannot set --all and --selector at the same time')
  if (flags.list('user').length + flags.list('group').length + flags.list('serviceaccount').length === 0) throw fail('you must specify at least one value of user, group or serviceaccount')
}
