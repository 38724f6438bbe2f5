import { expect, it } from 'vitest'
import { packSubsets } from './subsets.ts'

const address = (ip: string) => ({ ip, targetRef: { kind: 'Pod', name: ip, uid: ip } })
const http = { port: 80, protocol: 'TCP' }

it('addresses behind the same port share a subset, sorted, ready and unready apart', () => {
  const packed = packSubsets([{ address: address('10.0.0.2'), port: http, isReady: true }, { address: address('10.0.0.1'), port: http, isReady: true }, { address: address('10.0.0.3'), port: http, isReady: false }])
  expect(packed).toEqual([{ addresses: [address('10.0.0.1'), address('10.0.0.2')], notReadyAddresses: [address('10.0.0.3')], ports: [http] }])
})

it('ports with the same addresses share a subset', () => {
  const metrics = { name: 'metrics', port: 9090, protocol: 'TCP' }
  const packed = packSubsets([http, metrics].map((port) => ({ address: address('10.0.0.1'), port, isReady: true })))
  expect(packed).toHaveLength(1)
  expect(packed[0]!.ports).toHaveLength(2)
})

it('a headless Service without ports has a subset without ports', () => {
  expect(packSubsets([{ address: address('10.0.0.1'), isReady: true }])).toEqual([{ addresses: [address('10.0.0.1')] }])
})
