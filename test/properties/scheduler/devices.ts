/** Random resource claims and slices on a random cluster, and a pod that wants some of them. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { Pod } from '../../../simulator/api/types.ts'
import { cluster } from './clusters.ts'
import type { AttemptRow } from './clusters.ts'
import { zoneLabel } from './nodes.ts'
import { clean, oneOf, orNone, sometimes, upTo } from './pick.ts'
import { podNamed, runningParts } from './pods.ts'

const gpu = 'gpu.example.com'
const nic = 'nic.example.com'
const of = (driver: string): string => `device.driver == "${driver}"`
const selectorsOf = (...expressions: string[]): object[] => expressions.map((expression) => ({ cel: { expression } }))

const classes = [
  { metadata: { name: gpu }, spec: { selectors: selectorsOf(of(gpu)) } },
  { metadata: { name: 'large' }, spec: { selectors: selectorsOf(of(gpu), `device.capacity["${gpu}"].memory.compareTo(quantity("40Gi")) >= 0`) } },
  { metadata: { name: nic }, spec: { selectors: selectorsOf(of(nic)) } },
  { metadata: { name: 'any' }, spec: {} },
]
const className = oneOf(gpu, gpu, gpu, 'large', nic, nic, 'any', 'missing-class')

const expression = oneOf(
  `device.attributes["${gpu}"].model == "a100"`, `device.attributes["${gpu}"].model != "a100"`, `device.attributes["${gpu}"].model.startsWith("a")`, `device.attributes["${gpu}"].model in ["t4", "h100"]`,
  `"model" in device.attributes["${gpu}"] && device.attributes["${gpu}"].model == "t4"`, `has(device.attributes["${gpu}"].index) && device.attributes["${gpu}"].index > 0`,
  `device.attributes["${gpu}"].index < 2`, `device.attributes["${gpu}"].index % 2 == 0`, `device.attributes["${gpu}"].shared`, `!device.attributes["${gpu}"].shared`,
  `device.capacity["${gpu}"].memory.isGreaterThan(quantity("20Gi"))`, `device.capacity["${gpu}"].memory.compareTo(quantity("80Gi")) == 0`,
  `device.attributes["${gpu}"].version.isGreaterThan(semver("1.2.0"))`, `device.attributes["${gpu}"].version.compareTo(semver("2.0.0")) < 0`,
  `device.attributes["other.example.com"].model == "a100"`, `"other.example.com" in device.attributes`, 'true', 'false', of(nic), `device.attributes["${gpu}"].model.matches("^[ah]")`,
  `device.driver.endsWith("example.com") && device.attributes["${gpu}"].model.size() == 4`, `device.attributes["${gpu}"].?model.orValue("none") == "none"`,
  `[1, 2].exists(i, i == device.attributes["${gpu}"].index)`, `device.attributes["${gpu}"].model.lowerAscii() == "a100" || device.attributes["${gpu}"].index == 0`,
  `cel.bind(a, device.attributes["${gpu}"], a.model == "t4" ? a.index == 0 : true)`, `device.allowMultipleAllocations == false`,
)

const wish = fc.record({
  deviceClassName: className,
  allocationMode: sometimes(20, fc.constant('All')),
  count: sometimes(40, oneOf(1, 2, 3)),
  selectors: sometimes(45, fc.oneof({ weight: 5, arbitrary: expression.map((e) => selectorsOf(e)) }, { weight: 1, arbitrary: fc.tuple(expression, expression).map((e) => selectorsOf(...e)) })),
  adminAccess: sometimes(8, fc.constant(true)),
}).map((w) => (w.allocationMode === 'All' ? { ...w, count: undefined } : { ...w, allocationMode: w.count === undefined ? undefined : 'ExactCount' }))
const request = fc.oneof(
  { weight: 4, arbitrary: wish.map((exactly): object => ({ exactly })) },
  { weight: 1, arbitrary: upTo(3, wish, 1).map((list): object => ({ firstAvailable: list.map(({ adminAccess: _unused, ...w }, i) => ({ name: `s${i}`, ...w })) })) },
)
const constraint = fc.record({ requests: sometimes(40, oneOf(['r0'], ['r0', 'r1'])), matchAttribute: oneOf(`${gpu}/model`, `${gpu}/index`, `${gpu}/shared`, `${gpu}/version`, 'other.example.com/rack') })

const claim = fc.record({
  requests: upTo(2, request, 1),
  constraints: sometimes(25, upTo(2, constraint, 1)),
  /** Allocated on that node already: which of its devices, and for whom. */
  allocated: sometimes(30, fc.record({ node: oneOf('n1', 'n2', 'n3'), devices: fc.subarray(['gpu-0', 'gpu-1', 'gpu-2'], { minLength: 1, maxLength: 2 }), reservedFor: fc.subarray(['r0', 'r1', 'p'], { maxLength: 2 }), hasNode: oneOf(true, true, true, false) })),
  isLeaving: oneOf(...Array<boolean>(39).fill(false), true),
})
type ClaimParts = typeof claim extends Arbitrary<infer T> ? T : never

