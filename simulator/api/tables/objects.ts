/** Rows of services, storage, configuration, policy and events. Models kubernetes/pkg/printers/internalversion (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { goSelector } from '../go-selector.ts'
import { formatLabelSelector } from '../selector.ts'
import type { KubeObject, LabelSelector } from '../types.ts'
import { age, count, fieldsOf, firstText, formatLabels, listOf, listWithMore, nameOf, quantity, since, text } from './cells.ts'
import type { Cell, Fields, RowMaker } from './cells.ts'

const shownMax = 3

function specOf(object: KubeObject): Fields {
  return fieldsOf(object.spec)
}

function statusOf(object: KubeObject): Fields {
  return fieldsOf(object.status)
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : []
}

// ---- network -------------------------------------------------------------------------------------------------------

function loadBalancerText(status: Fields): string {
  const addresses = listOf(fieldsOf(status['loadBalancer'])['ingress']).map((ingress) => firstText(ingress['ip'], ingress['hostname']))
  return [...new Set(addresses.filter((address) => address !== ''))].sort(compareText).join(',')
}

function externalIp(spec: Fields, status: Fields): string {
  const given = texts(spec['externalIPs'])
  switch (text(spec['type'])) {
    case 'ClusterIP': case 'NodePort': return given.length > 0 ? given.join(',') : '<none>'
    case 'LoadBalancer': {
      const all = [loadBalancerText(status), ...given].filter((part) => part !== '')
      return all.length > 0 ? all.join(',') : '<pending>'
    }
    case 'ExternalName': return text(spec['externalName'])
    default: return '<unknown>'
  }
}

const service: RowMaker = (object, at) => {
  const spec = specOf(object)
  const ports = listOf(spec['ports']).map((port) => `${count(port['port'])}${count(port['nodePort']) > 0 ? `:${count(port['nodePort'])}` : ''}/${text(port['protocol'])}`)
  const clusterIp = firstText(texts(spec['clusterIPs'])[0], spec['clusterIP'], '<none>')
  return [nameOf(object), text(spec['type']), clusterIp, externalIp(spec, statusOf(object)), ports.length === 0 ? '<none>' : ports.join(','), age(object, at), formatLabels(spec['selector'])]
}

function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

const endpoints: RowMaker = (object, at) => {
  const subsets = listOf(fieldsOf(object)['subsets'])
  const entries = subsets.flatMap((subset) => {
    const hosts = listOf(subset['addresses']).map((address) => text(address['ip']))
    const ports = listOf(subset['ports'])
    return ports.length === 0 ? hosts : ports.flatMap((port) => hosts.map((host) => joinHostPort(host, count(port['port']))))
  })
  return [nameOf(object), subsets.length === 0 ? '<none>' : listWithMore(entries, shownMax, ''), age(object, at)]
}

const endpointSlice: RowMaker = (object, at) => {
  const fields = fieldsOf(object)
  const ports = listOf(fields['ports']).map((port) => (typeof port['port'] === 'number' ? String(port['port']) : firstText(port['name'], '*')))
  const addresses = listOf(fields['endpoints']).flatMap((endpoint) => texts(endpoint['addresses']))
  return [nameOf(object), text(fields['addressType']), listWithMore(ports, shownMax, '<unset>'), listWithMore(addresses, shownMax, '<unset>'), age(object, at)]
}

/** Hosts of an Ingress. As upstream, the number of those left out counts rules, not hosts. */
function ingressHosts(rules: readonly Fields[]): string {
  const hosts: string[] = []
  let hasMore = false
  for (const rule of rules) {
    if (hosts.length === shownMax) hasMore = true
    if (!hasMore && text(rule['host']) !== '') hosts.push(text(rule['host']))
  }
  if (hosts.length === 0) return '*'
  return hasMore ? `${hosts.join(',')} + ${rules.length - shownMax} more...` : hosts.join(',')
}

