import { describe, expect, test } from 'vitest'
import type { Pod } from '../../simulator/index.ts'
import { readClusterYaml } from './cluster-yaml.ts'
import { Flight } from './flight.ts'

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const packing = `${head}profiles: [{schedulerName: default-scheduler}, {schedulerName: pack}]\n`
const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: a}\nstatus: {capacity: {cpu: "4", memory: 16Gi}}\n'
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  schedulerName: pack\n  containers: [{name: c, image: nginx}]\n'

function flightOf(text: string): Flight {
  const read = readClusterYaml(text)
  if ('error' in read) throw new Error(read.error)
  return new Flight({
    library: { clusters: [read.definition], labs: [], tasks: [], forms: [] } as never,
    plans: [{ context: 'flight', scenario: { cluster: 'file', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: { 'pod.yaml': pod }, start: [] } }],
    header: { engine: '1', content: '1', kind: 'sandbox', id: 'x', seed: 1 }, out: () => {},
  })
}

const nodeOfPod = (flight: Flight): string | undefined => flight.current.cluster.peekOne<Pod>('pods', 'default/p')?.spec.nodeName

describe('a cluster file', () => {
  test('sets the scheduler up with a document of that kind', () => {
    const flight = flightOf(`${node}---\n${packing}`)
    flight.runLine('kubectl apply -f pod.yaml')
    flight.runLine('sleep 5')
    expect(nodeOfPod(flight)).toBe('a')
  })

  test.each([
    ['an unknown field', `${node}---\n${head}profile: []\n`, 'strict decoding error: unknown field "profile"', 6],
    ['an unknown plugin', `${node}---\n${head}profiles: [{plugins: {filter: {enabled: [{name: Nope}]}}}]\n`, 'initializing profiles: creating profile for scheduler name default-scheduler: FilterPlugin "Nope" does not exist', 6],
    ['two documents', `${node}---\n${head}---\n${head}`, 'There are two documents of kind KubeSchedulerConfiguration.', 9],
  ])('is refused with its line for %s', (_name, text, error, line) => {
    expect(readClusterYaml(text)).toEqual({ error, line })
  })

  test('knows the plugins of its add-ons', () => {
    const gangs = `${head}profiles: [{plugins: {permit: {enabled: [{name: Coscheduling}]}}}]\n`
    expect(readClusterYaml(`${node}---\n${gangs}`)).toMatchObject({ error: expect.stringContaining('PermitPlugin "Coscheduling" does not exist') as string })
    expect(readClusterYaml(`apiVersion: podflight.dev/v1\nkind: Cluster\naddOns: [coscheduling]\n---\n${node}---\n${gangs}`)).not.toHaveProperty('error')
  })
})

describe('a configuration in the log of actions', () => {
  test('replays', () => {
    const first = flightOf(node)
    expect(first.configureScheduler(packing)).toBeUndefined()
    first.runLine('kubectl apply -f pod.yaml')
    first.runLine('sleep 5')
    expect(nodeOfPod(first)).toBe('a')
    const again = flightOf(node)
    again.replay(first.log.entries)
    again.current.cluster.advanceTo(first.current.cluster.nowMs)
    expect(again.current.cluster.traceHash).toBe(first.current.cluster.traceHash)
  })

  test('a refused one changes nothing', () => {
    const flight = flightOf(node)
    expect(flight.configureScheduler(`${head}parallelism: 0\n`)).toBe('parallelism: Invalid value: 0: should be an integer value greater than zero')
    expect(flight.current.cluster.components.scheduler?.configuration()).toBe(head)
  })
})
