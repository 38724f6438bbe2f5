/** Endpoints. Models pkg/registry/core/endpoint and pkg/apis/core/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain, checkPortNumber, checkQualifiedName } from '../../api/names.ts'
import type { EndpointAddress, Endpoints } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { portProtocols } from '../pod/validate-containers.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateEndpointIp, validateLegacyIp } from '../validation/ip.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

type Subset = NonNullable<Endpoints['subsets']>[number]
type Port = NonNullable<Subset['ports']>[number]

function validateAddress(address: EndpointAddress, path: string, errors: ErrorList): void {
  const { ip = '', hostname, nodeName } = address
  validateLegacyIp(ip, `${path}.ip`, errors)
  if (hostname) errors.invalidEach(`${path}.hostname`, hostname, checkDns1123Label(hostname))
  if (nodeName !== undefined) errors.invalidEach(`${path}.nodeName`, nodeName, checkDns1123Subdomain(nodeName))
  validateEndpointIp(ip, `${path}.ip`, errors)
}

function validatePort(port: Port, needsName: boolean, path: string, errors: ErrorList): void {
  if (needsName && !port.name) errors.required(`${path}.name`)
  else if (port.name) errors.invalidEach(`${path}.name`, port.name, checkDns1123Label(port.name))
  errors.invalidEach(`${path}.port`, port.port ?? 0, checkPortNumber(port.port ?? 0))
  errors.oneOf(`${path}.protocol`, port.protocol, portProtocols)
  if (port.appProtocol !== undefined) errors.invalidEach(`${path}.appProtocol`, port.appProtocol, checkQualifiedName(port.appProtocol))
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  ;(object as unknown as Endpoints).subsets?.forEach((subset, index) => {
    const path = `subsets[${index}]`
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset
    if (addresses.length === 0 && notReadyAddresses.length === 0) errors.required(path, 'must specify `addresses` or `notReadyAddresses`')
    addresses.forEach((address, at) => validateAddress(address, `${path}.addresses[${at}]`, errors))
    notReadyAddresses.forEach((address, at) => validateAddress(address, `${path}.notReadyAddresses[${at}]`, errors))
    ports.forEach((port, at) => validatePort(port, ports.length > 1, `${path}.ports[${at}]`, errors))
  })
}

const deprecated = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'

export const endpoints: KindRules = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  applyDefaults(object) {
    for (const subset of (object as unknown as Endpoints).subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP'
  },
  validateCreate: validate,
  warnOnCreate: () => [deprecated],
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validate(object, errors)
  },
  warnOnUpdate: () => [deprecated],
  allowsUnconditionalUpdate: true,
  allowsCreateOnUpdate: true,
}
