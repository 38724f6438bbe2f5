/** Node. Models pkg/registry/core/node and pkg/apis/core/validation (v1.35). */

import type { FieldError } from '../../api/field-error.ts'
import { checkLabelValue } from '../../api/names.ts'
import type { Node, Taint } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { validateTaintEffect } from '../pod/validate-affinity.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { isIpv6, validateLegacyCidr, warningsForCidr } from '../validation/ip.ts'
import { nameIsDnsSubdomain, sortedKeys, validateLabelName, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import { validateResourceAmount } from '../validation/resources.ts'
import { roundResourceList } from '../pod/defaults.ts'

function nodeOf(object: AdmittedObject): Node {
  return object as unknown as Node
}

function validateTaints(taints: readonly Taint[] | undefined, path: string, errors: ErrorList): void {
  const seen = new Set<string>()
  taints?.forEach((taint, index) => {
    const at = `${path}[${index}]`
    validateLabelName(taint.key ?? '', `${at}.key`, errors)
    const messages = checkLabelValue(taint.value ?? '')
    if (messages.length > 0) errors.invalid(`${at}.value`, taint.value ?? '', messages.join(';'))
    validateTaintEffect(taint.effect, `${at}.effect`, errors)
    const key = `${taint.effect}/${taint.key}`
    const shown = { Key: taint.key ?? '', Value: taint.value ?? '', Effect: taint.effect ?? '', TimeAdded: taint.timeAdded ?? null }
    const duplicate: FieldError = { type: 'FieldValueDuplicate', field: at, value: shown, detail: 'taints must be unique by key and effect pair' }
    if (seen.has(key)) errors.add([duplicate])
    seen.add(key)
  })
}

function validateResources(node: Node, errors: ErrorList): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const name of sortedKeys(node.status?.[list])) validateResourceAmount(name, node.status![list]![name]!, `status.${list}.${name}`, errors)
  }
}

function validateCidrs(node: Node, errors: ErrorList): void {
  const cidrs = node.spec?.podCIDRs ?? []
  cidrs.forEach((cidr, index) => validateLegacyCidr(cidr, `spec.podCIDRs[${index}]`, errors))
  if (cidrs.length < 2) return
  const families = cidrs.map((cidr) => isIpv6(cidr.split('/')[0]!))
  if (cidrs.length > 2 || families[0] === families[1]) errors.invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family')
}

/** All of a node; an update looks at all of it before it looks at what changed. */
function validateNode(object: AdmittedObject, errors: ErrorList): void {
  const node = nodeOf(object)
  validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
  validateTaints(node.spec?.taints, 'metadata.taints', errors)
  validateResources(node, errors)
  validateCidrs(node, errors)
}

function validateUpdate(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void {
  const [node, before] = [nodeOf(object), nodeOf(old)]
  validateObjectMetaUpdate(object.metadata, old.metadata, errors)
  validateResources(node, errors)
  const cidrs = before.spec?.podCIDRs ?? []
  if (cidrs.length > 0 && !equalSemantic(cidrs, node.spec?.podCIDRs)) errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  if (before.spec?.providerID && before.spec.providerID !== node.spec?.providerID) errors.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')
  validateTaints(node.spec?.taints, 'metadata.taints', errors)
  const externalId = (each: Node): string => (each.spec as { externalID?: string } | undefined)?.externalID ?? ''
  if (externalId(node) !== externalId(before)) errors.forbidden('spec.externalID', 'may not be updated')
}

function warnings(object: AdmittedObject): string[] {
  const { configSource, externalID, podCIDRs = [] } = (object['spec'] ?? {}) as { configSource?: unknown; externalID?: string; podCIDRs?: string[] }
  return [
    ...(configSource === undefined ? [] : ['spec.configSource: the feature is removed']),
    ...(externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...podCIDRs.flatMap((cidr, index) => warningsForCidr(cidr, `spec.podCIDRs[${index}]`)),
  ]
}

export const nodes: KindRules = {
  apiVersion: 'v1',
  kind: 'Node',
  applyDefaults(object) {
    const { spec, status } = nodeOf(object)
    if (status?.capacity !== undefined && status.allocatable === undefined) status.allocatable = { ...status.capacity }
    roundResourceList(status?.capacity)
    roundResourceList(status?.allocatable)
    if (spec === undefined) return
    // Of two that differ the single one counts.
    if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR]
    else if (spec.podCIDRs !== undefined && spec.podCIDRs.length > 0) spec.podCIDR = spec.podCIDRs[0]
  },
  validateCreate: validateNode,
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    delete (object['spec'] as { configSource?: unknown } | undefined)?.configSource
    object['status'] = old['status']
  },
  validateUpdate(object, old, errors) {
    validateNode(object, errors)
    validateUpdate(object, old, errors)
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
  allowsCreateOnUpdate: false,
  subresources: {
    status: {
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
      },
      validateUpdate,
    },
  },
}
