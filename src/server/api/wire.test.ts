import { describe, expect, it } from 'vitest'
import { addressOf } from './address.ts'
import { acceptedForms, contentTypeOf } from './media.ts'

describe('addresses', () => {
  it.each([
    ['GET', '/api/v1/namespaces/a/pods/p', { verb: 'get', group: '', version: 'v1', resource: 'pods', namespace: 'a', name: 'p' }],
    ['GET', '/api/v1/pods?limit=500&labelSelector=app%3Dweb', { verb: 'list', resource: 'pods', query: { limit: 500, labelSelector: 'app=web' } }],
    ['GET', '/apis/apps/v1/namespaces/a/deployments?watch=true&resourceVersion=7', { verb: 'watch', group: 'apps', resource: 'deployments', query: { resourceVersion: '7' } }],
    ['GET', '/api/v1/watch/namespaces/a/pods', { verb: 'watch', resource: 'pods', namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a', { verb: 'get', resource: 'namespaces', name: 'a' }],
    ['PUT', '/api/v1/namespaces/a/finalize', { verb: 'update', resource: 'namespaces', name: 'a', subresource: 'finalize' }],
    ['POST', '/api/v1/namespaces/a/pods/p/eviction', { verb: 'create', resource: 'pods', name: 'p', subresource: 'eviction' }],
    ['DELETE', '/api/v1/namespaces/a/pods', { verb: 'deletecollection', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/a/pods/p/exec?command=sh&command=-c&stdin=true&tty=false', { query: { command: ['sh', '-c'], stdin: true, tty: false } }],
    ['GET', '/api/v1/namespaces/a/pods/p/proxy/x/y', { verb: 'get', resource: 'pods', name: 'p', subresource: 'proxy' }],
  ])('%s %s', (method, path, expected) => {
    expect(addressOf(method, path)).toMatchObject({ kind: 'resource', ...expected })
  })

  it.each([
    ['GET', '/healthz', { kind: 'path', path: '/healthz' }], ['GET', '/apis/apps/v1', { kind: 'path' }], ['GET', '/api/v1/%zz', { kind: 'bad', status: { code: 400 } }],
    ['PUT', '/api/v1/pods', { kind: 'bad', status: { code: 405 } }], ['BREW', '/api/v1/pods', { kind: 'bad', status: { code: 405 } }], ['GET', '/api/v1/pods?limit=x', { kind: 'bad', status: { code: 400 } }],
    ['GET', '/api/v1/namespaces/a/pods/p/log/x/y', { kind: 'bad', status: { code: 404 } }],
  ])('%s %s is no request for a resource', (method, path, expected) => {
    expect(addressOf(method, path)).toMatchObject(expected)
  })
})

describe('media types', () => {
  it.each([
    [undefined, [{ type: 'application/json' }]],
    ['application/vnd.kubernetes.protobuf,application/json', [{ type: 'application/vnd.kubernetes.protobuf' }, { type: 'application/json' }]],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', [{ type: 'application/json', as: 'Table', asVersion: 'v1' }, { type: 'application/json' }]],
    ['application/json;as=Table;v=v9;g=meta.k8s.io', []], ['text/html', []], ['text/html, */*;q=0.1', [{ type: 'application/json' }]],
    ['application/json;q=0.1, application/yaml', [{ type: 'application/yaml' }, { type: 'application/json' }]],
  ])('Accept %s', (accept, forms) => {
    expect(acceptedForms(accept)).toEqual(forms)
  })

  it('a body without a type is JSON', () => {
    expect([contentTypeOf(undefined), contentTypeOf('Application/YAML; charset=utf-8')]).toEqual(['application/json', 'application/yaml'])
  })
})
