/** Kubelets change what belongs to their own node only. Models plugin/pkg/admission/noderestriction (v1.35). */

import type { Failure } from '../../api/errors.ts'
import { apiErrors } from '../../api/errors.ts'
import { goQuote } from '../../api/go-text.ts'
import { groupResourceText } from '../../api/kinds.ts'
import type { KubeObject, Pod, StringMap, Taint } from '../../api/types.ts'
import { namesOf, readRequest } from '../../api/x509/certificates.ts'
import { decodeBase64 } from '../../api/base64.ts'
import { compareText } from '../../kernel/text.ts'
import { equalSemantic } from '../validation/equal.ts'
import { forbid, isMirrorPod, podOf } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const userPrefix = 'system:node:'
const nodesGroup = 'system:nodes'
const mirrorAnnotation = 'kubernetes.io/config.mirror'
const restrictedNamespace = 'node-restriction.kubernetes.io'
const kubeletLabels = [
  'kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch',
]
const kubeletNamespaces = ['kubelet.kubernetes.io', 'node.kubernetes.io']
const leaseNamespace = 'kube-node-lease'

function isIn(namespace: string, domain: string): boolean {
  return namespace === domain || namespace.endsWith(`.${domain}`)
}

/** Labels that differ and are not the kubelet's to set. */
function forbiddenLabels(labels: StringMap = {}, old: StringMap = {}): string[] {
  const changed = [...new Set([...Object.keys(labels), ...Object.keys(old)])].filter((key) => labels[key] !== old[key])
  return changed.filter((key) => {
    const namespace = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
    if (isIn(namespace, restrictedNamespace)) return true
    const isKubernetes = isIn(namespace, 'kubernetes.io') || isIn(namespace, 'k8s.io')
    return isKubernetes && !kubeletLabels.includes(key) && !kubeletNamespaces.some((allowed) => isIn(namespace, allowed))
  }).sort(compareText)
}

function admitNode(request: PluginRequest, node: string): Failure | undefined {
  const { object, old } = request
  if (request.name !== node) return forbid(request, `node ${goQuote(node)} is not allowed to modify node ${goQuote(request.name)}`)
  if (request.operation === 'DELETE') return undefined
  const labels = forbiddenLabels(object.metadata.labels, old?.metadata.labels)
  if (old === undefined) return labels.length === 0 ? undefined : forbid(request, `node ${goQuote(node)} is not allowed to set the following labels: ${labels.join(', ')}`)
  const taintsOf = (value: unknown): readonly Taint[] => (value as { taints?: readonly Taint[] } | undefined)?.taints ?? []
  if (!equalSemantic(taintsOf(object['spec']), taintsOf(old['spec']))) return forbid(request, `node ${goQuote(node)} is not allowed to modify taints`)
  if (!equalSemantic(object.metadata.ownerReferences ?? [], old.metadata.ownerReferences ?? [])) return forbid(request, `node ${goQuote(node)} is not allowed to modify ownerReferences`)
  return labels.length === 0 ? undefined : forbid(request, `is not allowed to modify labels: ${labels.join(', ')}`)
}