const ingress: RowMaker = (object, at) => {
  const spec = specOf(object)
  return [nameOf(object), typeof spec['ingressClassName'] === 'string' ? spec['ingressClassName'] : '<none>', ingressHosts(listOf(spec['rules'])), loadBalancerText(statusOf(object)), listOf(spec['tls']).length > 0 ? '80, 443' : '80', age(object, at)]
}

const ingressClass: RowMaker = (object, at) => {
  const spec = specOf(object)
  const parameters = fieldsOf(spec['parameters'])
  const group = parameters['apiGroup'] === undefined ? '' : `.${text(parameters['apiGroup'])}`
  return [nameOf(object), text(spec['controller']), spec['parameters'] === undefined ? '<none>' : `${text(parameters['kind'])}${group}/${text(parameters['name'])}`, age(object, at)]
}

const networkPolicy: RowMaker = (object, at) => [nameOf(object), formatLabelSelector((specOf(object)['podSelector'] ?? {}) as LabelSelector), age(object, at)]

// ---- storage -------------------------------------------------------------------------------------------------------

const classAnnotation = 'volume.beta.kubernetes.io/storage-class'
const modeNames: readonly (readonly [string, string])[] = [['ReadWriteOnce', 'RWO'], ['ReadOnlyMany', 'ROX'], ['ReadWriteMany', 'RWX'], ['ReadWriteOncePod', 'RWOP']]

/** Access modes in their short forms. */
export function accessModesText(modes: unknown): string {
  const given = texts(modes)
  return modeNames.filter(([mode]) => given.includes(mode)).map(([, short]) => short).join(',')
}

function storageClassName(object: KubeObject): string {
  return object.metadata.annotations?.[classAnnotation] ?? text(specOf(object)['storageClassName'])
}

function phaseOf(object: KubeObject): string {
  return object.metadata.deletionTimestamp === undefined ? text(statusOf(object)['phase']) : 'Terminating'
}

const persistentVolume: RowMaker = (object, at) => {
  const spec = specOf(object)
  const claim = fieldsOf(spec['claimRef'])
  return [
    nameOf(object), quantity(fieldsOf(spec['capacity'])['storage']), accessModesText(spec['accessModes']), text(spec['persistentVolumeReclaimPolicy']), phaseOf(object),
    spec['claimRef'] === undefined ? '' : `${text(claim['namespace'])}/${text(claim['name'])}`, storageClassName(object), firstText(spec['volumeAttributesClassName'], '<unset>'),
    text(statusOf(object)['reason']), age(object, at), firstText(spec['volumeMode'], '<unset>'),
  ]
}

const persistentVolumeClaim: RowMaker = (object, at) => {
  const spec = specOf(object)
  const status = statusOf(object)
  const volume = text(spec['volumeName'])
  return [
    nameOf(object), phaseOf(object), volume, volume === '' ? '' : quantity(fieldsOf(status['capacity'])['storage']), volume === '' ? '' : accessModesText(status['accessModes']),
    storageClassName(object), firstText(spec['volumeAttributesClassName'], '<unset>'), age(object, at), firstText(spec['volumeMode'], '<unset>'),
  ]
}

const storageClass: RowMaker = (object, at) => {
  const fields = fieldsOf(object)
  const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' || object.metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
  return [`${nameOf(object)}${isDefault ? ' (default)' : ''}`, text(fields['provisioner']), firstText(fields['reclaimPolicy'], 'Delete'), firstText(fields['volumeBindingMode'], 'Immediate'), fields['allowVolumeExpansion'] === true, age(object, at)]
}

// ---- configuration and policy --------------------------------------------------------------------------------------

const configMap: RowMaker = (object, at) => {
  const fields = fieldsOf(object)
  return [nameOf(object), Object.keys(fieldsOf(fields['data'])).length + Object.keys(fieldsOf(fields['binaryData'])).length, age(object, at)]
}

const secret: RowMaker = (object, at) => [nameOf(object), text(fieldsOf(object)['type']), Object.keys(fieldsOf(fieldsOf(object)['data'])).length, age(object, at)]

const nameAndAge: RowMaker = (object, at) => [nameOf(object), age(object, at)]

