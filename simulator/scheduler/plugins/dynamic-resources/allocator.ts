/**
 * Finds devices for claims on one node by trying them in order and going back when a later request cannot be met.
 * Models dynamic-resource-allocation/structured/internal/stable (v1.35): exact counts, all devices, first available,
 * matching attributes. Partitionable devices, device taints and shared capacity are off by default and left out.
 */

import type { Node, NodeSelector, NodeSelectorTerm } from '../../../api/types.ts'
import type { ObjectLister } from '../../framework.ts'
import { isEqual } from '../../is-equal.ts'
import { schedulerReasons } from '../../messages.ts'
import { errorStatus, unresolvable } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'
import { poolsOfNode } from './pools.ts'
import type { Pool } from './pools.ts'
import { classOwner } from './selectors.ts'
import type { SelectorMatcher } from './selectors.ts'
import type { Allocation, Device, DeviceAttribute, DeviceClass, DeviceRequestSpec, DeviceResult, ResourceClaim, ResourceSlice } from './types.ts'

const resultsMax = 32

/** A request or one of its alternatives. */
interface Wanted {
  /** With the name of the request before that of an alternative. */
  readonly name: string; readonly spec: DeviceRequestSpec; readonly deviceClass: DeviceClass; readonly all: readonly Found[] | undefined; readonly count: number }
/** Where the search is: a claim, a request of it, an alternative of that, and how many of its devices are placed. */
interface Place { readonly claimIndex: number; readonly requestIndex: number; readonly alternative: number; readonly placed: number }
interface Found { readonly id: string; readonly device: Device; readonly pool: Pool; readonly slice: ResourceSlice }

/** Thrown inside one allocation when a selector or a request is broken. */
class AllocationError extends Error {}

