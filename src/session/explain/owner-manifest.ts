/** The manifest that a person wrote for a Pod, with a change: the Pod's own, or that of the controller at the top. */

import type { Cluster, Container, KubeObject, Pod, PodSpec, Toleration } from '../../../simulator/index.ts'
import { kinds } from '../../../simulator/api/kinds.ts'
import { stateTaintPrefix } from './pod-edits.ts'

/** An object with a Pod template, or the Pod. */
export interface Owner { readonly kind: string; readonly apiVersion: string; readonly resource: string; readonly object: KubeObject }
type Json = { readonly [key: string]: unknown }

/** The object that a person wrote: the Pod, or the controller at the top. */
export function ownerOf(cluster: Cluster, pod: Pod): Owner {
  let owner: Owner = { kind: 'Pod', apiVersion: 'v1', resource: 'pod', object: pod }
  for (;;) {
    const reference = owner.object.metadata.ownerReferences?.find((candidate) => candidate.controller === true)
    const kind = kinds.find((candidate) => candidate.kind === reference?.kind && candidate.isVirtual !== true)
    if (reference === undefined || kind === undefined) return owner
    const resource = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
    const object = cluster.peekOne<KubeObject>(resource, `${pod.metadata.namespace ?? ''}/${reference.name}`)
    if (object === undefined || asJson(asJson(object['spec'])['template'])['spec'] === undefined) return owner
    owner = { kind: reference.kind, apiVersion: reference.apiVersion, resource: reference.kind.toLowerCase(), object }
  }
}

/** What was applied last when there is such a record, else the object without what the server adds; with the change. */
export function changedManifest({ kind, apiVersion, object }: Owner, change: (spec: PodSpec) => PodSpec): Json {
  const applied = object.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']
  const base = applied === undefined ? written(kind, apiVersion, object) : withoutEmpty(JSON.parse(applied) as Json)
  const spec = asJson(base['spec'])
  if (kind === 'Pod') return { ...base, spec: change(spec as unknown as PodSpec) }
  const template = asJson(spec['template'])
  return { ...base, spec: { ...spec, template: { ...template, spec: change(asJson(template['spec']) as unknown as PodSpec) } } }
}

/** `kubectl apply` notes an empty list of annotations that nobody wrote. */
function withoutEmpty(manifest: Json): Json {
  const { annotations, ...metadata } = asJson(manifest['metadata'])
  return { ...manifest, metadata: Object.keys(asJson(annotations)).length === 0 ? metadata : { ...metadata, annotations } }
}

function written(kind: string, apiVersion: string, object: KubeObject): Json {
  const { name, namespace, labels, annotations } = object.metadata
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) }
  const spec = asJson(object['spec'])
  return { apiVersion, kind, metadata, spec: kind === 'Job' ? writtenJob(spec) : kind === 'Pod' ? writtenPod(spec) : spec }
}

/** Admission mounts a token, adds tolerations of node states and fills in defaults; a person writes none of them. */
function writtenPod(spec: Json): Json {
  const isWritten = ({ name }: { readonly name: string }): boolean => !name.startsWith('kube-api-access-')
  const volumes = ((spec['volumes'] as Pod['spec']['volumes']) ?? []).filter(isWritten)
  const tolerations = ((spec['tolerations'] as readonly Toleration[] | undefined) ?? []).filter(({ key = '' }) => !key.startsWith(stateTaintPrefix))
  const containers = (spec['containers'] as readonly Container[]).map(({ volumeMounts = [], ...container }) => {
    const mounts = volumeMounts.filter(isWritten)
    return writtenContainer(mounts.length === 0 ? container : { ...container, volumeMounts: mounts })
  })
  const { volumes: _volumes, tolerations: _tolerations, ...rest } = spec
  return { ...without(rest, podDefaults), containers, ...(volumes.length === 0 ? {} : { volumes }), ...(tolerations.length === 0 ? {} : { tolerations }) }
}

/** What the API server fills in where nothing is said. */
const podDefaults: Json = {
  dnsPolicy: 'ClusterFirst', enableServiceLinks: true, preemptionPolicy: 'PreemptLowerPriority', priority: 0, restartPolicy: 'Always', schedulerName: 'default-scheduler', securityContext: {}, serviceAccount: 'default',
  serviceAccountName: 'default', terminationGracePeriodSeconds: 30,
}
const containerDefaults: Json = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} }

function without(fields: Json, defaults: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key])))
}

/** Requests that are equal to the limits follow from them; the pull policy follows from the tag. */
function writtenContainer({ resources, ...container }: Container): Json {
  const { requests = {}, limits = {}, ...others } = resources ?? {}
  const own = Object.fromEntries(Object.entries(requests).filter(([resource, amount]) => limits[resource] !== amount))
  const isLatest = !/:[^/]+$/.test(container.image ?? '') || (container.image ?? '').endsWith(':latest')
  const written = { ...others, ...(Object.keys(limits).length === 0 ? {} : { limits }), ...(Object.keys(own).length === 0 ? {} : { requests: own }) }
  return without({ ...container, resources: written }, { ...containerDefaults, imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent' })
}

/** A Job's selector and the labels that follow from it are the server's. */
function writtenJob({ selector: _selector, ...spec }: Json): Json {
  const template = asJson(spec['template'])
  const { labels, ...metadata } = asJson(template['metadata'])
  const own = Object.fromEntries(Object.entries(asJson(labels)).filter(([key]) => !key.startsWith('batch.kubernetes.io/') && key !== 'controller-uid' && key !== 'job-name'))
  return { ...spec, template: { ...template, metadata: { ...metadata, ...(Object.keys(own).length === 0 ? {} : { labels: own }) } } }
}

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}
