/** The checks of the baseline level. Models pod-security-admission/policy (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { badSetters, containersOf, containersText, joinQuoted, namesWhere, plural, sortedSet } from './check.ts'
import type { Check, CheckedContainer, CheckedPod, Finding, SecurityContext } from './check.ts'

const defaultCapabilities = ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod'
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/'
const safeSysctls = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start']
const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t']
const profileTypes = ['RuntimeDefault', 'Localhost']

function appArmor(pod: CheckedPod): Finding | undefined {
  const isBad = (context: SecurityContext | undefined): boolean => context?.appArmorProfile !== undefined && !profileTypes.includes(context.appArmorProfile.type ?? '')
  const isPodBad = isBad(pod.spec.securityContext)
  const bad = containersOf(pod).filter((container) => isBad(container.securityContext))
  const values = sortedSet([...(isPodBad ? [pod.spec.securityContext] : []), ...bad.map((container) => container.securityContext)].map((context) => context?.appArmorProfile?.type ?? ''))
  const isAllowed = (value: string): boolean => value === '' || value === 'runtime/default' || value.startsWith('localhost/')
  const annotations = sortedSet(Object.entries(pod.annotations).filter(([key, value]) => key.startsWith(appArmorPrefix) && !isAllowed(value)).map(([key, value]) => `${key}=${goQuote(value)}`))
  const setters = [badSetters(isPodBad, bad.map((container) => container.name)), annotations.length === 0 ? '' : plural('annotation', 'annotations', annotations.length)].filter((text) => text !== '')
  if (setters.length === 0) return undefined
  const all = [...values, ...annotations]
  return { reason: plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', all.length), detail: `${setters.join(' and ')} must not set AppArmor profile type to ${joinQuoted(all)}` }
}

function capabilities(pod: CheckedPod): Finding | undefined {
  const extra = (container: CheckedContainer): string[] => (container.securityContext?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.includes(name))
  const names = namesWhere(pod, (container) => extra(container).length > 0)
  if (names.length === 0) return undefined
  return { reason: 'non-default capabilities', detail: `${containersText(names)} must not include ${joinQuoted(sortedSet(containersOf(pod).flatMap(extra)))} in securityContext.capabilities.add` }
}

function hostNamespaces({ spec }: CheckedPod): Finding | undefined {
  const set = [spec.hostNetwork === true ? 'hostNetwork=true' : '', spec.hostPID === true ? 'hostPID=true' : '', spec.hostIPC === true ? 'hostIPC=true' : ''].filter((text) => text !== '')
  return set.length === 0 ? undefined : { reason: 'host namespaces', detail: set.join(', ') }
}

function hostPathVolumes({ spec }: CheckedPod): Finding | undefined {
  const names = (spec.volumes ?? []).filter((volume) => volume['hostPath'] !== undefined).map((volume) => String(volume['name']))
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: `${plural('volume', 'volumes', names.length)} ${joinQuoted(names)}` }
}

function hostPorts(pod: CheckedPod): Finding | undefined {
  const portsOf = (container: CheckedContainer): string[] => (container.ports ?? []).filter((port) => (port.hostPort ?? 0) !== 0).map((port) => String(port.hostPort))
  const names = namesWhere(pod, (container) => portsOf(container).length > 0)
  if (names.length === 0) return undefined
  const ports = sortedSet(containersOf(pod).flatMap(portsOf))
  return { reason: 'hostPort', detail: `${containersText(names)} ${plural('uses', 'use', names.length)} ${plural('hostPort', 'hostPorts', ports.length)} ${ports.join(', ')}` }
}

function hostProbes(pod: CheckedPod): Finding | undefined {
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: CheckedContainer): string[] =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) => [handler?.httpGet?.host ?? '', handler?.tcpSocket?.host ?? '']).filter((host) => host !== '')
  const names = sortedSet(namesWhere(pod, (container) => hostsOf(container).length > 0))
  if (names.length === 0) return undefined
  const hosts = sortedSet(containersOf(pod).flatMap(hostsOf))
  return { reason: 'probe or lifecycle host', detail: `${containersText(names)} ${plural('uses', 'use', names.length)} ${plural('probe or lifecycle host', 'probe or lifecycle hosts', hosts.length)} ${joinQuoted(hosts)}` }
}

function privileged(pod: CheckedPod): Finding | undefined {
  const names = namesWhere(pod, (container) => container.securityContext?.privileged === true)
  return names.length === 0 ? undefined : { reason: 'privileged', detail: `${containersText(names)} must not set securityContext.privileged=true` }
}

/** Any procMount but the default one. */
export function findProcMount(pod: CheckedPod): Finding | undefined {
  const mountOf = (container: CheckedContainer): string => container.securityContext?.procMount ?? 'Default'
  const names = namesWhere(pod, (container) => mountOf(container) !== 'Default')
  if (names.length === 0) return undefined
  return { reason: 'procMount', detail: `${containersText(names)} must not set securityContext.procMount to ${joinQuoted(sortedSet(containersOf(pod).map(mountOf).filter((mount) => mount !== 'Default')))}` }
}

