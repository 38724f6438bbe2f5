/** What the API server serves, in the documents that real clients read. Models apiserver/pkg/endpoints/discovery (v1.35). */

import type { KindInfo, KindTable, SubresourceInfo } from '../api/kinds.ts'
import { apiVersionOf } from '../api/kinds.ts'
import { compareText } from '../kernel/text.ts'

interface GroupVersions { readonly group: string; readonly versions: readonly string[] }

/** Groups with their versions, the preferred one first, in the order of discovery. */
function groupsOf(table: KindTable): GroupVersions[] {
  const groups = new Map<string, string[]>()
  for (const { group, version } of table.all) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) versions.push(version)
    groups.set(group, versions)
  }
  return [...groups].map(([group, versions]) => ({ group, versions }))
}

function kindsOf(table: KindTable, group: string, version: string): KindInfo[] {
  return table.all.filter((kind) => kind.group === group && kind.version === version).sort((a, b) => compareText(a.resource, b.resource))
}

function subresourceKind(kind: KindInfo, subresource: SubresourceInfo): { group: string; version: string; kind: string } {
  return { group: subresource.group ?? '', version: subresource.version ?? '', kind: subresource.kind ?? kind.kind }
}

function aggregatedResource(kind: KindInfo): object {
  const { resource, singular, namespaced, verbs, shortNames, categories, subresources } = kind
  return {
    resource, responseKind: { group: '', version: '', kind: kind.kind }, scope: namespaced ? 'Namespaced' : 'Cluster', singularResource: singular, verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0 ? {} : { subresources: subresources.map((one) => ({ subresource: one.name, responseKind: subresourceKind(kind, one), verbs: one.verbs })) }),
  }
}

function aggregatedGroup(table: KindTable, { group, versions }: GroupVersions): object {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((version) => ({ version, resources: kindsOf(table, group, version).map(aggregatedResource), freshness: 'Current' })),
  }
}

/** The aggregated document of `/api` (isCore) or `/apis`. */
export function aggregatedDiscovery(table: KindTable, isCore: boolean): object {
  const groups = groupsOf(table).filter(({ group }) => (group === '') === isCore)
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items: groups.map((group) => aggregatedGroup(table, group)) }
}

function groupVersion(group: string, version: string): { groupVersion: string; version: string } {
  return { groupVersion: apiVersionOf({ group, version }), version }
}

function groupBody({ group, versions }: GroupVersions): object {
  return { name: group, versions: versions.map((version) => groupVersion(group, version)), preferredVersion: groupVersion(group, versions[0]!) }
}

/** The plain document of `/apis`. */
export function groupList(table: KindTable): object {
  const groups = groupsOf(table).filter(({ group }) => group !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupBody) }
}

/** The document of `/apis/GROUP`; undefined for a group that is not served. */
export function groupDocument(table: KindTable, group: string): object | undefined {
  const found = groupsOf(table).find((one) => one.group === group && group !== '')
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(found) }
}

/** The plain document of `/api`. */
export function coreVersions(serverAddress: string): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] }
}

function plainResources(kind: KindInfo): object[] {
  const { resource, singular, namespaced, verbs, shortNames, categories, subresources } = kind
  const own = {
    name: resource, singularName: singular, namespaced, kind: kind.kind, verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }), ...(categories.length === 0 ? {} : { categories }),
  }
  const others = subresources.map((one) => ({
    name: `${resource}/${one.name}`, singularName: '', namespaced, ...(one.group === undefined ? {} : { group: one.group }), ...(one.version === undefined ? {} : { version: one.version }),
    kind: one.kind ?? kind.kind, verbs: one.verbs,
  }))
  return [own, ...others]
}

/** The document of `/api/v1` or `/apis/GROUP/VERSION`; undefined for one that is not served. */
export function resourceList(table: KindTable, group: string, version: string): object | undefined {
  const kinds = kindsOf(table, group, version)
  return kinds.length === 0 ? undefined : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources: kinds.flatMap(plainResources) }
}

/** Every group and version that is served, in the order of discovery. */
export function servedVersions(table: KindTable): { readonly group: string; readonly version: string }[] {
  return groupsOf(table).flatMap(({ group, versions }) => versions.map((version) => ({ group, version })))
}
