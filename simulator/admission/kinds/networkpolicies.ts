/** NetworkPolicy. Models pkg/registry/networking/networkpolicy and pkg/apis/networking/validation (v1.35). */

import { checkPortName, checkPortNumber } from '../../api/names.ts'
import type { LabelSelector } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { isStrictSubset, validateLegacyCidr, warningsForCidr } from '../validation/ip.ts'
import { nameIsDnsSubdomain, validateLabelSelector, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface IpBlock { cidr?: string; except?: string[] }
interface Peer { podSelector?: LabelSelector; namespaceSelector?: LabelSelector; ipBlock?: IpBlock }
interface Port { protocol?: string; port?: number | string; endPort?: number }
interface Rule { ports?: Port[]; from?: Peer[]; to?: Peer[] }
interface Spec { podSelector?: LabelSelector; ingress?: Rule[]; egress?: Rule[]; policyTypes?: string[] }

const policyTypes = ['Ingress', 'Egress']
const directions = [['ingress', 'from'], ['egress', 'to']] as const

function specOf(object: AdmittedObject): Spec {
  return (object['spec'] ??= {}) as Spec
}

function validatePort({ protocol, port, endPort }: Port, path: string, errors: ErrorList): void {
  const protocols = ['TCP', 'UDP', 'SCTP']
  if (protocol !== undefined && !protocols.includes(protocol)) errors.notSupported(`${path}.protocol`, protocol, protocols)
  if (port === undefined) {
    if (endPort !== undefined) errors.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified')
  } else if (typeof port === 'number') {
    errors.invalidEach(`${path}.port`, port, checkPortNumber(port))
    if (endPort === undefined) return
    if (endPort < port) errors.invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`')
    errors.invalidEach(`${path}.endPort`, endPort, checkPortNumber(endPort))
  } else {
    if (endPort !== undefined) errors.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric')
    errors.invalidEach(`${path}.port`, port, checkPortName(port))
  }
}

function validateBlock({ cidr, except = [] }: IpBlock, path: string, errors: ErrorList): void {
  if (!cidr) return errors.required(`${path}.cidr`)
  const before = errors.size
  validateLegacyCidr(cidr, `${path}.cidr`, errors)
  if (errors.size > before) return
  except.forEach((part, index) => {
    const at = `${path}.except[${index}]`
    const known = errors.size
    validateLegacyCidr(part, at, errors)
    if (errors.size === known && !isStrictSubset(part, cidr)) errors.invalid(at, part, 'must be a strict subset of `cidr`')
  })
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: Peer, path: string, errors: ErrorList): void {
  validateLabelSelector(podSelector, `${path}.podSelector`, errors)
  validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, errors)
  if (ipBlock !== undefined) validateBlock(ipBlock, `${path}.ipBlock`, errors)
  const count = [podSelector, namespaceSelector, ipBlock].filter((each) => each !== undefined).length
  if (count === 0) errors.required(path, 'must specify a peer')
  else if (count > 1 && ipBlock !== undefined) errors.forbidden(path, 'may not specify both ipBlock and another peer')
}

function validateSpec(spec: Spec, errors: ErrorList): void {
  validateLabelSelector(spec.podSelector, 'spec.podSelector', errors)
  for (const [direction, peers] of directions) {
    spec[direction]?.forEach((rule, index) => {
      const path = `spec.${direction}[${index}]`
      rule.ports?.forEach((port, at) => validatePort(port, `${path}.ports[${at}]`, errors))
      rule[peers]?.forEach((peer, at) => validatePeer(peer, `${path}.${peers}[${at}]`, errors))
    })
  }
  const types = spec.policyTypes ?? []
  if (types.length > policyTypes.length) return errors.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')
  types.forEach((type, index) => { if (!policyTypes.includes(type)) errors.notSupported(`spec.policyTypes[${index}]`, type, policyTypes) })
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  validateSpec(specOf(object), errors)
}

function warnings(object: AdmittedObject): string[] {
  return directions.flatMap(([direction, peers]) => (specOf(object)[direction] ?? []).flatMap((rule, index) => (rule[peers] ?? []).flatMap(({ ipBlock }, at) => {
    const path = `spec.${direction}[${index}].${peers}[${at}].ipBlock`
    return ipBlock === undefined ? [] : [...warningsForCidr(ipBlock.cidr ?? '', `${path}.cidr`), ...(ipBlock.except ?? []).flatMap((part, each) => warningsForCidr(part, `${path}.except[${each}]`))]
  })))
}

export const networkpolicies: KindRules = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  applyDefaults(object) {
    const spec = specOf(object)
    if ((spec.policyTypes ?? []).length === 0) spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP'
  },
  prepareCreate(object) {
    object.metadata.generation = 1
  },
  validateCreate: validate,
  warnOnCreate: warnings,
  prepareUpdate: (object, old) => countGeneration(object, old, ['spec']),
  validateUpdate(object, old, errors) {
    validate(object, errors)
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateSpec(specOf(object), errors)
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
}
