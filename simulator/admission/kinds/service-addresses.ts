/** Cluster IPs and IP families of Services. Models pkg/registry/core/service/storage and pkg/apis/core/validation (v1.35), for a cluster of IPv4. */

import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { isDualStack, isIpv6, validateLegacyIp } from '../validation/ip.ts'
import type { FullServiceSpec } from './services.ts'

/** Node ports that Services may use. */
export const nodePortRange = { first: 30000, last: 32767 }

const families = ['IPv4', 'IPv6']
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** True for a Service without a cluster IP of its own. */
export function isHeadless(spec: FullServiceSpec): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None'
}

/** The list follows the one address that older clients set. */
function normalizeAddresses(spec: FullServiceSpec, old: FullServiceSpec | undefined): void {
  const { clusterIP = '' } = spec
  if (old === undefined) {
    if (clusterIP !== '' && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [clusterIP]
    return
  }
  if ((spec.clusterIPs ?? []).length === 0 && old.clusterIPs !== undefined && clusterIP === (old.clusterIP ?? '')) spec.clusterIPs = [...old.clusterIPs]
  if (clusterIP !== (old.clusterIP ?? '') && equalSemantic(spec.clusterIPs, old.clusterIPs)) {
    if (clusterIP === '') delete spec.clusterIPs
    else if ((spec.clusterIPs ?? []).length > 0) spec.clusterIPs = [clusterIP, ...spec.clusterIPs!.slice(1)]
    else spec.clusterIPs = [clusterIP]
  }
}

/** What is wrong with addresses, families and their policy among themselves. */
export function validateClusterAddresses(spec: FullServiceSpec, old: FullServiceSpec | undefined, errors: ErrorList): void {
  if (spec.type === 'ExternalName') return
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec
  if (clusterIP === '' && clusterIPs.length > 0) errors.invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified')
  if (clusterIP !== '' && clusterIPs.length === 0) errors.required('spec.clusterIPs')
  else if (clusterIP !== '' && clusterIPs[0] !== clusterIP) errors.invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')
  ipFamilies.forEach((family, index) => {
    if (!families.includes(family)) errors.notSupported(`spec.ipFamilies[${index}]`, family, families)
    if (ipFamilies.indexOf(family) < index) errors.duplicate(`spec.ipFamilies[${index}]`, family)
  })
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy)) errors.notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, policies)
  validateAddressList(spec, old, errors)
}

function validateAddressList(spec: FullServiceSpec, old: FullServiceSpec | undefined, errors: ErrorList): void {
  const { clusterIPs = [], ipFamilies = [] } = spec
  const before = errors.size
  clusterIPs.forEach((ip, index) => {
    if (index === 0 && ip === 'None') {
      if (clusterIPs.length > 1) errors.invalid('spec.clusterIPs', clusterIPs, "'None' must be the first and only value")
    } else if (!old?.clusterIPs?.includes(ip)) validateLegacyIp(ip, `spec.clusterIPs[${index}]`, errors)
  })
  const hasInvalid = errors.size > before
  if (clusterIPs.length > 2) errors.invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values')
  if (hasInvalid) return
  if (clusterIPs.length > 1 && !isDualStack(clusterIPs)) errors.invalid('spec.clusterIPs', clusterIPs, 'may specify no more than one IP for each IP family')
  if (isHeadless(spec)) return
  clusterIPs.slice(0, ipFamilies.length).forEach((ip, index) => {
    if (ipFamilies[index] === 'IPv4' && isIpv6(ip)) errors.invalid(`spec.clusterIPs[${index}]`, ip, `expected an IPv4 value as indicated by \`ipFamilies[${index}]\``)
    if (ipFamilies[index] === 'IPv6' && !isIpv6(ip)) errors.invalid(`spec.clusterIPs[${index}]`, ip, `expected an IPv6 value as indicated by \`ipFamilies[${index}]\``)
  })
}

function validateSingleStack(spec: FullServiceSpec, errors: ErrorList): void {
  if (spec.ipFamilyPolicy !== 'SingleStack') return
  const text = (what: string): string => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  if ((spec.clusterIPs ?? []).length === 2) errors.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text('cluster IPs'))
  if ((spec.ipFamilies ?? []).length === 2) errors.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text('IP families'))
}

/** Families of the addresses that were given. */
function addFamilies(spec: FullServiceSpec, errors: ErrorList): void {
  if (isHeadless(spec)) return
  spec.clusterIPs?.forEach((ip, index) => {
    if (index < (spec.ipFamilies ?? []).length) return
    if (isIpv6(ip)) errors.invalid(`spec.clusterIPs[${index}]`, spec.clusterIPs, 'IPv6 is not configured on this cluster')
    else spec.ipFamilies = [...(spec.ipFamilies ?? []), 'IPv4']
  })
}

