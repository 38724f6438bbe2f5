/** The kubelet's own API: logs, exec, attach, with its refusals. Models kubernetes/pkg/kubelet/server and pkg/kubelet GetKubeletContainerLogs (v1.35). */

import type { ContainerStatus, Pod } from '../api/types.ts'
import type { Json } from '../kernel/json.ts'
import { ContainerFiles } from './files.ts'
import { findContainer } from './host.ts'
import type { Host } from './host.ts'
import { lineCount, logKey, logText, textAfter } from './logs.ts'
import type { LogQuery, Refusal } from './ports.ts'
import { latestOf } from './records.ts'
import type { RuntimeContainer } from './records.ts'
import type { Sessions } from './sessions.ts'
import { kubeletTexts } from './texts.ts'

function keyOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`
}

function statusOf(pod: Pod, name: string): ContainerStatus | undefined {
  const { status } = pod
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])].find((other) => other.name === name)
}

const waitingTexts: { readonly [reason: string]: string } = {
  ErrImagePull: 'image can\'t be pulled', ImagePullBackOff: 'trying and failing to pull image',
}

/** The API of the kubelets: logs, exec, attach. */
export class Door {
  private readonly host: Host
  private readonly sessions: Sessions

  constructor(host: Host, sessions: Sessions) {
    this.host = host
    this.sessions = sessions
  }

  readLogs(pod: Pod, name: string, query: LogQuery & { readonly sinceSeconds?: number; readonly sinceTime?: string }): { text: string } | Refusal {
    const podKey = keyOf(pod)
    if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return { text: '' }
    const found = this.containerFor(pod, name, query.previous === true)
    if ('code' in found) return found
    // Of two dead containers only the newer one is kept on the node.
    if (query.previous === true && statusOf(pod, name)?.state?.terminated !== undefined) return { text: kubeletTexts.logsGone(found.id) }
    const sinceMs = query.sinceMs ?? (query.sinceSeconds !== undefined ? this.host.nowMs - query.sinceSeconds * 1000 : query.sinceTime === undefined ? undefined : this.host.context.clock.parse(query.sinceTime))
    return { text: logText(this.host, logKey(podKey, name, found.attempt), { ...query, sinceMs }) }
  }

  logCursor(pod: Pod, name: string): Json {
    const latest = this.latest(pod, name)
    if (latest === undefined) return { attempt: 0, lines: 0 }
    return { attempt: latest.attempt, lines: lineCount(this.host, logKey(keyOf(pod), name, latest.attempt)) }
  }

  followLogs(pod: Pod, name: string, cursor: Json): { text: string; cursor: Json; isOver: boolean } {
    const { attempt, lines } = cursor as { attempt: number; lines: number }
    const key = logKey(keyOf(pod), name, attempt)
    const text = textAfter(this.host, key, lines)
    const run = this.host.pods.get(keyOf(pod))?.containers.find((container) => container.name === name && container.attempt === attempt)
    return { text, cursor: { attempt, lines: lineCount(this.host, key) }, isOver: run === undefined ? this.latest(pod, name) !== undefined : run.state === 'exited' }
  }

  startExec(pod: Pod, name: string, command: readonly string[], options: { stdin: boolean; tty: boolean }): { sessionId: string } | Refusal {
    const refusal = this.running(pod, name)
    if (refusal !== undefined) return refusal
    const container = findContainer(pod, name)
    if (container === undefined) return { code: 500, message: kubeletTexts.notRunning(name) }
    const started = this.sessions.start(keyOf(pod), pod, container, command, options)
    return 'error' in started ? { code: 500, message: `Internal error occurred: error executing command in container: ${started.error}` } : started
  }

  startAttach(pod: Pod, name: string): { sessionId: string } | Refusal {
    const refusal = this.running(pod, name)
    if (refusal !== undefined) return refusal
    const container = findContainer(pod, name)
    return container === undefined ? { code: 500, message: kubeletTexts.notRunning(name) } : this.sessions.attach(keyOf(pod), pod, container)
  }

  readFile(podKey: string, name: string, path: string): string | undefined {
    const pod = this.host.findPod(podKey)
    const container = pod === undefined ? undefined : findContainer(pod, name)
    const latest = latestOf(this.host.pods.get(podKey)?.containers ?? [], name)
    if (pod === undefined || container === undefined || latest === undefined) return undefined
    return new ContainerFiles(this.host, podKey, pod, container, latest.id).read(path)
  }

  private latest(pod: Pod, name: string): RuntimeContainer | undefined {
    const record = this.host.pods.get(keyOf(pod))
    return record?.uid === pod.metadata.uid ? latestOf(record!.containers, name) : undefined
  }

  private running(pod: Pod, name: string): Refusal | undefined {
    if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return { code: 400, message: kubeletTexts.noHost(pod.metadata.name ?? '') }
    return this.latest(pod, name)?.state === 'running' ? undefined : { code: 500, message: kubeletTexts.notRunning(name) }
  }

  /** Which run of a container a log query means. */
  private containerFor(pod: Pod, name: string, isPrevious: boolean): RuntimeContainer | Refusal {
    const podName = pod.metadata.name ?? ''
    const status = statusOf(pod, name)
    const runs = this.host.pods.get(keyOf(pod))?.containers.filter((container) => container.name === name) ?? []
    const waiting = status?.state?.waiting
    if (isPrevious) {
      const previous = waiting !== undefined || status?.state?.terminated !== undefined ? (status?.lastState?.terminated === undefined ? undefined : (runs[1] ?? runs[0])) : runs[1]
      return previous ?? { code: 400, message: kubeletTexts.noPrevious(name, podName) }
    }
    if (waiting !== undefined && status?.lastState?.terminated === undefined) {
      const reason = waiting.reason ?? ''
      return { code: 400, message: kubeletTexts.waiting(name, podName, waitingTexts[reason] ?? reason) }
    }
    return runs[0] ?? { code: 400, message: kubeletTexts.waiting(name, podName, waiting?.reason ?? 'ContainerCreating') }
  }
}
