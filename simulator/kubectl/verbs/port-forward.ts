/** kubectl port-forward. Models k8s.io/kubectl/pkg/cmd/portforward (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { isStream, isSuccess } from '../../api/request.ts'
import type { ContainerPort, Pod, Service, Status } from '../../api/types.ts'
import { fail } from '../failures.ts'
import { podsKind, podsOfObject, readTarget } from '../pods.ts'
import type { Run, Session } from '../session.ts'

/** One LOCAL:REMOTE argument. */
interface PortPair { readonly local: string; readonly remote: string }

function splitPort(text: string): PortPair {
  const parts = text.split(':')
  return parts.length === 2 ? { local: parts[0] ?? '', remote: parts[1] ?? '' } : { local: parts[0] ?? '', remote: parts[0] ?? '' }
}

const isNumber = (text: string): boolean => /^\d+$/.test(text)

function containerPorts(pod: Pod): ContainerPort[] {
  return [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')].flatMap((container) => container.ports ?? [])
}

function namedPodPort(pod: Pod, name: string): number {
  const port = containerPorts(pod).find((one) => one.name === name)
  if (port === undefined) throw fail(`Pod '${pod.metadata.name}' does not have a named port '${name}'`)
  return port.containerPort
}

function podPort(pod: Pod, text: string): PortPair {
  const { local, remote } = splitPort(text)
  if (remote === '') throw fail('remote port cannot be empty')
  const number = isNumber(remote) ? remote : String(namedPodPort(pod, remote))
  return { local: local === remote ? number : local, remote: number }
}

/** The port of the pod behind a port of a service. */
function servicePort(service: Service, pod: Pod, text: string): PortPair {
  const { local, remote } = splitPort(text)
  const ports = service.spec.ports ?? []
  const found = isNumber(remote) ? ports.find((port) => port.port === Number(remote)) : ports.find((port) => port.name === remote)
  if (found === undefined) throw fail(isNumber(remote) ? `Service ${service.metadata.name} does not have a service port ${remote}` : `Service '${service.metadata.name}' does not have a named port '${remote}'`)
  const target = service.spec.clusterIP === 'None' ? found.port : found.targetPort === undefined || found.targetPort === 0 ? found.port : typeof found.targetPort === 'number' ? found.targetPort : namedPodPort(pod, found.targetPort)
  return { local: local === remote ? String(found.port) : local, remote: String(target) }
}

function checkPorts({ local, remote }: PortPair): void {
  if (local !== '' && (!isNumber(local) || Number(local) > 65_535)) throw fail(`error parsing local port ${goQuote(local)}: strconv.ParseUint: parsing ${goQuote(local)}: ${isNumber(local) ? 'value out of range' : 'invalid syntax'}`)
  if (Number(remote) > 65_535) throw fail(`error parsing remote port ${goQuote(remote)}: strconv.ParseUint: parsing ${goQuote(remote)}: value out of range`)
  if (Number(remote) === 0) throw fail('remote port must be > 0')
}

/**
 * kubectl port-forward TYPE/NAME [LOCAL:]REMOTE...: checks pod and ports as upstream does, then holds the stream until
 * Ctrl+C. Fails where no byte can go through.
 */
export function* portForward(session: Session): Run<number> {
  const { args, flags } = session
  if (args.length < 2) throw session.usage('TYPE/NAME and list of ports are required for port-forward')
  if (flags.duration('pod-running-timeout') <= 0) throw session.usage('--pod-running-timeout must be higher than zero')
  const object = (yield* readTarget(session, args.slice(0, 1))).object
  const [pod] = object?.kind === 'Pod' ? [object as Pod] : object === undefined ? [] : yield* podsOfObject(session, object, { purpose: 'exec', timeoutMs: flags.duration('pod-running-timeout'), cannot: `cannot attach to *v1.${object.kind}` })
  if (pod === undefined) throw fail('pod name or resource type/name must be specified')
  const pairs = args.slice(1).map((text) => (object?.kind === 'Service' ? servicePort(object as Service, pod, text) : podPort(pod, text)))
  const target = { kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name }
  const current = yield* session.call<Pod>({ verb: 'get', ...target })
  if (current.status?.phase !== 'Running') throw fail(`unable to forward port because pod is not running. Current status=${current.status?.phase ?? ''}`)
  pairs.forEach(checkPorts)
  const response = yield* session.send({ verb: 'create', ...target, subresource: 'portforward' })
  if (!isSuccess(response) && !isStream(response)) {
    const status = (response as { body: Status }).body
    if (status.reason === 'InternalError' || status.reason === undefined) throw fail(`error upgrading connection: ${status.message ?? ''}`)
    if (status.reason === 'Forbidden' || status.reason === 'Unauthorized') throw fail(`error upgrading connection: ${status.message ?? ''}`)
    throw fail(`port-forward cannot reach this terminal: it is outside the cluster's network. Ask from a pod instead:\n  kubectl run tmp --rm -it --image=busybox --restart=Never -- wget -qO- http://${pod.status?.podIP ?? 'POD-IP'}:${pairs[0]?.remote ?? ''}`)
  }
  for (const { local, remote } of pairs) session.out(`Forwarding from 127.0.0.1:${local} -> ${remote}\nForwarding from [::1]:${local} -> ${remote}\n`)
  if (isStream(response)) for (;;) if ((yield* session.frames(response.streamId)).some((frame) => frame.kind === 'end')) break
  return 0
}
