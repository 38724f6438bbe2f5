/** Requests and a small cluster for tests of admission. */

import { kindByKind } from '../../api/kinds.ts'
import type { UserInfo } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
import { assert } from '../../kernel/assert.ts'
import type { Json } from '../../kernel/json.ts'
import { admitCreate, admitUpdate } from '../admit.ts'
import type { Admission, AdmissionRequest } from '../admit.ts'
import type { AdmissionConfig, AdmissionReader } from '../plugins/plugin.ts'

const admin: UserInfo = { name: 'admin', groups: ['system:masters'] }

const always: readonly [resource: string, object: KubeObject][] = [
  ['namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab' }, status: { phase: 'Active' } }],
  ['serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'lab' } }],
]

/** A cluster with namespace lab, its account and whatever else a case needs. Objects given win over those. */
export function readerOf(objects: readonly [resource: string, object: object][] = []): AdmissionReader {
  const all = [...(objects as readonly [string, KubeObject][]), ...always]
  const inNamespace = (object: KubeObject, namespace: string | undefined): boolean => (object.metadata.namespace ?? '') === (namespace ?? '')
  return {
    get: (resource, namespace, name) => all.find(([kind, object]) => kind === resource && object.metadata.name === name && inNamespace(object, namespace))?.[1],
    list: (resource, namespace) => all.filter(([kind, object]) => kind === resource && (namespace === undefined || inNamespace(object, namespace))).map(([, object]) => object),
  }
}

/** A request for an object of a kind: YAML text, or a value. */
export function requestFor(apiVersion: string, kind: string, body: string | object, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  const info = kindByKind(apiVersion, kind)
  assert(info !== undefined, `there is no ${kind} in ${apiVersion}`)
  const identity = { suffix: () => 'abcde', uid: () => 'UID', timestamp: () => '2026-01-05T09:00:00Z' }
  return { kind: info, namespace: info.namespaced ? 'lab' : '', body: body as Json, isYaml: typeof body === 'string', fieldValidation: 'Strict', user: admin, identity, ...more }
}

/** Creates a pod of one container. */
export function createPod(spec: object = {}, objects: readonly [string, object][] = [], config: AdmissionConfig = {}): Admission {
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'app', image: 'nginx' }], ...spec } }
  return admitCreate(requestFor('v1', 'Pod', body), readerOf(objects), config)
}

/** Creates an object, which must go well. */
export function created(apiVersion: string, kind: string, body: object): KubeObject {
  const admission = admitCreate(requestFor(apiVersion, kind, { apiVersion, kind, ...body }), readerOf())
  assert(admission.ok, admission.ok ? '' : (admission.status.message ?? 'refused'))
  return { ...admission.object, metadata: { ...admission.object.metadata, uid: 'UID', resourceVersion: '1' } }
}

/** Changes a stored object. */
export function updated(old: KubeObject, change: object, more: Partial<AdmissionRequest> = {}): Admission {
  return admitUpdate(requestFor(old.apiVersion, old.kind, { ...old, ...change }, { name: old.metadata.name, ...more }), old, readerOf())
}

/** The text of a refusal; '' when it went well. */
export function refusalOf(admission: Admission): string {
  return admission.ok ? '' : (admission.status.message ?? '')
}
