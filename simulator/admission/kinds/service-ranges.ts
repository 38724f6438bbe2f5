/** IPAddress, ServiceCIDR and APIService. Models pkg/registry/networking, pkg/apis/networking/validation and kube-aggregator (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { checkCidr, checkIp, parseCidr } from '../../api/ip.ts'
import { checkDns1035Label, checkDns1123Subdomain, checkPortNumber } from '../../api/names.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { immutableText, nameIsPathSegment } from '../validation/meta.ts'
import { smallKind, specAs } from './small-kind.ts'

interface ParentRef { group?: string; resource?: string; namespace?: string; name?: string }

function validateSegment(value: string, path: string, errors: ErrorList): void {
  errors.invalidEach(path, value, nameIsPathSegment(value, false))
}

/** A reference as Go prints it. */
function shownParent(parent: ParentRef | undefined): object | null {
  return parent === undefined ? null : { Group: parent.group ?? '', Resource: parent.resource ?? '', Namespace: parent.namespace ?? '', Name: parent.name ?? '' }
}

export const ipaddresses = smallKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  nameCheck: (name) => checkIp('', name).map((error) => error.detail ?? ''),
  validate(object, errors) {
    const { parentRef } = specAs<{ parentRef?: ParentRef }>(object)
    const path = 'spec.parentRef'
    if (parentRef === undefined) {
      errors.required(path)
      return
    }
    const { group = '', resource = '', namespace = '', name = '' } = parentRef
    if (group !== '') errors.invalidEach(`${path}.group`, group, checkDns1123Subdomain(group))
    if (resource === '') errors.required(`${path}.resource`)
    else validateSegment(resource, `${path}.resource`, errors)
    if (name === '') errors.required(`${path}.name`)
    else validateSegment(name, `${path}.name`, errors)
    if (namespace !== '') validateSegment(namespace, `${path}.namespace`, errors)
  },
  updateChecks: ['meta', 'rest', 'metaChange', 'change'],
  validateChange(object, old, errors) {
    const { parentRef } = specAs<{ parentRef?: ParentRef }>(object)
    if (!equalSemantic(parentRef, (old['spec'] as { parentRef?: ParentRef } | undefined)?.parentRef)) errors.invalid('spec.parentRef', shownParent(parentRef), immutableText)
  },
  allowsUnconditionalUpdate: true,
})

interface RangeSpec { cidrs?: string[] }

function validateRanges(object: AdmittedObject, errors: ErrorList): void {
  const { cidrs = [] } = specAs<RangeSpec>(object)
  const path = 'spec.cidrs'
  if (cidrs.length === 0) errors.required(path, 'at least one CIDR required')
  else if (cidrs.length > 2) errors.invalid(path, { CIDRs: cidrs }, 'may only hold up to 2 values')
  else {
    cidrs.forEach((cidr, i) => errors.list.push(...checkCidr(`${path}[${i}]`, cidr)))
    const [first, second] = cidrs.map((cidr) => parseCidr(cidr)?.ip.family)
    if (cidrs.length === 2 && first !== undefined && first === second) errors.invalid(path, cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64')
  }
}

export const servicecidrs = smallKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  hasStatus: true,
  validate: validateRanges,
  updateChecks: ['metaChange', 'change'],
  validateChange(object, old, errors) {
    const { cidrs = [] } = specAs<RangeSpec>(object)
    const { cidrs: before = [] } = (old['spec'] ?? {}) as RangeSpec
    const refuse = (i: number): void => errors.invalid(`spec.cidrs[${i}]`, cidrs[i], immutableText)
    if (cidrs.length === before.length) before.forEach((cidr, i) => (cidr === cidrs[i] ? undefined : refuse(i)))
    else if (before.length === 1 && cidrs.length === 2) {
      if (cidrs[0] !== before[0]) refuse(0)
      validateRanges(object, errors)
    } else errors.invalid('spec.cidrs', cidrs, immutableText)
  },
  allowsUnconditionalUpdate: true,
})

interface ApiServiceSpec { service?: { namespace?: string; name?: string; port?: number }; group?: string; version?: string; insecureSkipTLSVerify?: boolean; caBundle?: string; groupPriorityMinimum?: number; versionPriority?: number }

const groupPriorityMax = 20_000
const versionPriorityMax = 1000
const conditionStatuses = ['True', 'False', 'Unknown']

function validateTarget({ service, insecureSkipTLSVerify = false, caBundle = '' }: ApiServiceSpec, errors: ErrorList): void {
  const hasBundle = caBundle !== ''
  if (service === undefined) {
    if (hasBundle) errors.invalid('spec.caBundle', `${Math.floor(caBundle.replace(/=+$/, '').length * 3 / 4)} bytes`, 'local APIServices may not have a caBundle')
    if (insecureSkipTLSVerify) errors.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')
    return
  }
  if ((service.namespace ?? '') === '') errors.required('spec.service.namespace')
  if ((service.name ?? '') === '') errors.required('spec.service.name')
  const port = service.port ?? 0
  const wrong = checkPortNumber(port)
  if (wrong.length > 0) errors.invalid('spec.service.port', port, `port is not valid: ${wrong.join(', ')}`)
  if (insecureSkipTLSVerify && hasBundle) errors.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
}

export const apiservices = smallKind({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  takesAnyFinalizer: true,
  nameCheck: nameIsPathSegment,
  updateChecks: ['metaChange', 'meta', 'rest'],
  hasStatus: true,
  applyDefaults(object) {
    const { service } = specAs<ApiServiceSpec>(object)
    if (service !== undefined) service.port ??= 443
  },
  validate(object, errors) {
    const spec = specAs<ApiServiceSpec>(object)
    const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0 } = spec
    const name = object.metadata.name ?? ''
    const required = `${version}.${group}`
    const { generateName = '' } = object.metadata
    if (generateName !== '' && generateName !== required) errors.invalid('metadata.generateName', generateName, `must be \`spec.version+"."+spec.group\`: ${goQuote(required)}`)
    if (name !== '' && name !== required && nameIsPathSegment(name, false).length === 0) errors.invalid('metadata.name', name, `must be \`spec.version+"."+spec.group\`: ${goQuote(required)}`)
    if (group === '' && version !== 'v1') errors.required('spec.group', 'only v1 may have an empty group and it better be legacy kube')
    if (group !== '') errors.invalidEach('spec.group', group, checkDns1123Subdomain(group))
    errors.invalidEach('spec.version', version, checkDns1035Label(version))
    if (groupPriorityMinimum <= 0 || groupPriorityMinimum > groupPriorityMax) errors.invalid('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000')
    if (versionPriority <= 0 || versionPriority > versionPriorityMax) errors.invalid('spec.versionPriority', versionPriority, 'must be positive and less than 1000')
    validateTarget(spec, errors)
  },
  validateStatus(object, _old, errors) {
    const { conditions = [] } = (object['status'] ?? {}) as { conditions?: { status?: string }[] }
    conditions.forEach(({ status = '' }, i) => {
      if (!conditionStatuses.includes(status)) errors.notSupported(`status.conditions[${i}].status`, status, conditionStatuses)
    })
  },
})
