/**
 * Finds devices for claims on one node by trying them in order and going back when a later request cannot be met.
 * Models dynamic-resource-allocation/structured/internal/stable (v1.35): exact counts, all devices, first available,
 * matching attributes. Partitionable devices, device taints and shared capacity are off by default and left out.
 */

import type { Node } from '../../../api/types.ts'
import type { ObjectLister } from '../../framework.ts'
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

interface Chosen { readonly found: Found; readonly request: string }

class NodeAllocation {
  private readonly claims: readonly ResourceClaim[]
  private readonly pools: readonly Pool[]
  private readonly inUse: ReadonlySet<string>
  private readonly objects: ObjectLister
  private readonly matcher: SelectorMatcher
  private readonly taken = new Set<string>()
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
    this.wanted = claims.map((claim) => (claim.spec.devices?.requests ?? []).map((request) => {
      if (request.exactly !== undefined) return [this.prepare(claim, request.name, request.exactly)]
      return (request.firstAvailable ?? []).map((alternative) => this.prepare(claim, `${request.name}/${alternative.name}`, alternative))
    }))
  }

  run(): Chosen[][] | undefined {
    return this.place(0, 0) ? this.chosen : undefined
  }

  private prepare(claim: ResourceClaim, name: string, spec: DeviceRequestSpec): Wanted {
    const told = `claim ${keyOf(claim)}, request ${name.slice(name.indexOf('/') + 1)}`
    const deviceClass = this.objects.find('DeviceClass', '', spec.deviceClassName ?? '') as DeviceClass | undefined
    if (deviceClass === undefined) throw new AllocationError(`${told}: could not retrieve device class ${spec.deviceClassName}`)
    if (spec.allocationMode !== 'All') return { name, spec, deviceClass, all: undefined, count: spec.count ?? 1 }
    for (const pool of this.pools) {
      const id = `${pool.driver}/${pool.name}`
      if (pool.isIncomplete) throw new AllocationError(`${told}: asks for all devices, but resource pool ${id} is currently being updated`)
      if (pool.isInvalid) throw new AllocationError(`${told}: asks for all devices, but resource pool ${id} is currently invalid`)
    }
    const all = [...this.devices()].filter((found) => this.isSelectable(claim, { spec, deviceClass }, found))
    return { name, spec, deviceClass, all, count: all.length }
  }

  private *devices(): Generator<Found> {
    for (const pool of this.pools) {
      for (const slice of pool.slices) {
        for (const device of slice.spec.devices ?? []) yield { id: idOf(pool.driver, pool.name, device.name), device, pool, slice }
      }
    }
  }

  /** Places a request and all that follow. */
  private place(claimIndex: number, requestIndex: number): boolean {
    if (claimIndex === this.claims.length) return true
    const alternatives = this.wanted[claimIndex][requestIndex]
    if (alternatives === undefined) return this.place(claimIndex + 1, 0)
    return alternatives.some((wanted) => this.placeDevices(claimIndex, requestIndex, wanted, 0))
  }

  private placeDevices(claimIndex: number, requestIndex: number, wanted: Wanted, placed: number): boolean {
    if (wanted.all?.length === 0) return false
    if (placed >= wanted.count) return this.place(claimIndex, requestIndex + 1)
    if (this.chosen[claimIndex].length + wanted.count - placed > resultsMax) return false
    if (wanted.all !== undefined) return this.tryDevice(claimIndex, requestIndex, wanted, placed, wanted.all[placed])
    for (const found of this.devices()) {
      if (found.pool.isIncomplete || found.pool.isInvalid || this.isTaken(found, wanted)) continue
      if (!this.isSelectable(this.claims[claimIndex], wanted, found)) continue
      if (this.tryDevice(claimIndex, requestIndex, wanted, placed, found)) return true
    }
    return false
  }

  private tryDevice(claimIndex: number, requestIndex: number, wanted: Wanted, placed: number, found: Found): boolean {
    const chosen = this.chosen[claimIndex]
    if (this.isTaken(found, wanted) || (found.device.consumesCounters?.length ?? 0) > 0) return false
    if (!this.meetsConstraints(claimIndex, wanted.name, found)) {
      if (wanted.all === undefined) return false
      const request = wanted.name.slice(wanted.name.indexOf('/') + 1)
      throw new AllocationError(`claim ${keyOf(this.claims[claimIndex])}, request ${request}: cannot add device ${found.id} because a claim constraint would not be satisfied`)
    }
    this.taken.add(found.id)
    chosen.push({ found, request: wanted.name })
    if (this.placeDevices(claimIndex, requestIndex, wanted, placed + 1)) return true
    chosen.pop()
    this.taken.delete(found.id)
    return false
  }

  private isTaken({ id }: Found, { spec }: Wanted): boolean {
    return this.taken.has(id) || (spec.adminAccess !== true && this.inUse.has(id))
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

function allocationOf(chosen: readonly Chosen[]): Allocation {
  const results: DeviceResult[] = chosen.map(({ found: { pool, device }, request }) => ({ request, driver: pool.driver, pool: pool.name, device: device.name }))
  const local = chosen.find(({ found }) => (found.slice.spec.nodeName ?? '') !== '')
  if (local !== undefined) {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: [local.found.slice.spec.nodeName ?? ''] }]
    return { devices: { results }, nodeSelector: { nodeSelectorTerms: [{ matchFields }] } }
  }
  const selector = chosen.find(({ found }) => found.slice.spec.nodeSelector !== undefined)?.found.slice.spec.nodeSelector
  return { devices: { results }, ...(selector && { nodeSelector: selector }) }
}

export interface AllocationContext {
  readonly objects: ObjectLister
  readonly inUse: ReadonlySet<string>
  readonly slices: readonly ResourceSlice[]
  readonly matcher: SelectorMatcher
}

/**
 * Allocates all claims on a node.
 * @returns one allocation per claim; undefined when the devices do not suffice; a text when something is broken
 */
export function allocateOnNode(claims: readonly ResourceClaim[], node: Node, context: AllocationContext): Allocation[] | string | undefined {
  const pools = poolsOfNode(context.slices, node)
  try {
    const chosen = new NodeAllocation(claims, pools, context).run()
    if (chosen !== undefined) return chosen.map(allocationOf)
  } catch (error) {
    if (error instanceof AllocationError) return error.message
    throw error
  }
  return undefined
}