const device = fc.record({
  model: sometimes(90, oneOf('a100', 't4', 'h100')), index: sometimes(85, oneOf(0, 1, 2)), shared: sometimes(60, fc.boolean()),
  version: sometimes(60, oneOf('1.2.3', '2.0.0', '1.10.0', '2.0.0-rc.1')), memory: sometimes(90, oneOf('80Gi', '16Gi', '40Gi')), rack: sometimes(20, oneOf('k1', 'k2')),
  isTainted: oneOf(...Array<boolean>(14).fill(false), true),
})
const slice = fc.record({
  driver: oneOf(gpu, gpu, gpu, nic),
  place: oneOf<unknown>('node', 'node', 'node', 'node', 'node', 'all', { nodeSelectorTerms: [{ matchExpressions: [{ key: zoneLabel, operator: 'In', values: ['z1', 'z2'] }] }] }),
  node: oneOf('n1', 'n2', 'n3', 'n4', 'n5'),
  generation: oneOf(1, 1, 1, 1, 1, 2),
  slices: oneOf(...Array<number>(14).fill(0), 1),
  devices: upTo(3, device, 1),
})
type SliceParts = typeof slice extends Arbitrary<infer T> ? T : never

const parts = fc.record({
  claims: upTo(3, claim, 3), slices: upTo(6, slice),
  wanted: fc.subarray(['c0', 'c1', 'c2'], { minLength: 1, maxLength: 2 }),
})

function claimObject(name: string, c: ClaimParts, slices: readonly SliceParts[]): unknown {
  const home = c.allocated === undefined ? undefined : slices.find((s) => s.place === 'node' && s.node === c.allocated?.node && s.driver === gpu)
  const results = c.allocated?.devices.map((d) => ({ request: 'r0', driver: gpu, pool: home?.node ?? 'gone', device: d }))
  const nodeSelector = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [c.allocated?.node] }] }] }
  return clean({
    metadata: { name, namespace: 'default', ...(c.isLeaving && { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] }) },
    spec: { devices: { requests: c.requests.map((r, i) => ({ name: `r${i}`, ...r })), constraints: orNone((c.constraints ?? []).map((k) => ({ ...k, requests: k.requests?.filter((r) => r < `r${c.requests.length}`) }))) } },
    status: c.allocated === undefined ? undefined : {
      allocation: { devices: { results }, ...(c.allocated.hasNode && { nodeSelector }) },
      reservedFor: orNone(c.allocated.reservedFor.map((pod) => ({ resource: 'pods', name: pod, uid: `default/${pod}` }))),
    },
  })
}

function sliceObject(s: SliceParts, i: number, poolName: string, count: number, firstDevice: number): unknown {
  const own = s.driver === gpu
  return clean({
    metadata: { name: `slice-${i}` },
    spec: {
      driver: s.driver, pool: { name: poolName, generation: s.generation, resourceSliceCount: count + s.slices },
      ...(s.place === 'node' ? { nodeName: s.node } : s.place === 'all' ? { allNodes: true } : { nodeSelector: s.place }),
      devices: s.devices.map((d, k) => ({
        name: `${own ? 'gpu' : 'nic'}-${firstDevice + k}`,
        attributes: {
          ...(d.model !== undefined && { model: { string: d.model } }), ...(d.index !== undefined && { index: { int: d.index } }), ...(d.shared !== undefined && { shared: { bool: d.shared } }),
          ...(d.version !== undefined && { version: { version: d.version } }), ...(d.rack !== undefined && { 'other.example.com/rack': { string: d.rack } }),
        },
        ...(d.memory !== undefined && { capacity: { memory: { value: d.memory } } }),
        ...(d.isTainted && { taints: [{ key: 'sick', effect: 'NoSchedule' }] }),
      })),
    },
  })
}

/** One pool for the slices of a driver on a node, one for each shared slice. */
function poolOf(s: SliceParts, i: number): string {
  return s.place === 'node' ? s.node : `shared-${i}`
}

/** A cluster with devices and one pod that wants some of them. */
export const devices: Arbitrary<AttemptRow> = fc.record({ cluster, coming: runningParts, parts }).map(({ cluster: row, coming, parts: { claims, slices, wanted } }) => {
  const pod = podNamed('p', { ...coming, namespace: undefined })
  const before = (i: number): SliceParts[] => slices.slice(0, i).filter((s, k) => s.driver === slices[i].driver && poolOf(s, k) === poolOf(slices[i], i))
  const inPool = (i: number): number => slices.filter((s, k) => s.driver === slices[i].driver && poolOf(s, k) === poolOf(slices[i], i) && s.generation === slices[i].generation).length
  return {
    ...row,
    pod: { ...pod, spec: { ...pod.spec, resourceClaims: wanted.map((name) => ({ name, resourceClaimName: name })) } } as Pod,
    resourceClaims: claims.map((c, i) => claimObject(`c${i}`, c, slices)),
    deviceClasses: classes,
    resourceSlices: slices.map((s, i) => sliceObject(s, i, poolOf(s, i), inPool(i), before(i).reduce((sum, other) => sum + other.devices.length, 0))),
  }
})
