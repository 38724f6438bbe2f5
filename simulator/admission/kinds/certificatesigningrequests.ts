/** CertificateSigningRequest. Models pkg/registry/certificates/certificates and pkg/apis/certificates/validation (v1.35). */

import { decodeBase64 } from '../../api/base64.ts'
import { goQuote } from '../../api/go-text.ts'
import { checkDns1123Label, checkDns1123Subdomain } from '../../api/names.ts'
import { readRequest } from '../../api/x509/certificates.ts'
import { decodePem } from '../../api/x509/pem.ts'
import type { UserInfo } from '../../api/request.ts'
import type { AdmittedObject, Identity, KindRules } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Condition { type?: string; status?: string; reason?: string; message?: string; lastUpdateTime?: string | null; lastTransitionTime?: string | null }
interface Spec { request?: string; signerName?: string; expirationSeconds?: number; usages?: readonly string[]; username?: string; uid?: string; groups?: readonly string[]; extra?: unknown }
interface Status { conditions?: Condition[]; certificate?: string }

const usages = [
  'any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment', 'decipher only', 'digital signature', 'email protection', 'encipher only',
  'ipsec end system', 'ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping',
]
const legacySigner = 'kubernetes.io/legacy-unknown'
const secondsMin = 600
const subdomainMax = 253
const signerNameMax = 571
const decisions: readonly string[] = ['Approved', 'Denied', 'Failed']

function specOf(object: AdmittedObject): Spec {
  return (object['spec'] ?? {}) as Spec
}

function statusOf(object: AdmittedObject): Status {
  return (object['status'] ?? {}) as Status
}

function conditionsOf(object: AdmittedObject, type?: string): Condition[] {
  const all = statusOf(object).conditions ?? []
  return type === undefined ? all : all.filter((condition) => condition.type === type)
}

/** DOMAIN/PATH, where the domain has two labels at least. Models pkg/apis/core/validation ValidateSignerName. */
function validateSignerName(name: string, errors: ErrorList): void {
  const path = 'spec.signerName'
  if (name === '') {
    errors.required(path)
    return
  }
  const [domain, rest, ...more] = name.split('/')
  if (rest === undefined || more.length > 0) {
    errors.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")
    return
  }
  if (domain.length > subdomainMax) errors.tooLong(path, subdomainMax)
  validateSegment(domain, checkDns1123Label, errors)
  if (!domain.includes('.')) errors.invalid(path, domain, 'should be a domain with at least two segments separated by dots')
  validateSegment(rest, checkDns1123Subdomain, errors)
  if (name.length > signerNameMax) errors.tooLong(path, signerNameMax)
}

/** The first label that is wrong tells why. */
function validateSegment(segment: string, check: (label: string) => readonly string[], errors: ErrorList): void {
  const wrong = segment.split('.').find((label) => check(label).length > 0)
  if (wrong !== undefined) errors.invalidEach('spec.signerName', segment, check(wrong).map((message) => `validating label ${goQuote(wrong)}: ${message}`))
}

function validateConditions(object: AdmittedObject, errors: ErrorList): void {
  const seen = new Set<string>()
  conditionsOf(object).forEach(({ type = '', status = '' }, i) => {
    const path = `status.conditions[${i}]`
    if (type === '') errors.required(`${path}.type`)
    const supported = decisions.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (status === '') errors.required(`${path}.status`)
    else if (!supported.includes(status)) errors.notSupported(`${path}.status`, status, supported)
    if ((type === 'Approved' && seen.has('Denied')) || (type === 'Denied' && seen.has('Approved'))) errors.invalid('status.conditions', type, 'Approved and Denied conditions are mutually exclusive')
    if (seen.has(type)) errors.duplicate(`${path}.type`, type)
    seen.add(type)
  })
}

