/** Binds the admission room to the API server. */

import { admitCreate, admitDelete, admitUpdate, createsOnUpdate, toServedVersion } from './admission/admit.ts'
import type { AdmissionReader, QuotaCharge } from './admission/plugins/plugin.ts'
import { openGates } from './api/api-server-options.ts'
import { apiErrors } from './api/errors.ts'
import { authorize, rulesFor } from './api/rbac.ts'
import type { RbacSource } from './api/rbac.ts'
import type { KindInfo } from './api/kinds.ts'
import type { UserInfo } from './api/request.ts'
import type { ClusterRole, ClusterRoleBinding, EndpointSlice, KubeObject, ResourceQuota, Role, RoleBinding } from './api/types.ts'
import type { AdmissionDoor, Body, WriteContext } from './apiserver/admission-door.ts'
import { isInGroup } from './apiserver/audit-log.ts'
import type { AccessVerdict } from './apiserver/authorizer.ts'
import type { Identity } from './apiserver/identity.ts'
import type { Attributes } from './apiserver/ports.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { isJsonObject } from './kernel/json.ts'
import type { Clock } from './store/component.ts'
import { objectKey, resourceId } from './store/resource-id.ts'
import type { Store } from './store/store.ts'

/** What the API server gets from admission. */
export interface BoundAdmission {
  readonly door: AdmissionDoor
  decide(attributes: Attributes): AccessVerdict
  rulesOf(user: UserInfo, namespace: string): unknown
  /** What plugins noted for the audit log since the last call. */
  takeAnnotations(): { readonly [key: string]: string } | undefined
}

/** Binds admission to a cluster's store. */
export function bindAdmission(config: ClusterConfig, store: Store, identity: Identity, clock: Clock): BoundAdmission {
  const reader: AdmissionReader = {
    get: (resource, namespace, name) => store.find(resource, objectKey(namespace, name)),
    list: (resource, namespace) => (namespace === undefined ? store.list(resource) : store.listInNamespace(resource, namespace)),
  }
  const rbac = rbacSource(store)
  const pluginConfig = { disabledPlugins: config.disabledAdmissionPlugins ?? [], hasAuthorization: config.hasAuthorization !== false, features: openGates(config.apiServer ?? {}) }
  let annotations: { [key: string]: string } | undefined
  const note = (key: string, value: string): void => {
    annotations ??= {}
    annotations[key] = value
  }
  const requestOf = (kind: KindInfo, body: Body, context: WriteContext) => ({
    kind,
    namespace: context.namespace ?? '',
    name: context.name,
    subresource: context.subresource,
    body,
    isYaml: typeof body === 'string',
    fieldValidation: context.fieldValidation,
    patchText: context.patchText,
    keepsAsked: context.keepsAsked,
    annotate: note,
    user: context.user,
    isDryRun: context.isDryRun,
    identity: {
      timestamp: () => clock.timestamp(clock.nowMs),
      uid: (name: string) => identity.uid(resourceId(kind.group, kind.resource), objectKey(kind.namespaced ? context.namespace : undefined, name)),
      suffix: (purpose: 'name' | 'tokenVolume') => (purpose === 'name' ? context.generateName('') : identity.tokenVolumeSuffix(`${context.namespace}/${typeof body === 'string' ? '' : sharedName(body.metadata)}`)),
    },
  })
  return {
    door: {
      decode: (_kind, body) =>
        isJsonObject(body) ? { ok: true, object: body as unknown as KubeObject, warnings: [] } : { ok: false, status: apiErrors.badRequest('the body is not an object'), warnings: [] },
      create: (kind, body, context) => {
        const admission = admitCreate(requestOf(kind, body, context), reader, pluginConfig)
        return admission.ok ? { ...admission, object: withLists(admission.object), effects: admission.quotaCharges } : admission
      },
      update: (kind, before, body, context) => {
        const admission = admitUpdate(requestOf(kind, body, context), before, reader, pluginConfig)
        return admission.ok ? { ...admission, object: withLists(admission.object), effects: admission.quotaCharges } : admission
      },
      createsOnUpdate,
      toServed: toServedVersion,
      delete: (kind, object, context) => admitDelete(requestOf(kind, object, context), object, reader, pluginConfig),
      commit: (admission) => charge(store, (admission.effects ?? []) as readonly QuotaCharge[]),
    },
    decide: config.hasAuthorization === false ? () => ({ isAllowed: true, reason: '' }) : (attributes) => decide(rbac, attributes),
    rulesOf: (user, namespace) => rulesReview(rbac, user, namespace),
    takeAnnotations() {
      const taken = annotations
      annotations = undefined
      return taken
    },
  }
}

/** Components read an EndpointSlice without endpoints as an empty list, which Go writes as null. */
function withLists(object: KubeObject): KubeObject {
  return object.kind === 'EndpointSlice' && (object as EndpointSlice).endpoints === null ? ({ ...object, endpoints: [] } as KubeObject) : object
}

/** Stores the usage that a write adds to its quotas. */
function charge(store: Store, charges: readonly QuotaCharge[]): void {
  for (const { namespace, name, used } of charges) {
    const key = objectKey(namespace, name)
    const quota = store.find<ResourceQuota>('resourcequotas', key)
    if (quota === undefined) continue
    store.put('resourcequotas', key, (resourceVersion) => ({ ...quota, metadata: { ...quota.metadata, resourceVersion }, status: { ...quota.status, used } }))
  }
}

const rbacGroup = 'rbac.authorization.k8s.io'

function rbacSource(store: Store): RbacSource {
  return {
    findRole: (namespace, name) => store.find<Role>(`roles.${rbacGroup}`, objectKey(namespace, name)),
    findClusterRole: (name) => store.find<ClusterRole>(`clusterroles.${rbacGroup}`, name),
    roleBindings: (namespace) => store.listInNamespace<RoleBinding>(`rolebindings.${rbacGroup}`, namespace),
    clusterRoleBindings: () => store.list<ClusterRoleBinding>(`clusterrolebindings.${rbacGroup}`),
  }
}

/**
 * Group system:masters may do all; kubelets have the rules of ClusterRole system:node; the rest is RBAC.
 * Models the union of pkg/auth Node and RBAC authorizers (v1.35).
 * Differs: the Node authorizer's graph (only objects of pods on that node) is not followed.
 */
function decide(rbac: RbacSource, attributes: Attributes): AccessVerdict {
  const { user } = attributes
  if (isInGroup(user, 'system:masters')) return { isAllowed: true, reason: '' }
  if (!isInGroup(user, 'system:nodes')) return authorize(rbac, attributes)
  const asNode = { ...rbac, clusterRoleBindings: () => [nodeBinding], roleBindings: () => [] }
  return authorize(asNode, attributes)
}

const nodeBinding: ClusterRoleBinding = {
  apiVersion: `${rbacGroup}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: 'system:node' },
  roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'system:node' },
  subjects: [{ apiGroup: rbacGroup, kind: 'Group', name: 'system:nodes' }],
}

function rulesReview(rbac: RbacSource, user: UserInfo, namespace: string): unknown {
  const { rules, error } = rulesFor(rbac, user, namespace)
  return {
    resourceRules: rules.filter((rule) => rule.nonResourceURLs === undefined),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs !== undefined).map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: error !== '',
    ...(error === '' ? {} : { evaluationError: error }),
  }
}

/** What pods of one template have in common: they are admitted once, so their volumes must not depend on which pod came first. */
function sharedName(metadata: { readonly generateName?: string; readonly name?: string } | undefined): string | undefined {
  return metadata?.generateName ?? metadata?.name
}