const resourceQuota: RowMaker = (object, at) => {
  const hard = fieldsOf(statusOf(object)['hard'])
  const used = fieldsOf(statusOf(object)['used'])
  const line = (resource: string): string => `${resource}: ${quantity(used[resource])}/${quantity(hard[resource])}`
  const resources = Object.keys(hard).sort(compareText)
  return [nameOf(object), resources.filter((resource) => !resource.startsWith('limits.')).map(line).join(', '), resources.filter((resource) => resource.startsWith('limits.')).map(line).join(', '), age(object, at)]
}

const priorityClass: RowMaker = (object, at) => {
  const fields = fieldsOf(object)
  return [nameOf(object), count(fields['value']), fields['globalDefault'] === true, age(object, at), text(fields['preemptionPolicy'])]
}

const podDisruptionBudget: RowMaker = (object, at) => {
  const spec = specOf(object)
  const orNone = (value: unknown): string => (value === undefined || value === null ? 'N/A' : text(value))
  return [nameOf(object), orNone(spec['minAvailable']), orNone(spec['maxUnavailable']), count(statusOf(object)['disruptionsAllowed']), age(object, at)]
}

const roleBinding: RowMaker = (object, at) => {
  const role = fieldsOf(fieldsOf(object)['roleRef'])
  const subjects = listOf(fieldsOf(object)['subjects'])
  const named = (kind: string): Fields[] => subjects.filter((subject) => subject['kind'] === kind)
  return [
    nameOf(object), `${text(role['kind'])}/${text(role['name'])}`, age(object, at), named('User').map((subject) => text(subject['name'])).join(', '),
    named('Group').map((subject) => text(subject['name'])).join(', '), named('ServiceAccount').map((subject) => `${text(subject['namespace'])}/${text(subject['name'])}`).join(', '),
  ]
}

const lease: RowMaker = (object, at) => [nameOf(object), text(specOf(object)['holderIdentity']), age(object, at)]

const runtimeClass: RowMaker = (object, at) => [nameOf(object), text(fieldsOf(object)['handler']), age(object, at)]

const admissionPolicy: RowMaker = (object, at) => {
  const spec = specOf(object)
  const kind = fieldsOf(spec['paramKind'])
  return [nameOf(object), listOf(spec[object.kind === 'MutatingAdmissionPolicy' ? 'mutations' : 'validations']).length, spec['paramKind'] === undefined ? '<unset>' : `${text(kind['apiVersion'])}/${text(kind['kind'])}`, age(object, at)]
}

/** A binding's parameters; without a name, the selector as Go prints it. */
const admissionPolicyBinding: RowMaker = (object, at) => {
  const spec = specOf(object)
  const reference = fieldsOf(spec['paramRef'])
  const name = text(reference['name'])
  const selector = reference['selector'] as LabelSelector | undefined
  const parameters = name === '' ? (selector === undefined ? '<unset>' : goSelector(selector)) : `${text(reference['namespace']) || '*'}/${name}`
  return [nameOf(object), text(spec['policyName']), parameters, age(object, at)]
}

const resourceClaim: RowMaker = (object, at) => {
  const status = statusOf(object)
  const isDeleted = object.metadata.deletionTimestamp !== undefined
  const states = isDeleted ? ['deleted'] : []
  if (status['allocation'] === undefined) states.push(...(isDeleted ? [] : ['pending']))
  else states.push('allocated', ...(listOf(status['reservedFor']).length > 0 ? ['reserved'] : []))
  return [nameOf(object), states.join(','), age(object, at)]
}

const resourceSlice: RowMaker = (object, at) => {
  const spec = specOf(object)
  return [nameOf(object), text(spec['nodeName']), text(spec['driver']), text(fieldsOf(spec['pool'])['name']), age(object, at)]
}

const apiService: RowMaker = (object, at) => {
  const target = fieldsOf(specOf(object)['service'])
  const available = listOf(statusOf(object)['conditions']).find((condition) => condition['type'] === 'Available')
  const status = available === undefined ? 'Unknown' : text(available['status'])
  const reason = available === undefined || status === 'True' ? '' : ` (${text(available['reason'])})`
  return [nameOf(object), specOf(object)['service'] === undefined ? 'Local' : `${text(target['namespace'])}/${text(target['name'])}`, `${status}${reason}`, age(object, at)]
}

