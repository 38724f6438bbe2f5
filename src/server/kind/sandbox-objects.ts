/** The objects of a sandbox as they are sent. Each bears the session's label. */

import type { KubeObject, StringMap } from '../../../simulator/index.ts'
import type { SandboxPlan } from './contract.ts'
import { clusterReads, declarableKinds, namespacedKinds, rowOf } from './guard/course-kinds.ts'
import type { CourseKind } from './guard/course-kinds.ts'
import { sandboxNames } from './guard/names.ts'

/** Name of the service account of the learner's side, in the sandbox's own namespace. */
export const learnerAccount = 'podflight-learner'
/** Name of the quota in each namespace of the sandbox. */
export const quotaName = 'podflight-quota'
const networkName = 'podflight-network'

/** The namespace of the sandbox itself: it holds the learner's service account, and no pods. */
export function homeNamespace(session: string): string {
  return `${sandboxNames.prefix}${session}`
}

function metadata(plan: SandboxPlan, name: string, namespace?: string): KubeObject['metadata'] & { labels: StringMap } {
  return { name, ...(namespace === undefined ? {} : { namespace }), labels: { [sandboxNames.sessionLabel]: plan.session, [sandboxNames.partLabel]: 'true' } }
}

/** Keeps out pods with privileges: the API server refuses them in a namespace with these labels, whoever makes them. */
export function podSecurityLabels(level: 'restricted' | 'baseline'): StringMap {
  return { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/enforce-version': 'latest' }
}

/** A namespace of the sandbox under Pod Security. */
export function namespaceObject(plan: SandboxPlan, name: string, level: 'restricted' | 'baseline', annotations: StringMap = {}): KubeObject {
  const { labels, ...rest } = metadata(plan, name)
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { ...rest, annotations, labels: { ...labels, [sandboxNames.taskLabel]: plan.task.slice(0, 63), ...podSecurityLabels(level) } } }
}

/** The learner's service account; its token is given by request only. */
export function accountObject(plan: SandboxPlan): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(plan, learnerAccount, homeNamespace(plan.session)), automountServiceAccountToken: false } as KubeObject
}

/** How many objects a namespace may hold. No cpu or memory: a quota on those would refuse pods that do not ask for any. */
const quota: StringMap = {
  pods: '60', 'count/pods': '200', services: '30', 'services.loadbalancers': '5', 'services.nodeports': '10', configmaps: '60', secrets: '60', persistentvolumeclaims: '20', 'requests.storage': '50Gi',
  'count/deployments.apps': '30', 'count/replicasets.apps': '100', 'count/statefulsets.apps': '20', 'count/daemonsets.apps': '10', 'count/jobs.batch': '50', 'count/cronjobs.batch': '20',
}

/** Keeps out floods of objects. The sandbox's own namespace has no pods at all. */
export function quotaOf(plan: SandboxPlan, namespace: string): StringMap {
  return namespace === homeNamespace(plan.session) ? { pods: '0' } : quota
}

/** The quota of a namespace. */
export function quotaObject(plan: SandboxPlan, namespace: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: metadata(plan, quotaName, namespace), spec: { hard: quotaOf(plan, namespace) } }
}

/** Keeps out traffic from and to others: pods talk with the namespaces of the session and ask DNS, nothing else. Undefined where the task's own policies rule both directions. */
export function networkObject(plan: SandboxPlan, namespace: string): KubeObject | undefined {
  const own = plan.networkPolicies ?? []
  const policyTypes = (['Ingress', 'Egress'] as const).filter((direction) => !own.includes(direction))
  const session = { namespaceSelector: { matchLabels: { [sandboxNames.sessionLabel]: plan.session } } }
  const dns = { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }], ports: [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }] }
  const rules = { ...(policyTypes.includes('Ingress') ? { ingress: [{ from: [session] }] } : {}), ...(policyTypes.includes('Egress') ? { egress: [{ to: [session] }, dns] } : {}) }
  return policyTypes.length === 0 ? undefined : { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: metadata(plan, networkName, namespace), spec: { podSelector: {}, policyTypes, ...rules } }
}

interface Rule { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[]; readonly resourceNames?: readonly string[] }

function rulesOf({ group, resource, verbs, subresources = {} }: CourseKind): readonly Rule[] {
  return [{ apiGroups: [group], resources: [resource], verbs }, ...Object.entries(subresources).map(([name, given]) => ({ apiGroups: [group], resources: [`${resource}/${name}`], verbs: given }))]
}

const rbac = 'rbac.authorization.k8s.io'

function binding(plan: SandboxPlan, kind: 'RoleBinding' | 'ClusterRoleBinding', roleKind: 'Role' | 'ClusterRole', name: string, namespace?: string): KubeObject {
  const subjects = [{ kind: 'ServiceAccount', name: learnerAccount, namespace: homeNamespace(plan.session) }]
  return { apiVersion: `${rbac}/v1`, kind, metadata: metadata(plan, name, namespace), roleRef: { apiGroup: rbac, kind: roleKind, name }, subjects } as KubeObject
}

/** Keeps the learner's token out of all but the kinds of a course: the table of the allow-list as rules. */
export function roleOf(table: readonly CourseKind[]): readonly Rule[] {
  return table.flatMap(rulesOf)
}

/** A learner may hand out the cluster's own role for readers in a namespace of the task; it has no secrets and nothing outside. */
const bindView: Rule = { apiGroups: [rbac], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['view'] }

/** The learner's rights in a namespace of the task. */
export function roleObjects(plan: SandboxPlan, namespace: string): readonly KubeObject[] {
  const role = { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: metadata(plan, learnerAccount, namespace), rules: [...roleOf(namespacedKinds), bindView] } as KubeObject
  return [role, binding(plan, 'RoleBinding', 'Role', learnerAccount, namespace)]
}

/** The learner's rights outside namespaces: reads, and what the task declares, of named nodes and namespaces only. */
export function clusterRoleObjects(plan: SandboxPlan, workers: readonly string[]): readonly KubeObject[] {
  const declared = plan.access.flatMap((access): readonly Rule[] => {
    const row = rowOf(declarableKinds, access)
    const verbs = access.verbs.filter((verb) => row?.verbs.some((each) => each === verb) === true)
    const names = access.group !== '' ? undefined : access.resource === 'nodes' ? workers : access.resource === 'namespaces' ? plan.namespaces : undefined
    // An empty list of names would mean all of them.
    return verbs.length === 0 || names?.length === 0 ? [] : [{ apiGroups: [access.group], resources: [access.resource], verbs, ...(names === undefined ? {} : { resourceNames: names }) }]
  })
  const name = homeNamespace(plan.session)
  const role = { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: metadata(plan, name), rules: [...roleOf(clusterReads), ...declared] } as KubeObject
  return [role, binding(plan, 'ClusterRoleBinding', 'ClusterRole', name)]
}
