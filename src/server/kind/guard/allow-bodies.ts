/** What the bodies of the learner's side may hold. */

import { isJsonObject } from '../../../../simulator/kernel/json.ts'
import type { Json } from '../../../../simulator/kernel/json.ts'
import type { BridgeRequest, SandboxPlan } from '../contract.ts'
import { bodyLimits, depthOf, itemsOf, placesOf, segments } from './bodies.ts'
import type { Place } from './bodies.ts'
import { namespacedKinds, rowOf } from './course-kinds.ts'
import type { Guard } from './guard.ts'
import { refusePrototypeKeys } from './manifests.ts'
import { sandboxNames } from './names.ts'

type BodyGuard = Guard<[BridgeRequest, readonly Json[], SandboxPlan]>

function find(settings: readonly Json[], matches: (place: Place) => boolean): Place | undefined {
  for (const setting of settings) for (const place of placesOf(setting)) if (matches(place)) return place
  return undefined
}

/** Keeps out bodies larger than a manifest may be. */
export function refuseLargeBody({ body }: BridgeRequest): string | undefined {
  return body === undefined || Buffer.byteLength(JSON.stringify(body)) <= bodyLimits.bytesMax ? undefined : `a manifest is at most ${bodyLimits.bytesMax / 1024} KB`
}

/** Keeps out bodies that are nested deeper than any manifest. */
export function refuseDeepBody({ body }: BridgeRequest): string | undefined {
  return body === undefined || depthOf(body as Json) <= bodyLimits.depthMax ? undefined : `a manifest is at most ${bodyLimits.depthMax} levels deep`
}

/** Keeps out keys that mean something else to JavaScript than to people. */
export function refusePrototypeKey(_request: BridgeRequest, settings: readonly Json[]): string | undefined {
  return settings.map(refusePrototypeKeys).find((refusal) => refusal !== undefined)
}

/** Finalizers that controllers of Kubernetes take away by themselves. They come back in whole objects that were read before. */
const ownFinalizers: readonly unknown[] = ['kubernetes.io/pvc-protection', 'kubernetes.io/pv-protection', 'batch.kubernetes.io/job-tracking', 'foregroundDeletion', 'orphan']

/** Keeps out finalizers, with which an object can outlive its namespace's end. */
export function refuseFinalizer(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const isKnown = (value: Json): boolean => request.verb !== 'create' && Array.isArray(value) && value.every((each) => ownFinalizers.includes(each))
  const isTakenAway = (value: Json): boolean => value === null || (typeof value === 'object' && Object.values(value).every((each) => each === null))
  const place = find(settings, ({ key, path, value }) => key === 'finalizers' && path.at(-1) === 'metadata' && !isTakenAway(value) && !isKnown(value))
  return place === undefined ? undefined : 'a manifest for a real cluster cannot have finalizers: they would keep the clean-up from ending'
}

/** Keeps out owners that are not in a namespace of the task. */
export function refuseForeignOwner(_request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const isForeign = (owner: { readonly [key: string]: Json | undefined }): boolean => {
    const [group, version] = String(owner['apiVersion'] ?? '').includes('/') ? String(owner['apiVersion']).split('/') : ['', String(owner['apiVersion'] ?? '')]
    const plural = `${String(owner['kind'] ?? '').toLowerCase()}s`
    return version === '' || rowOf(namespacedKinds, { group: group!, resource: plural }) === undefined
  }
  const place = find(settings, ({ key, path, value }) => key === 'ownerReferences' && path.at(-1) === 'metadata' && (value === true || itemsOf(value).some(isForeign)))
  return place === undefined ? undefined : 'ownerReferences of a manifest must name an object of the same namespace'
}

/** Volumes that touch nothing but the cluster's own data. Persistent volumes have more fields, of which those of the host are refused. */
const podVolumes: readonly string[] = ['name', 'configMap', 'secret', 'emptyDir', 'downwardAPI', 'projected', 'persistentVolumeClaim', 'ephemeral', '$patch', '$retainKeys']
const elsewhereVolumes: readonly string[] = ['local', 'nfs', 'iscsi', 'fc', 'csi', 'flexVolume', 'cephfs', 'rbd', 'glusterfs']
const hostFlags: readonly string[] = ['hostNetwork', 'hostPID', 'hostIPC', 'privileged', 'hostProcess']

