/** Access rules as kubectl shows them, one line per resource. Models component-helpers/auth/rbac (v1.35). */

import type { PolicyRule } from '../api/types.ts'
import { compareText } from '../kernel/text.ts'
import { goList } from './describe/lines.ts'

/** Splits a rule into rules for one group, resource, name and verb each. */
function breakDown(rule: PolicyRule): PolicyRule[] {
  const urls = (rule.nonResourceURLs ?? []).flatMap((url) => rule.verbs.map((verb): PolicyRule => ({ verbs: [verb], nonResourceURLs: [url] })))
  const names = rule.resourceNames ?? []
  const resources = (rule.apiGroups ?? []).flatMap((group) => (rule.resources ?? []).flatMap((resource) => rule.verbs.flatMap((verb) => {
    const one: PolicyRule = { verbs: [verb], apiGroups: [group], resources: [resource] }
    return names.length === 0 ? [one] : names.map((name): PolicyRule => ({ ...one, resourceNames: [name] }))
  })))
  return [...resources, ...urls]
}

/** How Go prints a rule; the order of lines follows from it. */
function sortText(rule: PolicyRule): string {
  return `&PolicyRule{Verbs:${goList(rule.verbs)},APIGroups:${goList(rule.apiGroups)},Resources:${goList(rule.resources)},ResourceNames:${goList(rule.resourceNames)},NonResourceURLs:${goList(rule.nonResourceURLs)},}`
}

/** Rules with one resource each, their verbs together, in kubectl's order. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const byTarget = new Map<string, PolicyRule>()
  const others: PolicyRule[] = []
  for (const rule of rules.flatMap(breakDown)) {
    if (rule.nonResourceURLs !== undefined) { others.push(rule); continue }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames])
    const known = byTarget.get(key)
    byTarget.set(key, known === undefined ? rule : known.verbs.includes(rule.verbs[0] ?? '') ? known : { ...known, verbs: [...known.verbs, ...rule.verbs] })
  }
  return [...byTarget.values(), ...others].sort((a, b) => compareText(sortText(a), sortText(b)))
}

/** `deployments.apps/scale`. */
export function resourceAndGroup(rule: PolicyRule): string {
  const [resource, group] = [rule.resources?.[0], rule.apiGroups?.[0]]
  if (resource === undefined) return ''
  const slash = resource.indexOf('/')
  const [name, sub] = slash < 0 ? [resource, ''] : [resource.slice(0, slash), resource.slice(slash)]
  return `${name}${group === undefined || group === '' ? '' : `.${group}`}${sub}`
}

/** Cells of one line: resource, URLs, names, verbs. */
export function ruleCells(rule: PolicyRule): string[] {
  return [resourceAndGroup(rule), goList(rule.nonResourceURLs), goList(rule.resourceNames), goList(rule.verbs)]
}
