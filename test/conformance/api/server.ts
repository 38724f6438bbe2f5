/** A cluster as the corpus was recorded on: no kubelets, no scheduler, and few controllers that change objects. */

import type { ApiServerOptions } from '../../../simulator/api/api-server-options.ts'
import type { ApiAnswer, ApiRequest, ApiResponse, UserInfo } from '../../../simulator/api/request.ts'
import { createCluster } from '../../../simulator/cluster.ts'
import { kubeconfig, MemoryFiles, runKubectl } from '../scenario-player/kubectl-runner.ts'
import type { CommandResult } from '../scenario-player/kubectl-runner.ts'

/** The user that recorded the corpus. */
export const recorder: UserInfo = { name: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] }

const settleMs = 1000

/** A server that answers requests; its clock moves by `sleep` only. */
export interface RecordedServer {
  request(request: ApiRequest): ApiResponse
  /** Asks for a path that is no resource. */
  path(user: UserInfo, verb: string, path: string): ApiAnswer
  sleep(ms: number): void
  /** Plays a kubectl command as the recorder, with files beside it. */
  kubectl(argv: readonly string[], files: { readonly [name: string]: string }): CommandResult
}

/** A server with the bootstrap objects and one namespace more. */
export function createRecordedServer(namespace: string, labels: { readonly [key: string]: string }, apiServer?: ApiServerOptions): RecordedServer {
  const cluster = createCluster({ seed: 1, apiServer, kubelet: 'scripted', hasScheduler: false, controllers: ['generic-garbage-collector', 'namespace-controller', 'service-account-controller', 'root-ca-cert-publisher'] })
  const core = { user: recorder, group: '', version: 'v1', contentType: 'application/json' } as const
  cluster.request({ ...core, verb: 'create', resource: 'namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { ...labels } } } })
  const sleep = (ms: number): void => cluster.advanceTo(cluster.nowMs + ms)
  sleep(settleMs)
  const files = new MemoryFiles()
  files.write('/root/.kube/config', kubeconfig('default'))
  // `isOver` reads what came, so it is asked once for each moment.
  const advance = (toMs: number, isOver: () => boolean = () => false): void => {
    for (;;) {
      if (isOver()) return
      if ((cluster.nextEventMs() ?? Number.POSITIVE_INFINITY) > toMs) break
      cluster.stepEvent()
    }
    cluster.advanceTo(toMs)
  }
  return {
    request: (request) => cluster.request(request),
    path: (user, verb, path) => cluster.requestPath({ user, verb, path }),
    sleep,
    kubectl(argv, given) {
      for (const [name, text] of Object.entries(given)) files.write(`/root/${name}`, text)
      return runKubectl({ cluster, user: recorder, files, advance }, argv)
    },
  }
}
