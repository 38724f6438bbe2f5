/** Service. Models pkg/registry/core/service and pkg/apis/core/validation (v1.35). Addresses and node ports are allocated by the API server. */

import { checkDns1123Label, checkDns1123Subdomain, checkPortNumber, checkQualifiedName } from '../../api/names.ts'
import { nameTexts } from '../../api/names.ts'
import { checkDns1035Label } from '../../api/names.ts'
import type { ServicePort, ServiceSpec } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { portProtocols } from '../pod/validate-containers.ts'
import { validatePortNumberOrName } from '../pod/validate-probes.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateEndpointIp, validateLegacyCidr, validateLegacyIp, warningsForCidr, warningsForIp } from '../validation/ip.ts'
import type { NameCheck } from '../validation/meta.ts'
import { validateLabels, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import { beginServiceCreate, beginServiceUpdate, isHeadless, validateClusterAddresses, validateFamilyUpdate } from './service-addresses.ts'

/** All fields of a Service that rules look at. */
export interface FullServiceSpec extends ServiceSpec {
  externalIPs?: string[]
  loadBalancerIP?: string
  loadBalancerSourceRanges?: string[]
  loadBalancerClass?: string
  healthCheckNodePort?: number
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } }
  trafficDistribution?: string
}
interface Status { loadBalancer?: { ingress?: { ip?: string; ipMode?: string; hostname?: string }[] } }

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const withTraffic = ['ClusterIP', 'LoadBalancer', 'NodePort']
const affinitySecondsMax = 86400
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

const nameIsService: NameCheck = (name, isPrefix) => checkDns1035Label(isPrefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name)

function specOf(object: AdmittedObject): FullServiceSpec {
  return (object['spec'] ??= {}) as FullServiceSpec
}

function isExternal(spec: FullServiceSpec): boolean {
  return spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
}

function needsHealthCheck(spec: FullServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
}

function applyDefaults(spec: FullServiceSpec): void {
  spec.sessionAffinity ||= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10800 } }
  spec.type ||= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port ?? 0
  }
  if (isExternal(spec)) spec.externalTrafficPolicy ||= 'Cluster'
  if (withTraffic.includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
}

function validateTypeRules(spec: FullServiceSpec, errors: ErrorList): void {
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) errors.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)
  if (spec.type !== 'ExternalName') return
  const text = 'may not be set for ExternalName services'
  if ((spec.clusterIPs ?? []).length > 0) errors.forbidden('spec.clusterIPs', text)
  if ((spec.ipFamilies ?? []).length > 0) errors.forbidden('spec.ipFamilies', text)
  if (spec.ipFamilyPolicy !== undefined) errors.forbidden('spec.ipFamilyPolicy', text)
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  if (name === '') errors.required('spec.externalName')
  else errors.invalidEach('spec.externalName', name, checkDns1123Subdomain(name))
}

function validatePort(port: ServicePort, needsName: boolean, names: Set<string>, path: string, errors: ErrorList): void {
  const { name = '' } = port
  if (needsName && name === '') errors.required(`${path}.name`)
  else if (name !== '') {
    errors.invalidEach(`${path}.name`, name, checkDns1123Label(name))
    if (names.has(name)) errors.duplicate(`${path}.name`, name)
    names.add(name)
  }
  errors.invalidEach(`${path}.port`, port.port ?? 0, checkPortNumber(port.port ?? 0))
  errors.oneOf(`${path}.protocol`, port.protocol, portProtocols)
  validatePortNumberOrName(port.targetPort, `${path}.targetPort`, errors)
  if (port.appProtocol !== undefined) errors.invalidEach(`${path}.appProtocol`, port.appProtocol, checkQualifiedName(port.appProtocol))
}