function certificateError(data: string): string | undefined {
  let blocks = 0
  for (let rest = decodeBase64(data) ?? ''; ;) {
    const block = decodePem(rest)
    if (block === undefined) return blocks === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined
    if (block.type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(block.type)}`
    blocks += 1
    rest = block.rest
  }
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, false, () => [], errors)
  const { request, usages: given = [], signerName = '', expirationSeconds } = specOf(object)
  const read = readRequest(decodeBase64(request ?? '') ?? '')
  if ('error' in read) errors.invalid('spec.request', request, read.error)
  if (given.length === 0) errors.required('spec.usages')
  given.forEach((usage, i) => {
    if (!usages.includes(usage)) errors.notSupported(`spec.usages[${i}]`, usage, usages)
  })
  given.forEach((usage, i) => {
    if (given.indexOf(usage) < i) errors.duplicate(`spec.usages[${i}]`, usage)
  })
  if (signerName === legacySigner) errors.invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version')
  else validateSignerName(signerName, errors)
  if (expirationSeconds !== undefined && expirationSeconds < secondsMin) errors.invalid('spec.expirationSeconds', expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)')
  validateConditions(object, errors)
  const { certificate } = statusOf(object)
  const wrong = certificate === undefined || certificate === '' ? undefined : certificateError(certificate)
  if (wrong !== undefined) errors.invalid('status.certificate', '<certificate data>', wrong)
}

/** What an update may change beside metadata. */
interface Allowed { readonly approval?: true; readonly certificate?: true }

function validateChange(object: AdmittedObject, old: AdmittedObject, allowed: Allowed, errors: ErrorList): void {
  validate(object, errors)
  for (const type of decisions) {
    if (conditionsOf(object, type).length < conditionsOf(old, type).length) errors.forbidden('status.conditions', `updates may not remove a condition of type ${goQuote(type)}`)
  }
  for (const type of allowed.approval === true ? [] : ['Approved', 'Denied']) {
    const [now, before] = [conditionsOf(object, type), conditionsOf(old, type)]
    if (now.length > before.length) errors.forbidden('status.conditions', `updates may not add a condition of type ${goQuote(type)}`)
    else if (now.length === before.length && !equalSemantic(now, before)) errors.forbidden('status.conditions', `updates may not modify a condition of type ${goQuote(type)}`)
  }
  const [certificate, issued] = [statusOf(object).certificate ?? '', statusOf(old).certificate ?? '']
  if (certificate !== issued) {
    if (allowed.certificate !== true) errors.forbidden('status.certificate', 'updates may not set certificate content')
    else if (issued !== '') errors.forbidden('status.certificate', 'updates may not modify existing certificate content')
  }
  validateObjectMetaUpdate(object.metadata, old.metadata, errors)
}

/** Conditions with the times that they lack. */
function timed(object: AdmittedObject, old: AdmittedObject, identity: Identity): Condition[] {
  return conditionsOf(object).map((condition) => {
    const before = conditionsOf(old).find(({ type, status }) => type === condition.type && status === condition.status)
    return { ...condition, lastUpdateTime: condition.lastUpdateTime ?? identity.timestamp(), lastTransitionTime: condition.lastTransitionTime ?? before?.lastTransitionTime ?? identity.timestamp() }
  })
}

/** Puts back the conditions of a type, unless some came or went: then the change is refused. */
function keepConditions(object: AdmittedObject, old: AdmittedObject, type: string): void {
  const before = conditionsOf(old, type)
  if (before.length !== conditionsOf(object, type).length) return
  let next = 0
  object['status'] = { ...statusOf(object), conditions: conditionsOf(object).map((condition) => (condition.type === type ? before[next++] : condition)) }
}

function withRequester(spec: Spec, user: UserInfo | undefined): Spec {
  const { username: _username, uid: _uid, groups: _groups, extra: _extra, ...asked } = spec
  if (user === undefined) return asked
  return { ...asked, username: user.name, ...(user.uid === undefined ? {} : { uid: user.uid }), groups: user.groups, ...(user.extra === undefined ? {} : { extra: user.extra }) }
}

export const certificatesigningrequests: KindRules = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  prepareCreate(object, identity) {
    object['spec'] = withRequester(specOf(object), identity.user)
    object['status'] = {}
  },
  validateCreate: validate,
  prepareUpdate(object, old) {
    object['spec'] = old['spec']
    object['status'] = old['status']
  },
  validateUpdate: (object, old, errors) => validateChange(object, old, {}, errors),
  allowsUnconditionalUpdate: true,
  subresources: {
    approval: {
      prepareUpdate(object, old, identity) {
        const conditions = timed(object, old, identity)
        object['spec'] = old['spec']
        object['status'] = { ...statusOf(old), conditions }
      },
      validateUpdate: (object, old, errors) => validateChange(object, old, { approval: true }, errors),
    },
    status: {
      prepareUpdate(object, old, identity) {
        object['spec'] = old['spec']
        for (const type of ['Approved', 'Denied']) keepConditions(object, old, type)
        object['status'] = { ...statusOf(object), conditions: timed(object, old, identity) }
      },
      validateUpdate: (object, old, errors) => validateChange(object, old, { certificate: true }, errors),
    },
  },
}
