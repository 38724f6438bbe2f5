/** What comes next, in words, from the kernel's queue: at most two lines for the timeline. */

import type { Cluster, Pod } from '../../simulator/index.ts'
import type { PodShape } from './host-rows.ts'
import { podRow } from './rows/pod-rows.ts'

/** One line of what comes next. `atMs` is simulated ms since T+00:00. */
export interface UpcomingRow {
  readonly label: string
  readonly atMs: number
  readonly shape?: PodShape
}

interface Pending {
  readonly atMs: number
  readonly type: string
  readonly key: string
}

/** Lines at most. */
const lineCount = 2
/** Pending events that are looked at; the rest of a long queue is far away. */
const lookAhead = 60
/** A controller's look that is further away than this is a deadline that mostly passes unnoticed. */
const controllerHorizonMs = 30_000
/** Namespace of the cluster's own controllers. */
const systemPrefix = 'kube-system/'

/** Housekeeping of controllers that nobody waits for. */
const quietControllers = new Set(['pod-garbage-collector', 'generic-garbage-collector', 'service-account-controller', 'root-ca-cert-publisher', 'endpoint-controller', 'endpointslicemirroring-controller', 'node-lifecycle-controller', 'resourcequota-controller', 'ttl-after-finished-controller'])

/** What the kubelet does next to a Pod, by kind of event. */
const kubeletWords: Readonly<Record<string, string>> = {
  probe: 'probe', kill: 'container is stopped', mount: 'volumes are mounted again', refresh: 'mounted files are refreshed', program: 'the program goes on',
  oom: 'memory limit is reached', storage: 'disk use is looked at', deadline: 'active deadline ends', sync: 'kubelet looks again', update: 'kubelet takes it up', step: 'next step of the start',
}

/** The next things that happen, soonest first. A steady autoscaler sync is told only when nothing else comes. */
export function upcomingRows(cluster: Cluster): readonly UpcomingRow[] {
  const pending = cluster.pendingEvents(lookAhead)
  const rows = rowsOf(cluster, pending, lineOf)
  return rows.length > 0 ? rows : rowsOf(cluster, pending, autoscalerLine).slice(0, 1)
}

function rowsOf(cluster: Cluster, pending: readonly Pending[], lineFor: typeof lineOf): UpcomingRow[] {
  const rows: UpcomingRow[] = []
  const shiftMs = cluster.config.historyMs ?? 0
  for (const event of pending) {
    const line = lineFor(cluster, event)
    if (line === undefined || rows.some((row) => row.label === line.label)) continue
    rows.push({ ...line, atMs: Math.max(0, event.atMs - shiftMs) })
    if (rows.length === lineCount) break
  }
  return rows
}

type Line = Omit<UpcomingRow, 'atMs'>

function lineOf(cluster: Cluster, event: Pending): Line | undefined {
  const slash = event.type.indexOf('/')
  const name = event.type.slice(slash + 1)
  switch (event.type.slice(0, slash)) {
    case 'kubelet':
      return podLine(cluster, name, event.key)
    case 'scheduler':
      return { label: 'scheduler looks at waiting Pods' }
    case 'controller':
      return event.atMs - cluster.nowMs > controllerHorizonMs || event.key.startsWith(systemPrefix) ? undefined : controllerLine(name, event.key)
    case 'network':
      return name === 'apply' ? { label: `endpoints of ${sliceOwner(cluster, event.key)} reach the nodes` } : undefined
    default:
      return undefined
  }
}

function podLine(cluster: Cluster, name: string, key: string): Line | undefined {
  const words = kubeletWords[name]
  const [podKey = '', ...rest] = key.split('|')
  const pod = cluster.peekOne<Pod>('pods', podKey)
  if (words === undefined || pod === undefined) return undefined
  const { shape } = podRow(pod, () => 0)
  const image = name === 'step' ? pullingImage(cluster, pod) : undefined
  if (image !== undefined) return { label: `image pull of ${image} ends`, shape }
  const probe = rest.at(-1)
  return { label: `${pod.metadata.name ?? ''}: ${name === 'probe' && probe !== undefined ? `${probe} probe` : words}`, shape }
}

/** The image that a Pod's node is pulling, as its newest Event says. */
function pullingImage(cluster: Cluster, pod: Pod): string | undefined {
  const newest = cluster.eventRows().findLast((row) => row.regarding.uid === pod.metadata.uid)
  return newest?.reason === 'Pulling' ? /"([^"]+)"/.exec(newest.message)?.[1] : undefined
}

function controllerLine(name: string, key: string): Line | undefined {
  const [object = '', ...note] = key.split('|')
  if (quietControllers.has(name) || name === 'horizontal-pod-autoscaler' || !object.includes('/') || note[0] === 'gone') return undefined
  return { label: `${name} looks at ${object}` }
}

function autoscalerLine(_cluster: Cluster, { type, key }: Pending): Line | undefined {
  return type === 'controller/horizontal-pod-autoscaler' ? { label: `autoscaler looks at ${key}` } : undefined
}

function sliceOwner(cluster: Cluster, key: string): string {
  return cluster.peekOne('endpointslices.discovery.k8s.io', key)?.metadata.labels?.['kubernetes.io/service-name'] ?? key
}
