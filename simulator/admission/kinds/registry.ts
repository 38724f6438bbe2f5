/** The rules of all kinds. */

import type { KindRules } from '../kind-rules.ts'
import { pods } from './pods.ts'

export const kindRules: readonly KindRules[] = [pods]

const byKind: ReadonlyMap<string, KindRules> = new Map(kindRules.map((rules) => [`${rules.apiVersion} ${rules.kind}`, rules]))

/** The rules of a kind, or undefined for one that admission does not know. */
export function findKindRules(apiVersion: string, kind: string): KindRules | undefined {
  return byKind.get(`${apiVersion} ${kind}`)
}
