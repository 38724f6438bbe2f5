/**
 * What the API server does for its CustomResourceDefinitions: names, then serving; at the end instances go, then the finalizer.
 * Models apiextensions-apiserver/pkg/controller/{status,establish,apiapproval,finalizer} (v1.35).
 */

import { cleanupFinalizer, definitionsResource, isEstablished, withCondition } from '../../api/custom-kinds.ts'
import type { CustomResourceDefinition, DefinitionCondition } from '../../api/custom-kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { keyOf, resourceId } from '../../store/resource-id.ts'
import { decideNames, holdsItsNames } from './names.ts'
import { keepApiServices } from './api-services.ts'

/** Source: the period in which deleteInstances polls, and how long it does. */
const pollMs = 5000
const approval = 'api-approved.kubernetes.io'

type Status = NonNullable<CustomResourceDefinition['status']>

function write(definition: CustomResourceDefinition, status: Status, { api }: ComponentContext): CustomResourceDefinition | undefined {
  const result = api.updateStatus<CustomResourceDefinition>(definitionsResource, { ...definition, status })
  return result.ok ? result.object : undefined
}

function isTrue({ status }: CustomResourceDefinition, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
}

function set(definition: CustomResourceDefinition, condition: DefinitionCondition, context: ComponentContext): CustomResourceDefinition | undefined {
  const { clock } = context
  return write(definition, { ...definition.status, conditions: withCondition(definition.status?.conditions ?? [], condition, clock.timestamp(clock.nowMs)) }, context)
}

/** Gives a definition its names. @returns the others of its group, which may want names that it let go */
function acceptNames(definition: CustomResourceDefinition, context: ComponentContext): readonly string[] {
  const { api, clock } = context
  if (holdsItsNames(definition)) return []
  const all = api.list<CustomResourceDefinition>(definitionsResource)
  const { names, accepted, established } = decideNames(definition, all)
  const conditions = definition.status?.conditions ?? []
  const before = conditions.find(({ type }) => type === 'NamesAccepted')
  const isSame = before?.status === accepted.status && before.reason === accepted.reason && before.message === accepted.message
  if (isSame && holdsItsNames({ ...definition, spec: { ...definition.spec, names } })) return []
  const now = clock.timestamp(clock.nowMs)
  write(definition, { ...definition.status, acceptedNames: names, conditions: withCondition(withCondition(conditions, accepted, now), established, now) }, context)
  return all.filter(({ spec, metadata }) => spec.group === definition.spec.group && metadata.name !== definition.metadata.name).map(keyOf)
}

/** Tells of the approval of a group that belongs to the community. */
function tellApproval(definition: CustomResourceDefinition, context: ComponentContext): void {
  const { group } = definition.spec
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return
  const value = definition.metadata.annotations?.[approval] ?? ''
  if (value === '') return
  const condition = value.startsWith('unapproved')
    ? { type: 'KubernetesAPIApprovalPolicyConformant', status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: "${value}"` }
    : { type: 'KubernetesAPIApprovalPolicyConformant', status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${value}` }
  const before = definition.status?.conditions?.find(({ type }) => type === condition.type)
  if (before?.status !== condition.status || before.message !== condition.message) set(definition, condition, context)
}

function establish(definition: CustomResourceDefinition, context: ComponentContext): void {
  if (!isTrue(definition, 'NamesAccepted') || isEstablished(definition)) return
  set(definition, { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }, context)
}

function terminating(status: string, reason: string, message: string): DefinitionCondition {
  return { type: 'Terminating', status, reason, message }
}

/** Deletes the instances, waits for them and lets the definition go. */
function finalize(given: CustomResourceDefinition, context: ComponentContext): ReconcileResult {
  const { api } = context
  const began = isTrue(given, 'Terminating') && given.status?.conditions?.some(({ reason }) => reason === 'InstanceDeletionInProgress') === true
  const definition = began ? given : set(given, terminating('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress'), context)
  if (definition === undefined) return done
  let last = terminating('False', 'NeverEstablished', 'resource was never established')
  if (isEstablished(definition)) {
    const { group, names } = definition.spec
    const resource = resourceId(group, names.plural)
    for (const object of api.list<KubeObject>(resource)) if (object.metadata.deletionTimestamp === undefined) api.delete(resource, keyOf(object), { propagationPolicy: 'Background' })
    if (api.list(resource).length > 0) return { requeueAfterMs: pollMs }
    last = terminating('False', 'InstanceDeletionCompleted', 'removed all instances')
  }
  const told = set(definition, last, context)
  const finalizers = (told?.metadata.finalizers ?? []).filter((name) => name !== cleanupFinalizer)
  if (told !== undefined) api.patch(definitionsResource, keyOf(told), { metadata: { finalizers: finalizers.length === 0 ? null : finalizers } })
  return done
}

/** Names that a deleted definition held may now go to others of its group. */
function othersInGroup(name: string, { api }: ComponentContext): readonly string[] {
  const group = name.slice(name.indexOf('.') + 1)
  return api.list<CustomResourceDefinition>(definitionsResource).filter(({ spec }) => spec.group === group).map(keyOf)
}

/** The controllers of definitions. They run in the API server, so every cluster has them. */
export const customResourceDefinitionController: Controller = {
  name: 'customresourcedefinition-controller',
  isOfServer: true,
  watches: [{ resource: definitionsResource }],
  reconcile(key, context) {
    const definition = context.api.find<CustomResourceDefinition>(definitionsResource, key)
    const group = key.slice(key.indexOf('.') + 1)
    if (definition === undefined) keepApiServices(group, context.api, context.clock.timestamp(context.clock.nowMs))
    if (definition === undefined) return { enqueue: othersInGroup(key, context).filter((other) => !holdsItsNames(context.api.find<CustomResourceDefinition>(definitionsResource, other)!)) }
    if (definition.metadata.deletionTimestamp !== undefined && (definition.metadata.finalizers ?? []).includes(cleanupFinalizer)) return finalize(definition, context)
    tellApproval(definition, context)
    const others = acceptNames(context.api.find<CustomResourceDefinition>(definitionsResource, key)!, context)
    establish(context.api.find<CustomResourceDefinition>(definitionsResource, key)!, context)
    keepApiServices(group, context.api, context.clock.timestamp(context.clock.nowMs))
    return others.length === 0 ? done : { enqueue: others }
  },
}
