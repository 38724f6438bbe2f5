import { describe, expect, it } from 'vitest'
import { createCluster } from '../../cluster.ts'
import type { Cluster } from '../../cluster.ts'
import type { ApiAnswer, ApiRequest } from '../../api/request.ts'
import type { Status } from '../../api/types.ts'

const kubelet = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] }

function cluster(): Cluster {
  const made = createCluster({ seed: 1, nodes: [{ name: 'n1', resources: { cpu: '4', memory: '8Gi' } }, { name: 'n2', resources: { cpu: '4', memory: '8Gi' } }] })
  made.advanceTo(5000)
  return made
}

function ask(request: Omit<ApiRequest, 'user' | 'version' | 'group' | 'contentType'> & { group?: string }): ApiAnswer<Status> {
  return cluster().request({ user: kubelet, group: '', version: 'v1', contentType: 'application/merge-patch+json', ...request }) as ApiAnswer<Status>
}

describe('a kubelet', () => {
  const refusals: [what: string, request: Parameters<typeof ask>[0], message: string][] = [
    ['changes no other node', { verb: 'patch', resource: 'nodes', name: 'n2', body: { metadata: { labels: { a: 'b' } } } }, 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"'],
    ['sets no taints', { verb: 'patch', resource: 'nodes', name: 'n1', body: { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } } }, 'nodes "n1" is forbidden: node "n1" is not allowed to modify taints'],
    ['takes no role', { verb: 'patch', resource: 'nodes', name: 'n1', body: { metadata: { labels: { 'node-role.kubernetes.io/x': '', 'node-restriction.kubernetes.io/y': '' } } } }, 'nodes "n1" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/y, node-role.kubernetes.io/x'],
    ['creates mirror pods only', { verb: 'create', resource: 'pods', namespace: 'default', contentType: 'application/json', body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'nginx' }] } } } as never, 'pods "p" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods'],
  ]
  for (const [what, request, message] of refusals) it(what, () => expect(ask(request)).toMatchObject({ code: 403, body: { message } }))
  it('labels its own node', () => expect(ask({ verb: 'patch', resource: 'nodes', name: 'n1', body: { metadata: { labels: { 'example.com/rack': '7' } } } }).code).toBe(200))
})
