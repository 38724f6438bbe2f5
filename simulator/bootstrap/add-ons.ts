/** Add-ons as real objects in kube-system, pinned to the control plane's node so that worker figures stay the learner's. */

import type { KubeObject, PodSpec } from '../api/types.ts'
import { coscheduling } from './coscheduling.ts'
import { kueue } from './kueue/objects.ts'

const controlPlaneOnly = {
  nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
  tolerations: [
    { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
  ],
} satisfies Partial<PodSpec>

function deployment(name: string, labels: { [key: string]: string }, replicas: number, podSpec: PodSpec): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'kube-system', labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  }
}

function service(name: string, labels: { [key: string]: string }, clusterIP: string | undefined, ports: object[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'kube-system', labels },
    spec: { selector: labels, ports, ...(clusterIP === undefined ? {} : { clusterIP }) },
  }
}

function serviceAccount(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } }
}

const dnsLabels = { 'k8s-app': 'kube-dns' }
const metricsLabels = { 'k8s-app': 'metrics-server' }

/**
 * An add-on: its objects in the order in which they are created, each with its resource. Kinds that it brings are
 * CustomResourceDefinitions among them; its controllers are listed in controllers/registry.ts under the same name.
 */
export type AddOn = readonly { readonly resource: string; readonly object: KubeObject }[]

/** Cluster DNS. Names resolve only while one of its pods is ready. */
export const coredns: AddOn = [
  { resource: 'serviceaccounts', object: serviceAccount('coredns') },
  {
    resource: 'deployments.apps',
    object: deployment('coredns', dnsLabels, 2, {
      ...controlPlaneOnly,
      serviceAccountName: 'coredns',
      priorityClassName: 'system-cluster-critical',
      containers: [
        {
          name: 'coredns',
          image: 'registry.k8s.io/coredns/coredns:v1.13.1',
          args: ['-conf', '/etc/coredns/Corefile'],
          ports: [
            { name: 'dns', containerPort: 53, protocol: 'UDP' },
            { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
            { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
          ],
          resources: { requests: { cpu: '100m', memory: '70Mi' }, limits: { memory: '170Mi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 8181 } },
        },
      ],
    }),
  },
  {
    resource: 'services',
    object: service('kube-dns', dnsLabels, '10.96.0.10', [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
      { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
    ]),
  },
]

/** The resource metrics API. `kubectl top` and the HPA work only while its pod is ready. */
export const metricsServer: AddOn = [
  { resource: 'serviceaccounts', object: serviceAccount('metrics-server') },
  {
    resource: 'deployments.apps',
    object: deployment('metrics-server', metricsLabels, 1, {
      ...controlPlaneOnly,
      serviceAccountName: 'metrics-server',
      priorityClassName: 'system-cluster-critical',
      containers: [
        {
          name: 'metrics-server',
          image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.1',
          args: ['--secure-port=10250', '--metric-resolution=15s'],
          ports: [{ name: 'https', containerPort: 10250, protocol: 'TCP' }],
          resources: { requests: { cpu: '100m', memory: '200Mi' } },
          readinessProbe: { httpGet: { path: '/readyz', port: 10250, scheme: 'HTTPS' }, initialDelaySeconds: 20 },
        },
      ],
    }),
  },
  { resource: 'services', object: service('metrics-server', metricsLabels, undefined, [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https' }]) },
]

/** Add-ons by the names that scenarios use. */
export const addOns: { readonly [name: string]: AddOn } = { coredns, coscheduling, kueue, 'metrics-server': metricsServer }
