/** Random nodes. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { Node } from '../../../simulator/api/types.ts'
import { clean, oneOf, orNone, sometimes, upTo } from './pick.ts'

export const hostLabel = 'kubernetes.io/hostname'
export const zoneLabel = 'topology.kubernetes.io/zone'
export const regionLabel = 'topology.kubernetes.io/region'
export const apps: readonly string[] = ['web', 'db', 'train']

const taints = [
  { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' },
  { key: 'dedicated', value: 'ml', effect: 'NoSchedule' },
  { key: 'dedicated', value: 'batch', effect: 'NoExecute' },
  { key: 'spot', effect: 'PreferNoSchedule' },
  { key: 'old', value: 'yes', effect: 'PreferNoSchedule' },
  { key: 'level', value: '3', effect: 'PreferNoSchedule' },
]

const images = fc.record({
  names: oneOf(...apps.map((app) => [`${app}:1`]), ['web:1', 'registry.example/web:1'], ['db:latest'], ['side:1']),
  sizeBytes: oneOf(400, 30, 900, 2500, 12).map((mebibytes) => mebibytes * 1024 * 1024),
})

const resources = fc.record({
  cpu: oneOf('4', '8', '16', '3920m', '16', '32', '2'),
  memory: oneOf('8Gi', '16Gi', '64Gi', '32Gi', '7543Mi', '4G'),
  'ephemeral-storage': sometimes(25, oneOf('20Gi', '5Gi', '100G')),
  pods: oneOf(...Array<string>(9).fill('110'), '4', '2', '1'),
  'nvidia.com/gpu': sometimes(35, oneOf('4', '2', '1', '8')),
  'example.com/foo': sometimes(10, oneOf('3', '1')),
  'nvidia.com/mig-1g.5gb': sometimes(8, oneOf('7', '2')),
  'hugepages-2Mi': sometimes(10, oneOf('64Mi', '128Mi')),
})

/** A node without its name. */
export const nodeParts = fc.record({
  resources,
  hasHostname: oneOf(true, true, true, true, true, true, true, true, true, false),
  zone: sometimes(85, oneOf('z1', 'z2', 'z3')),
  region: sometimes(35, oneOf('r1', 'r2')),
  disk: sometimes(50, oneOf('ssd', 'hdd')),
  gen: sometimes(40, oneOf('1', '2', '3', '10', 'new')),
  accelerator: sometimes(25, oneOf('a100', 't4')),
  taints: fc.oneof({ weight: 7, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: fc.subarray(taints, { maxLength: 3 }) }),
  isCordoned: oneOf(...Array<boolean>(14).fill(false), true),
  images: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 4, arbitrary: upTo(3, images) }),
})

export type NodeParts = typeof nodeParts extends Arbitrary<infer T> ? T : never

/** The node of that name. */
export function nodeNamed(name: string, parts: NodeParts): Node {
  const cordon = parts.isCordoned ? [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] : []
  return clean({
    apiVersion: 'v1', kind: 'Node',
    metadata: {
      name,
      labels: {
        [hostLabel]: parts.hasHostname ? name : undefined, [zoneLabel]: parts.zone, [regionLabel]: parts.region,
        disk: parts.disk, gen: parts.gen, accelerator: parts.accelerator,
      },
    },
    spec: { unschedulable: parts.isCordoned || undefined, taints: orNone([...dedupe(parts.taints), ...cordon]) },
    status: { allocatable: parts.resources, images: orNone(parts.images) },
  }) as unknown as Node
}

/** A node has one taint of a key and effect. */
function dedupe<T extends { key: string; effect: string }>(list: readonly T[]): T[] {
  return list.filter((taint, i) => list.findIndex((other) => other.key === taint.key && other.effect === taint.effect) === i)
}