/** Settles families and policy before anything else is validated; errors here come alone. */
function initFamilies(spec: FullServiceSpec, old: FullServiceSpec | undefined, errors: ErrorList): void {
  if (spec.type === 'ExternalName') return
  const hasSelector = Object.keys(spec.selector ?? {}).length > 0
  const isBare = spec.clusterIP === 'None' && !hasSelector
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isBare ? 'RequireDualStack' : 'SingleStack')
  validateClusterAddresses(spec, old, errors)
  if (errors.size > 0) return
  if (old === undefined || spec.ipFamilyPolicy !== 'SingleStack' || (spec.clusterIPs ?? []).length < 2) validateSingleStack(spec, errors)
  addFamilies(spec, errors)
  if (errors.size > 0) return
  if (isBare) {
    const first = spec.ipFamilies?.[0] ?? 'IPv4'
    if ((spec.ipFamilies ?? []).length < 2) spec.ipFamilies = spec.ipFamilyPolicy === 'SingleStack' ? [first] : [first, first === 'IPv4' ? 'IPv6' : 'IPv4']
    return
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack') errors.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services')
  spec.ipFamilies?.forEach((family, index) => { if (family !== 'IPv4') errors.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster') })
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = ['IPv4']
}

/** Settles families and addresses of a new Service; errors here come alone. */
export function beginServiceCreate(spec: FullServiceSpec, errors: ErrorList, isDryRun: boolean): void {
  normalizeAddresses(spec, undefined)
  initFamilies(spec, undefined, errors)
  checkNodePorts(spec, errors, isDryRun)
}

/** Values that were allocated stay when the update does not name them. */
function keepAllocated(spec: FullServiceSpec, old: FullServiceSpec): void {
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!spec.clusterIP) {
      spec.clusterIP = old.clusterIP
      if ((spec.clusterIPs ?? []).length === 0 && old.clusterIPs !== undefined) spec.clusterIPs = [...old.clusterIPs]
    }
  }
  const usesPorts = (each: FullServiceSpec): boolean => each.type === 'NodePort' || each.type === 'LoadBalancer'
  if (usesPorts(spec) && usesPorts(old)) {
    const used = new Set((spec.ports ?? []).map((port) => port.nodePort ?? 0))
    for (const port of spec.ports ?? []) {
      if (port.nodePort) continue
      const before = old.ports?.find((each) => each.port === port.port && each.protocol === port.protocol)
      if (before?.nodePort && !used.has(before.nodePort)) port.nodePort = before.nodePort
    }
  }
  if (old.healthCheckNodePort && spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') spec.healthCheckNodePort ||= old.healthCheckNodePort
}

/** The same for a changed Service. */
export function beginServiceUpdate(spec: FullServiceSpec, old: FullServiceSpec, errors: ErrorList, isDryRun: boolean): void {
  keepAllocated(spec, old)
  normalizeAddresses(spec, old)
  if (spec.type !== 'ExternalName') initFamilies(spec, old, errors)
  checkNodePorts(spec, errors, isDryRun)
}

/** Refuses a port that cannot be allocated. A dry run allocates none. */
function checkNodePorts({ ports = [], type, allocateLoadBalancerNodePorts }: FullServiceSpec, errors: ErrorList, isDryRun: boolean): void {
  const allocates = type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
  if (isDryRun || errors.size > 0 || !allocates) return
  const index = ports.findIndex(({ nodePort }) => nodePort && (nodePort < nodePortRange.first || nodePort > nodePortRange.last))
  if (index >= 0) errors.invalid(`spec.ports[${index}].nodePort`, ports[index].nodePort, `provided port is not in the valid range. The range of valid ports is ${nodePortRange.first}-${nodePortRange.last}`)
}

/** Addresses and families, once there, stay. */
export function validateFamilyUpdate(spec: FullServiceSpec, old: FullServiceSpec, errors: ErrorList): void {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return
  const text = 'may not change once set'
  const [ips, oldIps] = [spec.clusterIPs ?? [], old.clusterIPs ?? []]
  if (!(isHeadless(spec) && isHeadless(old))) {
    if (ips.length === oldIps.length) oldIps.forEach((ip, index) => { if (ip !== ips[index]) errors.invalid(`spec.clusterIPs[${index}]`, ips, text) })
    else if (oldIps.length > ips.length && ips.length === 0) errors.invalid('spec.clusterIPs[0]', spec.clusterIPs ?? null, 'primary clusterIP can not be unset')
    else if (oldIps.length > 0 && ips[0] !== oldIps[0]) errors.invalid('spec.clusterIPs[0]', ips, text)
  }
  if (isHeadless(spec) || isHeadless(old)) return
  const [now, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []]
  if (now.length === before.length) before.forEach((family, index) => { if (family !== now[index]) errors.invalid('spec.ipFamilies[0]', now, text) })
  else if (now.length > 0 && before.length > 0 && now[0] !== before[0]) errors.invalid('spec.ipFamilies[0]', ips, text)
}
