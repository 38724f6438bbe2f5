/** What a pod does that a level forbids. Models pod-security-admission/policy registry (v1.35). */

import { baselineChecks } from './baseline.ts'
import type { Check, CheckedPod, Finding } from './check.ts'
import type { LevelVersion } from './policy.ts'
import { restrictedChecks } from './restricted.ts'

/** Of each id the newest check that the version has. */
function checksOf(all: readonly Check[], minor: number): Check[] {
  const byId = new Map<string, Check>()
  for (const check of all) if (check.sinceMinor <= minor) byId.set(check.id, check)
  return [...byId.values()]
}

/** Everything that a level forbids and the pod does. */
export function evaluatePod({ level, minor }: LevelVersion, pod: CheckedPod): Finding[] {
  if (level === 'privileged') return []
  const restricted = level === 'restricted' ? checksOf(restrictedChecks, minor) : []
  const replaced = restricted.map((check) => check.replaces)
  const baseline = checksOf(baselineChecks, minor).filter((check) => !replaced.includes(check.id))
  return [...baseline, ...restricted].map((check) => check.find(pod)).filter((finding) => finding !== undefined)
}

/** Findings with their details, as refusals list them. */
export function findingsText(findings: readonly Finding[]): string {
  return findings.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
}
