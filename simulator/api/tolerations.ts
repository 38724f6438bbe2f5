/** Taints and tolerations. Models api/core/v1 ToleratesTaint and component-helpers/scheduling/corev1 (v1.35). */

import { parseInt64 } from './go-text.ts'
import { checkDecimalInteger } from './names.ts'
import type { Taint, Toleration } from './types.ts'

function comparesNumbers(operator: 'Lt' | 'Gt', toleration: string, taint: string): boolean {
  if (checkDecimalInteger(toleration).length > 0 || checkDecimalInteger(taint).length > 0) return false
  const limit = parseInt64(toleration)
  const value = parseInt64(taint)
  if (limit === undefined || value === undefined) return false
  return operator === 'Lt' ? value < limit : value > limit
}

/**
 * True when a toleration tolerates a taint. An empty effect or key stands for all of them.
 * @param withComparison whether Lt and Gt count (feature gate TaintTolerationComparisonOperators, off in 1.35)
 */
export function toleratesTaint(toleration: Toleration, taint: Taint, withComparison = false): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false
  switch (toleration.operator) {
    case undefined: case '': case 'Equal': return (toleration.value ?? '') === (taint.value ?? '')
    case 'Exists': return true
    case 'Lt': case 'Gt': return withComparison && comparesNumbers(toleration.operator, toleration.value ?? '', taint.value ?? '')
    default: return false
  }
}

/** True when any of the tolerations tolerates the taint. */
export function tolerationsTolerate(tolerations: readonly Toleration[] | undefined, taint: Taint, withComparison = false): boolean {
  if (tolerations === undefined) return false
  for (const toleration of tolerations) if (toleratesTaint(toleration, taint, withComparison)) return true
  return false
}

/** The first taint of the given effects that nothing tolerates; undefined when all are tolerated. */
export function findUntoleratedTaint(taints: readonly Taint[] | undefined, tolerations: readonly Toleration[] | undefined, effects: readonly string[], withComparison = false): Taint | undefined {
  if (taints === undefined) return undefined
  for (const taint of taints) if (effects.includes(taint.effect) && !tolerationsTolerate(tolerations, taint, withComparison)) return taint
  return undefined
}

/** The effects that keep a pod from being scheduled. */
export const hardEffects: readonly string[] = ['NoSchedule', 'NoExecute']

/** A taint as text: `key=value:effect`, `key:effect`, `key=value:`, or `key`. */
export function formatTaint(taint: Taint): string {
  const value = taint.value ?? ''
  if (taint.effect === '') return value === '' ? taint.key : `${taint.key}=${value}:`
  return value === '' ? `${taint.key}:${taint.effect}` : `${taint.key}=${value}:${taint.effect}`
}
