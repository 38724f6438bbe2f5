/** Figures of the engine: kernel, a large rollout, a simulated day, forks. */

import { adminUser, createCluster, isStream } from '../../simulator/index.ts'
import type { Cluster, KubeObject } from '../../simulator/index.ts'
import { EventQueue } from '../../simulator/kernel/event-queue.ts'
import { cpuMs, median, round, timeMs } from './bench.ts'
import type { Bench } from './bench.ts'

/** Sends one create as the administrator. */
function create(cluster: Cluster, group: string, version: string, resource: string, object: KubeObject): void {
  const answer = cluster.request({ user: adminUser, verb: 'create', group, version, resource, namespace: object.metadata.namespace, body: object })
  if (isStream(answer) || answer.code !== 201) throw new Error(JSON.stringify(answer))
}

function deployment(name: string, replicas: number, container: object): KubeObject {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  } as KubeObject
}

const pausePod = { name: 'app', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '100m', memory: '64Mi' } } }

function nodes(count: number): { name: string; resources: { cpu: string; memory: string } }[] {
  return Array.from({ length: count }, (_, i) => ({ name: `node-${i}`, resources: { cpu: '32', memory: '128Gi' } }))
}

/** Kernel events per second with 100,000 pending. */
const kernelEvents: Bench = {
  name: 'kernel-events',
  run() {
    const queue = new EventQueue()
    const pending = 100_000
    for (let i = 0; i < pending; i++) queue.push((i * 7919) % 1_000_000, 1, 'key')
    const events = 2_000_000
    const ms = timeMs(() => {
      for (let i = 0; i < events; i++) {
        const atMs = queue.peekMs() as number
        queue.pop()
        queue.push(atMs + 1 + ((i * 7919) % 1_000_000), 1, 'key')
      }
    })
    return { pending, events, eventsPerSecond: Math.round((events / ms) * 1000) }
  },
}

function readyPods(cluster: Cluster): number {
  return (cluster.peekOne('deployments.apps', 'default/web')?.status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0
}

function rollOut(nodeCount: number, podCount: number): { cluster: Cluster; ms: number; cpu: number } {
  const cluster = createCluster({ seed: 1, nodes: nodes(nodeCount), cachedImages: ['registry.k8s.io/pause:3.10'] })
  cluster.advanceTo(60_000)
  let ms = 0
  const cpu = cpuMs(() => {
    ms = timeMs(() => {
      create(cluster, 'apps', 'v1', 'deployments', deployment('web', podCount, pausePod))
      for (let s = 0; s < 600 && readyPods(cluster) < podCount; s++) cluster.advanceTo(cluster.nowMs + 1000)
    })
  })
  if (readyPods(cluster) < podCount) throw new Error(`only ${readyPods(cluster)} of ${podCount} pods are ready`)
  return { cluster, ms, cpu }
}

/** 5,000 nodes and 50,000 plain pods from the Deployment's create request to the last Ready. */
const largeRollout: Bench = {
  name: 'rollout-50000',
  run() {
    const podCount = 50_000
    const { cluster, ms, cpu } = rollOut(5_000, podCount)
    return {
      nodes: 5_000, pods: podCount, wallMs: round(ms), cpuMs: round(cpu), podsPerSecond: Math.round((podCount / ms) * 1000), podsPerCpuSecond: Math.round((podCount / cpu) * 1000), events: cluster.eventRows().length,
      peakRssMiB: round(process.resourceUsage().maxRSS / 1024),
    }
  },
}

/** Fork of a cluster with 5,000 pods and their Events. */
const fork: Bench = {
  name: 'fork-5000',
  run() {
    const { cluster } = rollOut(500, 5_000)
    const samples: number[] = []
    for (let i = 0; i < 20; i++) samples.push(timeMs(() => cluster.fork()))
    const used = timeMs(() => {
      const copy = cluster.fork()
      copy.advanceTo(copy.nowMs + 1000)
    })
    return { pods: 5_000, events: cluster.eventRows().length, forkMs: round(median(samples), 3), forkAndAdvanceMs: round(used, 2) }
  },
}

/** 24 simulated hours of a cluster with an autoscaled model server under load. */
const hpaDay: Bench = {
  name: 'hpa-day',
  run() {
    const workers = [1, 2, 3].map((i) => ({ name: `worker-${i}`, resources: { cpu: '4', memory: '16Gi' } }))
    const control = { name: 'cp-0', resources: { cpu: '4', memory: '8Gi' }, labels: { 'node-role.kubernetes.io/control-plane': '' } }
    const cluster = createCluster({ seed: 1, nodes: [control, ...workers], addOns: ['coredns', 'metrics-server'] })
    cluster.advanceTo(60_000)
    const server = {
      name: 'server', image: 'mlmodel:v1', ports: [{ containerPort: 5000 }], resources: { requests: { cpu: '500m', memory: '256Mi' } },
      readinessProbe: { httpGet: { path: '/ready', port: 5000 }, periodSeconds: 5 },
    }
    create(cluster, 'apps', 'v1', 'deployments', deployment('web', 2, server))
    create(cluster, '', 'v1', 'services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 5000 }] } } as KubeObject)
    create(cluster, 'autoscaling', 'v2', 'horizontalpodautoscalers', {
      apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'default' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 5, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } } }] },
    } as KubeObject)
    cluster.components.network.startFlow('load', 'default', { url: 'http://web/predict', method: 'POST', steps: [{ afterMs: 0, requestsPerSecond: 60 }], payloads: [{ share: 1, kilobytes: 1 }], timeoutMs: 2000 })
    const ms = timeMs(() => cluster.advanceTo(cluster.nowMs + 86_400_000))
    return { simulatedHours: 24, wallMs: round(ms), replicas: readyPods(cluster) }
  },
}

export const engineBenches: readonly Bench[] = [kernelEvents, largeRollout, fork, hpaDay]
