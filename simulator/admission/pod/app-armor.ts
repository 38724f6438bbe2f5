/** The old AppArmor annotations become fields. Models applyAppArmorVersionSkew of pkg/registry/core/pod/strategy.go (v1.35). */

import { equalSemantic } from '../validation/equal.ts'
import type { FullPod } from './pod-types.ts'

export const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/'
const localhost = 'localhost/'

type Profile = NonNullable<NonNullable<NonNullable<FullPod['spec']['containers']>[number]['securityContext']>['appArmorProfile']>

/** The profile that an annotation names, if it names one. */
export function appArmorProfileOf(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' }
  if (!annotation.startsWith(localhost) || annotation.trim() === localhost) return undefined
  return { type: 'Localhost', localhostProfile: annotation.slice(localhost.length) }
}

/** Copies profiles of annotations into containers that have none, with a warning for each. */
export function syncAppArmor(pod: FullPod, warnings: string[]): void {
  const { spec, metadata } = pod
  if (metadata.annotations === undefined || spec.os?.name === 'windows') return
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as NonNullable<typeof spec.containers>)]) {
    const key = `${appArmorPrefix}${container.name}`
    const annotation = metadata.annotations[key]
    if (annotation === undefined || container.securityContext?.appArmorProfile !== undefined) continue
    const profile = appArmorProfileOf(annotation)
    const isNew = profile !== undefined && !equalSemantic(profile, spec.securityContext?.appArmorProfile)
    if (isNew) container.securityContext = { ...container.securityContext, appArmorProfile: profile }
    if (isNew || profile === undefined) warnings.push(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`)
  }
}
