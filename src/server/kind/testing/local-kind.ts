/** A simulated cluster that looks like one of kind, reached without HTTPS: what a sandbox does to it can be seen at once. */

import { adminUser, createCluster } from '../../../../simulator/index.ts'
import type { ApiAnswer, Cluster, KubeList, KubeObject, UserInfo } from '../../../../simulator/index.ts'
import { apiErrors } from '../../../../simulator/api/errors.ts'
import type { BridgeRequest, BridgeStream, Identity, KindConnection, SandboxPlan } from '../contract.ts'
import { learnerRequest } from '../guard/allow-list.ts'
import { testContext } from './kubeconfigs.ts'

/** Simulated time that passes with each request. */
const requestMs = 250
const nodeNames = ['oracle-control-plane', 'oracle-worker', 'oracle-worker2']

function labelsOf(name: string): { [label: string]: string } {
  return name === nodeNames[0] ? { 'node-role.kubernetes.io/control-plane': '' } : { team: 'platform' }
}

/** A cluster as kind makes it, with its controllers at work. */
export function makeKindCluster(): Cluster {
  const cluster = createCluster({
    seed: 1, runsUnknownImages: true,
    nodes: nodeNames.map((name) => ({ name, resources: { cpu: '8', memory: '16Gi', pods: '110' }, labels: labelsOf(name) })),
  })
  cluster.advanceTo(5000)
  for (const name of nodeNames) cluster.request({ user: adminUser, verb: 'patch', group: '', version: 'v1', resource: 'nodes', name, contentType: 'application/merge-patch+json', body: { spec: { providerID: `kind://docker/oracle/${name}` } } })
  return cluster
}

/** Answers in place of the cluster, or throws; undefined lets the request pass. */
export type Fault = (request: BridgeRequest, as: Identity, count: number) => ApiAnswer | undefined

/** What a connection that is down answers. */
export const unreachable: ApiAnswer = { code: 503, body: apiErrors.serviceUnavailable('cannot reach the cluster of context kind-oracle: nothing listens there. Is the cluster running?'), warnings: [] }

/** A connection to a cluster in this program. */
export class LocalConnection implements KindConnection {
  readonly context = testContext
  readonly cluster: Cluster
  /** All that was sent, in order, as `verb resource/name`. */
  readonly sent: string[] = []
  private readonly fault: Fault
  private learner: { readonly user: UserInfo; readonly plan: SandboxPlan } | undefined

  constructor(cluster: Cluster, fault: Fault = () => undefined) {
    this.cluster = cluster
    this.fault = fault
  }

  useLearnerToken(token: string, plan: SandboxPlan): void {
    const user = this.cluster.authenticate({ token })
    if (user !== undefined) this.learner = { user, plan }
  }

  async send(request: BridgeRequest, as: Identity): Promise<ApiAnswer> {
    this.sent.push(`${request.verb} ${request.resource}${request.subresource === undefined ? '' : `.${request.subresource}`}/${request.name ?? (request.body as KubeObject | undefined)?.metadata?.name ?? ''}`)
    const fault = this.fault(request, as, this.sent.length)
    if (fault !== undefined) return fault
    this.cluster.advanceTo(this.cluster.nowMs + requestMs)
    if (as === 'owner') return this.cluster.request({ ...request, user: adminUser }) as ApiAnswer
    if (this.learner === undefined) return { code: 401, body: apiErrors.unauthorized(), warnings: [] }
    const { user, plan } = this.learner
    const admitted = await learnerRequest(request, plan, { labelsOf: async (asked) => ((await this.send({ verb: 'get', group: asked.group, version: asked.version, resource: asked.resource, ...(asked.name === undefined ? {} : { name: asked.name }) }, 'owner')).body as KubeObject).metadata?.labels })
    if ('refusal' in admitted) return { code: 403, body: apiErrors.forbidden({ group: request.group, name: request.resource }, request.name ?? '', admitted.refusal), warnings: [] }
    return this.cluster.request({ ...admitted.request, user }) as ApiAnswer
  }

  open(): Promise<BridgeStream | ApiAnswer> {
    return Promise.resolve(unreachable)
  }

  close(): void {
    this.learner = undefined
  }
}

const kinds = [['', 'v1', 'namespaces'], ['', 'v1', 'nodes'], ['scheduling.k8s.io', 'v1', 'priorityclasses'], ['rbac.authorization.k8s.io', 'v1', 'clusterroles'], ['rbac.authorization.k8s.io', 'v1', 'clusterrolebindings'], ['', 'v1', 'serviceaccounts'], ['', 'v1', 'configmaps']] as const

/** What a cluster holds, as far as a sandbox could change it: names, and all of nodes but their heartbeat. */
export function pictureOf(cluster: Cluster): readonly unknown[] {
  return kinds.map(([group, version, resource]) => {
    const { body } = cluster.request({ user: adminUser, verb: 'list', group, version, resource }) as ApiAnswer<KubeList>
    return body.items.map(({ metadata, spec, status }) => {
      const node = status as { readonly capacity?: object; readonly allocatable?: object } | undefined
      return resource === 'nodes' ? { name: metadata.name, labels: metadata.labels, annotations: metadata.annotations, spec, capacity: node?.capacity, allocatable: node?.allocatable } : `${metadata.namespace ?? ''}/${metadata.name}`
    })
  })
}
