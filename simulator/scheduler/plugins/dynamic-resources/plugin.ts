import { compileNodeSelector, matchesAnyTerm } from '../../../api/node-selector.ts'
import type { Pod } from '../../../api/types.ts'
import type { PodEvent } from '../../cluster-events.ts'
import type { Cycle, FilterPlugin, ObjectLister, PostFilterPlugin, PreBindPlugin, PreEnqueuePlugin, PreFilterPlugin, PreFilterResult, ScorePlugin } from '../../framework.ts'
import { nodeOf, normalizeByMax, skipPreFilter } from '../../framework.ts'
import { isEqual } from '../../is-equal.ts'
import { schedulerReasons } from '../../messages.ts'
import { errorStatus, success, unresolvable, unschedulable } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'
import { allocateOnNode, devicesInUse } from './allocator.ts'
import type { AllocationContext } from './allocator.ts'
import { claimsOfPod, isFull, isOnlyFor, reservedFor } from './claims.ts'
import { SelectorMatcher } from './selectors.ts'
import type { Allocation, ResourceClaim, ResourceSlice } from './types.ts'

const alternativesMax = 8

interface State {
  readonly claims: readonly ResourceClaim[]
  readonly toAllocate: readonly ResourceClaim[]
  readonly context: AllocationContext
  /** What each node that fits would give. */
  readonly allocations: Map<number, readonly Allocation[]>
  /** Claims that are allocated where some node cannot reach them. */
  readonly unavailable: Set<ResourceClaim>
}

function missingClass(claims: readonly ResourceClaim[], objects: ObjectLister): string | undefined {
  for (const { spec } of claims) {
    for (const { name, exactly, firstAvailable } of spec.devices?.requests ?? []) {
      const specs = exactly === undefined ? (firstAvailable ?? []).map((s) => [`${name}/${s.name}`, s] as const) : [[name, exactly] as const]
      for (const [request, { deviceClassName = '' }] of specs) {
        if (objects.find('DeviceClass', '', deviceClassName) === undefined) return schedulerReasons.deviceClassMissing(request, deviceClassName)
      }
    }
  }
  return undefined
}

/** Expressions are compiled once per class of pods. */
function matcherOf({ podClass: { memo } }: Cycle): SelectorMatcher {
  const known = memo.get('DynamicResources') as SelectorMatcher | undefined
  if (known !== undefined) return known
  const matcher = new SelectorMatcher()
  memo.set('DynamicResources', matcher)
  return matcher
}

function prepare(cycle: Cycle): PreFilterResult<State> {
  const { pod, objects } = cycle
  if ((pod.spec.resourceClaims?.length ?? 0) === 0) return skipPreFilter
  const claims = claimsOfPod(pod, objects)
  if (typeof claims === 'string') return { status: unresolvable(claims) }
  if (claims.length === 0) return skipPreFilter
  if (claims.some((claim) => claim.status?.allocation !== undefined && isFull(claim, pod))) return { status: unresolvable(schedulerReasons.resourceClaimInUse) }
  const toAllocate = claims.filter((claim) => claim.status?.allocation === undefined)
  const problem = missingClass(toAllocate, objects)
  if (problem !== undefined) return { status: unresolvable(problem) }
  const context: AllocationContext = {
    objects,
    inUse: devicesInUse(objects.list('ResourceClaim') as readonly ResourceClaim[]),
    slices: objects.list('ResourceSlice') as readonly ResourceSlice[],
    matcher: matcherOf(cycle),
  }
  return { status: success, state: { claims, toAllocate, context, allocations: new Map(), unavailable: new Set() } }
}

/** More for alternatives that stand further to the front. */
function preferenceOf(claims: readonly ResourceClaim[], allocations: readonly Allocation[]): number {
  let score = 0
  claims.forEach((claim, i) => {
    const used = new Set((allocations[i]?.devices?.results ?? []).map((result) => result.request))
    for (const { name, firstAvailable } of claim.spec.devices?.requests ?? []) {
      firstAvailable?.forEach((alternative, rank) => {
        if (used.has(`${name}/${alternative.name}`)) score += alternativesMax - rank
      })
    }
  })
  return score
}

function claimEventHelps(pod: Pod, old: ResourceClaim | undefined, claim: ResourceClaim | undefined, objects: ObjectLister): boolean {
  const claims = claimsOfPod(pod, objects)
  if (typeof claims === 'string' || claim === undefined) return false
  if (old?.status?.allocation !== undefined && claim.status?.allocation === undefined) return true
  if (!claims.some((own) => own.metadata.uid === claim.metadata.uid)) return false
  return old === undefined || !isEqual(old.status ?? {}, claim.status ?? {})
}

