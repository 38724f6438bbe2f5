/** Label and field selectors of list, watch and deletecollection. */

import { apiErrors } from '../api/errors.ts'
import { matchesFields, parseFieldSelector } from '../api/field-selector.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { RequestQuery } from '../api/request.ts'
import { isSelectorError, matchesSelector, parseSelector } from '../api/selector.ts'
import type { Event, KubeObject, Pod, Status } from '../api/types.ts'

/** Picks objects. */
export type ObjectFilter = (object: KubeObject) => boolean

const everyObject: ObjectFilter = () => true

/** Fields that may be selected, beyond metadata.name and metadata.namespace. Models each kind's conversion functions. */
const selectableFields: { readonly [kind: string]: readonly string[] } = {
  Pod: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName'],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  ReplicaSet: ['status.replicas'],
  Job: ['status.successful'],
  Secret: ['type'],
  CertificateSigningRequest: ['spec.signerName'],
  Service: ['spec.clusterIP', 'spec.type'],
  Event: [
    'involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion',
    'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type',
  ],
}

/** The filter of a request's selectors, or the Status that refuses them. */
export function filterOf(kind: KindInfo, query: RequestQuery, name: string | undefined): ObjectFilter | Status {
  const { labelSelector, fieldSelector } = query
  const filters: ObjectFilter[] = []
  if (name !== undefined) filters.push((object) => object.metadata.name === name)
  if (labelSelector !== undefined && labelSelector !== '') {
    const selector = parseSelector(labelSelector)
    if (isSelectorError(selector)) return apiErrors.badRequest(selector.error)
    filters.push((object) => matchesSelector(selector, object.metadata.labels))
  }
  if (fieldSelector !== undefined && fieldSelector !== '') {
    const selector = parseFieldSelector(fieldSelector)
    if (isSelectorError(selector)) return apiErrors.badRequest(selector.error)
    for (const term of selector.terms) {
      if (term.field === 'metadata.name' || term.field === 'metadata.namespace') continue
      if (!fieldsOf(kind).includes(term.field)) return apiErrors.badRequest(unknownField(kind, term.field))
    }
    filters.push((object) => matchesFields(selector, (field) => fieldValue(object, field)))
  }
  if (filters.length === 0) return everyObject
  return filters.length === 1 ? filters[0] : (object) => filters.every((filter) => filter(object))
}

/** The one name that a request can be about, where it says so: then no list is read to find it. Its filter still holds. */
export function onlyName({ fieldSelector }: RequestQuery, name: string | undefined): string | undefined {
  return name ?? (fieldSelector === undefined ? undefined : /^metadata\.name=([^=,\\]+)(?:,|$)/.exec(fieldSelector)?.[1])
}

/** True for a filter, false for a refusal. */
export function isFilter(value: ObjectFilter | Status): value is ObjectFilter {
  return typeof value === 'function'
}

/** Fields that may be selected. Custom kinds say so themselves. */
function fieldsOf(kind: KindInfo): readonly string[] {
  if (kind.custom !== undefined) return (kind.custom.selectable ?? []).map((path) => path.replace(/^\./, ''))
  return selectableFields[kind.kind] ?? []
}

function unknownField(kind: KindInfo, field: string): string {
  return kind.kind in selectableFields || kind.custom !== undefined ? `field label not supported: ${field}` : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
}

function fieldValue(object: KubeObject, field: string): string {
  if (field === 'metadata.name') return object.metadata.name ?? ''
  if (field === 'metadata.namespace') return object.metadata.namespace ?? ''
  if (field === 'source') return (object as Event).source?.component ?? ''
  if (field === 'spec.unschedulable') return String((object.spec as { unschedulable?: boolean } | undefined)?.unschedulable ?? false)
  if (field === 'status.successful') return String((object.status as { succeeded?: number } | undefined)?.succeeded ?? 0)
  if (field === 'spec.hostNetwork') return String((object as Pod).spec.hostNetwork ?? false)
  let value: unknown = object
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null) return ''
    value = (value as { [key: string]: unknown })[part]
  }
  return value === undefined || value === null ? '' : String(value)
}
