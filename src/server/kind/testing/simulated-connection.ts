/** A simulated cluster behind the interface of a real one, for tests: with each request some simulated time passes. */

import { adminUser, isStream } from '../../../../simulator/index.ts'
import type { ApiAnswer, ApiRequest, Cluster } from '../../../../simulator/index.ts'
import type { BridgeRequest, BridgeStream, Identity, KindConnection, Sandbox, SandboxPlan } from '../contract.ts'

export interface SimulatedConnection extends KindConnection {
  /** Everything that was sent. */
  readonly sent: { readonly request: BridgeRequest; readonly as: Identity }[]
}

/** @param stepMs simulated time per request and per read of a stream */
export function simulatedConnection(cluster: () => Cluster, stepMs = 200): SimulatedConnection {
  const sent: { request: BridgeRequest; as: Identity }[] = []
  const advance = (): Cluster => {
    const now = cluster()
    now.advanceTo(now.nowMs + stepMs)
    return now
  }
  const ask = (request: BridgeRequest, as: Identity): ReturnType<Cluster['request']> => {
    sent.push({ request, as })
    return advance().request({ ...(JSON.parse(JSON.stringify(request)) as Omit<ApiRequest, 'user'>), user: adminUser })
  }
  return {
    context: 'kind-test', sent,
    send(request, as) {
      const answer = ask(request, as)
      if (isStream(answer)) throw new Error(`${request.verb} ${request.resource} opened a stream`)
      return Promise.resolve(answer)
    },
    open(request, as): Promise<BridgeStream | ApiAnswer> {
      const answer = ask(request, as)
      if (!isStream(answer)) return Promise.resolve(answer)
      const { streamId } = answer
      return Promise.resolve({
        read: () => Promise.resolve(advance().readStream(streamId)),
        write: (text) => cluster().writeStream(streamId, text),
        close: () => cluster().closeStream(streamId),
      })
    },
    useLearnerToken: () => undefined,
    close: () => undefined,
  }
}

/** A sandbox that makes the namespaces and nothing else. */
export function plainSandbox(connection: KindConnection, plan: SandboxPlan, removed: string[] = []): Sandbox {
  const send = (verb: 'create' | 'delete', name: string): Promise<ApiAnswer> => connection.send({
    verb, group: '', version: 'v1', resource: 'namespaces', ...(verb === 'delete' ? { name } : { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'podflight.dev/session': plan.session } } } }),
  }, 'owner')
  return {
    plan, workers: new Map(),
    async create() {
      for (const name of plan.namespaces) await send('create', name)
    },
    async remove() {
      for (const name of plan.namespaces) await send('delete', name)
      removed.push(...plan.namespaces)
      return []
    },
  }
}
