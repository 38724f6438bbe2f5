/** LimitRange. Models pkg/registry/core/limitrange and pkg/apis/core/validation (v1.35). */

import { checkQualifiedName } from '../../api/names.ts'
import { compareQuantities, mustParseQuantity, scaledValue } from '../../api/quantity.ts'
import type { LimitRange, ResourceList } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { roundResourceList } from '../pod/defaults.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, sortedKeys, validateObjectMeta } from '../validation/meta.ts'
import { isOvercommitAllowed, validateContainerResourceName, validateResourceName } from '../validation/resources.ts'

type Item = LimitRange['spec']['limits'][number]

const types = ['Pod', 'Container', 'PersistentVolumeClaim']
const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

function itemsOf(object: AdmittedObject): Item[] {
  return (object as unknown as LimitRange).spec?.limits ?? []
}

function applyItemDefaults(item: Item): void {
  if (item.type === 'Container') {
    item.default = { ...item.max, ...item.default }
    item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
  }
  for (const list of lists) roundResourceList(item[list])
}

function validateType(type: string, path: string, errors: ErrorList): void {
  const messages = checkQualifiedName(type)
  errors.invalidEach(path, type, messages)
  if (messages.length === 0 && !type.includes('/') && !types.includes(type)) errors.invalid(path, type, 'must be a standard limit type or fully qualified')
}

function validateNames(item: Item, list: ResourceList | undefined, path: string, errors: ErrorList): void {
  for (const name of sortedKeys(list)) {
    if (item.type === 'Pod' || item.type === 'Container') validateContainerResourceName(name, `${path}[${name}]`, errors)
    else validateResourceName(name, `${path}[${name}]`, errors)
  }
}

function formatRatio(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? value.toFixed(6) : '+Inf'
}

function validateRatio(name: string, item: Item, path: string, errors: ErrorList): void {
  const ratio = item.maxLimitRequestRatio?.[name]
  if (ratio === undefined) return
  const at = `${path}.maxLimitRequestRatio[${name}]`
  if (compareQuantities(ratio, '1') < 0) errors.invalid(at, ratio, `ratio ${ratio} is less than 1`)
  const [min, max] = [item.min?.[name], item.max?.[name]]
  if (min === undefined || max === undefined) return
  const milli = (quantity: string): number => Number(scaledValue(mustParseQuantity(quantity), -3))
  const limit = milli(max) / milli(min)
  if (milli(ratio) / 1000 > limit) errors.invalid(at, ratio, `ratio ${ratio} is greater than max/min = ${formatRatio(limit)}`)
}

function validateAmounts(name: string, item: Item, path: string, errors: ErrorList): void {
  const [min, max] = [item.min?.[name], item.max?.[name]]
  const [standard, request] = item.type === 'Pod' ? [undefined, undefined] : [item.default?.[name], item.defaultRequest?.[name]]
  const exceeds = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && compareQuantities(a, b) > 0
  if (exceeds(min, max)) errors.invalid(`${path}.min[${name}]`, min, `min value ${min} is greater than max value ${max}`)
  if (exceeds(min, request)) errors.invalid(`${path}.defaultRequest[${name}]`, request, `min value ${min} is greater than default request value ${request}`)
  if (exceeds(request, max)) errors.invalid(`${path}.defaultRequest[${name}]`, request, `default request value ${request} is greater than max value ${max}`)
  if (exceeds(request, standard)) errors.invalid(`${path}.defaultRequest[${name}]`, request, `default request value ${request} is greater than default limit value ${standard}`)
  if (exceeds(min, standard)) errors.invalid(`${path}.default[${name}]`, min, `min value ${min} is greater than default value ${standard}`)
  if (exceeds(standard, max)) errors.invalid(`${path}.default[${name}]`, max, `default value ${standard} is greater than max value ${max}`)
  validateRatio(name, item, path, errors)
  if (!isOvercommitAllowed(name) && standard !== undefined && request !== undefined && compareQuantities(standard, request) !== 0) {
    errors.invalid(`${path}.defaultRequest[${name}]`, request, `default value ${standard} must equal to defaultRequest value ${request} in ${name}`)
  }
}

function validateItem(item: Item, path: string, errors: ErrorList): void {
  validateNames(item, item.max, `${path}.max`, errors)
  validateNames(item, item.min, `${path}.min`, errors)
  for (const field of ['default', 'defaultRequest'] as const) {
    if (item.type !== 'Pod') validateNames(item, item[field], `${path}.${field}`, errors)
    else if (Object.keys(item[field] ?? {}).length > 0) errors.forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'")
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined) {
    errors.required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided')
  }
  validateNames(item, item.maxLimitRequestRatio, `${path}.maxLimitRequestRatio`, errors)
  const names = new Set(lists.filter((list) => item.type !== 'Pod' || !list.startsWith('default')).flatMap((list) => Object.keys(item[list] ?? {})))
  for (const name of [...names].sort(compareText)) validateAmounts(name, item, path, errors)
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  const seen = new Set<string>()
  itemsOf(object).forEach((item, index) => {
    const path = `spec.limits[${index}]`
    validateType(item.type ?? '', `${path}.type`, errors)
    if (seen.has(item.type)) errors.duplicate(`${path}.type`, item.type ?? '')
    seen.add(item.type)
    validateItem(item, path, errors)
  })
}

export const limitranges: KindRules = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  applyDefaults: (object) => itemsOf(object).forEach(applyItemDefaults),
  // The one kind that needs no name: it takes its own uid for one.
  prepareCreate(object) {
    object.metadata.name ||= object.metadata.uid ?? ''
  },
  validateCreate: validate,
  validateUpdate: (object, _old, errors) => validate(object, errors),
  allowsUnconditionalUpdate: true,
  allowsCreateOnUpdate: true,
}
