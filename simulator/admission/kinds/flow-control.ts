/** FlowSchema and PriorityLevelConfiguration. Models pkg/registry/flowcontrol and pkg/apis/flowcontrol/validation (v1.35). */

import { checkDns1123Label, checkDns1123Subdomain } from '../../api/names.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { smallKind, specAs } from './small-kind.ts'

interface Subject { kind?: string; user?: { name?: string }; group?: { name?: string }; serviceAccount?: { namespace?: string; name?: string } }
interface ResourceRule { verbs?: string[]; apiGroups?: string[]; resources?: string[]; clusterScope?: boolean; namespaces?: string[] }
interface NonResourceRule { verbs?: string[]; nonResourceURLs?: string[] }
interface PolicyRules { subjects?: Subject[]; resourceRules?: ResourceRule[]; nonResourceRules?: NonResourceRule[] }
interface SchemaSpec { priorityLevelConfiguration?: { name?: string }; matchingPrecedence?: number; distinguisherMethod?: { type?: string }; rules?: PolicyRules[] }

const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'
const precedenceDefault = 1000
const precedenceMax = 10_000
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

function validateVerbs(given: readonly string[], path: string, errors: ErrorList): void {
  if (given.length === 0) errors.required(`${path}.verbs`, 'verbs must contain at least one value')
  else if (given.includes('*')) {
    if (given.length > 1) errors.invalid(`${path}.verbs`, given, "if '*' is present, must not specify other verbs")
  } else if (!given.every((verb) => verbs.includes(verb))) errors.notSupported(`${path}.verbs`, given, verbs)
}

function validateSubject(subject: Subject, path: string, errors: ErrorList): void {
  const parts = { ServiceAccount: ['serviceAccount', subject.serviceAccount], User: ['user', subject.user], Group: ['group', subject.group] } as const
  const { kind = '' } = subject
  if (!Object.hasOwn(parts, kind)) {
    errors.notSupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User'])
    return
  }
  for (const [name, [field, value]] of Object.entries(parts)) {
    if (name !== kind) continue
    if (value === undefined) errors.required(`${path}.${field}`, `${field} is required when subject kind is '${name}'`)
    else if ((value.name ?? '') === '') errors.required(`${path}.${field}.name`)
    else if (name === 'ServiceAccount' && value.name !== '*') errors.invalidEach(`${path}.${field}.name`, value.name, checkDns1123Subdomain(value.name ?? ''))
  }
  const { serviceAccount } = subject
  if (kind === 'ServiceAccount' && serviceAccount !== undefined) {
    const { namespace = '' } = serviceAccount
    if (namespace === '') errors.required(`${path}.serviceAccount.namespace`, 'must specify namespace for service account')
    else errors.invalidEach(`${path}.serviceAccount.namespace`, namespace, checkDns1123Label(namespace))
  }
  for (const [name, [field, value]] of Object.entries(parts)) if (name !== kind && value !== undefined) errors.forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${name}'`)
}

