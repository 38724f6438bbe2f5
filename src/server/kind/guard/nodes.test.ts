import { describe, expect, it } from 'vitest'
import type { Node } from '../../../../simulator/index.ts'
import { checkNodes, workersOf } from './nodes.ts'

interface Parts { readonly providerID?: string; readonly labels?: { readonly [label: string]: string } }

function node(name: string, { providerID = `kind://docker/oracle/${name}`, labels }: Parts = {}): Node {
  const own = name.includes('control-plane') ? { 'node-role.kubernetes.io/control-plane': '' } : {}
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, ...own, ...labels } }, spec: { providerID } } as Node
}

const good = [node('oracle-control-plane'), node('oracle-worker'), node('oracle-worker2', { providerID: 'kind://podman/oracle/oracle-worker2' })]
const notNamed = (name: string): string => `node ${name} is not named and labelled as kind does: kubernetes.io/hostname and the name must be oracle-control-plane or oracle-worker, with a number`

const attacks: readonly { readonly guard: string; readonly name: string; readonly nodes: readonly Node[]; readonly refusal: string }[] = [
  { guard: 'refuseNoNodes', name: 'a cluster of which nothing is known', nodes: [], refusal: 'cluster oracle has no nodes, so nothing shows that kind made it' },
  { guard: 'refuseProviderId', name: 'a node of a cloud', nodes: [...good, node('oracle-worker3', { providerID: 'aws:///eu-1/i-0abc' })], refusal: 'node oracle-worker3 does not carry the provider ID that kind gives (kind://PROVIDER/oracle/oracle-worker3), but "aws:///eu-1/i-0abc"' },
  { guard: 'refuseProviderId', name: 'a node of another kind cluster', nodes: [...good, node('oracle-worker3', { providerID: 'kind://docker/other/oracle-worker3' })], refusal: 'node oracle-worker3 does not carry the provider ID that kind gives (kind://PROVIDER/oracle/oracle-worker3), but "kind://docker/other/oracle-worker3"' },
  { guard: 'refuseProviderId', name: 'a provider ID of another node', nodes: [node('oracle-control-plane'), node('oracle-worker', { providerID: 'kind://docker/oracle/oracle-worker2' })], refusal: 'node oracle-worker does not carry the provider ID that kind gives (kind://PROVIDER/oracle/oracle-worker), but "kind://docker/oracle/oracle-worker2"' },
  { guard: 'refuseNodeLabel', name: 'a node without kind\'s label', nodes: [...good, node('oracle-worker3', { labels: { 'kubernetes.io/hostname': 'ip-10-0-0-7' } })], refusal: notNamed('oracle-worker3') },
  { guard: 'refuseNodeLabel', name: 'a node that joined from elsewhere', nodes: [...good, node('laptop')], refusal: notNamed('laptop') },
  { guard: 'refuseForeignControlPlane', name: 'a control plane that is elsewhere', nodes: [node('oracle-worker')], refusal: 'no node of cluster oracle has the label node-role.kubernetes.io/control-plane, which kind\'s control plane has' },
]

function refusalOf(nodes: readonly Node[]): string {
  try {
    checkNodes(nodes, 'oracle')
    return 'passed'
  } catch (error) {
    return (error as Error).message
  }
}

describe('attacks with another cluster behind the kubeconfig', () => {
  it.each(attacks)('$guard: keeps out $name', ({ nodes, refusal }) => {
    expect(refusalOf(nodes)).toBe(refusal)
  })

  it('passes the nodes of kind, and lends to workers in their order', () => {
    expect(refusalOf(good)).toBe('passed')
    expect(workersOf([good[2], good[0], good[1]]).map(({ metadata }) => metadata.name)).toEqual(['oracle-worker', 'oracle-worker2'])
    expect(workersOf([good[0]]).map(({ metadata }) => metadata.name)).toEqual(['oracle-control-plane'])
  })
})