function validateAffinity(spec: FullServiceSpec, errors: ErrorList): void {
  errors.oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])
  const path = 'spec.sessionAffinityConfig'
  if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig !== undefined) errors.forbidden(path, 'must not be set when session affinity is None')
  if (spec.sessionAffinity !== 'ClientIP') return
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (seconds === undefined) errors.required(`${path}.clientIP.timeoutSeconds`, 'when session affinity type is ClientIP')
  else if (seconds <= 0 || seconds > affinitySecondsMax) errors.invalid(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${affinitySecondsMax}`)
}

function validatePortSets(spec: FullServiceSpec, errors: ErrorList): void {
  const ports = spec.ports ?? []
  if (spec.type === 'ClusterIP') ports.forEach((port, index) => { if (port.nodePort) errors.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'") })
  const nodePorts = new Set<string>()
  ports.forEach((port, index) => {
    const key = `${port.protocol}/${port.nodePort}`
    if (port.nodePort && nodePorts.has(key)) errors.duplicate(`spec.ports[${index}].nodePort`, port.nodePort)
    if (port.nodePort) nodePorts.add(key)
  })
  const numbers = new Set<string>()
  ports.forEach((port, index) => {
    const key = `${port.protocol}/${port.port}`
    if (numbers.has(key)) errors.duplicate(`spec.ports[${index}]`, { Name: '', Protocol: port.protocol, AppProtocol: null, Port: port.port ?? 0, TargetPort: 0, NodePort: 0 })
    numbers.add(key)
  })
}

function validateLoadBalancer(spec: FullServiceSpec, annotations: { readonly [key: string]: string } | undefined, old: FullServiceSpec | undefined, errors: ErrorList): void {
  const only = "may only be used when `type` is 'LoadBalancer'"
  const ranges = spec.loadBalancerSourceRanges ?? []
  const annotation = annotations?.['service.beta.kubernetes.io/load-balancer-source-ranges']
  const known = (old?.loadBalancerSourceRanges ?? []).map((range) => range.trim())
  if (ranges.length > 0) {
    if (spec.type !== 'LoadBalancer') errors.forbidden('spec.LoadBalancerSourceRanges', only)
    ranges.forEach((range, index) => { if (!known.includes(range.trim())) validateLegacyCidr(range.trim(), `spec.LoadBalancerSourceRanges[${index}]`, errors) })
  } else if (annotation !== undefined) {
    const path = 'metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]'
    if (spec.type !== 'LoadBalancer') errors.forbidden(path, only)
    if (annotation.trim() !== '') for (const range of annotation.split(',')) validateLegacyCidr(range.trim(), path, errors)
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') errors.forbidden('spec.allocateLoadBalancerNodePorts', only)
  if (spec.loadBalancerClass === undefined) return
  if (spec.type === 'LoadBalancer') errors.invalidEach('spec.loadBalancerClass', spec.loadBalancerClass, checkQualifiedName(spec.loadBalancerClass))
  else errors.forbidden('spec.loadBalancerClass', only)
}

function validateTraffic(spec: FullServiceSpec, errors: ErrorList): void {
  const external = spec.externalTrafficPolicy ?? ''
  if (!isExternal(spec)) {
    if (external !== '') errors.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services')
  } else errors.oneOf('spec.externalTrafficPolicy', external, ['Cluster', 'Local'])
  const health = spec.healthCheckNodePort ?? 0
  if (!needsHealthCheck(spec)) {
    if (health !== 0) errors.invalid('spec.healthCheckNodePort', health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
  } else if (health !== 0 && checkPortNumber(health).length > 0) errors.invalid('spec.healthCheckNodePort', health, nameTexts.between(1, 65535))
  const internal = spec.internalTrafficPolicy
  if (internal === undefined && withTraffic.includes(spec.type ?? '')) errors.required('spec.internalTrafficPolicy')
  if (internal !== undefined && internal !== 'Cluster' && internal !== 'Local') errors.notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local'])
  if (spec.trafficDistribution !== undefined && !distributions.includes(spec.trafficDistribution)) errors.notSupported('spec.trafficDistribution', spec.trafficDistribution, distributions)
}

function validateService(object: AdmittedObject, old: AdmittedObject | undefined, errors: ErrorList): void {
  const spec = specOf(object)
  const before = old === undefined ? undefined : specOf(old)
  const ports = spec.ports ?? []
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') errors.required('spec.ports')
  validateTypeRules(spec, errors)
  const names = new Set<string>()
  ports.forEach((port, index) => validatePort(port, ports.length > 1, names, `spec.ports[${index}]`, errors))
  validateLabels(spec.selector, 'spec.selector', errors)
  validateAffinity(spec, errors)
  validateClusterAddresses(spec, before, errors)
  spec.externalIPs?.forEach((ip, index) => {
    const count = errors.size
    if (!before?.externalIPs?.includes(ip)) validateLegacyIp(ip, `spec.externalIPs[${index}]`, errors)
    if (errors.size === count) validateEndpointIp(ip, `spec.externalIPs[${index}]`, errors)
  })
  errors.oneOf('spec.type', spec.type, types)
  validatePortSets(spec, errors)
  validateLoadBalancer(spec, object.metadata.annotations, before, errors)
  validateTraffic(spec, errors)
}

function warnings(object: AdmittedObject): string[] {
  const spec = specOf(object)
  const list: string[] = []
  if (object.metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) list.push('annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead')
  if (spec.clusterIP && spec.clusterIP !== 'None') spec.clusterIPs?.forEach((ip, index) => list.push(...warningsForIp(ip, `spec.clusterIPs[${index}]`)))
  if (spec.type === 'ClusterIP' && spec.clusterIP === 'None') {
    if (spec.loadBalancerIP) list.push('spec.loadBalancerIP is ignored for headless services')
    if ((spec.externalIPs ?? []).length > 0) list.push('spec.externalIPs is ignored for headless services')
    if (spec.sessionAffinity !== 'None') list.push('spec.SessionAffinity is ignored for headless services')
  }
  spec.externalIPs?.forEach((ip, index) => list.push(...warningsForIp(ip, `spec.externalIPs[${index}]`)))
  if (spec.loadBalancerIP) list.push(...warningsForIp(spec.loadBalancerIP, 'spec.loadBalancerIP'))
  spec.loadBalancerSourceRanges?.forEach((range, index) => list.push(...warningsForCidr(range, `spec.loadBalancerSourceRanges[${index}]`)))
  if (spec.type === 'ExternalName' && (spec.externalIPs ?? []).length > 0) list.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (spec.type !== 'ExternalName' && spec.externalName) list.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose') list.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  return list
}

const usesNodePorts = (spec: FullServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer'

/** A change of type takes fields along that nobody asked to keep. */
function dropTypeFields(spec: FullServiceSpec, old: FullServiceSpec): void {
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') {
    if (spec.clusterIP === old.clusterIP && equalSemantic(spec.clusterIPs, old.clusterIPs)) {
      delete spec.clusterIP
      delete spec.clusterIPs
    }
    if (equalSemantic(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy
    if (spec.internalTrafficPolicy === old.internalTrafficPolicy) delete spec.internalTrafficPolicy
  }
  const oldPorts = (old.ports ?? []).map((port) => port.nodePort)
  const addsNone = (spec.ports ?? []).every((port) => !port.nodePort || oldPorts.includes(port.nodePort))
  if (usesNodePorts(old) && !usesNodePorts(spec) && addsNone) for (const port of spec.ports ?? []) delete port.nodePort
  if (needsHealthCheck(old) && !needsHealthCheck(spec) && spec.healthCheckNodePort === old.healthCheckNodePort) delete spec.healthCheckNodePort
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass
  }
  if (isExternal(old) && !isExternal(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy
}

function validateStatus(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void {
  validateObjectMetaUpdate(object.metadata, old.metadata, errors)
  const ingress = ((object['status'] ?? {}) as Status).loadBalancer?.ingress ?? []
  if (ingress.length > 0 && specOf(object).type !== 'LoadBalancer') return errors.forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")
  ingress.forEach(({ ip = '', ipMode, hostname = '' }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`
    if (ip !== '') validateLegacyIp(ip, `${path}.ip`, errors)
    if (ipMode === undefined && ip !== '') errors.required(`${path}.ipMode`, 'must be specified when `ip` is set')
    else if (ipMode !== undefined && ip === '') errors.forbidden(`${path}.ipMode`, 'may not be specified when `ip` is not set')
    else if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy') errors.notSupported(`${path}.ipMode`, ipMode, ['Proxy', 'VIP'])
    if (hostname !== '') errors.invalidEach(`${path}.hostname`, hostname, checkDns1123Subdomain(hostname))
  })
}