/** Why a mirror pod is not one that the node may report. */
function ownerError(pod: Pod, node: string, request: PluginRequest): string | undefined {
  const owners = pod.metadata.ownerReferences ?? []
  const quoted = goQuote(node)
  if (owners.length > 1) return `node ${quoted} can only create pods with a single owner reference set to itself`
  const [owner] = owners
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) return `node ${quoted} can only create pods with an owner reference set to itself`
  if (owner.controller !== true) return `node ${quoted} can only create pods with a controller owner reference set to itself`
  if (owner.blockOwnerDeletion === true) return `node ${quoted} must not set blockOwnerDeletion on an owner reference`
  const uid = request.reader.get('nodes', undefined, node)?.metadata.uid ?? ''
  return owner.uid === uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`
}

/** The first kind of object that a pod refers to. */
function referredResource({ spec }: Pod): string | undefined {
  const text = JSON.stringify([spec.containers, spec.initContainers ?? [], spec.ephemeralContainers ?? []])
  if ((spec.serviceAccountName ?? '') !== '') return 'serviceaccounts'
  const volumes = spec.volumes ?? []
  if (/"(?:secretKeyRef|secretRef)":/.test(text) || (spec.imagePullSecrets ?? []).length > 0 || volumes.some((volume) => volume.secret !== undefined)) return 'secrets'
  if (/"(?:configMapKeyRef|configMapRef)":/.test(text) || volumes.some((volume) => volume.configMap !== undefined)) return 'configmaps'
  if ((spec.resourceClaims ?? []).length > 0) return 'resourceclaims'
  return volumes.some((volume) => volume.persistentVolumeClaim !== undefined) ? 'persistentvolumeclaims' : undefined
}

function createPod(request: PluginRequest, node: string): Failure | undefined {
  const pod = request.object as unknown as Pod
  const quoted = goQuote(node)
  if (!isMirrorPod(podOf(request))) return forbid(request, `pod does not have ${goQuote(mirrorAnnotation)} annotation, node ${quoted} can only create mirror pods`)
  if (pod.spec.nodeName !== node) return forbid(request, `node ${quoted} can only create pods with spec.nodeName set to itself`)
  const wrong = ownerError(pod, node, request)
  if (wrong !== undefined) return forbid(request, wrong)
  const resource = referredResource(pod)
  return resource === undefined ? undefined : forbid(request, `node ${quoted} can not create pods that reference ${resource}`)
}

function admitPod(request: PluginRequest, node: string): Failure | undefined {
  const quoted = goQuote(node)
  const stored = request.old as unknown as Pod | undefined
  if (request.subresource === 'status') {
    if (stored?.spec.nodeName !== node) return forbid(request, `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`)
    return equalSemantic(request.object.metadata.labels ?? {}, stored.metadata.labels ?? {}) ? undefined : forbid(request, `node ${quoted} cannot update labels through pod status`)
  }
  if (request.subresource !== '') return forbid(request, `unexpected pod subresource ${goQuote(request.subresource)}, only 'status' and 'eviction' are allowed`)
  if (request.operation === 'CREATE') return createPod(request, node)
  if (request.operation === 'DELETE') {
    return podOf(request).spec?.nodeName === node ? undefined : forbid(request, `node ${quoted} can only delete pods with spec.nodeName set to itself`)
  }
  return forbid(request, `unexpected operation ${goQuote(request.operation)}, node ${quoted} can only create and delete mirror pods`)
}

function admitLease(request: PluginRequest, node: string): Failure | undefined {
  if (request.namespace !== leaseNamespace) return forbid(request, `can only access leases in the ${goQuote(leaseNamespace)} system namespace`)
  const name = request.operation === 'CREATE' ? request.object.metadata.name : request.name
  return name === node ? undefined : forbid(request, 'can only access node lease with the same name as the requesting node')
}

function admitCsiNode(request: PluginRequest, node: string): Failure | undefined {
  const name = request.operation === 'CREATE' ? request.object.metadata.name : request.name
  return name === node ? undefined : forbid(request, 'can only access CSINode with the same name as the requesting node')
}

function admitSlice(request: PluginRequest, node: string): Failure | undefined {
  const { nodeName } = (request.object['spec'] ?? {}) as { nodeName?: string }
  if (request.operation === 'UPDATE' || nodeName === node) return undefined
  return forbid(request, `can only ${request.operation.toLowerCase()} ResourceSlice with the same NodeName as the requesting node`)
}

const kubeletSigners = ['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']

function admitRequest(request: PluginRequest, node: string): Failure | undefined {
  if (request.operation !== 'CREATE' || request.subresource !== '') return undefined
  const { signerName = '', request: text = '' } = (request.object['spec'] ?? {}) as { signerName?: string; request?: string }
  if (!kubeletSigners.includes(signerName)) return undefined
  const read = readRequest(decodeBase64(text) ?? '')
  if ('error' in read) return forbid(request, `unable to parse csr: ${read.error}`)
  const [name = ''] = namesOf(read.subject, 'CN')
  return name === `${userPrefix}${node}` ? undefined : forbid(request, `can only create a node CSR with CN=${userPrefix}${node}`)
}

const admitters: { readonly [resource: string]: (request: PluginRequest, node: string) => Failure | undefined } = {
  pods: admitPod,
  nodes: admitNode,
  persistentvolumeclaims: (request) => (request.subresource === 'status' ? undefined : forbid(request, 'may only update PVC status')),
  'leases.coordination.k8s.io': admitLease,
  'csinodes.storage.k8s.io': admitCsiNode,
  'resourceslices.resource.k8s.io': admitSlice,
  'certificatesigningrequests.certificates.k8s.io': admitRequest,
}

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  admit(request) {
    const { user, kind } = request
    if (!user.groups.includes(nodesGroup) || !user.name.startsWith(userPrefix)) return undefined
    return admitters[groupResourceText(kind.group, kind.resource)]?.(request, user.name.slice(userPrefix.length))
  },
}

/** The refusal of a token that a kubelet asks for. The token is not admitted as other objects are: it is never stored. */
export function nodeTokenRefusal(user: PluginRequest['user'], bound: KubeObject | undefined, account: KubeObject): Failure | undefined {
  if (!user.groups.includes(nodesGroup) || !user.name.startsWith(userPrefix)) return undefined
  const refuse = (why: string): Failure => apiErrors.forbidden({ group: '', name: 'serviceaccounts' }, account.metadata.name ?? '', why)
  if (bound?.kind !== 'Pod') return refuse('node requested token not bound to a pod')
  return (bound as Pod).spec.nodeName === user.name.slice(userPrefix.length) ? undefined : refuse('node requested token bound to a pod scheduled on a different node')
}
