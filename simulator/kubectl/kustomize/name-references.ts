/** Names of objects follow when the objects are renamed. Models kustomize filters/nameref (0.20.1). */

import { hasMember, isObject } from '../../api/patch/common.ts'
import type { Mutable, MutableObject } from '../../api/patch/common.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import { writeField } from './field-path.ts'
import { nameReferences } from './field-specs.ts'
import type { FieldSpec } from './field-specs.ts'
import { effectiveNamespace, idText, isClusterScoped, isSelectedByGvk, KustomizeFailure, sameNamespace } from './ids.ts'
import type { Gvk } from './ids.ts'
import { currentId, gvkOf, nameOf, namespaceOf, objectAt, originalId, previousIds, text } from './resource.ts'
import type { Resource, ResourceList } from './resource.ts'

/** One search: who refers, by which field, to which kind of object. */
interface Search { readonly referrer: Resource; readonly spec: FieldSpec; readonly target: Gvk; readonly candidates: readonly Resource[] }

/** Namespaces that a RoleBinding's service accounts live in. */
function subjectNamespaces(referrer: Resource): ReadonlySet<string> {
  const found = new Set<string>()
  const subjects = referrer.object['subjects']
  if (referrer.object['kind'] !== 'RoleBinding' || !Array.isArray(subjects)) return found
  for (const subject of subjects) if (isObject(subject) && subject['kind'] === 'ServiceAccount' && typeof subject['namespace'] === 'string') found.add(subject['namespace'])
  return found
}

function reachable(list: ResourceList, referrer: Resource): Resource[] {
  const id = currentId(referrer)
  if (isClusterScoped(id)) return list.items
  const others = subjectNamespaces(referrer)
  return list.items.filter((candidate) => isClusterScoped(gvkOf(candidate)) || sameNamespace(currentId(candidate), id) || others.has(namespaceOf(candidate)))
}

function isSameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length > b.length ? [b, a] : [a, b]
  if (short.length === 0) return long.length === 0
  return short.every((part, index) => long[long.length - short.length + index] === part)
}

function hasSameAffixes(a: Resource, b: Resource, mayBeEmpty: boolean): boolean {
  return (['prefixes', 'suffixes'] as const).every((member) => (mayBeEmpty && (a[member].length === 0 || b[member].length === 0)) || isSameEnding(a[member], b[member]))
}

/** The kind that a roleRef names; anything goes for other fields. */
function roleFilter({ spec, referrer }: Search): Gvk | undefined {
  const role = spec.path.endsWith('roleRef/name') ? objectAt(referrer.object, 'roleRef') : undefined
  if (role === undefined || !hasMember(role, 'apiGroup') || !hasMember(role, 'kind')) return undefined
  return { group: text(role['apiGroup']), version: '', kind: text(role['kind']) }
}

function isNear(referrer: Resource, candidate: Resource): boolean {
  const id = currentId(referrer)
  return isClusterScoped(id) || isClusterScoped(gvkOf(candidate)) || candidate.object['kind'] === 'ServiceAccount' || sameNamespace(id, currentId(candidate))
}

function referralOf(name: string, candidates: readonly Resource[], search: Search, withNamespace: boolean): Resource | undefined {
  const { referrer, target } = search
  const role = roleFilter(search)
  let found = candidates.filter((candidate) => {
    const ids = previousIds(candidate)
    return ids.some((id) => id.name === name) && ids.some((id) => isSelectedByGvk(id, target)) && (role === undefined || ids.some((id) => isSelectedByGvk(id, role))) && isNear(referrer, candidate)
  })
  if (found.length === 1) return found[0]
  found = found.filter((candidate) => hasSameAffixes(candidate, referrer, true))
  if (found.length > 1) found = found.filter((candidate) => hasSameAffixes(candidate, referrer, false))
  const [first] = found
  if (first === undefined || found.every((candidate) => nameOf(candidate) === nameOf(first) && (!withNamespace || namespaceOf(candidate) === namespaceOf(first)))) return first
  throw new KustomizeFailure(tooMany(found, referrer))
}

function tooMany(found: readonly Resource[], referrer: Resource): string {
  const candidates = found.map(({ object }, index) => `--- possible referral ${index}:\n${toYaml(object)}\n`).join('')
  return `found multiple possible referrals: ${found.map((one) => idText(currentId(one))).join(', ')}\n\n**** Too many possible referral targets to referrer:\n${toYaml(referrer.object)}\n${candidates}`
}

function inNamespace(candidates: readonly Resource[], namespace: Mutable | undefined): readonly Resource[] {
  if (typeof namespace !== 'string') return candidates
  const before = candidates.filter((candidate) => effectiveNamespace(originalId(candidate)) === namespace)
  return before.length > 0 ? before : candidates.filter((candidate) => effectiveNamespace(currentId(candidate)) === namespace)
}

function renameMap(map: MutableObject, search: Search): void {
  if (!hasMember(map, 'name')) throw new KustomizeFailure("path config error; no 'name' field in node")
  const name = text(map['name'])
  const referral = referralOf(name, inNamespace(search.candidates, map['namespace']), search, true)
  if (referral === undefined || (nameOf(referral) === name && namespaceOf(referral) === '')) return
  map['name'] = nameOf(referral)
  if (namespaceOf(referral) !== '') map['namespace'] = namespaceOf(referral)
}

function renamed(value: Mutable | undefined, search: Search): Mutable {
  if (Array.isArray(value)) return value.map((item) => renamed(item, search))
  if (isObject(value)) { renameMap(value, search); return value }
  if (typeof value !== 'string') return value ?? null
  const referral = referralOf(value, search.candidates, search, false)
  return referral === undefined ? value : nameOf(referral)
}

/** Writes the new names into all places that held the old ones. */
export function fixNameReferences(list: ResourceList): void {
  for (const referrer of list.items) {
    const id = originalId(referrer)
    const gvk = gvkOf(referrer)
    let candidates: readonly Resource[] | undefined
    for (const { target, places } of nameReferences) {
      for (const place of places) {
        if (!isSelectedByGvk(id, place)) continue
        candidates ??= reachable(list, referrer)
        const search: Search = { referrer, spec: place, target, candidates }
        try {
          writeField(referrer, { ...place, ...gvk, create: false }, (value) => renamed(value, search))
        } catch (failure) {
          if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`updating name reference in '${place.path}' field of '${idText(currentId(referrer))}': ${failure.message}`)
          throw failure
        }
      }
    }
  }
}
