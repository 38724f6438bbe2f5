/** The environment of a container. Models kubernetes/pkg/kubelet makeEnvironmentVariables and third_party/forked/golang/expansion (v1.35). */

import { parseIp } from '../api/ip.ts'
import { quantityMilli, quantityValue } from '../api/quantity.ts'
import type { ConfigMap, Container, EnvVar, Pod, ResourceList, Secret, Service } from '../api/types.ts'
import { compareText } from '../kernel/text.ts'
import { decodeBase64 } from './base64.ts'
import type { Host } from './host.ts'
import { hostIpOf } from './addresses.ts'
import { findContainer } from './host.ts'
import { kubeletTexts } from './texts.ts'

/** Variables by name, in the order in which the container sees them; or why the container cannot be created. */
export type Environment = { readonly env: { readonly [name: string]: string } } | { readonly error: string }

type Variables = { [name: string]: string }

/** Replaces `$(NAME)` by its value where there is one, and `$$` by `$`. */
export function expand(text: string, variables: { readonly [name: string]: string }): string {
  if (!text.includes('$')) return text
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, what: string, name: string) => {
    if (what === '$') return '$'
    return Object.hasOwn(variables, name) ? variables[name] : whole
  })
}

function serviceVariables(service: Service): Variables {
  const { clusterIP, ports = [] } = service.spec
  const name = (service.metadata.name ?? '').toUpperCase().replace(/-/g, '_')
  const variables: Variables = {}
  if (clusterIP === undefined || parseIp(clusterIP) === undefined || ports.length === 0) return variables
  const first = ports[0]
  variables[`${name}_SERVICE_HOST`] = clusterIP
  variables[`${name}_SERVICE_PORT`] = String(first.port)
  for (const port of ports) if (port.name !== undefined) variables[`${name}_SERVICE_PORT_${port.name.toUpperCase().replace(/-/g, '_')}`] = String(port.port)
  const url = (port: (typeof ports)[number]): string => `${(port.protocol ?? 'TCP').toLowerCase()}://${clusterIP}:${port.port}`
  variables[`${name}_PORT`] = url(first)
  for (const port of ports) {
    const protocol = port.protocol ?? 'TCP'
    const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`
    variables[prefix] = url(port)
    variables[`${prefix}_PROTO`] = protocol.toLowerCase()
    variables[`${prefix}_PORT`] = String(port.port)
    variables[`${prefix}_ADDR`] = clusterIP
  }
  return variables
}

function servicesOf(host: Host, pod: Pod): Variables {
  const client = host.client(pod.spec.nodeName ?? '')
  const variables: Variables = {}
  const kubernetes = client.find<Service>('services', 'default/kubernetes')
  if (kubernetes !== undefined) Object.assign(variables, serviceVariables(kubernetes))
  if (pod.spec.enableServiceLinks === false) return variables
  for (const service of client.list<Service>('services', { namespace: pod.metadata.namespace })) Object.assign(variables, serviceVariables(service))
  return variables
}

/** What a `fieldRef` shows. @returns undefined for a path that is not known */
export function fieldValue(host: Host, pod: Pod, fieldPath: string, podIP: string): string | undefined {
  const { metadata, spec } = pod
  const subscript = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(fieldPath)
  if (subscript !== null) return (subscript[1] === 'labels' ? metadata.labels : metadata.annotations)?.[subscript[2]] ?? ''
  const hostIP = hostIpOf(host, spec.nodeName ?? '') ?? ''
  const values: { readonly [path: string]: string | undefined } = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': formatMap(metadata.labels),
    'metadata.annotations': formatMap(metadata.annotations),
    'spec.nodeName': spec.nodeName ?? '',
    'spec.serviceAccountName': spec.serviceAccountName ?? '',
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
    'status.podIP': podIP,
    'status.podIPs': podIP,
  }
  return values[fieldPath]
}

function formatMap(map: { readonly [key: string]: string } | undefined): string {
  const keys = Object.keys(map ?? {}).sort(compareText)
  return keys.map((key) => `${key}=${JSON.stringify(map![key])}`).join('\n')
}

/** What a `resourceFieldRef` shows: the amount in units of the divisor, rounded up; a missing limit is the node's allocatable. */
export function resourceValue(host: Host, pod: Pod, container: Container, resource: string, divisor: string | undefined): string {
  const dot = resource.indexOf('.')
  const list: ResourceList | undefined = resource.startsWith('limits.') ? container.resources?.limits : container.resources?.requests
  const name = resource.slice(dot + 1)
  const allocatable = host.findNode(pod.spec.nodeName ?? '')?.status?.allocatable?.[name]
  const quantity = list?.[name] ?? (resource.startsWith('limits.') ? allocatable : undefined) ?? '0'
  const unit = divisor === undefined || divisor === '0' || divisor === '' ? '1' : divisor
  if (name === 'cpu') return String(Math.ceil(quantityMilli(quantity) / quantityMilli(unit)))
  return String(Math.ceil(quantityValue(quantity) / quantityValue(unit)))
}

/** A value, nothing (an optional source is missing), or an error. */
type Resolved = { readonly value?: string; readonly error?: string }

function fromKey(host: Host, pod: Pod, source: NonNullable<EnvVar['valueFrom']>): Resolved {
  const client = host.client(pod.spec.nodeName ?? '')
  const { namespace } = pod.metadata
  const { configMapKeyRef, secretKeyRef } = source
  if (configMapKeyRef !== undefined) {
    const name = configMapKeyRef.name ?? ''
    const map = client.find<ConfigMap>('configmaps', `${namespace}/${name}`)
    const value = map?.data?.[configMapKeyRef.key]
    if (value !== undefined || configMapKeyRef.optional === true) return { value }
    return { error: map === undefined ? kubeletTexts.configMapMissing(name) : kubeletTexts.configMapKeyMissing(configMapKeyRef.key, `${namespace}/${name}`) }
  }
  if (secretKeyRef === undefined) return {}
  const name = secretKeyRef.name ?? ''
  const secret = client.find<Secret>('secrets', `${namespace}/${name}`)
  const value = secret?.data?.[secretKeyRef.key]
  if (value !== undefined) return { value: decodeBase64(value) }
  if (secretKeyRef.optional === true) return {}
  return { error: secret === undefined ? kubeletTexts.secretMissing(name) : kubeletTexts.secretKeyMissing(secretKeyRef.key, `${namespace}/${name}`) }
}

function resolve(host: Host, pod: Pod, container: Container, source: NonNullable<EnvVar['valueFrom']>, podIP: string): Resolved {
  if (source.fieldRef !== undefined) return { value: fieldValue(host, pod, source.fieldRef.fieldPath, podIP) ?? '' }
  if (source.resourceFieldRef !== undefined) {
    const { containerName, resource, divisor } = source.resourceFieldRef
    const target = containerName === undefined || containerName === '' ? container : (findContainer(pod, containerName) ?? container)
    return { value: resourceValue(host, pod, target, resource, divisor) }
  }
  return fromKey(host, pod, source)
}

function envFrom(host: Host, pod: Pod, container: Container, variables: Variables): string | undefined {
  const client = host.client(pod.spec.nodeName ?? '')
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const name = configMapRef?.name ?? secretRef?.name ?? ''
    const key = `${pod.metadata.namespace}/${name}`
    const data = configMapRef !== undefined ? client.find<ConfigMap>('configmaps', key) : client.find<Secret>('secrets', key)
    if (data === undefined) {
      if ((configMapRef ?? secretRef)?.optional === true) continue
      return configMapRef !== undefined ? kubeletTexts.configMapMissing(name) : kubeletTexts.secretMissing(name)
    }
    for (const [field, value] of Object.entries(data.data ?? {})) variables[prefix + field] = configMapRef !== undefined ? value : decodeBase64(value)
  }
  return undefined
}

/** Resolves the environment of a container that is about to be created. */
export function makeEnvironment(host: Host, pod: Pod, container: Container, podIP: string): Environment {
  const services = servicesOf(host, pod)
  const sources: Variables = {}
  const error = envFrom(host, pod, container, sources)
  if (error !== undefined) return { error }
  const own: Variables = {}
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      own[name] = expand(value ?? '', { ...services, ...sources, ...own })
      continue
    }
    const resolved = resolve(host, pod, container, valueFrom, podIP)
    if (resolved.error !== undefined) return { error: resolved.error }
    if (resolved.value !== undefined) own[name] = resolved.value
  }
  const hostname = pod.spec.hostNetwork === true ? (pod.spec.nodeName ?? '') : hostnameOf(pod)
  const base: Variables = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOSTNAME: hostname }
  const env: Variables = { ...base, ...own }
  for (const [name, value] of Object.entries(sources)) if (!Object.hasOwn(own, name)) env[name] = value
  for (const name of Object.keys(services).sort(compareText)) if (!Object.hasOwn(env, name)) env[name] = services[name]
  env['HOME'] ??= '/root'
  return { env }
}

/** The host name of a pod: its own, or its name cut to 63 characters. */
export function hostnameOf(pod: Pod): string {
  return pod.spec.hostname ?? (pod.metadata.name ?? '').slice(0, 63).replace(/[-.]+$/, '')
}
