/** ValidatingWebhookConfiguration and MutatingWebhookConfiguration. Models pkg/registry/admissionregistration and pkg/apis/admissionregistration/validation (v1.35). */

import { checkDns1035Label, checkDns1123Subdomain, checkPortNumber, checkQualifiedName } from '../../api/names.ts'
import type { LabelSelector } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateLabelSelector } from '../validation/meta.ts'
import { smallKind } from './small-kind.ts'

interface Rule { operations?: string[]; apiGroups?: string[]; apiVersions?: string[]; resources?: string[]; scope?: string }
interface ServiceReference { name?: string; namespace?: string; path?: string; port?: number }
interface MatchCondition { name?: string; expression?: string }
interface Webhook {
  name?: string; clientConfig?: { url?: string; service?: ServiceReference }; rules?: Rule[]; failurePolicy?: string; matchPolicy?: string; namespaceSelector?: LabelSelector; objectSelector?: LabelSelector
  sideEffects?: string; timeoutSeconds?: number; admissionReviewVersions?: string[]; matchConditions?: MatchCondition[]; reinvocationPolicy?: string
}

const timeoutDefault = 10
const timeoutMax = 30
const portDefault = 443
const segmentsMin = 3
const conditionsMax = 64
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const sideEffects = ['None', 'NoneOnDryRun']
const reviewVersions = ['v1', 'v1beta1']
const urlForm = '; desired format: https://host[/path]'

function hooksOf(object: AdmittedObject): Webhook[] {
  return (object['webhooks'] ?? []) as Webhook[]
}

function defaultHook(hook: Webhook, isMutating: boolean): void {
  hook.failurePolicy ??= 'Fail'
  hook.matchPolicy ??= 'Equivalent'
  hook.namespaceSelector ??= {}
  hook.objectSelector ??= {}
  hook.timeoutSeconds ??= timeoutDefault
  if (isMutating) hook.reinvocationPolicy ??= 'Never'
  for (const rule of hook.rules ?? []) rule.scope ??= '*'
  const service = hook.clientConfig?.service
  if (service !== undefined) service.port ??= portDefault
}

function validateName(name: string, path: string, errors: ErrorList): void {
  const wrong = checkDns1123Subdomain(name)
  if (name === '') errors.required(path)
  else if (wrong.length > 0) errors.invalid(path, name, wrong.join(','))
  else if (name.split('.').length < segmentsMin) errors.invalid(path, name, 'should be a domain with at least three segments separated by dots')
}

function validateResources(resources: readonly string[], path: string, errors: ErrorList): void {
  if (resources.length === 0) errors.required(path)
  const [whole, partsOfAll] = [new Set<string>(), new Set<string>()]
  let hasPlain = false
  resources.forEach((text, i) => {
    if (text === '') {
      errors.required(`${path}[${i}]`)
      return
    }
    const slash = text.indexOf('/')
    if (slash < 0) {
      hasPlain = text !== '*'
      return
    }
    const [resource, part] = [text.slice(0, slash), text.slice(slash + 1)]
    if (whole.has(resource)) errors.invalid(`${path}[${i}]`, text, `if '${resource}/*' is present, must not specify ${text}`)
    if (partsOfAll.has(part)) errors.invalid(`${path}[${i}]`, text, `if '*/${part}' is present, must not specify ${text}`)
    if (part === '*') whole.add(resource)
    if (resource === '*') partsOfAll.add(part)
  })
  if (resources.length > 1 && resources.includes('*/*')) errors.invalid(path, resources, "if '*/*' is present, must not specify other resources")
  if (resources.includes('*') && hasPlain) errors.invalid(path, resources, "if '*' is present, must not specify other resources without subresources")
}

