/** A server between the bridge and the API server that answers badly when it is told to. It has the API server's own certificate. */

import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Cluster } from '../oracle/cluster.ts'

/** What happens to every n-th request, `times` at most. */
export type Fault = { readonly every: number; readonly times?: number } & ({ readonly kind: 'status'; readonly code: number } | { readonly kind: 'silence' } | { readonly kind: 'cut' })

export interface FaultyProxy {
  readonly kubeconfig: string
  /** From now on requests fail. */
  begin(): void
  close(): Promise<void>
}

function isHit(fault: Fault, seen: number): boolean {
  return seen % fault.every === 0 && seen / fault.every <= (fault.times ?? Infinity)
}

function misbehave(fault: Fault, response: ServerResponse): void {
  if (fault.kind === 'cut') response.socket?.destroy()
  if (fault.kind !== 'status') return
  const reason = fault.code === 429 ? 'TooManyRequests' : 'InternalError'
  response.writeHead(fault.code, { 'content-type': 'application/json', ...(fault.code === 429 ? { 'retry-after': '1' } : {}) })
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'the test says so', reason, code: fault.code }))
}

/** Starts the proxy and writes a kubeconfig for it. */
export async function faultyProxy(cluster: Cluster, fault: Fault): Promise<FaultyProxy> {
  const read = (name: string): string => readFileSync(join(cluster.folder, name), 'utf8')
  const upstream = new URL(read('server.url'))
  const owner = new Agent({ keepAlive: true, ca: read('ca.crt'), cert: read('owner.crt'), key: read('owner.key') })
  // Whoever comes with a token is not the owner, whatever the connection's certificate.
  const others = new Agent({ keepAlive: true, ca: read('ca.crt') })
  let isBad = false
  let seen = 0
  const pass = (from: IncomingMessage, to: ServerResponse): void => {
    const agent = from.headers.authorization === undefined ? owner : others
    const sent = request({ host: upstream.hostname, port: upstream.port, method: from.method, path: from.url, headers: from.headers, agent }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(to)
    })
    sent.on('error', () => to.destroy())
    to.on('close', () => sent.destroy())
    from.pipe(sent)
  }
  const server = createServer({ cert: read('server.crt'), key: read('server.key') }, (from, to) => {
    if (isBad && isHit(fault, ++seen)) misbehave(fault, to)
    else pass(from, to)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const kubeconfig = join(cluster.folder, 'kubeconfig-proxy')
  writeFileSync(kubeconfig, read('kubeconfig').replace(/server: https:\S+/, `server: https://127.0.0.1:${(server.address() as AddressInfo).port}`))
  return {
    kubeconfig,
    begin: () => { isBad = true },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      owner.destroy()
      others.destroy()
    },
  }
}
