/**
 * Which kinds the learner's side may use on a real cluster, and how. The allow-list and the Role of the sandbox's service
 * account are made of the same table: what is not here is refused twice.
 */

import type { Verb } from '../../../../simulator/api/request.ts'

/** How a kind may be used. */
export interface CourseKind {
  readonly group: string
  readonly resource: string
  readonly verbs: readonly Verb[]
  /** Verbs of each subresource. */
  readonly subresources?: { readonly [subresource: string]: readonly Verb[] }
}

const read: readonly Verb[] = ['get', 'list', 'watch']
const write: readonly Verb[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']
const change: readonly Verb[] = ['get', 'update', 'patch']
const status = { status: ['get'] } as const
const scaled = { scale: change, status: ['get'] } as const
/** A WebSocket opens with GET, an older client with POST. */
const connect: readonly Verb[] = ['get', 'create']

/** Kinds in namespaces. Endpoints are read only: whoever writes them can lead traffic anywhere. */
export const namespacedKinds: readonly CourseKind[] = [
  // Only `get` of a log does anything; the other two are there because roles that learners write name them, too.
  { group: '', resource: 'pods', verbs: write, subresources: { log: read, exec: connect, attach: connect, portforward: connect, eviction: ['create'], ephemeralcontainers: change, resize: change, status: ['get'] } },
  { group: '', resource: 'services', verbs: write, subresources: status },
  { group: '', resource: 'configmaps', verbs: write },
  { group: '', resource: 'secrets', verbs: write },
  { group: '', resource: 'serviceaccounts', verbs: write, subresources: { token: ['create'] } },
  { group: '', resource: 'persistentvolumeclaims', verbs: write, subresources: status },
  { group: '', resource: 'replicationcontrollers', verbs: write, subresources: scaled },
  { group: '', resource: 'podtemplates', verbs: write },
  { group: '', resource: 'limitranges', verbs: write },
  { group: '', resource: 'resourcequotas', verbs: write, subresources: status },
  { group: '', resource: 'endpoints', verbs: read },
  { group: '', resource: 'events', verbs: read },
  { group: 'events.k8s.io', resource: 'events', verbs: read },
  { group: 'discovery.k8s.io', resource: 'endpointslices', verbs: read },
  { group: 'apps', resource: 'deployments', verbs: write, subresources: scaled },
  { group: 'apps', resource: 'replicasets', verbs: write, subresources: scaled },
  { group: 'apps', resource: 'statefulsets', verbs: write, subresources: scaled },
  { group: 'apps', resource: 'daemonsets', verbs: write, subresources: status },
  { group: 'apps', resource: 'controllerrevisions', verbs: read },
  { group: 'batch', resource: 'jobs', verbs: write, subresources: status },
  { group: 'batch', resource: 'cronjobs', verbs: write, subresources: status },
  { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: write, subresources: status },
  { group: 'policy', resource: 'poddisruptionbudgets', verbs: write, subresources: status },
  { group: 'networking.k8s.io', resource: 'networkpolicies', verbs: write },
  { group: 'networking.k8s.io', resource: 'ingresses', verbs: write, subresources: status },
  { group: 'rbac.authorization.k8s.io', resource: 'roles', verbs: write },
  { group: 'rbac.authorization.k8s.io', resource: 'rolebindings', verbs: write },
  { group: 'coordination.k8s.io', resource: 'leases', verbs: write },
  { group: 'resource.k8s.io', resource: 'resourceclaims', verbs: write, subresources: status },
  { group: 'resource.k8s.io', resource: 'resourceclaimtemplates', verbs: write },
  { group: 'metrics.k8s.io', resource: 'pods', verbs: read },
]

/** Kinds outside namespaces that may be read: what a course explains, and nothing that is private. */
export const clusterReads: readonly CourseKind[] = [
  { group: '', resource: 'nodes', verbs: read },
  { group: '', resource: 'namespaces', verbs: read },
  { group: '', resource: 'persistentvolumes', verbs: read },
  { group: 'storage.k8s.io', resource: 'storageclasses', verbs: read },
  { group: 'storage.k8s.io', resource: 'csidrivers', verbs: read },
  { group: 'storage.k8s.io', resource: 'csinodes', verbs: read },
  { group: 'scheduling.k8s.io', resource: 'priorityclasses', verbs: read },
  { group: 'node.k8s.io', resource: 'runtimeclasses', verbs: read },
  { group: 'networking.k8s.io', resource: 'ingressclasses', verbs: read },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verbs: read },
  { group: 'resource.k8s.io', resource: 'deviceclasses', verbs: read },
  { group: 'resource.k8s.io', resource: 'resourceslices', verbs: read },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies', verbs: read },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicybindings', verbs: read },
  { group: 'metrics.k8s.io', resource: 'nodes', verbs: read },
]

/** Questions about one's own rights. */
export const selfReviews: readonly CourseKind[] = [
  { group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews', verbs: ['create'] },
  { group: 'authorization.k8s.io', resource: 'selfsubjectrulesreviews', verbs: ['create'] },
  { group: 'authentication.k8s.io', resource: 'selfsubjectreviews', verbs: ['create'] },
]

/**
 * Kinds outside namespaces that a task may declare for change. No CustomResourceDefinitions, API services, webhooks,
 * certificates or flow schemas: each of those acts on the whole cluster. Policies are narrowed; see policy-scope.ts.
 * Nodes and namespaces are never created or deleted.
 */
export const declarableKinds: readonly CourseKind[] = [
  { group: '', resource: 'nodes', verbs: ['patch'] },
  { group: '', resource: 'namespaces', verbs: ['patch'] },
  { group: '', resource: 'persistentvolumes', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'scheduling.k8s.io', resource: 'priorityclasses', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'storage.k8s.io', resource: 'storageclasses', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'resource.k8s.io', resource: 'deviceclasses', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicybindings', verbs: ['create', 'update', 'patch', 'delete'] },
]

/** The row of a kind in a table. */
export function rowOf(table: readonly CourseKind[], { group, resource }: { readonly group: string; readonly resource: string }): CourseKind | undefined {
  return table.find((row) => row.group === group && row.resource === resource)
}