// ---- events --------------------------------------------------------------------------------------------------------

/** An event of either group in the fields of the core one. */
function coreEvent(object: KubeObject): Fields {
  const fields = fieldsOf(object)
  if (fields['regarding'] === undefined) return fields
  return {
    ...fields, involvedObject: fields['regarding'], message: fields['note'], source: fields['deprecatedSource'], reportingComponent: fields['reportingController'],
    firstTimestamp: fields['deprecatedFirstTimestamp'], lastTimestamp: fields['deprecatedLastTimestamp'], count: fields['deprecatedCount'],
  }
}

const event: RowMaker = (object, at) => {
  const fields = coreEvent(object)
  const involved = fieldsOf(fields['involvedObject'])
  const source = fieldsOf(fields['source'])
  const series = fields['series'] === undefined ? undefined : fieldsOf(fields['series'])
  const first = since(firstText(fields['firstTimestamp'], fields['eventTime']) || undefined, at)
  const last = series !== undefined ? since(series['lastObservedTime'], at) : text(fields['lastTimestamp']) === '' ? first : since(fields['lastTimestamp'], at)
  const component = firstText(source['component'], fields['reportingComponent'])
  const instance = firstText(source['host'], fields['reportingInstance'])
  const kind = text(involved['kind']).toLowerCase()
  return [
    last, text(fields['type']), text(fields['reason']), text(involved['name']) === '' ? kind : `${kind}/${text(involved['name'])}`, text(involved['fieldPath']),
    instance === '' ? component : `${component}, ${instance}`, text(fields['message']).trim(), first,
    series !== undefined ? count(series['count']) : count(fields['count']) || 1, nameOf(object),
  ]
}

function scale(object: KubeObject, at: Parameters<RowMaker>[1]): Cell[] {
  return [nameOf(object), count(fieldsOf(object.spec)['replicas']), count(fieldsOf(object.status)['replicas']), age(object, at)]
}

/** Rows by `group/Kind`. */
export const objectRows: { readonly [kind: string]: (object: KubeObject, at: Parameters<RowMaker>[1]) => Cell[] } = {
  '/Service': service, '/Endpoints': endpoints, 'discovery.k8s.io/EndpointSlice': endpointSlice,
  'networking.k8s.io/Ingress': ingress, 'networking.k8s.io/IngressClass': ingressClass, 'networking.k8s.io/NetworkPolicy': networkPolicy,
  '/PersistentVolume': persistentVolume, '/PersistentVolumeClaim': persistentVolumeClaim, 'storage.k8s.io/StorageClass': storageClass,
  '/ConfigMap': configMap, '/Secret': secret, '/ServiceAccount': nameAndAge, '/ResourceQuota': resourceQuota,
  'scheduling.k8s.io/PriorityClass': priorityClass, 'policy/PodDisruptionBudget': podDisruptionBudget,
  'rbac.authorization.k8s.io/RoleBinding': roleBinding, 'rbac.authorization.k8s.io/ClusterRoleBinding': roleBinding,
  'coordination.k8s.io/Lease': lease, 'node.k8s.io/RuntimeClass': runtimeClass, 'admissionregistration.k8s.io/ValidatingAdmissionPolicy': admissionPolicy, 'admissionregistration.k8s.io/MutatingAdmissionPolicy': admissionPolicy,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': admissionPolicyBinding, 'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': admissionPolicyBinding,
  'resource.k8s.io/DeviceClass': nameAndAge, 'resource.k8s.io/ResourceClaim': resourceClaim, 'resource.k8s.io/ResourceClaimTemplate': nameAndAge, 'resource.k8s.io/ResourceSlice': resourceSlice,
  'autoscaling/Scale': scale, 'apiregistration.k8s.io/APIService': apiService, '/Event': event, 'events.k8s.io/Event': event,
}
