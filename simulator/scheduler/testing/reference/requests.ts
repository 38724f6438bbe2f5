/** What pods ask for: CPU in thousandths, everything else in units. */

import { quantityMilli, quantityValue } from '../../../api/quantity.ts'
import type { Container, Pod, ResourceList } from '../../../api/types.ts'

export type Amounts = { [resource: string]: number }
type Combine = (a: number, b: number) => number
const sum: Combine = (a, b) => a + b
const max: Combine = (a, b) => (a > b ? a : b)

export function amounts(list: ResourceList = {}): Amounts {
  return Object.fromEntries(Object.entries(list).map(([name, text]) => [name, name === 'cpu' ? quantityMilli(text) : quantityValue(text)]))
}

function combine(a: Amounts, b: Amounts, how: Combine): Amounts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.fromEntries(names.map((name) => [name, a[name] === undefined ? b[name] : b[name] === undefined ? a[name] : how(a[name], b[name])]))
}

/** Of a running container the most of what is asked, allocated and in force; of a resize that cannot be done, what is in force. */
function containerAmounts(pod: Pod, container: Container, isRunning: boolean): Amounts {
  const asked = amounts(container.resources?.requests)
  const status = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find((s) => s.name === container.name)
  if (!isRunning || status?.resources === undefined) return asked
  const isInfeasible = pod.status?.conditions?.find((c) => c.type === 'PodResizePending')?.reason === 'Infeasible'
  const inForce = combine(amounts(status.resources.requests), amounts(status.allocatedResources), max)
  return isInfeasible ? inForce : combine(asked, inForce, max)
}

export interface Options { readonly isRunning: boolean; readonly defaults?: Amounts; readonly withoutPodLevel?: boolean }

export function isForPods(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-')
}

/** Containers and sidecars together, or an init container beside the sidecars before it if that is more. */
export function podAmounts(pod: Pod, { isRunning, defaults = {}, withoutPodLevel = false }: Options): Amounts {
  const inits = pod.spec.initContainers ?? []
  const isSidecar = (c: Container): boolean => c.restartPolicy === 'Always'
  const of = (c: Container): Amounts => ({ ...defaults, ...containerAmounts(pod, c, isRunning && (isSidecar(c) || !inits.includes(c))) })
  const total = (list: readonly Container[]): Amounts => list.map(of).reduce((a, b) => combine(a, b, sum), {})
  const together = total([...pod.spec.containers, ...inits.filter(isSidecar)])
  const starts = inits.map((c, i) => combine(of(c), total(inits.slice(0, i).filter(isSidecar)), sum))
  const byContainers = starts.reduce((a, b) => combine(a, b, max), together)
  const podLevel = withoutPodLevel ? {} : Object.fromEntries(Object.entries(amounts(pod.spec.resources?.requests)).filter(([name]) => isForPods(name)))
  return combine({ ...byContainers, ...podLevel }, amounts(pod.spec.overhead), sum)
}

const assumed: Amounts = { cpu: 100, memory: 200 * 1024 * 1024 }

/** What a pod on a node counts with when nodes are scored: a container that asks for nothing counts a little. */
export function nonZeroAmounts(pod: Pod): Amounts {
  const hasPodLevel = Object.keys(pod.spec.resources?.requests ?? {}).some(isForPods)
  const known = hasPodLevel ? podAmounts(pod, { isRunning: true }) : {}
  return podAmounts(pod, { isRunning: true, defaults: Object.fromEntries(Object.entries(assumed).filter(([name]) => known[name] === undefined)) })
}

/** What a pod that comes counts with when nodes are scored; upstream does not look at requests of the pod as a whole. */
export function scoringAmounts(pod: Pod): Amounts {
  return podAmounts(pod, { isRunning: false, defaults: assumed, withoutPodLevel: true })
}

/** Resources that nodes count. */
export function isCounted(resource: string): boolean {
  return ['cpu', 'memory', 'ephemeral-storage'].includes(resource) || resource.includes('/') || resource.startsWith('hugepages-') || resource.startsWith('attachable-volumes-')
}
