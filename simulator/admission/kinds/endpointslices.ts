/** EndpointSlice. Models pkg/registry/discovery/endpointslice and pkg/apis/discovery/validation (v1.35). */

import { checkIp } from '../../api/ip.ts'
import { checkDns1123Label, checkDns1123Subdomain, checkLabelValue, checkQualifiedName } from '../../api/names.ts'
import type { EndpointSlice } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration } from '../kind-rules.ts'
import { portProtocols } from '../pod/validate-containers.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { isIpv6, validateEndpointIp, validateLegacyIp } from '../validation/ip.ts'
import { nameIsDnsSubdomain, validateImmutable, validateObjectMeta } from '../validation/meta.ts'

const addressTypes = ['FQDN', 'IPv4', 'IPv6']
const limits = { addresses: 100, ports: 20000, endpoints: 1000, zoneHints: 8, nodeHints: 8 } as const

interface Hints { forZones?: { name?: string }[]; forNodes?: { name?: string }[] }

function sliceOf(object: AdmittedObject): EndpointSlice {
  return object as unknown as EndpointSlice
}

function validateDomain(name: string, path: string, errors: ErrorList): void {
  if (name === '') return errors.required(path)
  const body = name.replace(/\.$/, '')
  const messages = checkDns1123Subdomain(body)
  if (messages.length > 0) return errors.invalid(path, body, messages.join(','))
  if (!body.includes('.')) return errors.invalid(path, body, 'should be a domain with at least two segments separated by dots')
  const wrong = body.split('.').find((label) => checkDns1123Label(label).length > 0)
  if (wrong !== undefined) errors.invalid(path, wrong, checkDns1123Label(wrong).join(','))
}

function validateAddress(address: string, type: string, path: string, index: number, errors: ErrorList): void {
  const at = `${path}[${index}]`
  const before = errors.size
  if (type === 'FQDN') return validateDomain(address, at, errors)
  if (type === 'IPv4') validateLegacyIp(address, at, errors)
  else if (type === 'IPv6') errors.add(checkIp(at, address))
  else return
  if (errors.size > before) return
  if (type === 'IPv4' && isIpv6(address)) errors.invalid(path, address, 'must be an IPv4 address')
  if (type === 'IPv6' && !isIpv6(address)) errors.invalid(path, address, 'must be an IPv6 address')
  validateEndpointIp(address, at, errors)
}

function validateNames(names: readonly { readonly name?: string }[], countMax: number, check: (name: string) => readonly string[], path: string, errors: ErrorList): void {
  if (names.length > countMax) return errors.tooMany(path, names.length, countMax)
  names.forEach(({ name = '' }, index) => {
    if (names.findIndex((other) => (other.name ?? '') === name) < index) errors.duplicate(`${path}[${index}].name`, name)
    errors.invalidEach(`${path}[${index}].name`, name, check(name))
  })
}

function validateHints({ forZones = [], forNodes = [] }: Hints, path: string, errors: ErrorList): void {
  validateNames(forZones, limits.zoneHints, checkLabelValue, `${path}.forZones`, errors)
  if (forZones.length <= limits.zoneHints) validateNames(forNodes, limits.nodeHints, checkDns1123Subdomain, `${path}.forNodes`, errors)
}

function validateEndpoints(slice: EndpointSlice, errors: ErrorList): void {
  const { endpoints = [], addressType = '' } = slice
  if (endpoints.length > limits.endpoints) return errors.tooMany('endpoints', endpoints.length, limits.endpoints)
  endpoints.forEach((endpoint, index) => {
    const path = `endpoints[${index}]`
    const { addresses = [] } = endpoint
    if (addresses.length === 0) errors.required(`${path}.addresses`, 'must contain at least 1 address')
    else if (addresses.length > limits.addresses) errors.tooMany(`${path}.addresses`, addresses.length, limits.addresses)
    addresses.forEach((address, at) => validateAddress(address, addressType, `${path}.addresses`, at, errors))
    if (endpoint.nodeName !== undefined) errors.invalidEach(`${path}.nodeName`, endpoint.nodeName, checkDns1123Subdomain(endpoint.nodeName))
    const { hints } = endpoint as { hints?: Hints }
    if (endpoint.hostname !== undefined) errors.invalidEach(`${path}.hostname`, endpoint.hostname, checkDns1123Label(endpoint.hostname))
    if (hints !== undefined) validateHints(hints, `${path}.hints`, errors)
  })
}

function validatePorts(slice: EndpointSlice, errors: ErrorList): void {
  const { ports = [] } = slice
  if (ports.length > limits.ports) return errors.tooMany('ports', ports.length, limits.ports)
  const names = new Set<string>()
  ports.forEach((port, index) => {
    const { name = '' } = port
    if (name !== '') errors.invalidEach(`ports[${index}].name`, name, checkDns1123Label(name))
    if (names.has(name)) errors.duplicate(`ports[${index}].name`, name)
    names.add(name)
    if (port.protocol === undefined) errors.required(`ports[${index}].protocol`)
    else if (!portProtocols.includes(port.protocol)) errors.notSupported(`ports[${index}].protocol`, port.protocol, portProtocols)
    if (port.appProtocol !== undefined) errors.invalidEach(`ports[${index}].appProtocol`, port.appProtocol, checkQualifiedName(port.appProtocol))
  })
}

function validate(object: AdmittedObject, old: AdmittedObject | undefined, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  errors.oneOf('addressType', sliceOf(object).addressType, addressTypes)
  validatePorts(sliceOf(object), errors)
  if (old === undefined || !equalSemantic(sliceOf(object).endpoints, sliceOf(old).endpoints)) validateEndpoints(sliceOf(object), errors)
}

function warnings(object: AdmittedObject): string[] {
  return sliceOf(object).addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []
}

export const endpointslices: KindRules = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  applyDefaults(object) {
    for (const port of sliceOf(object).ports ?? []) {
      port.name ??= ''
      port.protocol ??= 'TCP'
    }
  },
  prepareCreate(object) {
    object.metadata.generation = 1
    // Of v1beta1: objects that are new cannot have it.
    for (const endpoint of sliceOf(object).endpoints ?? []) delete (endpoint as { deprecatedTopology?: unknown }).deprecatedTopology
  },
  validateCreate: (object, errors) => validate(object, undefined, errors),
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    const labels = { ...object, labels: object.metadata.labels }
    countGeneration(labels, { ...old, labels: old.metadata.labels }, ['endpoints', 'ports', 'addressType', 'labels'])
  },
  validateUpdate(object, old, errors) {
    validate(object, old, errors)
    validateImmutable(sliceOf(object).addressType, sliceOf(old).addressType, 'addressType', errors)
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
}
