/**
 * What a client asks to learn the kinds of a cluster. Every client knows the built-in ones, so the answer holds the others.
 * Differs: the real document (apidiscovery.k8s.io/v2) lists all kinds by group and leaves schemas to /openapi/v3.
 */

import type { KindInfo, KindTable } from './kinds.ts'
import type { ApiRequest } from './request.ts'

/** The answer to a discovery request. */
export interface Discovery {
  readonly kind: 'APIGroupDiscoveryList'
  readonly apiVersion: 'apidiscovery.k8s.io/v2'
  readonly items: readonly KindInfo[]
}

/** The address of discovery, as the kind of a request. */
export const discoveryAddress = { group: 'apidiscovery.k8s.io', version: 'v2', resource: 'apigroupdiscoverylists' } as const

/** True for a request that asks what the cluster serves; everybody may. */
export function isDiscovery({ verb, group, resource }: Pick<ApiRequest, 'verb' | 'group' | 'resource'>): boolean {
  return verb === 'get' && group === discoveryAddress.group && resource === discoveryAddress.resource
}

/** The answer for a cluster that serves these kinds. */
export function discoveryOf(kinds: KindTable): Discovery {
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items: kinds.custom }
}
