import { matchNodeSelectorTerms } from '../../../api/node-selector.ts'
import type { KubeObject, Node, Pod } from '../../../api/types.ts'
import { compareText } from '../../../kernel/text.ts'
import { SelectorMatcher } from '../../plugins/dynamic-resources/selectors.ts'
import type { Device, DeviceAttribute, DeviceClass, DeviceRequestSpec, ResourceClaim, ResourceSlice } from '../../plugins/dynamic-resources/types.ts'
import { broken, byHighest, findObject, isVerdict, listObjects, never } from './types.ts'
import type { Cluster, ReferencePlugin, Verdict } from './types.ts'

/** Selectors are CEL; one evaluator serves both implementations. */
const matcher = (): SelectorMatcher => new SelectorMatcher()

interface Option { readonly id: string; readonly device: Device; readonly driver: string }
interface Pool { readonly id: string; readonly options: readonly Option[]; readonly isIncomplete: boolean; readonly isInvalid: boolean }
interface Taken { readonly option: Option; readonly claim: number; readonly request: string }
/** A request or an alternative of one; `all` holds the devices of "all". */
interface Wish { readonly name: string; readonly spec: DeviceRequestSpec; readonly count: number; readonly all?: readonly Option[] }

class Failure extends Error {}

function claimsOf(pod: Pod, cluster: Cluster): ResourceClaim[] | Verdict {
  const claims: ResourceClaim[] = []
  const namespace = pod.metadata.namespace ?? ''
  const key = `${namespace}/${pod.metadata.name}`
  for (const { name, resourceClaimName, resourceClaimTemplateName } of pod.spec.resourceClaims ?? []) {
    const made = (pod.status as { resourceClaimStatuses?: { name: string; resourceClaimName?: string }[] } | undefined)?.resourceClaimStatuses?.find((s) => s.name === name)
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) continue
    if (resourceClaimName === undefined && made === undefined) return never(`pod "${key}": ResourceClaim not created yet`)
    const claimName = resourceClaimName ?? made?.resourceClaimName
    if (claimName === undefined) continue
    const claim = findObject<ResourceClaim>(cluster, 'ResourceClaim', namespace, claimName)
    if (claim === undefined) return never(`could not find ResourceClaim "${namespace}/${claimName}"`)
    if (claim.metadata.deletionTimestamp !== undefined) return never(`resourceclaim "${claimName}" is being deleted`)
    const isOwn = claim.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === pod.metadata.uid) ?? false
    if (resourceClaimName === undefined && !isOwn) return never(`ResourceClaim ${namespace}/${claimName} was not created for pod ${key} (pod is not owner)`)
    claims.push(claim)
  }
  return claims
}

function isUnallocated(claim: ResourceClaim): boolean { return claim.status?.allocation === undefined }

function isForNode({ spec }: ResourceSlice, node: Node): boolean {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName === node.metadata.name
  return spec.allNodes === true || (spec.nodeSelector !== undefined && matchNodeSelectorTerms(spec.nodeSelector, node) === true)
}

/** Pools with devices for a node, of their newest generation only. */
function poolsOf(node: Node, cluster: Cluster): Pool[] {
  const all = listObjects<ResourceSlice>(cluster, 'ResourceSlice').filter((slice) => slice.spec.perDeviceNodeSelection === undefined)
  const idOf = ({ spec }: ResourceSlice): string => `${spec.driver}/${spec.pool.name}`
  const ids = [...new Set(all.filter((slice) => isForNode(slice, node)).map(idOf))].sort(compareText)
  return ids.flatMap((id) => {
    const ofPool = all.filter((slice) => idOf(slice) === id)
    const near = ofPool.filter((slice) => isForNode(slice, node))
    const generation = Math.max(...near.map(({ spec }) => spec.pool.generation))
    const newest = near.filter(({ spec }) => spec.pool.generation === generation)
    const wanted = newest[0].spec.pool.resourceSliceCount
    const isReplaced = newest.length !== wanted && ofPool.some(({ spec }) => spec.pool.generation > generation)
    const count = newest.length === wanted ? wanted : ofPool.filter(({ spec }) => spec.pool.generation === generation).length
    const options = newest.flatMap(({ spec }) => (spec.devices ?? []).map((device) => ({ id: `${id}/${device.name}`, device, driver: spec.driver })))
    return isReplaced ? [] : [{ id, options, isIncomplete: count !== wanted, isInvalid: new Set(options.map((o) => o.id)).size < options.length }]
  })
}

