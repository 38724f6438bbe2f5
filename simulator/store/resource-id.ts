/** How resources and objects are named inside the store. */

import type { KubeObject } from '../api/types.ts'

/** 'pods', 'deployments.apps': plural name with its group, as kubectl writes it. */
export function resourceId(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`
}

/** NAMESPACE/NAME, or NAME for cluster-scoped objects. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

/** The key of an object that has its name. */
export function keyOf(object: KubeObject): string {
  return objectKey(object.metadata.namespace, object.metadata.name ?? '')
}

/** The parts of a key. */
export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: undefined, name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
