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

/** Splits an apiVersion at its first slash; without one the group is empty, as for the core kinds. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** True for built-in kinds without a namespace. A kind that is not known counts as namespaced, as upstream has it. */
export function isClusterScoped(id: Gvk): boolean {
  return clusterScoped.has(`${id.group === '' ? '' : `${id.group}/`}${id.version} ${id.kind}`)
}

/** The namespace by which ids are compared: "default" for none, and one of its own for kinds without a namespace. */
export function effectiveNamespace(id: ResId): string {
  if (isClusterScoped(id)) return noNamespace
  return id.namespace === '' ? 'default' : id.namespace
}

/** Compares effective namespaces: none and "default" are the same. */
export function sameNamespace(a: ResId, b: ResId): boolean {
  return effectiveNamespace(a) === effectiveNamespace(b)
}

/** Kind.version.group as upstream's errors print it; missing parts are [noKind], [noVer], [noGrp]. */
export function gvkText({ group, version, kind }: Gvk): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`
}

/** As `gvkText` with /name.namespace, for errors. */
export function idText(id: ResId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

/** True when group, version, kind, name and effective namespace agree: two such objects cannot be in one build. */
export function sameId(a: ResId, b: ResId): boolean {
  return sameNamespace(a, b) && a.name === b.name && a.group === b.group && a.version === b.version && a.kind === b.kind
}

/** Whether the id has all parts of the selector that are not empty; compared as text, not as a pattern. */
export function isSelectedByGvk(id: Gvk, selector: Gvk): boolean {
  return (selector.group === '' || selector.group === id.group) && (selector.version === '' || selector.version === id.version) && (selector.kind === '' || selector.kind === id.kind)
}

/** As `isSelectedByGvk`, with name and effective namespace where the selector has them. */
export function isSelectedById(id: ResId, selector: ResId): boolean {
  return (selector.name === '' || selector.name === id.name) && (selector.namespace === '' || sameNamespace(selector, id)) && isSelectedByGvk(id, selector)
}

/** An id as Go's %#v prints it. */
export function goIdText(id: ResId): string {
  const { group, version, kind, name, namespace } = id
  return `resid.ResId{Gvk:resid.Gvk{Group:${JSON.stringify(group)}, Version:${JSON.stringify(version)}, Kind:${JSON.stringify(kind)}, isClusterScoped:${isClusterScoped(id)}}, Name:${JSON.stringify(name)}, Namespace:${JSON.stringify(namespace)}}`
}
