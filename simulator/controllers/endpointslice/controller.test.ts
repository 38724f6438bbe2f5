import { expect, it } from 'vitest'
import type { EndpointSlice, Node, Pod, Service } from '../../api/types.ts'
import { containers, World } from '../testing/world.ts'
import { endpointSliceController } from './controller.ts'

function start(spec: Partial<Service['spec']> = {}): World {
  const world = new World(endpointSliceController)
  world.api.create<Node>('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} })
  world.api.create<Service>('services', {
    apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'lab' },
    spec: { clusterIP: '10.96.0.9', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }], ...spec },
  })
  return world
}

function addPod(world: World, name: string, { isReady = true, port = 8080 } = {}): void {
  const ip = `10.244.0.${name.length}`
  world.api.create<Pod>('pods', {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'lab', labels: { app: 'web' } },
    spec: { nodeName: 'n1', containers: [{ ...containers[0]!, ports: [{ name: 'web', containerPort: port, protocol: 'TCP' }] }] },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  })
}

function slices(world: World): readonly EndpointSlice[] {
  return world.all<EndpointSlice>('endpointslices.discovery.k8s.io')
}

it('holds the address, the port behind the name and the readiness of each pod', () => {
  const world = start()
  addPod(world, 'a')
  addPod(world, 'bb', { isReady: false })
  world.advance(5000)
  expect(slices(world)).toHaveLength(1)
  expect(slices(world)[0]).toMatchObject({
    addressType: 'IPv4', ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['10.244.0.1'], nodeName: 'n1', targetRef: { kind: 'Pod', name: 'a' }, conditions: { ready: true, serving: true, terminating: false } },
      { addresses: ['10.244.0.2'], conditions: { ready: false, serving: false, terminating: false } },
    ],
  })
})

it('has a slice for each set of ports that pods give to a name', () => {
  const world = start()
  addPod(world, 'a')
  addPod(world, 'bb', { port: 9090 })
  world.advance(5000)
  expect(slices(world).map(({ ports }) => ports?.[0]?.port).sort()).toEqual([8080, 9090])
})

it('calls all addresses ready if the service publishes those that are not', () => {
  const world = start({ publishNotReadyAddresses: true })
  addPod(world, 'a', { isReady: false })
  world.advance(5000)
  expect(slices(world)[0]?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false })
})

it('follows a pod that goes', () => {
  const world = start()
  addPod(world, 'a')
  addPod(world, 'bb')
  world.advance(5000)
  world.api.delete('pods', 'lab/a')
  world.advance(5000)
  expect(slices(world).flatMap(({ endpoints }) => endpoints?.flatMap(({ addresses }) => addresses))).toEqual(['10.244.0.2'])
})

it('leaves a service without a selector to itself', () => {
  const world = start({ selector: undefined })
  addPod(world, 'a')
  world.advance(5000)
  expect(slices(world)).toEqual([])
})
