/** The containers of a pod or pod template. Models k8s.io/kubectl/pkg/describe describeContainers (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { compareQuantities, quantityMilli, quantityValue } from '../../api/quantity.ts'
import type { Container, ContainerPort, ContainerState, ContainerStatus, EnvVar, Pod, Probe, ResourceRequirements } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { boolText, longTime, orNone } from './lines.ts'
import type { Lines } from './lines.ts'

type Statuses = readonly ContainerStatus[] | undefined

function portsText(ports: readonly ContainerPort[] | undefined, member: 'containerPort' | 'hostPort'): string {
  return (ports ?? []).map((port) => `${port[member] ?? 0}/${port.protocol ?? ''}${port.name === undefined || port.name === '' ? '' : ` (${port.name})`}`).join(', ')
}

function writePorts(lines: Lines, title: string, text: string): void {
  lines.write(2, text.includes(',') ? `${title}s:\t${text}\n` : `${title}:\t${orNone(text)}\n`)
}

function writeBasics(lines: Lines, container: Container, status: ContainerStatus | undefined, space: string): void {
  lines.write(1, `${space === '' ? '' : ' '}${container.name}:\n`)
  if (status !== undefined) lines.field('Container ID', status.containerID ?? '', 2)
  lines.field('Image', container.image ?? '', 2)
  if (status !== undefined) lines.field('Image ID', status.imageID ?? '', 2)
  writePorts(lines, 'Port', portsText(container.ports, 'containerPort'))
  writePorts(lines, 'Host Port', portsText(container.ports, 'hostPort'))
  const seccomp = (container.securityContext as { seccompProfile?: { type: string; localhostProfile?: string } } | undefined)?.seccompProfile
  if (seccomp === undefined) return
  lines.field('SeccompProfile', seccomp.type, 2)
  if (seccomp.type === 'Localhost') lines.field('LocalhostProfile', seccomp.localhostProfile ?? '', 3)
}

function writeWords(lines: Lines, title: string, words: readonly string[] | undefined): void {
  if (words === undefined || words.length === 0) return
  lines.write(2, `${title}:\n`)
  for (const word of words) for (const part of word.split('\n')) lines.write(3, `${part}\n`)
}

/** Writes the blocks Limits and Requests, names sorted; nothing for a list that is empty. Models describeContainerResource. */
export function writeResources(lines: Lines, resources: ResourceRequirements | undefined, level: number): void {
  for (const [title, list] of [['Limits', resources?.limits], ['Requests', resources?.requests]] as const) {
    const names = Object.keys(list ?? {}).sort(compareText)
    if (names.length > 0) lines.write(level, `${title}:\n`)
    for (const name of names) lines.field(name, list?.[name] ?? '', level + 1)
  }
}

function writeState(lines: Lines, name: string, state: ContainerState): void {
  const { running, waiting, terminated } = state
  if (running !== undefined) {
    lines.field(name, 'Running', 2)
    return lines.field('Started', longTime(running.startedAt), 3)
  }
  if (terminated === undefined) {
    lines.field(name, 'Waiting', 2)
    if ((waiting?.reason ?? '') !== '') lines.field('Reason', waiting?.reason ?? '', 3)
    return
  }
  lines.field(name, 'Terminated', 2)
  if ((terminated.reason ?? '') !== '') lines.field('Reason', terminated.reason ?? '', 3)
  if ((terminated.message ?? '') !== '') lines.field('Message', terminated.message ?? '', 3)
  lines.field('Exit Code', terminated.exitCode, 3)
  if ((terminated.signal ?? 0) > 0) lines.field('Signal', terminated.signal ?? 0, 3)
  lines.field('Started', longTime(terminated.startedAt), 3)
  lines.field('Finished', longTime(terminated.finishedAt), 3)
}