/** Keeps out the host: its network, processes, ports and privileges. The cluster's Pod Security says the same. */
export function refuseHostAccess(_request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const place = find(settings, ({ key, value, path }) => (hostFlags.includes(key) && value === true) || (key === 'hostPort' && value !== null && value !== 0 && path.includes('ports')))
  return place === undefined ? undefined : `${place.key} is not allowed on a real cluster: it reaches the node`
}

/** Keeps out volumes of the host and of other machines. */
export function refuseHostVolume(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const place = find(settings, ({ key, value }) => (key === 'hostPath' && value !== null && typeof value !== 'string') || (key === 'volumes' && itemsOf(value).some((volume) => Object.keys(volume).some((field) => volume[field] !== null && !podVolumes.includes(field) && typeof volume[field] === 'object'))))
  if (place !== undefined) return `only volumes of the cluster itself are allowed on a real cluster: ${podVolumes.filter((name) => name !== 'name' && !name.startsWith('$')).join(', ')}`
  if (request.resource === 'persistentvolumes' && find(settings, ({ key, path, value }) => path.at(-1) === 'spec' && value !== null && elsewhereVolumes.includes(key)) !== undefined) return 'a persistent volume on a real cluster cannot be of a host or of another machine'
  // A provisioner on the node makes paths of the parameters.
  return request.resource === 'storageclasses' && find(settings, ({ key, value }) => key === 'parameters' && value !== null) !== undefined ? 'a StorageClass on a real cluster cannot have parameters: they can name paths of the node' : undefined
}

/** Keeps out addresses that would take traffic of others. */
export function refuseExternalAddress(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const place = request.resource === 'services' ? find(settings, ({ key, path, value }) => key === 'externalIPs' && path.at(-1) === 'spec' && value !== null && !(Array.isArray(value) && value.length === 0)) : undefined
  return place === undefined ? undefined : 'externalIPs of a Service are not allowed on a real cluster'
}

/** Keeps out forged labels and annotations of the bridge: they say what is removed. */
export function refuseBridgeLabel(_request: BridgeRequest, settings: readonly Json[], plan: SandboxPlan): string | undefined {
  const isOwn = ({ key, value, path }: Place): boolean => key.startsWith(sandboxNames.ownPrefix) && ['labels', 'annotations'].includes(path.at(-1) ?? '') && !(key === sandboxNames.sessionLabel && value === plan.session)
  const place = find(settings, isOwn)
  return place === undefined ? undefined : `${JSON.stringify(place.key)} is written by Podflight alone`
}

/** Keeps out a body for another namespace than the one that was looked at. */
export function refuseBodyNamespace(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const other = settings.map((setting) => (isJsonObject(setting) && isJsonObject(setting['metadata']) ? setting['metadata']['namespace'] : undefined)).find((namespace) => namespace !== undefined && namespace !== null && namespace !== '' && namespace !== request.namespace)
  return other === undefined ? undefined : `the manifest is for namespace ${JSON.stringify(other)}, the request for ${JSON.stringify(request.namespace ?? '')}`
}

/** Keeps out pods that run as the sandbox's own service account. */
export function refuseSandboxIdentity(_request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const place = find(settings, ({ key, value }) => (key === 'serviceAccountName' || key === 'serviceAccount') && typeof value === 'string' && value.startsWith(sandboxNames.prefix))
  return place === undefined ? undefined : 'a pod cannot run as the service account of the sandbox'
}

const nodeSpec: readonly string[] = ['taints', 'unschedulable']

/** Keeps out changes of nodes other than labels, annotations, taints and cordon; labels of Kubernetes stay as they are. */
export function refuseNodeChange(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  if (request.resource !== 'nodes' || request.group !== '') return undefined
  const place = find(settings, ({ key, path, value }) => {
    if (path.length === 0) return !['apiVersion', 'kind', 'metadata', 'spec'].includes(key) || !isJsonObject(value) && (key === 'metadata' || key === 'spec')
    if (path.length === 1 && path[0] === 'spec') return !nodeSpec.includes(key) && !key.startsWith('$')
    if (path.length === 1 && path[0] === 'metadata') return !['labels', 'annotations', 'name', 'resourceVersion', 'uid'].includes(key)
    return path.length === 2 && path[1] === 'labels' && /(^|\.)(kubernetes|k8s)\.io\//.test(key)
  })
  return place === undefined ? undefined : `${[...place.path, place.key].join('.')} of a node cannot be changed on a real cluster`
}

