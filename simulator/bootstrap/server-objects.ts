/**
 * What the API server and the controllers make for themselves at their first start: APIServices, API Priority and
 * Fairness, the service range, the endpoints of the API, service accounts of controllers.
 * Data of Kubernetes 1.35 (Apache-2.0). Differs: the Leases of the control plane are left out.
 */

import { aggregatorGroup, apiServices, localApiService } from '../api/api-services.ts'
import type { KindInfo } from '../api/kinds.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { KubeObject } from '../api/types.ts'
import flowControl from './flow-control.json' with { type: 'json' }
import type { NodeSpec } from './objects.ts'

/** An object as it is stored, but for uid, resourceVersion and creationTimestamp. */
export interface StoredObject { readonly resource: string; readonly object: KubeObject }

/** What the objects depend on. */
export interface ServerFacts {
  /** The kinds that the API serves at its start. */
  readonly kinds: readonly KindInfo[]
  readonly nodes: readonly NodeSpec[]
  readonly addOns: readonly string[]
  /** The moment of the start as the API writes it. */
  readonly timestamp: string
}

/** Priorities of built-in groups and of their versions. Models pkg/controlplane/apiserver/aggregator.go. */
const groupPriorities: { readonly [group: string]: number } = {
  '': 18000, apps: 17800, 'events.k8s.io': 17750, 'authentication.k8s.io': 17700, 'authorization.k8s.io': 17600, autoscaling: 17500, batch: 17400, 'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200, policy: 17100, 'rbac.authorization.k8s.io': 17000, 'storage.k8s.io': 16800, 'apiextensions.k8s.io': 16700, 'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600, 'coordination.k8s.io': 16500, 'node.k8s.io': 16300, 'discovery.k8s.io': 16200, 'resource.k8s.io': 16200, 'flowcontrol.apiserver.k8s.io': 16100,
}
const versionPriorities: { readonly [groupVersion: string]: number } = {
  v1: 1, 'autoscaling/v2': 30, 'resource.k8s.io/v1': 21, 'flowcontrol.apiserver.k8s.io/v1': 21, 'admissionregistration.k8s.io/v1beta1': 12, 'admissionregistration.k8s.io/v1alpha1': 9,
}
const usualVersionPriority = 15

/** Controllers with a service account, whether they are simulated or not. */
const controllers = [
  'attachdetach-controller', 'certificate-controller', 'clusterrole-aggregation-controller', 'cronjob-controller', 'daemon-set-controller', 'deployment-controller', 'disruption-controller',
  'endpoint-controller', 'endpointslice-controller', 'endpointslicemirroring-controller', 'ephemeral-volume-controller', 'expand-controller', 'generic-garbage-collector', 'horizontal-pod-autoscaler',
  'job-controller', 'legacy-service-account-token-cleaner', 'namespace-controller', 'node-controller', 'persistent-volume-binder', 'pod-garbage-collector', 'pv-protection-controller',
  'pvc-protection-controller', 'replicaset-controller', 'replication-controller', 'resource-claim-controller', 'resourcequota-controller', 'root-ca-cert-publisher', 'service-account-controller',
  'service-cidrs-controller', 'statefulset-controller', 'ttl-after-finished-controller', 'ttl-controller', 'validatingadmissionpolicy-status-controller', 'volumeattributesclass-protection-controller',
]

function builtInServices({ kinds, timestamp }: ServerFacts): StoredObject[] {
  const versions = new Map(kinds.filter(({ group, custom }) => custom === undefined && Object.hasOwn(groupPriorities, group)).map((kind) => [apiVersionOf(kind), kind]))
  return [...versions].map(([groupVersion, { group, version }]) => ({
    resource: apiServices, object: localApiService(group, version, [groupPriorities[group]!, versionPriorities[groupVersion] ?? usualVersionPriority], 'onstart', timestamp),
  }))
}

