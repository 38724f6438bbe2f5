/**
 * Kueue as its manifests install it: definitions, namespace, rights, the manager and its webhooks.
 * Models sigs.k8s.io/kueue/config (v0.10). The definitions are read from the CRDs of that version, without their prose.
 */

import { definitionsResource } from '../../api/custom-kinds.ts'
import type { CustomResourceDefinition } from '../../api/custom-kinds.ts'
import type { ClusterRole, ClusterRoleBinding, KubeObject } from '../../api/types.ts'
import { establishedDefinition } from '../definition.ts'
import definitions from './definitions.json' with { type: 'json' }

const namespace = 'kueue-system'
const labels = { 'app.kubernetes.io/component': 'controller', 'app.kubernetes.io/name': 'kueue', 'control-plane': 'controller-manager' }
const selector = { 'control-plane': 'controller-manager' }
const group = 'kueue.x-k8s.io'
const everyVerb = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const readVerbs = ['get', 'list', 'watch']
const changeVerbs = ['get', 'patch', 'update']
const roleName = 'kueue-manager-role'
const accountName = 'kueue-controller-manager'

interface Item { readonly resource: string; readonly object: KubeObject }

const definitionItems: readonly Item[] = definitions.map((spec) => ({ resource: definitionsResource, object: establishedDefinition(spec as unknown as CustomResourceDefinition['spec']) }))

const managerRole: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: roleName, labels },
  rules: [
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch', 'update', 'watch'] },
    { apiGroups: [''], resources: ['limitranges', 'namespaces', 'nodes'], verbs: readVerbs },
    { apiGroups: [''], resources: ['pods'], verbs: ['delete', 'get', 'list', 'patch', 'update', 'watch'] },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'patch', 'update', 'watch'] },
    { apiGroups: ['batch'], resources: ['jobs/finalizers', 'jobs/status'], verbs: changeVerbs },
    { apiGroups: [group], resources: ['admissionchecks', 'clusterqueues', 'localqueues', 'resourceflavors', 'workloads'], verbs: everyVerb },
    { apiGroups: [group], resources: ['workloadpriorityclasses'], verbs: readVerbs },
    { apiGroups: [group], resources: ['admissionchecks/status', 'clusterqueues/status', 'localqueues/status', 'workloads/status'], verbs: changeVerbs },
    { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: readVerbs },
    { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: ['list', 'watch', 'get'] },
  ],
}

const managerBinding: ClusterRoleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'kueue-manager-rolebinding', labels },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
  subjects: [{ kind: 'ServiceAccount', name: accountName, namespace }],
}

const configuration = `apiVersion: config.kueue.x-k8s.io/v1beta1
kind: Configuration
health:
  healthProbeBindAddress: :8081
metrics:
  bindAddress: :8080
webhook:
  port: 9443
leaderElection:
  leaderElect: true
  resourceName: c1f6bfd2.kueue.x-k8s.io
integrations:
  frameworks:
  - "batch/job"
`

/** The manager runs on the control plane, as all add-ons here do, so that worker figures stay the learner's. */
const manager: KubeObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: accountName, namespace, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: selector },
    template: {
      metadata: { labels, annotations: { 'kubectl.kubernetes.io/default-container': 'manager' } },
      spec: {
        nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
        tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
        serviceAccountName: accountName,
        terminationGracePeriodSeconds: 10,
        containers: [{
          name: 'manager', image: 'registry.k8s.io/kueue/kueue:v0.10.0', command: ['/manager'], args: ['--config=/controller_manager_config.yaml', '--zap-log-level=2'],
          ports: [{ name: 'webhook-server', containerPort: 9443, protocol: 'TCP' }],
          readinessProbe: { httpGet: { path: '/readyz', port: 8081 }, initialDelaySeconds: 5, periodSeconds: 10 },
          livenessProbe: { httpGet: { path: '/healthz', port: 8081 }, initialDelaySeconds: 15, periodSeconds: 20 },
          resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
          volumeMounts: [{ name: 'manager-config', mountPath: '/controller_manager_config.yaml', subPath: 'controller_manager_config.yaml' }],
        }],
        volumes: [{ name: 'manager-config', configMap: { name: 'kueue-manager-config' } }],
      },
    },
  },
}

function webhookService(name: string, port: { readonly [field: string]: unknown }): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, labels }, spec: { selector, ports: [port] } }
}

function webhook(name: string, path: string, rule: { readonly [field: string]: unknown }): object {
  return {
    name, admissionReviewVersions: ['v1'], clientConfig: { service: { name: 'kueue-webhook-service', namespace, path, port: 443 } }, failurePolicy: 'Fail', matchPolicy: 'Equivalent',
    rules: [{ scope: '*', ...rule }], sideEffects: 'None', timeoutSeconds: 10,
  }
}

type Configuration = KubeObject & { webhooks: object[] }

const ownKinds = [['clusterqueue', 'clusterqueues'], ['resourceflavor', 'resourceflavors']] as const

const mutating: Configuration = {
  apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', metadata: { name: 'kueue-mutating-webhook-configuration', labels },
  webhooks: [
    webhook('mjob.kb.io', '/mutate-batch-v1-job', { apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] }),
    ...ownKinds.map(([name, resource]) => webhook(`m${name}.kb.io`, `/mutate-kueue-x-k8s-io-v1beta1-${name}`, { apiGroups: [group], apiVersions: ['v1beta1'], operations: ['CREATE'], resources: [resource] })),
  ],
}

const validating: Configuration = {
  apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: { name: 'kueue-validating-webhook-configuration', labels },
  webhooks: [
    webhook('vjob.kb.io', '/validate-batch-v1-job', { apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['jobs'] }),
    ...ownKinds.map(([name, resource]) => webhook(`v${name}.kb.io`, `/validate-kueue-x-k8s-io-v1beta1-${name}`, { apiGroups: [group], apiVersions: ['v1beta1'], operations: ['CREATE', 'UPDATE'], resources: [resource] })),
  ],
}

const settings: KubeObject & { data: object } = {
  apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kueue-manager-config', namespace, labels }, data: { 'controller_manager_config.yaml': configuration },
}

/** Kueue's objects in the order in which they are created. */
export const kueue: readonly Item[] = [
  ...definitionItems,
  { resource: 'namespaces', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } } },
  { resource: 'serviceaccounts', object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: accountName, namespace, labels } } },
  { resource: 'clusterroles.rbac.authorization.k8s.io', object: managerRole },
  { resource: 'clusterrolebindings.rbac.authorization.k8s.io', object: managerBinding },
  { resource: 'configmaps', object: settings },
  { resource: 'services', object: webhookService('kueue-controller-manager-metrics-service', { name: 'https', port: 8443, protocol: 'TCP', targetPort: 8443 }) },
  { resource: 'services', object: webhookService('kueue-webhook-service', { port: 443, protocol: 'TCP', targetPort: 9443 }) },
  { resource: 'deployments.apps', object: manager },
  { resource: 'mutatingwebhookconfigurations.admissionregistration.k8s.io', object: mutating },
  { resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io', object: validating },
]