function idOf(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`
}

/** Devices that claims hold already. */
export function devicesInUse(claims: readonly ResourceClaim[]): Set<string> {
  const used = new Set<string>()
  for (const claim of claims) {
    for (const { driver, pool, device, adminAccess } of claim.status?.allocation?.devices?.results ?? []) if (adminAccess !== true) used.add(idOf(driver, pool, device))
  }
  return used
}

function attributeOf({ device, pool }: Found, name: string): DeviceAttribute | undefined {
  const slash = name.indexOf('/')
  const exact = device.attributes?.[name]
  if (exact !== undefined || slash < 0) return exact
  return name.slice(0, slash) === pool.driver ? device.attributes?.[name.slice(slash + 1)] : undefined
}

function sameAttribute(a: DeviceAttribute, b: DeviceAttribute): boolean {
  return a.string === b.string && a.int === b.int && a.bool === b.bool && a.version === b.version
}

interface Chosen { readonly found: Found; readonly request: string; readonly isAdmin: boolean }

function* devicesOf(pool: Pool): Generator<Found> {
  for (const slice of pool.slices) for (const device of slice.spec.devices ?? []) yield { id: idOf(pool.driver, pool.name, device.name), device, pool, slice }
}

class NodeAllocation {
  private readonly claims: readonly ResourceClaim[]
  private readonly pools: readonly Pool[]
  private readonly inUse: ReadonlySet<string>
  private readonly objects: ObjectLister
  private readonly matcher: SelectorMatcher
  /** Devices chosen so far, and for which claims. */
  private readonly taken = new Map<string, Set<number>>()
  private readonly chosen: Chosen[][]
  /** Per claim and request: what would do, best first. */
  private readonly wanted: Wanted[][][]

  constructor(claims: readonly ResourceClaim[], pools: readonly Pool[], context: AllocationContext) {
    this.claims = claims
    this.pools = pools
    this.inUse = context.inUse
    this.objects = context.objects
    this.matcher = context.matcher
    this.chosen = claims.map(() => [])
    this.wanted = claims.map((claim) => this.prepareClaim(claim))
  }

  run(): Chosen[][] | undefined {
    return this.place(0, 0) ? this.chosen : undefined
  }

  private prepareClaim(claim: ResourceClaim): Wanted[][] {
    const wanted = (claim.spec.devices?.requests ?? []).map(({ name, exactly, firstAvailable = [] }) => {
      if (exactly !== undefined) return [this.prepare(claim, name, exactly)]
      const alternatives = firstAvailable.map((alternative) => this.prepare(claim, `${name}/${alternative.name}`, alternative))
      const [first, second] = alternatives
      // Upstream remembers what the first alternative may use under the number of the second one, too.
      if (first?.all !== undefined && second?.all !== undefined) alternatives[1] = { ...second, all: first.all, count: first.count }
      return alternatives
    })
    const least = wanted.reduce((sum, alternatives) => sum + Math.min(...alternatives.map(({ count }) => count)), 0)
    if (least > resultsMax) throw new AllocationError(`claim ${keyOf(claim)}: number of requested devices ${least} exceeds the claim limit of ${resultsMax}`)
    return wanted
  }

  private prepare(claim: ResourceClaim, name: string, spec: DeviceRequestSpec): Wanted {
    const told = `claim ${keyOf(claim)}, request ${name.slice(name.indexOf('/') + 1)}`
    const deviceClass = this.objects.find('DeviceClass', '', spec.deviceClassName ?? '') as DeviceClass | undefined
    if (deviceClass === undefined) throw new AllocationError(`${told}: could not retrieve device class ${spec.deviceClassName}`)
    if (spec.allocationMode !== 'All') return { name, spec, deviceClass, all: undefined, count: spec.count ?? 1 }
    const all: Found[] = []
    for (const pool of this.pools) {
      const id = `${pool.driver}/${pool.name}`
      if (pool.isIncomplete) throw new AllocationError(`${told}: asks for all devices, but resource pool ${id} is currently being updated`)
      if (pool.isInvalid) throw new AllocationError(`${told}: asks for all devices, but resource pool ${id} is currently invalid`)
      for (const found of devicesOf(pool)) if (this.isSelectable(claim, { spec, deviceClass }, found)) all.push(found)
    }
    return { name, spec, deviceClass, all, count: all.length }
  }

  private *devices(): Generator<Found> {
    for (const pool of this.pools) yield* devicesOf(pool)
  }

  /** Places a request and all that follow. */
  private place(claimIndex: number, requestIndex: number): boolean {
    if (claimIndex === this.claims.length) return true
    const alternatives = this.wanted[claimIndex][requestIndex]
    if (alternatives === undefined) return this.place(claimIndex + 1, 0)
    return alternatives.some((_wanted, alternative) => this.placeDevices({ claimIndex, requestIndex, alternative, placed: 0 }))
  }

  private placeDevices(place: Place): boolean {
    const { claimIndex, requestIndex, placed } = place
    const wanted = this.wantedAt(place)
    if (wanted.all?.length === 0) return false
    if (placed >= wanted.count) return this.place(claimIndex, requestIndex + 1)
    if (this.chosen[claimIndex].length + wanted.count - placed > resultsMax) return false
    if (wanted.all !== undefined) return this.tryDevice(place, wanted.all[placed])
    for (const found of this.devices()) {
      if (found.pool.isIncomplete || found.pool.isInvalid || this.isTaken(found, wanted, claimIndex)) continue
      if (!this.isSelectable(this.claims[claimIndex], wanted, found)) continue
      if (this.tryDevice(place, found)) return true
    }
    return false
  }

  private wantedAt({ claimIndex, requestIndex, alternative }: Place): Wanted {
    return this.wanted[claimIndex][requestIndex][alternative]
  }

  private tryDevice(place: Place, found: Found): boolean {
    const { claimIndex } = place
    const wanted = this.wantedAt(place)
    const chosen = this.chosen[claimIndex]
    if (this.isTaken(found, wanted, claimIndex) || (found.device.consumesCounters?.length ?? 0) > 0) return false
    if (!this.meetsConstraints(claimIndex, wanted.name, found)) {
      if (wanted.all === undefined) return false
      const request = wanted.name.slice(wanted.name.indexOf('/') + 1)
      throw new AllocationError(`claim ${keyOf(this.claims[claimIndex])}, request ${request}: cannot add device ${found.id} because a claim constraint would not be satisfied`)
    }
    const takers = this.taken.get(found.id) ?? new Set()
    this.taken.set(found.id, takers.add(claimIndex))
    chosen.push({ found, request: wanted.name, isAdmin: wanted.spec.adminAccess === true })
    // Upstream forgets the alternative while it takes all devices: the second one is taken for the first alternative.
    const alternative = wanted.all === undefined ? place.alternative : 0
    if (this.placeDevices({ ...place, alternative, placed: place.placed + 1 })) return true
    chosen.pop()
    takers.delete(claimIndex)
    return false
  }

  /** Administrators share devices with anyone but themselves. */
  private isTaken({ id }: Found, { spec }: Wanted, claimIndex: number): boolean {
    const takers = this.taken.get(id)
    return spec.adminAccess === true ? (takers?.has(claimIndex) ?? false) : this.inUse.has(id) || (takers?.size ?? 0) > 0
  }

  private isSelectable(claim: ResourceClaim, { spec, deviceClass }: Pick<Wanted, 'spec' | 'deviceClass'>, { device, pool }: Found): boolean {
    if ((device.bindingConditions?.length ?? 0) > 0) return false
    const byClass = this.matcher.matches(deviceClass.spec.selectors, device, pool.driver, classOwner(deviceClass))
    if (typeof byClass === 'string') throw new AllocationError(byClass)
    if (!byClass) return false
    const byRequest = this.matcher.matches(spec.selectors, device, pool.driver, `claim ${keyOf(claim)}`)
    if (typeof byRequest === 'string') throw new AllocationError(byRequest)
    return byRequest
  }

  /** All devices of the named requests must have the same value of an attribute. */
  private meetsConstraints(claimIndex: number, request: string, found: Found): boolean {
    return (this.claims[claimIndex].spec.devices?.constraints ?? []).every(({ requests = [], matchAttribute = '' }) => {
      const isMeant = (name: string): boolean => requests.length === 0 || requests.includes(name) || requests.includes(name.split('/')[0])
      if (!isMeant(request)) return true
      const attribute = attributeOf(found, matchAttribute)
      if (attribute === undefined) return false
      const other = this.chosen[claimIndex].find((chosen) => isMeant(chosen.request))
      return other === undefined || sameAttribute(attribute, attributeOf(other.found, matchAttribute) ?? {})
    })
  }
}

function keyOf({ metadata }: ResourceClaim): string {
  return `${metadata.namespace}/${metadata.name}`
}

function addMissing<T>(from: readonly T[] | undefined, to: T[]): void {
  for (const item of from ?? []) if (!to.some((known) => isEqual(known, item))) to.push(item)
}

/** The nodes that can use all the devices; undefined when all nodes can. */
function nodesOf(chosen: readonly Chosen[]): NodeSelector | undefined {
  const term: Required<NodeSelectorTerm> = { matchFields: [], matchExpressions: [] }
  for (const { found: { slice: { spec: { nodeName = '', nodeSelector } } } } of chosen) {
    if (nodeName !== '') return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }] }
    addMissing(nodeSelector?.nodeSelectorTerms[0]?.matchFields, term.matchFields)
    addMissing(nodeSelector?.nodeSelectorTerms[0]?.matchExpressions, term.matchExpressions)
  }
  if (term.matchFields.length + term.matchExpressions.length === 0) return undefined
  return { nodeSelectorTerms: [{ ...(term.matchFields.length > 0 && { matchFields: term.matchFields }), ...(term.matchExpressions.length > 0 && { matchExpressions: term.matchExpressions }) }] }
}

function allocationOf(chosen: readonly Chosen[]): Allocation {
  const results: DeviceResult[] = chosen.map(({ found: { pool, device }, request, isAdmin }) => ({ request, driver: pool.driver, pool: pool.name, device: device.name, ...(isAdmin && { adminAccess: true }) }))
  const nodeSelector = nodesOf(chosen)
  return { devices: { results }, ...(nodeSelector && { nodeSelector }) }
}

export interface AllocationContext {
  readonly objects: ObjectLister
  readonly inUse: ReadonlySet<string>
  readonly slices: readonly ResourceSlice[]
  readonly matcher: SelectorMatcher
}

/**
 * Allocates all claims on a node.
 * @returns one allocation per claim, or why there is none: an error when something is broken
 */
export function allocateOnNode(claims: readonly ResourceClaim[], node: Node, context: AllocationContext): Allocation[] | PluginStatus {
  const pools = poolsOfNode(context.slices, node)
  try {
    const chosen = new NodeAllocation(claims, pools, context).run()
    if (chosen !== undefined) return chosen.map(allocationOf)
  } catch (error) {
    if (error instanceof AllocationError) return errorStatus(error.message)
    throw error
  }
  return unresolvable(pools.some((pool) => pool.isInvalid) ? schedulerReasons.invalidPools : schedulerReasons.cannotAllocate)
}
