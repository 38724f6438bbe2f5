/** Cluster DNS: search domains, Services, headless names, ExternalName. Models CoreDNS's kubernetes plugin. */

import type { ApiClient } from '../api/client.ts'
import type { EndpointSlice, Service } from '../api/types.ts'

const clusterDomain = 'cluster.local'
const dnsService = 'kube-system/kube-dns'
/** Aliases that are followed from one name. */
const aliasesMax = 8

/** Addresses of a name, or why there are none. */
export type Lookup = { readonly addresses: readonly string[]; readonly canonicalName: string } | { readonly failure: 'notFound' | 'noServer' }

/** True for an IPv4 address. */
export function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host)
}

/**
 * Resolves a name as a pod of a namespace sees it.
 * @param endpointsOf EndpointSlices of a Service as the proxies and DNS know them
 */
export function resolve(name: string, namespace: string, api: ApiClient, endpointsOf: (key: string) => readonly EndpointSlice[]): Lookup {
  if (isAddress(name)) return { addresses: [name], canonicalName: name }
  if (!isDnsServing(api, endpointsOf)) return { failure: 'noServer' }
  for (const candidate of candidates(name, namespace)) {
    const found = resolveFull(candidate, api, endpointsOf)
    if (found !== undefined) return found
  }
  return { failure: 'notFound' }
}

/** A cluster without the DNS Service resolves nothing; with it, a ready endpoint must stand behind. */
function isDnsServing(api: ApiClient, endpointsOf: (key: string) => readonly EndpointSlice[]): boolean {
  if (api.find<Service>('services', dnsService) === undefined) return false
  return endpointsOf(dnsService).some((slice) => slice.endpoints.some((endpoint) => endpoint.conditions?.ready !== false))
}

/** Names to try, as resolv.conf with ndots:5 gives them. */
function candidates(name: string, namespace: string): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = [`${name}.${namespace}.svc.${clusterDomain}`, `${name}.svc.${clusterDomain}`, `${name}.${clusterDomain}`]
  const dots = name.split('.').length - 1
  return dots >= 5 ? [name, ...searched] : [...searched, name]
}

/** A full name; `aliases` is how many lead to it so far. Names outside the cluster are not known here. */
function resolveFull(full: string, api: ApiClient, endpointsOf: (key: string) => readonly EndpointSlice[], aliases = 0): Lookup | undefined {
  const suffix = `.svc.${clusterDomain}`
  if (!full.endsWith(suffix)) return undefined
  const parts = full.slice(0, -suffix.length).split('.')
  const namespace = parts[parts.length - 1]
  const serviceName = parts[parts.length - 2]
  if (namespace === undefined || serviceName === undefined || parts.length > 3) return undefined
  const key = `${namespace}/${serviceName}`
  const service = api.find<Service>('services', key)
  if (service === undefined) return undefined
  const hostname = parts.length === 3 ? parts[0] : undefined
  if (service.spec.type === 'ExternalName') return hostname !== undefined || aliases === aliasesMax ? undefined : resolveFull((service.spec.externalName ?? '').replace(/\.$/, ''), api, endpointsOf, aliases + 1)
  if (service.spec.clusterIP !== 'None') return hostname === undefined ? { addresses: [service.spec.clusterIP ?? ''], canonicalName: full } : undefined
  const addresses: string[] = []
  for (const slice of endpointsOf(key)) {
    for (const endpoint of slice.endpoints) {
      if (endpoint.conditions?.ready === false || (hostname !== undefined && endpoint.hostname !== hostname)) continue
      addresses.push(...endpoint.addresses)
    }
  }
  return addresses.length === 0 ? undefined : { addresses, canonicalName: full }
}
