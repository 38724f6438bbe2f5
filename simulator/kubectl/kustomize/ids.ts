/** How kustomize names objects. Models kyaml/resid (kustomize 0.20.1). */

import { builtinKinds, apiVersionOf } from '../../api/kinds.ts'

/** Stops a build with an error text; it never leaves this folder. */
export class KustomizeFailure extends Error {}

/** Runs a step and puts words before its error. */
export function within<T>(prefix: string, step: () => T): T {
  try {
    return step()
  } catch (failure) {
    if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`${prefix}: ${failure.message}`)
    throw failure
  }
}

/** Group, version and kind; in a selector an empty one selects all. */
export interface Gvk { readonly group: string; readonly version: string; readonly kind: string }
/** What an object is called; an empty namespace is the default one. */
export interface ResId extends Gvk { readonly name: string; readonly namespace: string }

const clusterScoped: ReadonlySet<string> = new Set(builtinKinds.all.filter((kind) => !kind.namespaced).map((kind) => `${apiVersionOf(kind)} ${kind.kind}`))
const noNamespace = '_non_namespaceable_'

export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

export function isClusterScoped(id: Gvk): boolean {
  return clusterScoped.has(`${id.group === '' ? '' : `${id.group}/`}${id.version} ${id.kind}`)
}

export function effectiveNamespace(id: ResId): string {
  if (isClusterScoped(id)) return noNamespace
  return id.namespace === '' ? 'default' : id.namespace
}

export function sameNamespace(a: ResId, b: ResId): boolean {
  return effectiveNamespace(a) === effectiveNamespace(b)
}

export function gvkText({ group, version, kind }: Gvk): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`
}

export function idText(id: ResId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

export function sameId(a: ResId, b: ResId): boolean {
  return sameNamespace(a, b) && a.name === b.name && a.group === b.group && a.version === b.version && a.kind === b.kind
}

export function isSelectedByGvk(id: Gvk, selector: Gvk): boolean {
  return (selector.group === '' || selector.group === id.group) && (selector.version === '' || selector.version === id.version) && (selector.kind === '' || selector.kind === id.kind)
}

export function isSelectedById(id: ResId, selector: ResId): boolean {
  return (selector.name === '' || selector.name === id.name) && (selector.namespace === '' || sameNamespace(selector, id)) && isSelectedByGvk(id, selector)
}

/** An id as Go's %#v prints it. */
export function goIdText(id: ResId): string {
  const { group, version, kind, name, namespace } = id
  return `resid.ResId{Gvk:resid.Gvk{Group:${JSON.stringify(group)}, Version:${JSON.stringify(version)}, Kind:${JSON.stringify(kind)}, isClusterScoped:${isClusterScoped(id)}}, Name:${JSON.stringify(name)}, Namespace:${JSON.stringify(namespace)}}`
}
