import { describe, expect, it } from 'vitest'
import { apiVersionOf, findKindByToken, findSubresource, groupResourceText, kindByKind, kindByResource, kinds, kindsInCategory, splitApiVersion } from './kinds.ts'

describe('the kinds', () => {
  const tokens: [token: string, kind: string | undefined, apiVersion?: string][] = [
    ['po', 'Pod', 'v1'],
    ['Deployments', 'Deployment', 'apps/v1'],
    ['deploy', 'Deployment', 'apps/v1'],
    ['deployments.apps', 'Deployment', 'apps/v1'],
    ['deployment.v1.apps', 'Deployment', 'apps/v1'],
    ['events', 'Event', 'v1'],
    ['events.events.k8s.io', 'Event', 'events.k8s.io/v1'],
    ['hpa', 'HorizontalPodAutoscaler', 'autoscaling/v2'],
    ['hpa.v1.autoscaling', 'HorizontalPodAutoscaler', 'autoscaling/v1'],
    ['pc', 'PriorityClass', 'scheduling.k8s.io/v1'],
    ['widgets', undefined],
    ['', undefined],
  ]
  it.each(tokens)('are found by what people type: %s', (token, kind, apiVersion) => {
    const found = findKindByToken(token)
    expect(found?.kind).toBe(kind)
    if (apiVersion !== undefined) expect(apiVersionOf(found!)).toBe(apiVersion)
  })

  it('are found by resource and by kind', () => {
    for (const kind of kinds) {
      expect(kindByResource(kind.group, kind.resource, kind.version)).toBe(kind)
      expect(kindByKind(apiVersionOf(kind), kind.kind)).toBe(kind)
    }
  })

  it('of the category all are those of workloads and services', () => {
    expect(kindsInCategory('all').map((kind) => kind.resource)).toEqual([
      'pods', 'replicationcontrollers', 'services', 'daemonsets', 'deployments', 'replicasets', 'statefulsets', 'horizontalpodautoscalers', 'cronjobs', 'jobs',
    ])
  })

  it('have subresources of other kinds', () => {
    expect(findSubresource(kindByResource('apps', 'deployments')!, 'scale')).toMatchObject({ kind: 'Scale', group: 'autoscaling' })
    expect(findSubresource(kindByResource('', 'pods')!, 'nope')).toBeUndefined()
  })

  it('are written with their group', () => {
    expect(splitApiVersion('v1')).toEqual({ group: '', version: 'v1' })
    expect(splitApiVersion('apps/v1')).toEqual({ group: 'apps', version: 'v1' })
    expect(groupResourceText('apps', 'deployments')).toBe('deployments.apps')
  })
})