type Points = PreEnqueuePlugin & PreFilterPlugin<State> & FilterPlugin<State> & ScorePlugin<State> & PostFilterPlugin & PreBindPlugin<State>

/**
 * Devices through resource claims.
 * Models kubernetes/pkg/scheduler/framework/plugins/dynamicresources (v1.35).
 */
export const dynamicResources: Points = {
  name: 'DynamicResources',
  isNodeLocal: false,
  retryOn: [
    { resource: 'Node', actions: ['add', 'updateNodeLabel', 'updateNodeAllocatable'] },
    { resource: 'ResourceClaim', actions: ['add', 'update'], hint: (pod, { old, new: claim }, objects) => claimEventHelps(pod, old as ResourceClaim | undefined, claim as ResourceClaim | undefined, objects) },
    {
      resource: 'Pod', actions: ['updatePodGeneratedResourceClaim'],
      hint(pod, event, objects) {
        const { new: changed } = event as PodEvent
        return changed?.metadata.uid === pod.metadata.uid && changed !== undefined && typeof claimsOfPod(changed, objects) !== 'string'
      },
    },
    { resource: 'DeviceClass', actions: ['add', 'update'] },
    { resource: 'ResourceSlice', actions: ['add', 'update'] },
  ],
  preEnqueue(pod, objects) {
    const claims = claimsOfPod(pod, objects)
    return typeof claims === 'string' ? unresolvable(claims) : success
  },
  preFilter: prepare,
  filter(_cycle, slot, { claims, toAllocate, context, allocations, unavailable }) {
    const node = nodeOf(slot)
    const elsewhere = claims.filter(({ status }) => {
      const selector = status?.allocation?.nodeSelector
      return selector !== undefined && !matchesAnyTerm(compileNodeSelector(selector), node)
    })
    if (toAllocate.length > 0) {
      const found = allocateOnNode(toAllocate, node, context)
      if (!Array.isArray(found)) return found as PluginStatus
      allocations.set(slot.index, found)
    }
    for (const claim of elsewhere) unavailable.add(claim)
    return elsewhere.length === 0 ? success : unresolvable(schedulerReasons.claimElsewhere)
  },
  postFilter({ preFilterOf, cycle: { pod }, writer }) {
    const prepared = preFilterOf(dynamicResources)
    // The real plugin does not find its state when an earlier PreFilter plugin has ended the cycle.
    if (prepared === undefined) return { status: errorStatus(schedulerReasons.notFound) }
    const state = prepared.state as State | undefined
    if (state === undefined) return { status: unschedulable(schedulerReasons.noClaims) }
    const idle = [...state.unavailable].find((claim) => isOnlyFor(claim, pod))
    if (idle === undefined) return { status: unschedulable(schedulerReasons.stillNotSchedulable) }
    const { allocation: _allocation, reservedFor: _reservedFor, ...status } = idle.status ?? {}
    writer.writeObject?.({ ...idle, status })
    return { status: unschedulable(schedulerReasons.deallocated) }
  },
  preScore({ pod, objects }) {
    const claims = claimsOfPod(pod, objects)
    if (typeof claims === 'string') return { status: success }
    const count = claims.filter((claim) => claim.status?.allocation === undefined).length
    // Upstream scores claims that were allocated before together with new ones, of which there are fewer, and fails.
    return { status: count > 0 && count < claims.length ? errorStatus(schedulerReasons.scoreError('DynamicResources', schedulerReasons.fewAllocations(count))) : success }
  },
  isIndifferent: ({ pod }) => (pod.spec.resourceClaims?.length ?? 0) === 0,
  scoreAll(_cycle, scores, feasible, count, _state, prepared) {
    const state = prepared as State | undefined
    for (let i = 0; i < count; i++) scores[i] = state === undefined ? 0 : preferenceOf(state.claims, state.allocations.get(feasible[i]) ?? [])
  },
  normalize(_cycle, scores, _feasible, count) {
    normalizeByMax(scores, count, false)
  },
  preBind({ cache, pod }, nodeName, { claims, toAllocate, allocations }, writer) {
    const found = allocations.get(cache.findSlot(nodeName)?.index ?? -1) ?? []
    for (const claim of claims) {
      const at = toAllocate.indexOf(claim)
      writer.writeObject?.(reservedFor(claim, pod, at < 0 ? claim.status?.allocation : found[at]))
    }
    return success
  },
}
