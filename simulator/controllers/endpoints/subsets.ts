/** Subsets of an Endpoints object in their canonical form. Models kubernetes/pkg/api/v1/endpoints RepackSubsets (v1.35). */

import type { EndpointAddress, Endpoints } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { dumpForHash } from '../template-dump/dump.ts'

export type Subset = NonNullable<Endpoints['subsets']>[number]
export type EndpointPort = NonNullable<Subset['ports']>[number]

/** One address behind one port; without a port for a headless Service that has none. */
export interface PortAddress { readonly address: EndpointAddress; readonly port?: EndpointPort; readonly isReady: boolean }

const offset128 = 0x6c62272e07bb014262b821756295c58dn
const prime128 = 0x0000000001000000000000000000013bn
const mask128 = (1n << 128n) - 1n

/** FNV-1a, 128 bit, over ASCII text. */
function fnv128a(text: string): bigint {
  let hash = offset128
  for (let i = 0; i < text.length; i++) hash = ((hash ^ BigInt(text.charCodeAt(i))) * prime128) & mask128
  return hash
}

/** Sorted by the hash of the printed Go value, as upstream sorts ports and subsets. */
function byHash<T>(items: readonly T[], type: string): T[] {
  if (items.length < 2) return [...items]
  const hashed = items.map((item) => ({ item, hash: fnv128a(dumpForHash(item, type)) }))
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)).map(({ item }) => item)
}

function byAddress(a: EndpointAddress, b: EndpointAddress): number {
  return compareText(a.ip, b.ip) || compareText(a.targetRef?.uid ?? '', b.targetRef?.uid ?? '')
}

interface PortGroup { readonly port?: EndpointPort; readonly addresses: Map<string, { address: EndpointAddress; isReady: boolean }> }

/** Groups addresses by ports, and ports by addresses; an address that is unready behind a port counts as unready there. */
export function packSubsets(entries: readonly PortAddress[]): Subset[] {
  const byPort = new Map<string, PortGroup>()
  for (const { address, port, isReady } of entries) {
    const key = JSON.stringify(port ?? null)
    const group = byPort.get(key) ?? { port, addresses: new Map() }
    byPort.set(key, group)
    const addressKey = `${address.ip} ${address.targetRef?.uid ?? ''}`
    const present = group.addresses.get(addressKey)
    if (present === undefined || present.isReady) group.addresses.set(addressKey, { address: present?.address ?? address, isReady })
  }
  const byAddresses = new Map<string, { ports: EndpointPort[]; group: PortGroup }>()
  for (const group of byPort.values()) {
    const sorted = [...group.addresses].sort(([a], [b]) => compareText(a, b))
    const key = sorted.map(([addressKey, { isReady }]) => `${addressKey} ${isReady}`).join()
    const merged = byAddresses.get(key) ?? { ports: [], group }
    if (group.port !== undefined) merged.ports.push(group.port)
    byAddresses.set(key, merged)
  }
  return byHash([...byAddresses.values()].map(toSubset), 'v1.EndpointSubset')
}

function toSubset({ ports, group }: { ports: readonly EndpointPort[]; group: PortGroup }): Subset {
  const all = [...group.addresses.values()]
  const addresses = all.filter(({ isReady }) => isReady).map(({ address }) => address).sort(byAddress)
  const notReady = all.filter(({ isReady }) => !isReady).map(({ address }) => address).sort(byAddress)
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ...(ports.length === 0 ? {} : { ports: byHash(ports, 'v1.EndpointPort') }),
  }
}