function seLinux(allowed: readonly string[]): Check['find'] {
  return (pod) => {
    const optionsOf = (context: SecurityContext | undefined): SecurityContext['seLinuxOptions'][] => {
      const options = context?.seLinuxOptions
      return options !== undefined && (!allowed.includes(options.type ?? '') || options.user || options.role) ? [options] : []
    }
    const isPodBad = optionsOf(pod.spec.securityContext).length > 0
    const names = namesWhere(pod, (container) => optionsOf(container.securityContext).length > 0)
    if (!isPodBad && names.length === 0) return undefined
    const bad = [pod.spec.securityContext, ...containersOf(pod).map((container) => container.securityContext)].flatMap(optionsOf)
    const types = sortedSet(bad.map((options) => options?.type ?? '').filter((type) => !allowed.includes(type)))
    const data = [types.length === 0 ? '' : `${plural('type', 'types', types.length)} ${joinQuoted(types)}`, bad.some((options) => options?.user) ? 'user may not be set' : '', bad.some((options) => options?.role) ? 'role may not be set' : '']
    return { reason: 'seLinuxOptions', detail: `${badSetters(isPodBad, names)} set forbidden securityContext.seLinuxOptions: ${data.filter((text) => text !== '').join('; ')}` }
  }
}

function seccompAnnotations(pod: CheckedPod): Finding | undefined {
  const isAllowed = (value: string): boolean => value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/')
  const keys = [seccompPod, ...containersOf(pod).map((container) => `${seccompContainer}${container.name}`)]
  const bad = sortedSet(keys.filter((key) => pod.annotations[key] !== undefined && !isAllowed(pod.annotations[key]!)).map((key) => `${key}=${goQuote(pod.annotations[key]!)}`))
  return bad.length === 0 ? undefined : { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', 'annotations', bad.length)} ${bad.join(', ')}` }
}

/** Seccomp profiles that are set to something bad. */
export function findSeccompProfile(pod: CheckedPod): Finding | undefined {
  const typeOf = (context: SecurityContext | undefined): string[] => {
    const type = context?.seccompProfile === undefined ? undefined : (context.seccompProfile.type ?? '')
    return type === undefined || profileTypes.includes(type) ? [] : [type]
  }
  const isPodBad = typeOf(pod.spec.securityContext).length > 0
  const names = namesWhere(pod, (container) => typeOf(container.securityContext).length > 0)
  if (!isPodBad && names.length === 0) return undefined
  const values = sortedSet([pod.spec.securityContext, ...containersOf(pod).map((container) => container.securityContext)].flatMap(typeOf))
  return { reason: 'seccompProfile', detail: `${badSetters(isPodBad, names)} must not set securityContext.seccompProfile.type to ${joinQuoted(values)}` }
}

function sysctls(allowed: readonly string[]): Check['find'] {
  return ({ spec }) => {
    const bad = (spec.securityContext?.sysctls ?? []).map((sysctl) => sysctl.name).filter((name) => !allowed.includes(name))
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') }
  }
}

function windowsHostProcess(pod: CheckedPod): Finding | undefined {
  const isPodBad = pod.spec.securityContext?.windowsOptions?.hostProcess === true
  const names = namesWhere(pod, (container) => container.securityContext?.windowsOptions?.hostProcess === true)
  return isPodBad || names.length > 0 ? { reason: 'hostProcess', detail: `${badSetters(isPodBad, names)} must not set securityContext.windowsOptions.hostProcess=true` } : undefined
}

const sysctls127 = [...safeSysctls, 'net.ipv4.ip_local_reserved_ports']
const sysctls129 = [...sysctls127, 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes']

/** In the order of their ids, older versions first. */
export const baselineChecks: readonly Check[] = [
  { id: 'appArmorProfile', sinceMinor: 0, find: appArmor },
  { id: 'capabilities_baseline', sinceMinor: 0, find: capabilities },
  { id: 'hostNamespaces', sinceMinor: 0, find: hostNamespaces },
  { id: 'hostPathVolumes', sinceMinor: 0, find: hostPathVolumes },
  { id: 'hostPorts', sinceMinor: 0, find: hostPorts },
  { id: 'hostProbesAndHostLifecycle', sinceMinor: 34, find: hostProbes },
  { id: 'privileged', sinceMinor: 0, find: privileged },
  { id: 'procMount', sinceMinor: 0, find: findProcMount },
  { id: 'procMount', sinceMinor: 35, find: (pod) => (pod.spec.hostUsers === false ? undefined : findProcMount(pod)) },
  { id: 'seLinuxOptions', sinceMinor: 0, find: seLinux(seLinuxTypes) },
  { id: 'seLinuxOptions', sinceMinor: 31, find: seLinux([...seLinuxTypes, 'container_engine_t']) },
  { id: 'seccompProfile_baseline', sinceMinor: 0, find: seccompAnnotations },
  { id: 'seccompProfile_baseline', sinceMinor: 19, find: findSeccompProfile },
  { id: 'sysctls', sinceMinor: 0, find: sysctls(safeSysctls) },
  { id: 'sysctls', sinceMinor: 27, find: sysctls(sysctls127) },
  { id: 'sysctls', sinceMinor: 29, find: sysctls(sysctls129) },
  { id: 'sysctls', sinceMinor: 32, find: sysctls([...sysctls129, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']) },
  { id: 'windowsHostProcess', sinceMinor: 0, find: windowsHostProcess },
]