/** Checks the resources and operations of a rule. */
export function validateRule(rule: Rule, path: string, errors: ErrorList): void {
  const { operations: given = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  if (given.length === 0) errors.required(`${path}.operations`)
  if (given.length > 1 && given.includes('*')) errors.invalid(`${path}.operations`, given, "if '*' is present, must not specify other operations")
  given.forEach((operation, i) => {
    if (!operations.includes(operation)) errors.notSupported(`${path}.operations[${i}]`, operation, operations)
  })
  if (apiGroups.length === 0) errors.required(`${path}.apiGroups`)
  if (apiGroups.length > 1 && apiGroups.includes('*')) errors.invalid(`${path}.apiGroups`, apiGroups, "if '*' is present, must not specify other API groups")
  if (apiVersions.length === 0) errors.required(`${path}.apiVersions`)
  if (apiVersions.length > 1 && apiVersions.includes('*')) errors.invalid(`${path}.apiVersions`, apiVersions, "if '*' is present, must not specify other API versions")
  apiVersions.forEach((version, i) => {
    if (version === '') errors.required(`${path}.apiVersions[${i}]`)
  })
  validateResources(resources, `${path}.resources`, errors)
  if (scope !== undefined && !['*', 'Cluster', 'Namespaced'].includes(scope)) errors.notSupported(`${path}.scope`, scope, ['*', 'Cluster', 'Namespaced'])
}

function validateUrl(url: string, path: string, errors: ErrorList): void {
  const [, scheme = '', , authority = '', , query = '', fragment = ''] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/.exec(url) ?? []
  const at = authority.lastIndexOf('@')
  if (scheme !== 'https') errors.invalid(path, scheme, `'https' is the only allowed URL scheme${urlForm}`)
  if (authority.slice(at + 1) === '') errors.invalid(path, '', `host must be specified${urlForm}`)
  if (at >= 0) errors.invalid(path, authority.slice(0, at), 'user information is not permitted in the URL')
  if (fragment.length > 1) errors.invalid(path, fragment.slice(1), 'fragments are not permitted in the URL')
  if (query.length > 1) errors.invalid(path, query.slice(1), 'query parameters are not permitted in the URL')
}

/** As upstream, where name and namespace change places on their way. */
function validateService({ name = '', namespace = '', path: urlPath, port = portDefault }: ServiceReference, path: string, errors: ErrorList): void {
  if (namespace === '') errors.required(`${path}.name`)
  if (name === '') errors.required(`${path}.namespace`)
  const wrong = checkPortNumber(port)
  if (wrong.length > 0) errors.invalid(`${path}.port`, port, `port is not valid: ${wrong.join(', ')}`)
  if (urlPath === undefined || urlPath === '' || urlPath === '/') return
  if (urlPath === '//') {
    errors.invalid(`${path}.path`, urlPath, 'segment[0] may not be empty')
    return
  }
  if (!urlPath.startsWith('/')) errors.invalid(`${path}.path`, urlPath, "must start with a '/'")
  urlPath.slice(1).replace(/\/$/, '').split('/').forEach((step, i) => {
    if (step === '') errors.invalid(`${path}.path`, urlPath, `segment[${i}] may not be empty`)
    else for (const message of checkDns1123Subdomain(step)) errors.invalid(`${path}.path`, urlPath, `segment[${i}]: ${message}`)
  })
}

function validateReviewVersions(versions: readonly string[], path: string, errors: ErrorList): void {
  if (versions.length === 0) {
    errors.required(path, `must specify one of ${reviewVersions.join(', ')}`)
    return
  }
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) errors.invalid(`${path}[${i}]`, version, 'duplicate version')
    else errors.invalidEach(`${path}[${i}]`, version, checkDns1035Label(version))
  })
  if (!versions.some((version) => reviewVersions.includes(version))) errors.invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`)
}

function validateConditions(conditions: readonly MatchCondition[], path: string, errors: ErrorList): void {
  if (conditions.length > conditionsMax) errors.tooMany(path, conditions.length, conditionsMax)
  conditions.forEach(({ name = '', expression = '' }, i) => {
    if (expression.trim() === '') errors.required(`${path}[${i}].expression`)
    if (name === '') errors.required(`${path}[${i}].name`)
    else {
      errors.invalidEach(`${path}[${i}].name`, name, checkQualifiedName(name))
      if (conditions.findIndex((other) => other.name === name) < i) errors.duplicate(`${path}[${i}].name`, name)
    }
  })
}

function validateHook(hook: Webhook, path: string, errors: ErrorList): void {
  const { name = '', rules = [], failurePolicy, matchPolicy, sideEffects: effects, timeoutSeconds, clientConfig: { url, service } = {} } = hook
  validateName(name, `${path}.name`, errors)
  rules.forEach((rule, i) => validateRule(rule, `${path}.rules[${i}]`, errors))
  if (failurePolicy !== undefined && !['Fail', 'Ignore'].includes(failurePolicy)) errors.notSupported(`${path}.failurePolicy`, failurePolicy, ['Fail', 'Ignore'])
  if (matchPolicy !== undefined && !['Equivalent', 'Exact'].includes(matchPolicy)) errors.notSupported(`${path}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact'])
  if (effects === undefined) errors.required(`${path}.sideEffects`, `must specify one of ${sideEffects.join(', ')}`)
  else if (!sideEffects.includes(effects)) errors.notSupported(`${path}.sideEffects`, effects, sideEffects)
  if (timeoutSeconds !== undefined && (timeoutSeconds > timeoutMax || timeoutSeconds < 1)) errors.invalid(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')
  validateLabelSelector(hook.namespaceSelector, `${path}.namespaceSelector`, errors)
  validateLabelSelector(hook.objectSelector, `${path}.objectSelector`, errors)
  if ((url === undefined) === (service === undefined)) errors.required(`${path}.clientConfig`, 'exactly one of url or service is required')
  else if (url !== undefined) validateUrl(url, `${path}.clientConfig.url`, errors)
  else if (service !== undefined) validateService(service, `${path}.clientConfig.service`, errors)
  if (hook.reinvocationPolicy !== undefined && !['IfNeeded', 'Never'].includes(hook.reinvocationPolicy)) errors.notSupported(`${path}.reinvocationPolicy`, hook.reinvocationPolicy, ['IfNeeded', 'Never'])
  validateConditions(hook.matchConditions ?? [], `${path}.matchConditions`, errors)
}

function configuration(kind: string, isMutating: boolean): KindRules {
  return smallKind({
    takesAnyFinalizer: true,
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    counted: ['webhooks'],
    updateChecks: ['meta', 'rest'],
    applyDefaults: (object) => hooksOf(object).forEach((hook) => defaultHook(hook, isMutating)),
    validate(object, errors) {
      const hooks = hooksOf(object)
      hooks.forEach((hook, i) => {
        validateHook(hook, `webhooks[${i}]`, errors)
        validateReviewVersions(hook.admissionReviewVersions ?? [], `webhooks[${i}].admissionReviewVersions`, errors)
        if ((hook.name ?? '') !== '' && hooks.findIndex((other) => other.name === hook.name) < i) errors.duplicate(`webhooks[${i}].name`, hook.name)
      })
    },
  })
}

export const validatingwebhookconfigurations = configuration('ValidatingWebhookConfiguration', false)
export const mutatingwebhookconfigurations = configuration('MutatingWebhookConfiguration', true)