/** `http-get http://:8080/ready delay=0s timeout=1s period=5s #success=1 #failure=3`. */
export function probeText(probe: Probe): string {
  const times = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 0}s period=${probe.periodSeconds ?? 0}s #success=${probe.successThreshold ?? 0} #failure=${probe.failureThreshold ?? 0}`
  const { exec, httpGet, tcpSocket, grpc } = probe
  if (exec !== undefined) return `exec [${(exec.command ?? []).join(' ')}] ${times}`
  if (httpGet !== undefined) {
    const path = httpGet.path ?? ''
    return `http-get ${(httpGet.scheme ?? '').toLowerCase()}://${httpGet.host ?? ''}:${httpGet.port}${path === '' || path.startsWith('/') ? path : `/${path}`} ${times}`
  }
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port} ${times}`
  return grpc === undefined ? `unknown ${times}` : `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${times}`
}

function writeProbes(lines: Lines, container: Container): void {
  for (const [name, probe] of [['Liveness', container.livenessProbe], ['Readiness', container.readinessProbe], ['Startup', container.startupProbe]] as const) {
    if (probe !== undefined) lines.field(name, probeText(probe), 2)
  }
}

function writeEnvFrom(lines: Lines, container: Container): void {
  if (container.envFrom === undefined || container.envFrom.length === 0) return
  lines.write(2, 'Environment Variables from:\n')
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom) {
    const reference = configMapRef ?? secretRef
    const from = configMapRef !== undefined ? 'ConfigMap' : secretRef !== undefined ? 'Secret' : ''
    lines.write(3, `${reference?.name ?? ''}\t${from}${prefix === '' ? '' : ` with prefix '${prefix}'`}\tOptional: ${reference?.optional === true}\n`)
  }
}

function ceilDivided(text: string, divisor: string, isCpu: boolean): string {
  const unit = divisor === '' || divisor === '0' ? '1' : divisor
  const [value, by] = isCpu ? [quantityMilli(text), quantityMilli(unit)] : [quantityValue(text), quantityValue(unit)]
  return String(Math.ceil(value / by))
}

/** The value of a resourceFieldRef as far as the container's own spec tells it. */
function resourceValue(container: Container, resource: string, divisor: string): string {
  const [list = '', ...rest] = resource.split('.')
  const name = rest.join('.')
  const quantity = (list === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name]
  const text = quantity === undefined || compareQuantities(quantity, '0') === 0 ? '0' : ceilDivided(quantity, divisor, name === 'cpu')
  return text === '0' && (resource === 'limits.cpu' || resource === 'limits.memory') ? 'node allocatable' : text
}

/** The value of a fieldRef, for the few fields that the API can select. */
function fieldValue(pod: Pod | undefined, path: string): string {
  if (pod === undefined) return ''
  const { metadata } = pod
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (subscript !== null) return metadata[subscript[1] === 'labels' ? 'labels' : 'annotations']?.[subscript[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.name': return metadata.name ?? ''
    case 'metadata.namespace': return metadata.namespace ?? ''
    case 'metadata.uid': return metadata.uid ?? ''
    case 'metadata.labels': case 'metadata.annotations': {
      const map = (path === 'metadata.labels' ? metadata.labels : metadata.annotations) ?? {}
      return Object.keys(map).sort(compareText).map((key) => `${key}=${goQuote(map[key] ?? '')}`).join('\n')
    }
  }
  return ''
}

function writeEnv(lines: Lines, container: Container, pod: Pod | undefined): void {
  const { env = [] } = container
  lines.write(2, `Environment:${env.length === 0 ? '\t<none>' : ''}\n`)
  for (const one of env) writeVariable(lines, container, one, pod)
}

function writeVariable(lines: Lines, container: Container, { name, value = '', valueFrom }: EnvVar, pod: Pod | undefined): void {
  if (valueFrom === undefined) {
    value.split('\n').forEach((part, index) => lines.write(3, `${index === 0 ? `${name}:` : ''}\t${part}\n`))
    return
  }
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom
  if (fieldRef !== undefined) lines.write(3, `${name}:\t${fieldValue(pod, fieldRef.fieldPath)} (${fieldRef.apiVersion ?? ''}:${fieldRef.fieldPath})\n`)
  else if (resourceFieldRef !== undefined) lines.write(3, `${name}:\t${resourceValue(container, resourceFieldRef.resource, resourceFieldRef.divisor ?? '0')} (${resourceFieldRef.resource})\n`)
  else if (secretKeyRef !== undefined) lines.write(3, `${name}:\t<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>\tOptional: ${secretKeyRef.optional === true}\n`)
  else if (configMapKeyRef !== undefined) lines.write(3, `${name}:\t<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name ?? ''}'>\tOptional: ${configMapKeyRef.optional === true}\n`)
}

function writeMounts(lines: Lines, container: Container): void {
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => compareText(a.mountPath, b.mountPath))
  lines.write(2, `Mounts:${mounts.length === 0 ? '\t<none>' : ''}\n`)
  for (const mount of mounts) {
    const flags = [mount.readOnly === true ? 'ro' : 'rw', ...((mount.subPath ?? '') === '' ? [] : [`path=${goQuote(mount.subPath ?? '')}`])]
    lines.write(3, `${mount.mountPath} from ${mount.name} (${flags.join(',')})\n`)
  }
  const devices = (container as { readonly volumeDevices?: readonly { readonly name: string; readonly devicePath: string }[] }).volumeDevices ?? []
  if (devices.length > 0) lines.write(2, `Devices:${mounts.length === 0 ? '\t<none>' : ''}\n`)
  for (const device of [...devices].sort((a, b) => compareText(a.devicePath, b.devicePath))) lines.write(3, `${device.devicePath} from ${device.name}\n`)
}

/** Writes containers with their statuses; `pod` resolves references to fields. */
export function writeContainers(lines: Lines, title: string, containers: readonly Container[], options: { readonly statuses?: Statuses; readonly pod?: Pod; readonly space?: string } = {}): void {
  const space = options.space ?? ''
  lines.write(0, `${space}${title}:${containers.length === 0 ? ' <none>' : ''}\n`)
  for (const container of containers) {
    const status = options.statuses?.find((one) => one.name === container.name)
    writeBasics(lines, container, status, space)
    writeWords(lines, 'Command', container.command)
    writeWords(lines, 'Args', container.args)
    if (status !== undefined) {
      writeState(lines, 'State', status.state ?? {})
      if (status.lastState?.terminated !== undefined) writeState(lines, 'Last State', status.lastState)
      lines.field('Ready', boolText(status.ready), 2)
      lines.field('Restart Count', status.restartCount, 2)
    }
    writeResources(lines, container.resources, 2)
    writeProbes(lines, container)
    writeEnvFrom(lines, container)
    writeEnv(lines, container, options.pod)
    writeMounts(lines, container)
  }
}