/** The APIService of metrics-server's manifests. */
function metricsService(timestamp: string): StoredObject {
  const status = { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: timestamp, reason: 'Passed', message: 'all checks passed' }] }
  const spec = { service: { namespace: 'kube-system', name: 'metrics-server', port: 443 }, group: 'metrics.k8s.io', version: 'v1beta1', insecureSkipTLSVerify: true, groupPriorityMinimum: 100, versionPriority: 100 }
  return { resource: apiServices, object: { apiVersion: `${aggregatorGroup}/v1`, kind: 'APIService', metadata: { name: 'v1beta1.metrics.k8s.io', labels: { 'k8s-app': 'metrics-server' } }, spec, status } as KubeObject }
}

function flowControlObjects(timestamp: string): StoredObject[] {
  const group = 'flowcontrol.apiserver.k8s.io'
  const made = (kind: string, name: string, spec: unknown, status: unknown): KubeObject =>
    ({ apiVersion: `${group}/v1`, kind, metadata: { name, generation: 1, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } }, spec, status }) as KubeObject
  const levels = Object.entries(flowControl.priorityLevels).map(([name, spec]) => ({ resource: `prioritylevelconfigurations.${group}`, object: made('PriorityLevelConfiguration', name, spec, {}) }))
  const schemas = Object.entries(flowControl.flowSchemas).map(([name, spec]) => {
    const message = `This FlowSchema references the PriorityLevelConfiguration object named "${spec.priorityLevelConfiguration.name}" and it exists`
    return { resource: `flowschemas.${group}`, object: made('FlowSchema', name, spec, { conditions: [{ type: 'Dangling', status: 'False', lastTransitionTime: timestamp, reason: 'Found', message }] }) }
  })
  return [...levels, ...schemas]
}

/** The address of the API server: that of the control plane's node, as kubelets give addresses out. */
function serverAddress(nodes: readonly NodeSpec[]): string {
  const index = nodes.findIndex(({ labels }) => labels?.['node-role.kubernetes.io/control-plane'] !== undefined)
  return `192.168.49.${index + 2}`
}

/** The endpoints of Service default/kubernetes, which the API server keeps itself. */
function ownEndpoints(nodes: readonly NodeSpec[]): StoredObject[] {
  const address = serverAddress(nodes)
  const ports = [{ name: 'https', port: 6443, protocol: 'TCP' }]
  const name = 'kubernetes'
  const namespace = 'default'
  return [
    { resource: 'endpoints', object: { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }, subsets: [{ addresses: [{ ip: address }], ports }] } as KubeObject },
    {
      resource: 'endpointslices.discovery.k8s.io',
      object: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, namespace, generation: 1, labels: { 'kubernetes.io/service-name': name } }, addressType: 'IPv4', endpoints: [{ addresses: [address], conditions: { ready: true } }], ports } as KubeObject,
    },
  ]
}

function serviceRange(timestamp: string): StoredObject {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp, reason: '', message: 'Kubernetes Service CIDR is ready' }]
  const metadata = { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] }
  return { resource: 'servicecidrs.networking.k8s.io', object: { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata, spec: { cidrs: ['10.96.0.0/16'] }, status: { conditions } } as KubeObject }
}

/** All of them, in the order in which they are stored. */
export function serverObjects(facts: ServerFacts): StoredObject[] {
  const { timestamp, nodes, addOns } = facts
  const system = 'kube-system'
  const tracking = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: system }, data: { since: timestamp.slice(0, 10) } } as KubeObject
  return [
    ...builtInServices(facts),
    ...(addOns.includes('metrics-server') ? [metricsService(timestamp)] : []),
    ...flowControlObjects(timestamp),
    serviceRange(timestamp),
    ...ownEndpoints(nodes),
    { resource: 'configmaps', object: tracking },
    ...controllers.map((name) => ({ resource: 'serviceaccounts', object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: system } } as KubeObject })),
  ]
}
