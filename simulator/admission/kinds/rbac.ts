/** Role, ClusterRole and their bindings. Models pkg/registry/rbac and pkg/apis/rbac/validation (v1.35). */

import { checkDns1123Subdomain } from '../../api/names.ts'
import { isSelectorError, toSelector } from '../../api/selector.ts'
import type { ClusterRole, PolicyRule, RoleBinding, Subject } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsPathSegment, validateLabelSelector, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

const groupName = 'rbac.authorization.k8s.io'
const subjectKinds = ['ServiceAccount', 'User', 'Group']

function validateRule(rule: PolicyRule, isNamespaced: boolean, path: string, errors: ErrorList): void {
  if ((rule.verbs ?? []).length === 0) errors.required(`${path}.verbs`, 'verbs must contain at least one value')
  const urls = rule.nonResourceURLs ?? []
  const hasResources = (rule.apiGroups ?? []).length > 0 || (rule.resources ?? []).length > 0 || (rule.resourceNames ?? []).length > 0
  if (urls.length > 0) {
    if (isNamespaced) errors.invalid(`${path}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs')
    if (hasResources) errors.invalid(`${path}.nonResourceURLs`, urls, 'rules cannot apply to both regular resources and non-resource URLs')
    return
  }
  if ((rule.apiGroups ?? []).length === 0) errors.required(`${path}.apiGroups`, 'resource rules must supply at least one api group')
  if ((rule.resources ?? []).length === 0) errors.required(`${path}.resources`, 'resource rules must supply at least one resource')
}

function validateSubject(subject: Subject, isNamespaced: boolean, path: string, errors: ErrorList): void {
  const { kind = '', apiGroup = '', name = '', namespace = '' } = subject
  if (name === '') errors.required(`${path}.name`)
  if (kind === 'ServiceAccount') {
    if (name !== '') errors.invalidEach(`${path}.name`, name, checkDns1123Subdomain(name))
    if (apiGroup !== '') errors.notSupported(`${path}.apiGroup`, apiGroup, [''])
    if (!isNamespaced && namespace === '') errors.required(`${path}.namespace`)
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== groupName) errors.notSupported(`${path}.apiGroup`, apiGroup, [groupName])
  } else errors.notSupported(`${path}.kind`, kind, subjectKinds)
}

function validateRole(object: AdmittedObject, isNamespaced: boolean, errors: ErrorList): void {
  const role = object as unknown as ClusterRole
  validateObjectMeta(object.metadata, isNamespaced, nameIsPathSegment, errors)
  role.rules?.forEach((rule, index) => validateRule(rule, isNamespaced, `rules[${index}]`, errors))
  const aggregation = role.aggregationRule
  if (isNamespaced || aggregation === undefined) return
  const selectors = aggregation.clusterRoleSelectors ?? []
  if (selectors.length === 0) errors.required('aggregationRule.clusterRoleSelectors', 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  selectors.forEach((selector, index) => {
    const path = `aggregationRule.clusterRoleSelectors[${index}]`
    validateLabelSelector(selector, path, errors)
    if (isSelectorError(toSelector(selector))) errors.invalid(path, null, 'invalid label selector.')
  })
}

function validateBinding(object: AdmittedObject, isNamespaced: boolean, errors: ErrorList): void {
  const binding = object as unknown as RoleBinding
  validateObjectMeta(object.metadata, isNamespaced, nameIsPathSegment, errors)
  const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? {}
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (apiGroup !== groupName) errors.notSupported('roleRef.apiGroup', apiGroup, [groupName])
  if (!kinds.includes(kind)) errors.notSupported('roleRef.kind', kind, kinds)
  if (name === '') errors.required('roleRef.name')
  else errors.invalidEach('roleRef.name', name, nameIsPathSegment(name, false))
  binding.subjects?.forEach((subject, index) => validateSubject(subject, isNamespaced, `subjects[${index}]`, errors))
}

function roleRules(kind: string, isNamespaced: boolean): KindRules {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    validateCreate: (object, errors) => validateRole(object, isNamespaced, errors),
    validateUpdate(object, old, errors) {
      validateRole(object, isNamespaced, errors)
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    },
    allowsUnconditionalUpdate: true,
    allowsCreateOnUpdate: true,
  }
}

function bindingRules(kind: string, isNamespaced: boolean): KindRules {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    applyDefaults(object) {
      const binding = object as unknown as RoleBinding
      binding.roleRef ??= {} as RoleBinding['roleRef']
      binding.roleRef.apiGroup ||= groupName
      for (const subject of binding.subjects ?? []) if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = groupName
    },
    validateCreate: (object, errors) => validateBinding(object, isNamespaced, errors),
    validateUpdate(object, old, errors) {
      validateBinding(object, isNamespaced, errors)
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      const [now, before] = [object['roleRef'], old['roleRef']] as RoleBinding['roleRef'][]
      if (!equalSemantic(now, before)) errors.invalid('roleRef', { APIGroup: now!.apiGroup, Kind: now!.kind ?? '', Name: now!.name ?? '' }, 'cannot change roleRef')
    },
    allowsUnconditionalUpdate: true,
    allowsCreateOnUpdate: true,
  }
}

export const roles = roleRules('Role', true)
export const clusterroles = roleRules('ClusterRole', false)
export const rolebindings = bindingRules('RoleBinding', true)
export const clusterrolebindings = bindingRules('ClusterRoleBinding', false)