export const services: KindRules = {
  apiVersion: 'v1',
  kind: 'Service',
  applyDefaults(object) {
    applyDefaults(specOf(object))
    for (const ingress of ((object['status'] ?? {}) as Status).loadBalancer?.ingress ?? []) if (ingress.ip && specOf(object).type === 'LoadBalancer') ingress.ipMode ??= 'VIP'
  },
  beginCreate: (object, errors, isDryRun) => beginServiceCreate(specOf(object), errors, isDryRun),
  prepareCreate(object) {
    object['status'] = {}
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsService, errors)
    validateService(object, undefined, errors)
  },
  warnOnCreate: warnings,
  beginUpdate: (object, old, errors, isDryRun) => beginServiceUpdate(specOf(object), specOf(old), errors, isDryRun),
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropTypeFields(specOf(object), specOf(old))
    if (specOf(object).type !== 'LoadBalancer') object['status'] = { ...(object['status'] as object), loadBalancer: {} }
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateFamilyUpdate(specOf(object), specOf(old), errors)
    const [spec, before] = [specOf(object), specOf(old)]
    if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer' && spec.loadBalancerClass !== before.loadBalancerClass) errors.invalid('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set')
    if (needsHealthCheck(spec) && needsHealthCheck(before) && spec.healthCheckNodePort !== before.healthCheckNodePort) errors.forbidden('spec.healthCheckNodePort', 'field is immutable')
    validateService(object, old, errors)
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
  allowsCreateOnUpdate: true,
  subresources: {
    status: {
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
      },
      validateUpdate: validateStatus,
    },
  },
}
