/**
 * Coscheduling as its manifests install it: the PodGroup kind and the rights of its controller and of the scheduler.
 * Models sigs.k8s.io/scheduler-plugins/{config/crd,manifests/install}. The plugin itself is switched on by a profile.
 */

import { definitionsResource } from '../api/custom-kinds.ts'
import type { CustomResourceDefinition } from '../api/custom-kinds.ts'
import type { ClusterRole, ClusterRoleBinding, KubeObject } from '../api/types.ts'
import { establishedDefinition } from './definition.ts'

const namespace = 'scheduler-plugins'
const accountName = 'scheduler-plugins-controller'
const group = 'scheduling.x-k8s.io'
const readVerbs = ['get', 'list', 'watch']
const int32 = { type: 'integer', format: 'int32' }
const quantityPattern = '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'

const schema = {
  type: 'object',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      properties: {
        minMember: { ...int32, minimum: 1 },
        minResources: { type: 'object', additionalProperties: { anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: quantityPattern, 'x-kubernetes-int-or-string': true } },
        scheduleTimeoutSeconds: int32,
      },
    },
    status: {
      type: 'object',
      properties: { failed: int32, occupiedBy: { type: 'string' }, phase: { type: 'string' }, running: int32, scheduleStartTime: { type: 'string', format: 'date-time' }, succeeded: int32 },
    },
  },
}

const columns = [
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'MinMember', type: 'integer', jsonPath: '.spec.minMember' },
  { name: 'Running', type: 'integer', jsonPath: '.status.running' },
  { name: 'Succeeded', type: 'integer', jsonPath: '.status.succeeded' },
  { name: 'Failed', type: 'integer', jsonPath: '.status.failed' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
]

const podGroups = establishedDefinition({
  group,
  scope: 'Namespaced',
  names: { kind: 'PodGroup', listKind: 'PodGroupList', plural: 'podgroups', shortNames: ['pg', 'pgs'], singular: 'podgroup' },
  versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: schema }, additionalPrinterColumns: columns, subresources: { status: {} } }],
} as unknown as CustomResourceDefinition['spec'])

function role(name: string, rules: ClusterRole['rules']): ClusterRole {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules }
}

function binding(name: string, subject: NonNullable<ClusterRoleBinding['subjects']>[number]): ClusterRoleBinding {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }, subjects: [subject] }
}

const controllerRules = [
  { apiGroups: [''], resources: ['pods'], verbs: readVerbs },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  { apiGroups: [group], resources: ['podgroups', 'podgroups/status'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] },
]

/** The add-on's objects in the order in which they are created. */
export const coscheduling: readonly { readonly resource: string; readonly object: KubeObject }[] = [
  { resource: definitionsResource, object: podGroups },
  { resource: 'namespaces', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } },
  { resource: 'serviceaccounts', object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: accountName, namespace } } },
  { resource: 'clusterroles.rbac.authorization.k8s.io', object: role('scheduler-plugins-controller', controllerRules) },
  { resource: 'clusterrolebindings.rbac.authorization.k8s.io', object: binding('scheduler-plugins-controller', { kind: 'ServiceAccount', name: accountName, namespace }) },
  { resource: 'clusterroles.rbac.authorization.k8s.io', object: role('system:kube-scheduler:plugins', [{ apiGroups: [group], resources: ['podgroups'], verbs: readVerbs }]) },
  { resource: 'clusterrolebindings.rbac.authorization.k8s.io', object: binding('system:kube-scheduler:plugins', { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-scheduler' }) },
]