function suits({ device, driver }: Option, spec: DeviceRequestSpec, claim: ResourceClaim, cluster: Cluster): boolean {
  if ((device.bindingConditions?.length ?? 0) > 0) return false
  const deviceClass = findObject<DeviceClass>(cluster, 'DeviceClass', '', spec.deviceClassName ?? '')
  const byClass = matcher().matches(deviceClass?.spec.selectors, device, driver, `class ${spec.deviceClassName}`)
  const answer = byClass === true ? matcher().matches(spec.selectors, device, driver, `claim ${claim.metadata.namespace}/${claim.metadata.name}`) : byClass
  if (typeof answer === 'string') throw new Failure(answer)
  return answer
}

function attribute({ device, driver }: Option, name: string): DeviceAttribute | undefined {
  const [domain, short] = name.split('/')
  return device.attributes?.[name] ?? (domain === driver ? device.attributes?.[short] : undefined)
}

class Search {
  readonly claims: readonly ResourceClaim[]
  readonly pools: readonly Pool[]
  readonly cluster: Cluster
  readonly held: readonly string[]
  /** By claim, request and alternative. */
  readonly wishes: readonly (readonly (readonly Wish[])[])[]

  constructor(claims: readonly ResourceClaim[], node: Node, cluster: Cluster) {
    this.claims = claims
    this.cluster = cluster
    this.pools = poolsOf(node, cluster)
    this.held = listObjects<ResourceClaim>(cluster, 'ResourceClaim').flatMap((c) => c.status?.allocation?.devices?.results ?? [])
      .filter((r) => r.adminAccess !== true).map((r) => `${r.driver}/${r.pool}/${r.device}`)
    this.wishes = claims.map((claim) => this.wishesOf(claim))
  }

  private wishesOf(claim: ResourceClaim): Wish[][] {
    const wishes = (claim.spec.devices?.requests ?? []).map(({ name, exactly, firstAvailable = [] }) => {
      if (exactly !== undefined) return [this.wish(claim, name, name, exactly)]
      const list: Wish[] = []
      for (const spec of firstAvailable) list.push(this.wish(claim, `${name}/${spec.name}`, spec.name, spec))
      // Upstream mixes up the first two alternatives when both want all devices.
      if (list[0]?.all && list[1]?.all) list[1] = { ...list[1], all: list[0].all, count: list[0].count }
      return list
    })
    const least = wishes.map((list) => Math.min(...list.map(({ count }) => count))).reduce((a, b) => a + b, 0)
    if (least > 32) throw new Failure(`claim ${claim.metadata.namespace}/${claim.metadata.name}: number of requested devices ${least} exceeds the claim limit of 32`)
    return wishes
  }

  private wish(claim: ResourceClaim, name: string, shortName: string, spec: DeviceRequestSpec): Wish {
    if (spec.allocationMode !== 'All') return { name, spec, count: spec.count ?? 1 }
    const told = `claim ${claim.metadata.namespace}/${claim.metadata.name}, request ${shortName}: asks for all devices, but resource pool`
    const all: Option[] = []
    for (const { id, options, isIncomplete, isInvalid } of this.pools) {
      if (isIncomplete) throw new Failure(`${told} ${id} is currently being updated`)
      if (isInvalid) throw new Failure(`${told} ${id} is currently invalid`)
      all.push(...options.filter((option) => suits(option, spec, claim, this.cluster)))
    }
    return { name, spec, count: all.length, all }
  }

