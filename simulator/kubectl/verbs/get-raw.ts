/** kubectl get --raw. Models k8s.io/kubectl/pkg/rawhttp (v1.35). */

import { toCompactJson } from '../printers/json.ts'
import { fail, statusFailure } from '../failures.ts'
import type { Call, Run, Session } from '../session.ts'

const healthPaths = ['/healthz', '/livez', '/readyz']

/** The request that a path of the API stands for. */
function callOf(path: string): Call | undefined {
  const [bare = '', queryText = ''] = path.split('?')
  const parts = bare.split('/').filter((part) => part !== '')
  const isCore = parts[0] === 'api'
  if (!isCore && parts[0] !== 'apis') return undefined
  const [group, version, ...rest] = isCore ? ['', parts[1] ?? '', ...parts.slice(2)] : [parts[1] ?? '', parts[2] ?? '', ...parts.slice(3)]
  const hasNamespace = rest[0] === 'namespaces' && rest.length > 2
  const [resource, name, subresource] = hasNamespace ? rest.slice(2) : rest
  if (resource === undefined || version === undefined || group === undefined) return undefined
  const query: { [key: string]: string | number } = {}
  for (const pair of queryText.split('&').filter((one) => one !== '')) {
    const equals = pair.indexOf('=')
    const key = equals < 0 ? pair : pair.slice(0, equals)
    const value = decodeURIComponent(equals < 0 ? '' : pair.slice(equals + 1))
    query[key] = key === 'limit' ? Number(value) : value
  }
  return { verb: name === undefined ? 'list' : 'get', kind: { group, version, resource }, namespace: hasNamespace ? rest[1] : undefined, name, subresource, query }
}

/** kubectl get --raw PATH: the server's JSON in one line. Health paths say ok; a path that is no resource is NotFound. */
export function* rawGet(session: Session): Run<number> {
  if (session.args.length > 0) throw fail('arguments may not be passed when --raw is specified')
  const path = session.flags.text('raw')
  const [bare = ''] = path.split('?')
  if (healthPaths.includes(bare)) {
    session.out('ok')
    return 0
  }
  const call = callOf(path)
  if (call === undefined) throw statusFailure({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', message: 'the server could not find the requested resource', code: 404 })
  session.out(`${toCompactJson(yield* session.call<unknown>(call))}\n`)
  return 0
}
