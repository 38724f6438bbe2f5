/** Phases and counts of PodGroups. Models sigs.k8s.io/scheduler-plugins/pkg/controllers/podgroup_controller.go. */

import type { KubeObject, Pod } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { done } from '../../store/component.ts'
import type { Controller } from '../../store/component.ts'

const podGroups = 'podgroups.scheduling.x-k8s.io'
const groupLabel = 'scheduling.x-k8s.io/pod-group'

interface PodGroupStatus { readonly phase?: string; readonly occupiedBy?: string; readonly running?: number; readonly succeeded?: number; readonly failed?: number }
interface PodGroup extends KubeObject { readonly spec?: { readonly minMember?: number }; readonly status?: PodGroupStatus }

function groupKeysOf(pod: Pod | undefined): string[] {
  const name = pod?.metadata.labels?.[groupLabel]
  return name === undefined || name === '' ? [] : [`${pod?.metadata.namespace}/${name}`]
}

/** Who owns the first pod, as "namespace/name". */
function occupiedBy({ metadata }: Pod): { occupiedBy?: string } {
  const owners = (metadata.ownerReferences ?? []).map(({ name }) => `${metadata.namespace}/${name}`).sort(compareText)
  return owners.length === 0 ? {} : { occupiedBy: owners.join(',') }
}

/** Counts of 0 are left out of the object. */
function counted(phase: string, counts: { readonly running: number; readonly succeeded: number; readonly failed: number }, old: PodGroupStatus): PodGroupStatus {
  const set = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  return { phase, ...(old.occupiedBy === undefined ? {} : { occupiedBy: old.occupiedBy }), ...set }
}

function nextStatus(status: PodGroupStatus, minMember: number, pods: readonly Pod[]): PodGroupStatus {
  const { phase = '' } = status
  if (phase === '') return { ...status, phase: 'Pending' }
  if (phase === 'Pending') return pods.length < minMember ? status : { ...status, phase: 'Scheduling', ...(pods[0] && occupiedBy(pods[0])) }
  const count = (wanted: string): number => pods.filter((pod) => pod.status?.phase === wanted).length
  const counts = { running: count('Running'), succeeded: count('Succeeded'), failed: count('Failed') }
  const { running, succeeded, failed } = counts
  if (pods.length < minMember) return counted('Pending', counts, status)
  if (succeeded >= minMember) return counted('Finished', counts, status)
  if (failed !== 0 && failed + running + succeeded >= minMember) return counted('Failed', counts, status)
  return counted(succeeded + running >= minMember ? 'Running' : 'Scheduling', counts, status)
}

/** The controller of the coscheduling add-on. */
export const podGroupController: Controller = {
  name: 'pod-group-controller',
  serviceAccount: 'scheduler-plugins-controller',
  namespace: 'scheduler-plugins',
  component: 'PodGroupController',
  watches: [
    { resource: podGroups },
    { resource: 'pods', keysOf: ({ before, after }) => [...new Set([...groupKeysOf(before as Pod | undefined), ...groupKeysOf(after as Pod | undefined)])] },
  ],
  reconcile(key, { api }) {
    const group = api.find<PodGroup>(podGroups, key)
    const status = group?.status ?? {}
    if (group === undefined || status.phase === 'Finished' || status.phase === 'Failed') return done
    const pods = api.list<Pod>('pods', { namespace: group.metadata.namespace }).filter((pod) => groupKeysOf(pod)[0] === key)
    const next = nextStatus(status, group.spec?.minMember ?? 0, pods)
    if (JSON.stringify(next) === JSON.stringify(status)) return done
    const result = api.updateStatus(podGroups, { ...group, status: next } as PodGroup)
    return { failed: !result.ok && result.status.code !== 404 }
  },
}
