/** Ingress and IngressClass. Models pkg/registry/networking and pkg/apis/networking/validation (v1.35). */

import { parseIp } from '../../api/ip.ts'
import { checkDns1035Label, checkDns1123Label, checkDns1123Subdomain, checkHttpPath, checkPortName, checkPortNumber, checkWildcardDns1123Subdomain } from '../../api/names.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateLegacyIp } from '../validation/ip.ts'
import { nameIsDnsSubdomain, nameIsPathSegment, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Reference { apiGroup?: string; kind?: string; name?: string; scope?: string; namespace?: string }
interface Backend { service?: { name?: string; port?: { name?: string; number?: number } }; resource?: Reference }
interface Path { path?: string; pathType?: string; backend?: Backend }
interface Rule { host?: string; http?: { paths?: Path[] } }
interface IngressSpec { ingressClassName?: string; defaultBackend?: Backend; rules?: Rule[]; tls?: { hosts?: string[]; secretName?: string }[] }
interface ClassSpec { controller?: string; parameters?: Reference }

const classKey = 'kubernetes.io/ingress.class'
const badSequences = ['//', '/./', '/../', '%2f', '%2F']
const badSuffixes = ['/..', '/.']
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const controllerBytesMax = 250
const hostText = 'must be a DNS name, not an IP address'

function specOf(object: AdmittedObject): IngressSpec {
  return (object['spec'] ??= {}) as IngressSpec
}

function validateReference(reference: Reference, path: string, errors: ErrorList): void {
  if (reference.apiGroup !== undefined) errors.invalidEach(`${path}.apiGroup`, reference.apiGroup, checkDns1123Subdomain(reference.apiGroup))
  for (const field of ['kind', 'name'] as const) {
    if (!reference[field]) errors.required(`${path}.${field}`)
    else errors.invalidEach(`${path}.${field}`, reference[field], nameIsPathSegment(reference[field], false))
  }
}

function validateServicePort(port: { name?: string; number?: number }, path: string, errors: ErrorList): void {
  if (port.name && port.number) errors.invalid(path, '', 'cannot set both port name & port number')
  else if (port.name) errors.invalidEach(`${path}.service.port.name`, port.name, checkPortName(port.name))
  else if (port.number) errors.invalidEach(`${path}.service.port.number`, port.number, checkPortNumber(port.number))
  else errors.required(path, 'port name or number is required')
}

function validateBackend({ service, resource }: Backend, path: string, errors: ErrorList): void {
  if (service !== undefined && resource !== undefined) return errors.invalid(path, '', 'cannot set both resource and service backends')
  if (resource !== undefined) return validateReference(resource, `${path}.resource`, errors)
  if (service === undefined) return errors.invalid(path, '', 'resource or service backend is required')
  if (!service.name) errors.required(`${path}.service.name`)
  else errors.invalidEach(`${path}.service.name`, service.name, checkDns1035Label(service.name))
  validateServicePort(service.port ?? {}, path, errors)
}

function validatePathText(text: string, pathType: string, at: string, errors: ErrorList): void {
  const mayBeEmpty = pathType === 'ImplementationSpecific'
  if (!text.startsWith('/') && !(mayBeEmpty && text === '')) errors.invalid(at, text, 'must be an absolute path')
  if (mayBeEmpty) return
  for (const sequence of badSequences) if (text.includes(sequence)) errors.invalid(at, text, `must not contain '${sequence}'`)
  for (const suffix of badSuffixes) if (text.endsWith(suffix)) errors.invalid(at, text, `cannot end with '${suffix}'`)
}

function validatePath({ path: text = '', pathType, backend }: Path, path: string, errors: ErrorList): void {
  if (pathType === undefined) return errors.required(`${path}.pathType`, 'pathType must be specified')
  if (pathTypes.includes(pathType)) validatePathText(text, pathType, `${path}.path`, errors)
  else errors.notSupported(`${path}.pathType`, pathType, pathTypes)
  validateBackend(backend ?? {}, `${path}.backend`, errors)
}

function validateHost(host: string, path: string, errors: ErrorList): void {
  errors.invalidEach(path, host, host.includes('*') ? checkWildcardDns1123Subdomain(host) : checkDns1123Subdomain(host))
}

function validateRule({ host, http }: Rule, path: string, errors: ErrorList): void {
  if (host) {
    if (parseIp(host) !== undefined) errors.invalid(`${path}.host`, host, hostText)
    validateHost(host, `${path}.host`, errors)
  }
  if (http === undefined) return
  if ((http.paths ?? []).length === 0) errors.required(`${path}.http.paths`)
  http.paths?.forEach((each, index) => validatePath(each, `${path}.http.paths[${index}]`, errors))
}

function validateIngress(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  const { rules = [], defaultBackend, tls = [], ingressClassName } = specOf(object)
  if (rules.length === 0 && defaultBackend === undefined) errors.invalid('spec', specOf(object).rules ?? null, 'either `defaultBackend` or `rules` must be specified')
  if (defaultBackend !== undefined) validateBackend(defaultBackend, 'spec.defaultBackend', errors)
  rules.forEach((rule, index) => validateRule(rule, `spec.rules[${index}]`, errors))
  tls.forEach(({ hosts = [], secretName }, index) => {
    hosts.forEach((host, at) => validateHost(host, `spec.tls[${index}].hosts[${at}]`, errors))
    if (secretName) errors.invalidEach(`spec.tls[${index}].secretName`, secretName, nameIsDnsSubdomain(secretName, false))
  })
  if (ingressClassName !== undefined) errors.invalidEach('spec.ingressClassName', ingressClassName, nameIsDnsSubdomain(ingressClassName, false))
}

function validateStatus(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void {
  validateObjectMetaUpdate(object.metadata, old.metadata, errors)
  const { loadBalancer } = (object['status'] ?? {}) as { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
  loadBalancer?.ingress?.forEach(({ ip, hostname }, index) => {
    const path = `status.loadBalancer.ingress[${index}]`
    if (ip) validateLegacyIp(ip, `${path}.ip`, errors)
    if (!hostname) return
    errors.invalidEach(`${path}.hostname`, hostname, checkDns1123Subdomain(hostname))
    if (parseIp(hostname) !== undefined) errors.invalid(`${path}.hostname`, hostname, hostText)
  })
}

export const ingresses: KindRules = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
  },
  validateCreate(object, errors) {
    validateIngress(object, errors)
    const annotation = object.metadata.annotations?.[classKey]
    const { ingressClassName } = specOf(object)
    if (annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) errors.invalid(`annotations.${classKey}`, annotation, 'must match `ingressClassName` when both are specified')
  },
  warnOnCreate: (object) => (object.metadata.annotations?.[classKey] !== undefined && specOf(object).ingressClassName === undefined ? [`annotation "${classKey}" is deprecated, please use 'spec.ingressClassName' instead`] : []),
  prepareUpdate(object, old) {
    object['status'] = old['status']
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateIngress(object, errors)
  },
  allowsUnconditionalUpdate: true,
  subresources: { status: statusOnly(validateStatus) },
}

function classSpecOf(object: AdmittedObject): ClassSpec {
  return (object['spec'] ??= {}) as ClassSpec
}

/** A path below a domain, such as `acme.io/foo`. */
function validateController(controller: string, errors: ErrorList): void {
  const path = 'spec.controller'
  if (controller === '') return errors.required(path)
  const slash = controller.indexOf('/')
  const [host, rest] = [controller.slice(0, slash), controller.slice(slash + 1)]
  if (slash <= 0 || rest === '') return errors.invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")')
  errors.invalidEach(path, host, checkDns1123Subdomain(host))
  errors.invalidEach(path, rest, checkHttpPath(rest))
}

function validateParameters(parameters: Reference, errors: ErrorList): void {
  const path = 'spec.parameters'
  validateReference(parameters, path, errors)
  const { scope, namespace } = parameters
  if (scope === undefined) return errors.required(`${path}.scope`)
  if (scope !== 'Cluster' && scope !== 'Namespace') return errors.notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace'])
  if (scope === 'Cluster' && namespace !== undefined) errors.forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'")
  if (scope === 'Cluster') return
  if (namespace === undefined) errors.required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'")
  else errors.invalidEach(`${path}.namespace`, namespace, checkDns1123Label(namespace))
}

function validateClass(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  const { controller = '', parameters } = classSpecOf(object)
  if (controller.length > controllerBytesMax) errors.tooLong('spec.controller', controllerBytesMax)
  validateController(controller, errors)
  if (parameters !== undefined) validateParameters(parameters, errors)
}

export const ingressclasses: KindRules = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  applyDefaults(object) {
    const { parameters } = classSpecOf(object)
    if (parameters !== undefined) parameters.scope ??= 'Cluster'
  },
  prepareCreate(object) {
    object.metadata.generation = 1
  },
  validateCreate: validateClass,
  prepareUpdate: (object, old) => countGeneration(object, old, ['spec']),
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateImmutable(classSpecOf(object).controller ?? '', classSpecOf(old).controller ?? '', 'spec.controller', errors)
    validateClass(object, errors)
  },
  allowsUnconditionalUpdate: true,
}
