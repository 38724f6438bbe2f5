import { describe, expect, it } from 'vitest'
import type { ApiAnswer } from '../../../simulator/index.ts'
import { withinNamespaces } from './all-namespaces.ts'
import type { BridgeRequest, KindDoor } from './contract.ts'

const pods = { verb: 'list', group: '', version: 'v1', resource: 'pods' } as const

function door(answer: (request: BridgeRequest) => ApiAnswer): { readonly door: KindDoor; readonly asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = []
  return {
    asked,
    door: withinNamespaces({ context: 'kind-x', open: () => Promise.reject(new Error('no stream')), send: (request) => (asked.push(request.namespace), Promise.resolve(answer(request))) }, ['a', 'b']),
  }
}

describe('lists over all namespaces', () => {
  it.each([
    { name: 'objects of the task\'s namespaces', key: 'items' },
    { name: 'rows of the task\'s namespaces', key: 'rows' },
  ])('are $name', async ({ key }) => {
    const { door: asking, asked } = door(({ namespace, query }) => ({ code: 200, warnings: ['w'], body: { kind: 'List', metadata: { resourceVersion: '1', continue: 'x' }, [key]: [`${namespace} ${query?.fieldSelector} ${query?.limit}`] } }))
    expect(await asking.send({ ...pods, query: { fieldSelector: 'f', limit: 500 } }, 'learner')).toEqual({ code: 200, warnings: ['w'], body: { kind: 'List', metadata: { resourceVersion: '1' }, [key]: ['a f undefined', 'b f undefined'] } })
    expect(asked).toEqual(['a', 'b'])
  })

  it.each([
    { name: 'one namespace', request: { ...pods, namespace: 'a' }, as: 'learner' as const },
    { name: 'kinds outside namespaces', request: { ...pods, resource: 'nodes' }, as: 'learner' as const },
    { name: 'the owner', request: pods, as: 'owner' as const },
    { name: 'changes', request: { ...pods, verb: 'deletecollection' as const }, as: 'learner' as const },
  ])('leave alone: $name', async ({ request, as }) => {
    const { door: asking, asked } = door(() => ({ code: 200, warnings: [], body: {} }))
    await asking.send(request, as)
    expect(asked).toHaveLength(1)
  })

  it('fail as the first one that fails', async () => {
    const { door: asking } = door(({ namespace }) => ({ code: namespace === 'b' ? 403 : 200, warnings: [], body: { items: [] } }))
    expect(await asking.send(pods, 'learner')).toMatchObject({ code: 403 })
  })
})
