/** Rows of certificates, admission webhooks, flow control, CSI and service addresses. Models kubernetes/pkg/printers/internalversion (v1.35). */

import { humanDuration } from '../time.ts'
import type { KubeObject } from '../types.ts'
import { age, count, fieldsOf, firstText, listOf, nameOf, text } from './cells.ts'
import type { Cell, RowMaker } from './cells.ts'

const certificateRequest: RowMaker = (object, at) => {
  const spec = fieldsOf(object.spec)
  const status = fieldsOf(object.status)
  const has = (type: string): boolean => listOf(status['conditions']).some((condition) => condition['type'] === type)
  const seconds = spec['expirationSeconds']
  const state = `${has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'}${has('Failed') ? ',Failed' : ''}${text(status['certificate']) === '' ? '' : ',Issued'}`
  return [nameOf(object), age(object, at), firstText(spec['signerName'], '<none>'), text(spec['username']), seconds === undefined ? '<none>' : humanDuration(count(seconds) * 1000), state]
}

const componentStatus: RowMaker = (object) => {
  const healthy = listOf(fieldsOf(object)['conditions']).find((condition) => condition['type'] === 'Healthy')
  if (healthy === undefined) return [nameOf(object), 'Unknown', '', '']
  return [nameOf(object), healthy['status'] === 'True' ? 'Healthy' : 'Unhealthy', text(healthy['message']), text(healthy['error'])]
}

const webhooks: RowMaker = (object, at) => [nameOf(object), listOf(fieldsOf(object)['webhooks']).length, age(object, at)]

const flowSchema: RowMaker = (object, at) => {
  const spec = fieldsOf(object.spec)
  const dangling = listOf(fieldsOf(object.status)['conditions']).find((condition) => condition['type'] === 'Dangling')
  return [
    nameOf(object), text(fieldsOf(spec['priorityLevelConfiguration'])['name']), count(spec['matchingPrecedence']), firstText(fieldsOf(spec['distinguisherMethod'])['type'], '<none>'),
    age(object, at), dangling === undefined ? '?' : text(dangling['status']),
  ]
}

const priorityLevel: RowMaker = (object, at) => {
  const spec = fieldsOf(object.spec)
  const limited = fieldsOf(spec['limited'])
  const queuing = fieldsOf(limited['limitResponse'])['queuing']
  const queue = (field: string): Cell => (queuing === undefined ? '<none>' : count(fieldsOf(queuing)[field]))
  const shares = spec['limited'] === undefined ? '<none>' : count(limited['nominalConcurrencyShares'])
  return [nameOf(object), text(spec['type']), shares, queue('queues'), queue('handSize'), queue('queueLengthLimit'), age(object, at)]
}

const volumeAttributesClass: RowMaker = (object, at) => [nameOf(object), text(fieldsOf(object)['driverName']), age(object, at)]

const volumeAttachment: RowMaker = (object, at) => {
  const spec = fieldsOf(object.spec)
  return [nameOf(object), text(spec['attacher']), text(fieldsOf(spec['source'])['persistentVolumeName']), text(spec['nodeName']), fieldsOf(object.status)['attached'] === true, age(object, at)]
}

const csiNode: RowMaker = (object, at) => [nameOf(object), listOf(fieldsOf(object.spec)['drivers']).length, age(object, at)]

const csiDriver: RowMaker = (object, at) => {
  const spec = fieldsOf(object.spec)
  const requests = spec['tokenRequests']
  const modes = Array.isArray(spec['volumeLifecycleModes']) ? spec['volumeLifecycleModes'].map(text).join(',') : ''
  return [
    nameOf(object), spec['attachRequired'] !== false, spec['podInfoOnMount'] === true, spec['storageCapacity'] === true,
    requests === undefined ? '<unset>' : listOf(requests).map((request) => text(request['audience'])).join(','), spec['requiresRepublish'] === true, firstText(modes, '<none>'), age(object, at),
  ]
}

const serviceCidr: RowMaker = (object, at) => {
  const cidrs = fieldsOf(object.spec)['cidrs']
  return [nameOf(object), Array.isArray(cidrs) ? cidrs.map(text).join(',') : '', age(object, at)]
}

const ipAddress: RowMaker = (object, at) => {
  const parent = fieldsOf(object.spec)['parentRef']
  if (parent === undefined) return [nameOf(object), '<none>', age(object, at)]
  const { group, resource, namespace, name } = fieldsOf(parent)
  const type = `${text(resource)}${text(group) === '' ? '' : `.${text(group)}`}`.toLowerCase()
  return [nameOf(object), [type, text(namespace), text(name)].filter((part, i) => i !== 1 || part !== '').join('/'), age(object, at)]
}

/** Columns by `group/Kind`, as in table.ts. */
export const otherColumns: { readonly [kind: string]: string } = {
  '/ComponentStatus': 'Name|Status|Message|Error',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'Name|Webhooks:integer|Age',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'Name|Webhooks:integer|Age',
  'certificates.k8s.io/CertificateSigningRequest': 'Name|Age|SignerName|Requestor|RequestedDuration|Condition',
  'flowcontrol.apiserver.k8s.io/FlowSchema': 'Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': 'Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age',
  // As upstream, rows have an age that no column names.
  'networking.k8s.io/IPAddress': 'Name|ParentRef',
  'networking.k8s.io/ServiceCIDR': 'Name|CIDRs|Age',
  'storage.k8s.io/CSIDriver': 'Name|AttachRequired:boolean|PodInfoOnMount:boolean|StorageCapacity:boolean|TokenRequests|RequiresRepublish:boolean|Modes|Age',
  'storage.k8s.io/CSINode': 'Name|Drivers:integer|Age',
  'storage.k8s.io/VolumeAttachment': 'Name|Attacher:name|PV|Node|Attached:boolean|Age',
  'storage.k8s.io/VolumeAttributesClass': 'Name|DriverName|Age',
}

/** Rows by `group/Kind`. */
export const otherRows: { readonly [kind: string]: (object: KubeObject, at: Parameters<RowMaker>[1]) => Cell[] } = {
  '/ComponentStatus': componentStatus,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks, 'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'certificates.k8s.io/CertificateSigningRequest': certificateRequest,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchema, 'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevel,
  'networking.k8s.io/IPAddress': ipAddress, 'networking.k8s.io/ServiceCIDR': serviceCidr,
  'storage.k8s.io/CSIDriver': csiDriver, 'storage.k8s.io/CSINode': csiNode,
  'storage.k8s.io/VolumeAttachment': volumeAttachment, 'storage.k8s.io/VolumeAttributesClass': volumeAttributesClass,
}
