/** The status words of scenario files: what the recording program wrote into pods. */

import type { Dict } from './dict.ts'
import type { Pod } from '../../../simulator/api/types.ts'

/** A word, or a word with details. */
export type StatusWord = string | { is?: string; exitCode?: number; restartCount?: number; container?: string; message?: string; conditions?: Dict[]; status?: Dict }

/** The new status of a pod. Members merge into the present status, conditions by type. @param now API timestamp */
export function statusFor(pod: Pod, word: StatusWord, now: string): Dict {
  const details = typeof word === 'string' ? {} : word
  const name = typeof word === 'string' ? word : (word.is ?? 'raw')
  const status: Dict = { ...baseStatus(pod, name, details, now) }
  if (details.conditions !== undefined) status['conditions'] = [...(status['conditions'] ?? []), ...details.conditions.map((condition) => ({ ...condition, lastTransitionTime: now }))]
  return { ...status, ...details.status }
}

function baseStatus(pod: Pod, name: string, details: Exclude<StatusWord, string>, now: string): Dict {
  const old = new Map((pod.status?.containerStatuses ?? []).map((container) => [container.name, container]))
  const restart = details.restartCount ?? Math.max(0, ...[...old.values()].map((container) => container.restartCount))
  const containers = (ready: boolean, state: Dict, options: { last?: Dict; restarts?: number; only?: string } = {}): Dict[] => pod.spec.containers.map((container) => {
    if (options.only !== undefined && container.name !== options.only && old.has(container.name)) return old.get(container.name) as Dict
    return { name: container.name, image: container.image, imageID: '', ready, started: ready || 'running' in state, restartCount: options.restarts ?? 0, state, ...(options.last === undefined ? {} : { lastState: options.last }) }
  })
  const conditions = (ready: string, reason?: string, message?: string): Dict[] => [['PodReadyToStartContainers', 'True'], ['Initialized', 'True'], ['ContainersReady', ready], ['Ready', ready]]
    .map(([type, value]) => ({ type, status: value, lastTransitionTime: now, reason: reason !== undefined && value === 'False' ? reason : undefined, message: reason !== undefined && value === 'False' && message !== '' ? message : undefined }))
  const unready = ['ContainersNotReady', `containers with unready status: [${pod.spec.containers.map((container) => container.name).join(' ')}]`] as const
  const running = { running: { startedAt: now } }
  const ended = (exitCode: number, reason: string): Dict => ({ terminated: { exitCode, reason, startedAt: now, finishedAt: now } })
  const waiting = (reason: string, message?: string): Dict => ({ waiting: { reason, ...(message === undefined ? {} : { message }) } })
  const failed = (exitCode: number, reason: string): Dict => ({ phase: 'Failed', conditions: conditions('False', 'PodFailed', ''), containerStatuses: containers(false, ended(exitCode, reason), { restarts: restart, only: details.container }) })
  const first = pod.spec.containers[0]!
  switch (name) {
    case 'ready': return { phase: 'Running', conditions: conditions('True'), containerStatuses: containers(true, running, { restarts: restart }) }
    case 'running':
    case 'notready': return { phase: 'Running', conditions: conditions('False', ...unready), containerStatuses: containers(false, running, { restarts: restart }) }
    case 'creating': return { phase: 'Pending', conditions: conditions('False', ...unready), containerStatuses: containers(false, waiting('ContainerCreating')) }
    case 'imagepull': return { phase: 'Pending', conditions: conditions('False', ...unready), containerStatuses: containers(false, waiting('ImagePullBackOff', `Back-off pulling image "${first.image ?? ''}"`)) }
    case 'crashloop': return {
      phase: 'Running', conditions: conditions('False', ...unready),
      containerStatuses: containers(false, waiting('CrashLoopBackOff', `back-off 40s restarting failed container=${first.name} pod=${pod.metadata.name!}_${pod.metadata.namespace!}(${pod.metadata.uid!})`), { last: ended(details.exitCode ?? 1, 'Error'), restarts: details.restartCount ?? 3 }),
    }
    case 'oomrestart': return { phase: 'Running', conditions: conditions('True'), containerStatuses: containers(true, running, { last: ended(137, 'OOMKilled'), restarts: restart + 1 }) }
    case 'succeeded': return { phase: 'Succeeded', conditions: conditions('False', 'PodCompleted', ''), containerStatuses: containers(false, ended(0, 'Completed'), { restarts: restart }) }
    case 'failed': return failed(details.exitCode ?? 1, 'Error')
    case 'oomkilled': return failed(137, 'OOMKilled')
    case 'killed': return failed(143, 'Error')
    case 'evicted': return { phase: 'Failed', reason: 'Evicted', message: details.message ?? 'The node was low on resource: memory. ' }
    default: return {}
  }
}
