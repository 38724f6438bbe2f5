/**
 * Parts of statuses that pods have in common while the same happens to them at the same moment: made once and shared,
 * which keeps a large rollout small. Derived: only what was made last is known, and what is not known is made again.
 */

import type { Condition, Container, ContainerState, ContainerStatus } from '../api/types.ts'
import type { Json } from '../kernel/json.ts'

/** A condition without its times. */
export interface Verdict {
  readonly status: 'True' | 'False'
  readonly reason?: string
  readonly message?: string
}

type VolumeMounts = NonNullable<Container['volumeMounts']>

interface KnownUser {
  readonly security: unknown
  readonly user: Json
}

const addressesKnownMax = 10_000

/** A cache of equal parts of pod statuses, one per cluster. What it returns is shared and must not be changed; it changes no status, only memory. */
export class SharedParts {
  private readonly trueConditions = new Map<string, Condition>()
  private readonly falseConditions = new Map<string, Condition>()
  private readonly listsByReady = new Map<string, Condition[]>()
  private readonly waiting = new WeakMap<readonly Container[], ContainerStatus[]>()
  private readonly users = new WeakMap<Container, KnownUser>()
  private readonly mountLists = new WeakMap<VolumeMounts, Json[]>()
  private readonly paths = new WeakMap<Container, { readonly containers: readonly Container[]; readonly path: string }>()
  private readonly addresses = new Map<string, { ip: string }[]>()
  private lastRunning: ContainerState | undefined

  /** A condition of the kubelet. @param since its lastTransitionTime */
  condition(type: string, verdict: Verdict, generation: number | undefined, since: string | undefined): Condition {
    const known = verdict.status === 'True' ? this.trueConditions : this.falseConditions
    const last = known.get(type)
    if (last !== undefined && last.lastTransitionTime === since && last.observedGeneration === generation && last.reason === verdict.reason && last.message === verdict.message) return last
    const made: Condition = { type, status: verdict.status, lastProbeTime: null, lastTransitionTime: since }
    if (generation !== undefined) made.observedGeneration = generation
    if (verdict.reason !== undefined) made.reason = verdict.reason
    if (verdict.message !== undefined) made.message = verdict.message
    known.set(type, made)
    return made
  }

  /** The list, or an equal one that was made before. @param ready status of its condition Ready */
  conditions(list: Condition[], ready: string): Condition[] {
    const last = this.listsByReady.get(ready)
    if (last !== undefined && last.length === list.length && last.every((condition, i) => condition === list[i])) return last
    this.listsByReady.set(ready, list)
    return list
  }

  /** Statuses of containers of which none has begun. @param make called when they are not known */
  waitingStatuses(containers: readonly Container[], make: () => ContainerStatus[]): ContainerStatus[] {
    let statuses = this.waiting.get(containers)
    if (statuses === undefined) {
      statuses = make()
      this.waiting.set(containers, statuses)
    }
    return statuses
  }

  /** `user` of a running container. @param security the pod's security context */
  user(container: Container, security: unknown, make: () => Json): Json {
    const known = this.users.get(container)
    if (known !== undefined && known.security === security) return known.user
    const user = make()
    this.users.set(container, { security, user })
    return user
  }

  /** `volumeMounts` of a container's status. */
  mounts(given: VolumeMounts, make: (given: VolumeMounts) => Json[]): Json[] {
    let mounts = this.mountLists.get(given)
    if (mounts === undefined) {
      mounts = make(given)
      this.mountLists.set(given, mounts)
    }
    return mounts
  }

  /** Where a container is, as Events name it. @param containers the pod's main containers */
  fieldPath(containers: readonly Container[], container: Container, make: () => string): string {
    const known = this.paths.get(container)
    if (known !== undefined && known.containers === containers) return known.path
    const path = make()
    this.paths.set(container, { containers, path })
    return path
  }

  /** The state of a container that runs since a time. */
  running(startedAt: string): ContainerState {
    if (this.lastRunning?.running?.startedAt !== startedAt) this.lastRunning = { running: { startedAt } }
    return this.lastRunning
  }

  /** An address as a list, for addresses that many pods have. */
  addressList(ip: string): { ip: string }[] {
    let list = this.addresses.get(ip)
    if (list === undefined) {
      if (this.addresses.size >= addressesKnownMax) this.addresses.clear()
      list = [{ ip }]
      this.addresses.set(ip, list)
    }
    return list
  }
}