  /** All that is chosen, or nothing. `done` devices of an alternative are among `taken`. */
  place(claim: number, request: number, alternative: number | undefined, done: number, taken: readonly Taken[]): readonly Taken[] | undefined {
    if (claim === this.claims.length) return taken
    const alternatives = this.wishes[claim][request]
    if (alternatives === undefined) return this.place(claim + 1, 0, undefined, 0, taken)
    if (alternative === undefined) {
      for (let i = 0; i < alternatives.length; i++) {
        const found = this.place(claim, request, i, 0, taken)
        if (found !== undefined) return found
      }
      return undefined
    }
    const wish = alternatives[alternative]
    if (wish.all?.length === 0) return undefined
    if (done >= wish.count) return this.place(claim, request + 1, undefined, 0, taken)
    if (taken.filter((t) => t.claim === claim).length + wish.count - done > 32) return undefined
    const go = (option: Option): readonly Taken[] | undefined => {
      if (!this.isFree(option, wish, claim, taken) || !this.meets(option, wish, claim, taken)) return undefined
      // Upstream goes on with the first alternative after one of "all".
      return this.place(claim, request, wish.all ? 0 : alternative, done + 1, [...taken, { option, claim, request: wish.name }])
    }
    if (wish.all) return go(wish.all[done])
    for (const pool of this.pools) {
      if (pool.isIncomplete || pool.isInvalid) continue
      for (const option of pool.options) {
        if (!this.isFree(option, wish, claim, taken, true) || !suits(option, wish.spec, this.claims[claim], this.cluster)) continue
        const found = go(option)
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  private isFree({ id, device }: Option, { spec }: Wish, claim: number, taken: readonly Taken[], isFirstLook = false): boolean {
    if (!isFirstLook && (device.consumesCounters?.length ?? 0) > 0) return false
    if (spec.adminAccess === true) return !taken.some((t) => t.option.id === id && t.claim === claim)
    return !this.held.includes(id) && !taken.some((t) => t.option.id === id)
  }

  private meets(option: Option, wish: Wish, claim: number, taken: readonly Taken[]): boolean {
    const { metadata, spec } = this.claims[claim]
    const isGood = (spec.devices?.constraints ?? []).every(({ requests = [], matchAttribute = '' }) => {
      const isMeant = (name: string): boolean => requests.length === 0 || requests.includes(name) || requests.includes(name.split('/')[0])
      if (!isMeant(wish.name)) return true
      const own = attribute(option, matchAttribute)
      const first = taken.find((t) => t.claim === claim && isMeant(t.request))
      const other = first === undefined ? own : attribute(first.option, matchAttribute)
      return own !== undefined && JSON.stringify(own) === JSON.stringify(other)
    })
    if (!isGood && wish.all) throw new Failure(`claim ${metadata.namespace}/${metadata.name}, request ${wish.name.split('/').at(-1)}: cannot add device ${option.id} because a claim constraint would not be satisfied`)
    return isGood
  }
}

/** The devices that a node would give. */
function allocate(claims: readonly ResourceClaim[], node: Node, cluster: Cluster): readonly Taken[] | Verdict {
  try {
    const search = new Search(claims, node, cluster)
    const found = search.place(0, 0, undefined, 0, [])
    return found ?? never(search.pools.some((pool) => pool.isInvalid) ? 'invalid resource pools were encountered' : 'cannot allocate all claims')
  } catch (error) {
    if (error instanceof Failure) return broken(error.message)
    throw error
  }
}

export const dynamicResources: ReferencePlugin = {
  name: 'DynamicResources',
  weight: 2,
  preEnqueue(pod, cluster) {
    const claims = claimsOf(pod, cluster)
    return isVerdict(claims) ? claims : undefined
  },
  preFilter(pod, cluster) {
    const claims = claimsOf(pod, cluster)
    if (isVerdict(claims)) return claims
    if (claims.length === 0) return 'skip'
    for (const claim of claims) {
      const users = claim.status?.reservedFor ?? []
      if (!isUnallocated(claim) && users.length >= 256 && !users.some((user) => user.uid === pod.metadata.uid)) return never('resourceclaim in use')
      const requests = isUnallocated(claim) ? (claim.spec.devices?.requests ?? []) : []
      const named = requests.flatMap(({ name, exactly, firstAvailable = [] }) => (exactly ? [{ name, spec: exactly }] : firstAvailable.map((spec) => ({ name: `${name}/${spec.name}`, spec }))))
      const bad = named.find(({ spec }) => findObject<KubeObject>(cluster, 'DeviceClass', '', spec.deviceClassName ?? '') === undefined)
      if (bad !== undefined) return never(`request ${bad.name}: device class ${bad.spec.deviceClassName} does not exist`)
    }
    return undefined
  },
  filter(pod, node, cluster) {
    const claims = claimsOf(pod, cluster)
    if (isVerdict(claims)) return claims
    const open = claims.filter(isUnallocated)
    const found = open.length > 0 ? allocate(open, node, cluster) : []
    if (isVerdict(found)) return found
    const isElsewhere = claims.some(({ status }) => status?.allocation?.nodeSelector !== undefined && matchNodeSelectorTerms(status.allocation.nodeSelector, node) !== true)
    return isElsewhere ? never('resourceclaim not available on the node') : undefined
  },
  score(pod, nodes, cluster) {
    const claims = claimsOf(pod, cluster)
    if (isVerdict(claims) || claims.length === 0) return { raw: nodes.map(() => 0), normalized: nodes.map(() => 0) }
    const open = claims.filter(isUnallocated)
    if (open.length > 0 && open.length < claims.length) return broken(`running Score plugins: plugin "DynamicResources" failed with: number of allocations ${open.length} is smaller than number of claims`)
    const raw = nodes.map((node) => {
      const found = open.length > 0 ? allocate(open, node, cluster) : []
      if (isVerdict(found)) return 0
      // The earlier an alternative stands in its list, the more it is worth.
      return open.flatMap((claim, i) => (claim.spec.devices?.requests ?? []).flatMap(({ name, firstAvailable = [] }) => firstAvailable.map((spec, rank) => (
        found.some((t) => t.claim === i && t.request === `${name}/${spec.name}`) ? 8 - rank : 0)))).reduce((a, b) => a + b, 0)
    })
    return { raw, normalized: byHighest(raw) }
  },
}
