/** Addresses of nodes and pods: a pod gets the lowest free address of its node's range. */

import type { Host } from './host.ts'

const firstPodAddress = 2
const lastPodAddress = 254

/** The InternalIP of a node. */
export function hostIpOf(host: Host, nodeName: string): string | undefined {
  return host.findNode(nodeName)?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address
}

/** The range of a node's pods without its last byte, such as '10.244.3.'. */
function prefixOf(host: Host, nodeName: string): string {
  const cidr = host.findNode(nodeName)?.spec?.podCIDR ?? '10.244.0.0/24'
  return cidr.slice(0, cidr.lastIndexOf('.') + 1)
}

/** Takes the lowest free address of a node for a pod. @returns undefined when the range is used up */
export function takeAddress(host: Host, nodeName: string, podKey: string): string | undefined {
  const { addresses } = host.nodeRecord(nodeName)
  let free = firstPodAddress
  let index = 0
  while (index < addresses.length && addresses[index] === free) {
    index++
    free++
  }
  if (free > lastPodAddress) return undefined
  host.changeNode(nodeName, { addresses: index === addresses.length ? [...addresses, free] : [...addresses.slice(0, index), free, ...addresses.slice(index)] })
  const ip = `${prefixOf(host, nodeName)}${free}`
  host.addresses.set(ip, podKey)
  return ip
}

/** Gives a pod's address back. */
export function releaseAddress(host: Host, nodeName: string, ip: string): void {
  if (ip === '' || !host.addresses.delete(ip)) return
  const used = Number(ip.slice(ip.lastIndexOf('.') + 1))
  host.changeNode(nodeName, { addresses: host.nodeRecord(nodeName).addresses.filter((address) => address !== used) })
}
