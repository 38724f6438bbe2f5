/** Every kind of the API, one row each, in the order of discovery. Models what kube-apiserver v1.35 serves. */

import type { CustomKind } from './structural-schema.ts'

/** A subresource. Kind and group are given where they are not those of the kind itself, as with scale. */
export interface SubresourceInfo { readonly name: string; readonly verbs: readonly string[]; readonly kind?: string; readonly group?: string; readonly version?: string }

/** What the API knows about one kind in one version. */
export interface KindInfo {
  /** API group, '' for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Plural name, as in paths. */
  readonly resource: string
  readonly singular: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly SubresourceInfo[]
  /** True when objects of the kind are computed on request and not stored. */
  readonly isVirtual?: true
  /** Said to whoever uses this version. */
  readonly deprecation?: string
  /** Set for kinds that a CustomResourceDefinition brought: their schema and columns. */
  readonly custom?: CustomKind
}

const everyVerb = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const
const changeVerbs = ['get', 'patch', 'update'] as const
const readVerbs = ['get', 'list'] as const
const createVerb = ['create'] as const

/** All kinds, in the order of discovery; the preferred version of a group comes first. */
export const kinds: readonly KindInfo[] = [
  // v1
  { group: '', version: 'v1', kind: 'Binding', resource: 'bindings', singular: 'binding', namespaced: true, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'ComponentStatus', resource: 'componentstatuses', singular: 'componentstatus', namespaced: false, shortNames: ['cs'], categories: [], verbs: readVerbs, subresources: [] },
  { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', singular: 'configmap', namespaced: true, shortNames: ['cm'], categories: [], verbs: everyVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'Endpoints', resource: 'endpoints', singular: 'endpoints', namespaced: true, shortNames: ['ep'], categories: [], verbs: everyVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'Event', resource: 'events', singular: 'event', namespaced: true, shortNames: ['ev'], categories: [], verbs: everyVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'LimitRange', resource: 'limitranges', singular: 'limitrange', namespaced: true, shortNames: ['limits'], categories: [], verbs: everyVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'Namespace', resource: 'namespaces', singular: 'namespace', namespaced: false, shortNames: ['ns'], categories: [], verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
    subresources: [{ name: 'finalize', verbs: ['update'] }, { name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'Node', resource: 'nodes', singular: 'node', namespaced: false, shortNames: ['no'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'NodeProxyOptions' }, { name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'PersistentVolumeClaim', resource: 'persistentvolumeclaims', singular: 'persistentvolumeclaim', namespaced: true, shortNames: ['pvc'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'PersistentVolume', resource: 'persistentvolumes', singular: 'persistentvolume', namespaced: false, shortNames: ['pv'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'Pod', resource: 'pods', singular: 'pod', namespaced: true, shortNames: ['po'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'attach', verbs: ['create', 'get'], kind: 'PodAttachOptions' }, { name: 'binding', verbs: createVerb, kind: 'Binding' }, { name: 'ephemeralcontainers', verbs: changeVerbs }, { name: 'eviction', verbs: createVerb, kind: 'Eviction', group: 'policy', version: 'v1' }, { name: 'exec', verbs: ['create', 'get'], kind: 'PodExecOptions' }, { name: 'log', verbs: ['get'] }, { name: 'portforward', verbs: ['create', 'get'], kind: 'PodPortForwardOptions' }, { name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions' }, { name: 'resize', verbs: changeVerbs }, { name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'PodTemplate', resource: 'podtemplates', singular: 'podtemplate', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'ReplicationController', resource: 'replicationcontrollers', singular: 'replicationcontroller', namespaced: true, shortNames: ['rc'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'scale', verbs: changeVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' }, { name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'ResourceQuota', resource: 'resourcequotas', singular: 'resourcequota', namespaced: true, shortNames: ['quota'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: '', version: 'v1', kind: 'Secret', resource: 'secrets', singular: 'secret', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: '', version: 'v1', kind: 'ServiceAccount', resource: 'serviceaccounts', singular: 'serviceaccount', namespaced: true, shortNames: ['sa'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'token', verbs: createVerb, kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1' }] },
  { group: '', version: 'v1', kind: 'Service', resource: 'services', singular: 'service', namespaced: true, shortNames: ['svc'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'proxy', verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'ServiceProxyOptions' }, { name: 'status', verbs: changeVerbs }] },
  // apiregistration.k8s.io/v1
  { group: 'apiregistration.k8s.io', version: 'v1', kind: 'APIService', resource: 'apiservices', singular: 'apiservice', namespaced: false, shortNames: [], categories: ['api-extensions'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // apps/v1
  { group: 'apps', version: 'v1', kind: 'ControllerRevision', resource: 'controllerrevisions', singular: 'controllerrevision', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', resource: 'daemonsets', singular: 'daemonset', namespaced: true, shortNames: ['ds'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', singular: 'deployment', namespaced: true, shortNames: ['deploy'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'scale', verbs: changeVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' }, { name: 'status', verbs: changeVerbs }] },
  { group: 'apps', version: 'v1', kind: 'ReplicaSet', resource: 'replicasets', singular: 'replicaset', namespaced: true, shortNames: ['rs'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'scale', verbs: changeVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' }, { name: 'status', verbs: changeVerbs }] },
  { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets', singular: 'statefulset', namespaced: true, shortNames: ['sts'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'scale', verbs: changeVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' }, { name: 'status', verbs: changeVerbs }] },
  // events.k8s.io/v1
  { group: 'events.k8s.io', version: 'v1', kind: 'Event', resource: 'events', singular: 'event', namespaced: true, shortNames: ['ev'], categories: [], verbs: everyVerb, subresources: [] },
  // authentication.k8s.io/v1
  { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', resource: 'selfsubjectreviews', singular: 'selfsubjectreview', namespaced: false, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview', resource: 'tokenreviews', singular: 'tokenreview', namespaced: false, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  // authorization.k8s.io/v1
  { group: 'authorization.k8s.io', version: 'v1', kind: 'LocalSubjectAccessReview', resource: 'localsubjectaccessreviews', singular: 'localsubjectaccessreview', namespaced: true, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', resource: 'selfsubjectaccessreviews', singular: 'selfsubjectaccessreview', namespaced: false, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectRulesReview', resource: 'selfsubjectrulesreviews', singular: 'selfsubjectrulesreview', namespaced: false, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  { group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview', resource: 'subjectaccessreviews', singular: 'subjectaccessreview', namespaced: false, shortNames: [], categories: [], verbs: createVerb, subresources: [] },
  // autoscaling/v2
  { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', singular: 'horizontalpodautoscaler', namespaced: true, shortNames: ['hpa'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // autoscaling/v1
  { group: 'autoscaling', version: 'v1', kind: 'HorizontalPodAutoscaler', resource: 'horizontalpodautoscalers', singular: 'horizontalpodautoscaler', namespaced: true, shortNames: ['hpa'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // batch/v1
  { group: 'batch', version: 'v1', kind: 'CronJob', resource: 'cronjobs', singular: 'cronjob', namespaced: true, shortNames: ['cj'], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs', singular: 'job', namespaced: true, shortNames: [], categories: ['all'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // certificates.k8s.io/v1
  { group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest', resource: 'certificatesigningrequests', singular: 'certificatesigningrequest', namespaced: false, shortNames: ['csr'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'approval', verbs: changeVerbs }, { name: 'status', verbs: changeVerbs }] },
  // networking.k8s.io/v1
  { group: 'networking.k8s.io', version: 'v1', kind: 'IngressClass', resource: 'ingressclasses', singular: 'ingressclass', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress', resource: 'ingresses', singular: 'ingress', namespaced: true, shortNames: ['ing'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'networking.k8s.io', version: 'v1', kind: 'IPAddress', resource: 'ipaddresses', singular: 'ipaddress', namespaced: false, shortNames: ['ip'], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', resource: 'networkpolicies', singular: 'networkpolicy', namespaced: true, shortNames: ['netpol'], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'networking.k8s.io', version: 'v1', kind: 'ServiceCIDR', resource: 'servicecidrs', singular: 'servicecidr', namespaced: false, shortNames: [], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // policy/v1
  { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', resource: 'poddisruptionbudgets', singular: 'poddisruptionbudget', namespaced: true, shortNames: ['pdb'], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // rbac.authorization.k8s.io/v1
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRoleBinding', resource: 'clusterrolebindings', singular: 'clusterrolebinding', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', resource: 'clusterroles', singular: 'clusterrole', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'RoleBinding', resource: 'rolebindings', singular: 'rolebinding', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role', resource: 'roles', singular: 'role', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  // storage.k8s.io/v1
  { group: 'storage.k8s.io', version: 'v1', kind: 'CSIDriver', resource: 'csidrivers', singular: 'csidriver', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'storage.k8s.io', version: 'v1', kind: 'CSINode', resource: 'csinodes', singular: 'csinode', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'storage.k8s.io', version: 'v1', kind: 'CSIStorageCapacity', resource: 'csistoragecapacities', singular: 'csistoragecapacity', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass', resource: 'storageclasses', singular: 'storageclass', namespaced: false, shortNames: ['sc'], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttachment', resource: 'volumeattachments', singular: 'volumeattachment', namespaced: false, shortNames: [], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'storage.k8s.io', version: 'v1', kind: 'VolumeAttributesClass', resource: 'volumeattributesclasses', singular: 'volumeattributesclass', namespaced: false, shortNames: ['vac'], categories: [], verbs: everyVerb, subresources: [] },
  // admissionregistration.k8s.io/v1
  { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'MutatingWebhookConfiguration', resource: 'mutatingwebhookconfigurations', singular: 'mutatingwebhookconfiguration', namespaced: false, shortNames: [], categories: ['api-extensions'], verbs: everyVerb, subresources: [] },
  { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy', resource: 'validatingadmissionpolicies', singular: 'validatingadmissionpolicy', namespaced: false, shortNames: [], categories: ['api-extensions'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicyBinding', resource: 'validatingadmissionpolicybindings', singular: 'validatingadmissionpolicybinding', namespaced: false, shortNames: [], categories: ['api-extensions'], verbs: everyVerb, subresources: [] },
  { group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingWebhookConfiguration', resource: 'validatingwebhookconfigurations', singular: 'validatingwebhookconfiguration', namespaced: false, shortNames: [], categories: ['api-extensions'], verbs: everyVerb, subresources: [] },
  // apiextensions.k8s.io/v1
  { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', resource: 'customresourcedefinitions', singular: 'customresourcedefinition', namespaced: false, shortNames: ['crd', 'crds'], categories: ['api-extensions'], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // scheduling.k8s.io/v1
  { group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass', resource: 'priorityclasses', singular: 'priorityclass', namespaced: false, shortNames: ['pc'], categories: [], verbs: everyVerb, subresources: [] },
  // coordination.k8s.io/v1
  { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', resource: 'leases', singular: 'lease', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  // node.k8s.io/v1
  { group: 'node.k8s.io', version: 'v1', kind: 'RuntimeClass', resource: 'runtimeclasses', singular: 'runtimeclass', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  // discovery.k8s.io/v1
  { group: 'discovery.k8s.io', version: 'v1', kind: 'EndpointSlice', resource: 'endpointslices', singular: 'endpointslice', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  // resource.k8s.io/v1
  { group: 'resource.k8s.io', version: 'v1', kind: 'DeviceClass', resource: 'deviceclasses', singular: 'deviceclass', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaim', resource: 'resourceclaims', singular: 'resourceclaim', namespaced: true, shortNames: [], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'resource.k8s.io', version: 'v1', kind: 'ResourceClaimTemplate', resource: 'resourceclaimtemplates', singular: 'resourceclaimtemplate', namespaced: true, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  { group: 'resource.k8s.io', version: 'v1', kind: 'ResourceSlice', resource: 'resourceslices', singular: 'resourceslice', namespaced: false, shortNames: [], categories: [], verbs: everyVerb, subresources: [] },
  // flowcontrol.apiserver.k8s.io/v1
  { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'FlowSchema', resource: 'flowschemas', singular: 'flowschema', namespaced: false, shortNames: [], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'PriorityLevelConfiguration', resource: 'prioritylevelconfigurations', singular: 'prioritylevelconfiguration', namespaced: false, shortNames: [], categories: [], verbs: everyVerb,
    subresources: [{ name: 'status', verbs: changeVerbs }] },
  // metrics.k8s.io/v1beta1, served by metrics-server and not kept in the store
  { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'NodeMetrics', resource: 'nodes', singular: '', namespaced: false, shortNames: [], categories: [], verbs: readVerbs, subresources: [], isVirtual: true },
  { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics', resource: 'pods', singular: '', namespaced: true, shortNames: [], categories: [], verbs: readVerbs, subresources: [], isVirtual: true },
]

/** `group/version`, or the version alone for the core group: what `apiVersion` says. */
export function apiVersionOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
}

/** A group version as Go prints it: `apps/v1`, and `/v1` for the core group. */
export function goGroupVersion(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
}

/** A kind with its group version as Go prints it: `apps/v1, Kind=Deployment`. */
export function gvkText(apiVersion: string, kind: string): string {
  return `${goGroupVersion(apiVersion)}, Kind=${kind}`
}

/** Splits an `apiVersion` into group and version. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** `resource.group`, or the resource alone for the core group: how error texts name it. */
export function groupResourceText(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`
}

/** The kinds that one cluster serves: those of kube-apiserver, then those of its CustomResourceDefinitions. */
export interface KindTable {
  /** In the order of discovery. */
  readonly all: readonly KindInfo[]
  /** The kinds that came from definitions. */
  readonly custom: readonly KindInfo[]
  /** The kind of a plural resource name; without a version, the preferred one. */
  byResource(group: string, resource: string, version?: string): KindInfo | undefined
  /** The kind that an object names in apiVersion and kind. */
  byKind(apiVersion: string, kind: string): KindInfo | undefined
  /**
   * Resolves what a user types for a kind: `deploy`, `Deployments`, `deployments.apps`, `deployment.v1.apps`.
   * Full names come before short names, and groups in the order of discovery.
   * Models client-go/restmapper with its shortcut expander (v1.35).
   */
  byToken(token: string): KindInfo | undefined
  /** The kinds of a category such as `all`, in the order of discovery, each once in its preferred version. */
  inCategory(category: string): KindInfo[]
}

function isNamed(kind: KindInfo, name: string): boolean {
  return kind.resource === name || (kind.singular !== '' && kind.singular === name)
}

function inGroup(candidates: readonly KindInfo[], group: string): KindInfo | undefined {
  if (group === '') return candidates[0]
  return candidates.find((kind) => kind.group === group) ?? candidates.find((kind) => kind.group.startsWith(group))
}

function findByToken(all: readonly KindInfo[], token: string): KindInfo | undefined {
  const [name = '', ...rest] = token.toLowerCase().split('.')
  const named = all.filter((kind) => isNamed(kind, name))
  const candidates = named.length > 0 ? named : all.filter((kind) => kind.shortNames.includes(name))
  if (rest.length === 0) return candidates[0]
  if (rest.length > 1) {
    const [version, ...group] = rest
    const exact = candidates.find((kind) => kind.version === version && kind.group === group.join('.'))
    if (exact !== undefined) return exact
  }
  return inGroup(candidates, rest.join('.'))
}

/** A table of the built-in kinds and others. */
export function makeKindTable(custom: readonly KindInfo[]): KindTable {
  const all = custom.length === 0 ? kinds : [...kinds, ...custom]
  const byName = new Map<string, KindInfo[]>()
  const byKind = new Map<string, KindInfo>()
  for (const kind of all) {
    const named = byName.get(kind.resource)
    if (named === undefined) byName.set(kind.resource, [kind])
    else named.push(kind)
    byKind.set(`${apiVersionOf(kind)} ${kind.kind}`, kind)
  }
  // Every request asks for its kind: there are one to three of a name, which are told apart without making a key.
  const byResource = (group: string, resource: string, version?: string): KindInfo | undefined =>
    version === undefined ? byName.get(resource)?.find((kind) => kind.group === group) : byName.get(resource)?.findLast((kind) => kind.group === group && kind.version === version)
  return {
    all,
    custom,
    byResource,
    byKind: (apiVersion, kind) => byKind.get(`${apiVersion} ${kind}`),
    byToken: (token) => findByToken(all, token),
    inCategory: (category) => all.filter((kind) => kind.categories.includes(category) && byResource(kind.group, kind.resource) === kind),
  }
}

/** The kinds that every cluster serves. */
export const builtinKinds: KindTable = makeKindTable([])

/** As KindTable.byResource, among the kinds that every cluster serves. */
export const kindByResource = builtinKinds.byResource

/** As KindTable.byKind, among the kinds that every cluster serves. */
export const kindByKind = builtinKinds.byKind

/** As KindTable.byToken, among the kinds that every cluster serves. */
export const findKindByToken = builtinKinds.byToken

/** As KindTable.inCategory, among the kinds that every cluster serves. */
export const kindsInCategory = builtinKinds.inCategory

/** A subresource of a kind by its name. */
export function findSubresource(kind: KindInfo, name: string): SubresourceInfo | undefined {
  return kind.subresources.find((subresource) => subresource.name === name)
}
