/** What the checks of Pod Security share: how they see a pod and how they say what is wrong. */

import type { StringMap } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'

interface Handler { readonly httpGet?: { readonly host?: string }; readonly tcpSocket?: { readonly host?: string } }

/** The parts of a security context that are checked; pods and containers alike. */
export interface SecurityContext {
  readonly privileged?: boolean
  readonly allowPrivilegeEscalation?: boolean
  readonly procMount?: string
  readonly runAsNonRoot?: boolean
  readonly runAsUser?: number
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] }
  readonly seccompProfile?: { readonly type?: string }
  readonly appArmorProfile?: { readonly type?: string }
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string }
  readonly windowsOptions?: { readonly hostProcess?: boolean }
  readonly sysctls?: readonly { readonly name: string }[]
}

export interface CheckedContainer {
  readonly name: string
  readonly securityContext?: SecurityContext
  readonly ports?: readonly { readonly hostPort?: number }[]
  readonly livenessProbe?: Handler
  readonly readinessProbe?: Handler
  readonly startupProbe?: Handler
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler }
}

/** A pod or pod template as the checks see it. */
export interface CheckedPod {
  readonly annotations: StringMap
  readonly spec: {
    readonly containers?: readonly CheckedContainer[]
    readonly initContainers?: readonly CheckedContainer[]
    readonly ephemeralContainers?: readonly CheckedContainer[]
    readonly securityContext?: SecurityContext
    readonly volumes?: readonly { readonly [field: string]: unknown }[]
    readonly hostNetwork?: boolean
    readonly hostPID?: boolean
    readonly hostIPC?: boolean
    readonly hostUsers?: boolean
    readonly os?: { readonly name?: string }
  }
}

/** What a check found, in the words of refusals. */
export interface Finding { readonly reason: string; readonly detail: string }

/** One rule of a level. Of several rules with one id, the last whose minor version is not newer than the policy's counts. */
export interface Check {
  readonly id: string
  readonly sinceMinor: number
  /** For checks of the restricted level: the baseline check that this one replaces. */
  readonly replaces?: string
  find(pod: CheckedPod): Finding | undefined
}

/** All containers in the order of the checks. */
export function containersOf({ spec }: CheckedPod): readonly CheckedContainer[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])]
}

/** Names of the containers that a check does not like. */
export function namesWhere(pod: CheckedPod, isBad: (container: CheckedContainer) => boolean): string[] {
  return containersOf(pod).filter(isBad).map((container) => container.name)
}

/** Quoted items with commas between. */
export function joinQuoted(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ')
}

/** `container "a"` or `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${joinQuoted(names)}`
}

/** One of two words, by a count. */
export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many
}

/** Distinct texts in order. */
export function sortedSet(items: Iterable<string>): string[] {
  return [...new Set(items)].sort(compareText)
}

/** The pod's own security context and its containers', where they set something bad: `pod and container "a"`. */
export function badSetters(isPodBad: boolean, names: readonly string[]): string {
  return [...(isPodBad ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])].join(' and ')
}