function validateResourceRule(rule: ResourceRule, path: string, errors: ErrorList): void {
  const { apiGroups = [], resources = [], namespaces = [] } = rule
  validateVerbs(rule.verbs ?? [], path, errors)
  if (apiGroups.length === 0) errors.required(`${path}.apiGroups`, 'resource rules must supply at least one api group')
  else if (apiGroups.length > 1 && apiGroups.includes('*')) errors.invalid(`${path}.apiGroups`, apiGroups, "if '*' is present, must not specify other api groups")
  if (resources.length === 0) errors.required(`${path}.resources`, 'resource rules must supply at least one resource')
  else if (resources.length > 1 && resources.includes('*')) errors.invalid(`${path}.resources`, resources, "if '*' is present, must not specify other resources")
  if (namespaces.length === 0 && rule.clusterScope !== true) errors.required(`${path}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace')
  else if (namespaces.includes('*')) {
    if (namespaces.length > 1) errors.invalid(`${path}.namespaces`, namespaces, "if '*' is present, must not specify other namespaces")
  } else {
    namespaces.forEach((namespace, i) => {
      for (const message of checkDns1123Label(namespace)) errors.invalid(`${path}.namespaces[${i}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${message}`)
    })
  }
}

function urlError(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const stars = url.split('*').length - 1
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}

function validateNonResourceRule({ verbs: given = [], nonResourceURLs: urls = [] }: NonResourceRule, path: string, errors: ErrorList): void {
  validateVerbs(given, path, errors)
  if (urls.length === 0) errors.required(`${path}.nonResourceURLs`, 'nonResourceURLs must contain at least one value')
  else if (urls.includes('*')) {
    if (urls.length > 1) errors.invalid(`${path}.nonResourceURLs`, urls, "if '*' is present, must not specify other non-resource URLs")
  } else {
    urls.forEach((url, i) => {
      const wrong = urlError(url)
      if (wrong !== undefined) errors.invalid(`${path}.nonResourceURLs[${i}]`, url, wrong)
    })
  }
}

function validateRules({ subjects = [], resourceRules = [], nonResourceRules = [] }: PolicyRules, path: string, errors: ErrorList): void {
  if (subjects.length === 0) errors.required(`${path}.subjects`, 'subjects must contain at least one value')
  subjects.forEach((subject, i) => validateSubject(subject, `${path}.subjects[${i}]`, errors))
  if (resourceRules.length === 0 && nonResourceRules.length === 0) errors.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')
  resourceRules.forEach((rule, i) => validateResourceRule(rule, `${path}.resourceRules[${i}]`, errors))
  nonResourceRules.forEach((rule, i) => validateNonResourceRule(rule, `${path}.nonResourceRules[${i}]`, errors))
}

function validateConditions(object: AdmittedObject, errors: ErrorList): void {
  const { conditions = [] } = (object['status'] ?? {}) as { conditions?: { type?: string }[] }
  conditions.forEach(({ type = '' }, i) => {
    if (conditions.findIndex((other) => (other.type ?? '') === type) < i) errors.duplicate(`status.conditions[${i}].type`, type)
    if (type === '') errors.required(`status.conditions[${i}].type`)
  })
}

export const flowschemas = smallKind({
  apiVersion,
  kind: 'FlowSchema',
  counted: ['spec'],
  updateChecks: ['meta', 'rest'],
  hasStatus: true,
  applyDefaults(object) {
    const spec = specAs<SchemaSpec>(object)
    spec.matchingPrecedence ||= precedenceDefault
  },
  validate(object, errors) {
    const { matchingPrecedence: precedence = 0, distinguisherMethod, priorityLevelConfiguration: { name = '' } = {}, rules = [] } = specAs<SchemaSpec>(object)
    const path = 'spec.matchingPrecedence'
    if (precedence <= 0) errors.invalid(path, precedence, 'must be a positive value')
    if (precedence > precedenceMax) errors.invalid(path, precedence, `must not be greater than ${precedenceMax}`)
    if (precedence === 1 && object.metadata.name !== 'exempt') errors.invalid(path, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
    if (distinguisherMethod !== undefined && !['ByNamespace', 'ByUser'].includes(distinguisherMethod.type ?? '')) errors.notSupported('spec.distinguisherMethod.type', { Type: distinguisherMethod.type ?? '' }, ['ByNamespace', 'ByUser'])
    if (name === '') errors.required('spec.priorityLevelConfiguration.name', 'must reference a priority level')
    else errors.invalidEach('spec.priorityLevelConfiguration.name', name, checkDns1123Subdomain(name))
    rules.forEach((rule, i) => validateRules(rule, `spec.rules[${i}]`, errors))
    validateConditions(object, errors)
  },
  validateStatus: (object, _old, errors) => validateConditions(object, errors),
  allowsUnconditionalUpdate: true,
})

interface Queuing { queues?: number; handSize?: number; queueLengthLimit?: number }
interface Limited { nominalConcurrencyShares?: number; lendablePercent?: number; borrowingLimitPercent?: number; limitResponse?: { type?: string; queuing?: Queuing } }
interface LevelSpec { type?: string; limited?: Limited; exempt?: { nominalConcurrencyShares?: number; lendablePercent?: number } }

const sharesDefault = 30
const queuingDefaults = { handSize: 8, queues: 64, queueLengthLimit: 50 }
const queuesMax = 10_000_000
const hashBitsMax = 60

/** Whether a hand out of a deck takes more bits of a hash than there are. Models apiserver/pkg/util/shufflesharding (v1.35). */
function needsTooManyBits(deckSize: number, handSize: number): boolean {
  return handSize > hashBitsMax || BigInt(deckSize) ** BigInt(handSize) > 1n << BigInt(hashBitsMax)
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: Queuing, path: string, errors: ErrorList): void {
  if (queueLengthLimit <= 0) errors.invalid(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive')
  if (queues <= 0) errors.invalid(`${path}.queues`, queues, 'must be positive')
  else if (queues > queuesMax) errors.invalid(`${path}.queues`, queues, `must not be greater than ${queuesMax}`)
  if (handSize <= 0) errors.invalid(`${path}.handSize`, handSize, 'must be positive')
  else if (handSize > queues) errors.invalid(`${path}.handSize`, handSize, `should not be greater than queues (${queues})`)
  else if (needsTooManyBits(queues, handSize)) errors.invalid(`${path}.handSize`, handSize, `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBitsMax}`)
}

function validatePercent(percent: number | undefined, path: string, errors: ErrorList): void {
  if (percent !== undefined && (percent < 0 || percent > 100)) errors.invalid(path, percent, 'must be between 0 and 100, inclusive')
}

function validateLimited({ nominalConcurrencyShares: shares = 0, lendablePercent, borrowingLimitPercent: borrowing, limitResponse: { type = '', queuing } = {} }: Limited, errors: ErrorList): void {
  const path = 'spec.limited'
  if (shares < 0) errors.invalid(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')
  if (type === 'Reject') {
    if (queuing !== undefined) errors.forbidden(`${path}.limitResponse.queuing`, 'must be nil if limited.limitResponse.type is not Limited')
  } else if (type === 'Queue') {
    if (queuing === undefined) errors.required(`${path}.limitResponse.queuing`, 'must not be empty if limited.limitResponse.type is Limited')
    else validateQueuing(queuing, `${path}.limitResponse.queuing`, errors)
  } else errors.notSupported(`${path}.limitResponse.type`, type, ['Queue', 'Reject'])
  validatePercent(lendablePercent, `${path}.lendablePercent`, errors)
  if (borrowing !== undefined && borrowing < 0) errors.invalid(`${path}.borrowingLimitPercent`, borrowing, 'if specified, must be a non-negative integer')
}

export const prioritylevelconfigurations = smallKind({
  apiVersion,
  kind: 'PriorityLevelConfiguration',
  counted: ['spec'],
  updateChecks: ['meta', 'rest'],
  hasStatus: true,
  applyDefaults(object) {
    const { exempt, limited } = specAs<LevelSpec>(object)
    if (exempt !== undefined) {
      exempt.nominalConcurrencyShares ??= 0
      exempt.lendablePercent ??= 0
    }
    if (limited === undefined) return
    limited.nominalConcurrencyShares ??= sharesDefault
    limited.lendablePercent ??= 0
    const queuing = limited.limitResponse?.queuing
    if (queuing === undefined) return
    queuing.handSize ||= queuingDefaults.handSize
    queuing.queues ||= queuingDefaults.queues
    queuing.queueLengthLimit ||= queuingDefaults.queueLengthLimit
  },
  validate(object, errors) {
    const { type = '', limited, exempt } = specAs<LevelSpec>(object)
    if ((object.metadata.name === 'exempt') !== (type === 'Exempt')) errors.invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'")
    if (type === 'Exempt') {
      if (limited !== undefined) errors.forbidden('spec.limited', 'must be nil if the type is not Limited')
      const shares = exempt?.nominalConcurrencyShares ?? 0
      if (shares < 0) errors.invalid('spec.exempt.nominalConcurrencyShares', shares, 'must be a non-negative integer')
      validatePercent(exempt?.lendablePercent, 'spec.exempt.lendablePercent', errors)
    } else if (type === 'Limited') {
      if (exempt !== undefined) errors.forbidden('spec.exempt', 'must be nil if the type is Limited')
      if (limited === undefined) errors.required('spec.limited', 'must not be empty when type is Limited')
      else validateLimited(limited, errors)
    } else errors.notSupported('spec.type', type, ['Exempt', 'Limited'])
    validateConditions(object, errors)
  },
  validateStatus: (object, _old, errors) => validateConditions(object, errors),
  allowsUnconditionalUpdate: true,
})