const levels: readonly Json[] = ['privileged', 'baseline', 'restricted']

/** Keeps out a weaker Pod Security of a namespace than the sandbox gave it. */
export function refuseWeakerNamespace(request: BridgeRequest, settings: readonly Json[], plan: SandboxPlan): string | undefined {
  if (request.resource !== 'namespaces') return undefined
  const isWeaker = ({ key, value }: Place): boolean => (key === 'pod-security.kubernetes.io/enforce' && levels.indexOf(value) < levels.indexOf(plan.podSecurity)) || (key === 'pod-security.kubernetes.io/enforce-version' && value !== 'latest')
  return find(settings, isWeaker) === undefined ? undefined : `pods of the task's namespaces stay under the Pod Security standard ${plan.podSecurity} on a real cluster`
}

/** Keeps out patches that would drop the labels of namespaces, nodes and other objects outside namespaces as a whole. */
export function refuseLabelLoss(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  if (rowOf(namespacedKinds, request) !== undefined || request.verb !== 'patch') return undefined
  const isJsonPatch = request.contentType === 'application/json-patch+json'
  const isWhole = ({ key, path, value }: Place): boolean =>
    (['$patch', '$retainKeys'].includes(key) && (path.length === 0 || path[0] === 'metadata')) || (path.length === 0 && key === 'metadata' && !isJsonObject(value)) || (path.length === 1 && path[0] === 'metadata' && key === 'labels' && !isJsonObject(value))
  // A JSON patch sets what it names as a whole: only single labels may be named, and nothing moved.
  const isUnsafe = (operation: Json): boolean => isJsonObject(operation) && (operation['op'] === 'move' || ['', 'metadata', 'metadata/labels'].includes(segments(String(operation['path'])).join('/')))
  const replaces = isJsonPatch && (request.body as readonly Json[]).some(isUnsafe)
  return replaces || find(settings, isWhole) !== undefined ? 'the labels of such an object cannot be replaced as a whole on a real cluster' : undefined
}

/** Keeps out objects that change a default of the whole cluster or add to the rights of others. */
export function refuseClusterDefault(request: BridgeRequest, settings: readonly Json[]): string | undefined {
  const place = rowOf(namespacedKinds, request) !== undefined ? undefined : find(settings, ({ key, value }) => (key === 'globalDefault' && value !== false) || key.endsWith('/is-default-class') || (key === 'aggregationRule' && value !== null) || key.startsWith('rbac.authorization.k8s.io/'))
  return place === undefined ? undefined : `${place.key} acts on the whole cluster, which a task cannot do on a real one`
}

/** Keeps out rights over the cluster for anyone but the service accounts of the task. */
export function refuseForeignSubject(request: BridgeRequest, settings: readonly Json[], plan: SandboxPlan): string | undefined {
  if (request.resource !== 'clusterrolebindings') return undefined
  const isForeign = (subject: { readonly [key: string]: Json | undefined }): boolean => subject['kind'] !== 'ServiceAccount' || !plan.namespaces.includes(String(subject['namespace']))
  return find(settings, ({ key, value }) => key === 'subjects' && (value === true || itemsOf(value).some(isForeign))) === undefined ? undefined : 'a ClusterRoleBinding on a real cluster may name only service accounts of the task'
}

/** In order. All of them look at what a request may set; see bodies.ts for JSON patches. */
export const bodyGuards: readonly BodyGuard[] = [
  refuseLargeBody, refuseDeepBody, refusePrototypeKey, refuseFinalizer, refuseForeignOwner, refuseHostAccess, refuseHostVolume, refuseExternalAddress, refuseBridgeLabel, refuseBodyNamespace, refuseSandboxIdentity,
  refuseNodeChange, refuseWeakerNamespace, refuseLabelLoss, refuseClusterDefault, refuseForeignSubject,
]
