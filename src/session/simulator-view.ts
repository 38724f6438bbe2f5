/** What checks see of a simulated cluster. Reading goes through the API as the scenario's author. */

import { authorUser, isStream } from '../../simulator/index.ts'
import type { ApiRequest, Cluster, KubeList, KubeObject } from '../../simulator/index.ts'
import type { KindInfo } from '../../simulator/api/kinds.ts'
import { decodeDocuments } from '../../simulator/api/yaml/documents.ts'
import type { ClusterView, DryRunAnswer, DryRunAttempt, FlowSummary, ObjectRef, ProbeAnswer, ProbeRequest, SeriesValue, TrialLoad, TrialOutcome, TrialStep } from '../grading/view.ts'

/** What a view needs beside the cluster: the learner's side of the attempt. */
export interface LearnerSide {
  /** Text of a file of the home directory; `~/` or an absolute path. */
  file(path: string): string | undefined
  answer(id: string): string | undefined
  /** Runs one kubectl command line on a cluster as the author. */
  kubectl(cluster: Cluster, line: string): void
}

/**
 * The ClusterView of one moment; trials run on forks and change nothing. An object that is missing is an empty list; a
 * resource that the API does not serve is an Error, because the check is wrong then.
 */
export class SimulatorView implements ClusterView {
  readonly start: ClusterView
  private readonly cluster: Cluster
  private readonly learner: LearnerSide
  private readonly historyMs: number

  /** @param start the cluster at T+00:00; left out for the start itself */
  constructor(cluster: Cluster, learner: LearnerSide, start?: Cluster) {
    this.cluster = cluster
    this.learner = learner
    this.historyMs = cluster.config.historyMs ?? 0
    this.start = start === undefined ? this : new SimulatorView(start, learner)
  }

  get nowMs(): number {
    return this.cluster.nowMs - this.historyMs
  }

  list(ref: ObjectRef): readonly KubeObject[] {
    const kind = kindOf(this.cluster, ref.resource)
    const answer = this.cluster.request({
      user: authorUser, verb: 'list', group: kind.group, version: kind.version, resource: kind.resource,
      namespace: kind.namespaced ? ref.namespace : undefined, query: ref.selector === undefined ? {} : { labelSelector: ref.selector },
    })
    if (isStream(answer) || answer.code !== 200) return []
    const { items } = answer.body as KubeList
    return ref.name === undefined ? items : items.filter((object) => object.metadata.name === ref.name)
  }

  can(access: Parameters<ClusterView['can']>[0]): boolean {
    const { user, groups = [], verb, namespace, name } = access
    const [resourceText, subresource] = access.resource.split('/')
    const kind = kindOf(this.cluster, resourceText)
    const spec = { user, groups: [...groups, 'system:authenticated'], resourceAttributes: { verb, group: kind.group, resource: kind.resource, subresource, namespace, name } }
    const request: ApiRequest = {
      user: authorUser, verb: 'create', group: 'authorization.k8s.io', version: 'v1', resource: 'subjectaccessreviews',
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec } as KubeObject,
    }
    const answer = this.cluster.request(request)
    return !isStream(answer) && (answer.body as { status?: { allowed?: boolean } }).status?.allowed === true
  }

  request(probe: ProbeRequest): ProbeAnswer {
    const { network } = this.cluster.components
    const body = probe.body ?? ''
    const bodyBytes = probe.bodyKilobytes === undefined ? undefined : probe.bodyKilobytes * 1000
    const result = network.send(probe.namespace, { method: probe.method ?? (body === '' && bodyBytes === undefined ? 'GET' : 'POST'), url: probe.url, headers: probe.headers ?? {}, body, bodyBytes })
    if ('failure' in result) return { failure: result.message }
    return { status: result.response.status, body: result.response.body, pod: result.podKey }
  }

  dryRun({ manifest, namespace, user, groups = [] }: DryRunAttempt): DryRunAnswer {
    const { documents, error } = decodeDocuments(manifest)
    const objects = documents.filter((document) => document !== undefined) as unknown as KubeObject[]
    if (error !== undefined || objects.length === 0) return { accepted: false, message: error ?? 'no objects', warnings: [] }
    const asker = user === undefined ? authorUser : { name: user, groups: [...groups, 'system:authenticated'] }
    const answers = objects.map((object) => dryApply(this.cluster, object, namespace, asker))
    const refusal = answers.find(({ message }) => message !== '')
    return { accepted: refusal === undefined, message: refusal?.message ?? '', warnings: answers.flatMap(({ warnings }) => warnings), objects: answers.flatMap(({ stored }) => (stored === undefined ? [] : [stored])) }
  }

  connect(from: { readonly namespace: string }, host: string, port: number): boolean {
    const { network, kubelets } = this.cluster.components
    const route = network.route(host, port, from.namespace)
    if ('failure' in route || route.kind !== 'backends') return false
    return route.backends.some((backend) => kubelets.portsOf(backend.podKey).includes(backend.port))
  }

  logs(namespace: string, pod: string, container?: string, previous?: boolean): string {
    const answer = this.cluster.request({
      user: authorUser, verb: 'get', group: '', version: 'v1', resource: 'pods', namespace, name: pod, subresource: 'log', query: { container, previous },
    })
    return !isStream(answer) && typeof answer.body === 'string' ? answer.body : ''
  }

  series(promql: string): readonly SeriesValue[] {
    const value = this.cluster.components.metrics.query(promql)
    if (value.type === 'scalar') return [{ labels: {}, value: value.value }]
    if (value.type !== 'vector') throw new Error(`a check asks for ${promql}, which gives a ${value.type === 'matrix' ? 'range vector' : value.type} and no values to compare`)
    return value.elements
  }

  file(path: string): string | undefined {
    return this.learner.file(path)
  }

  answer(id: string): string | undefined {
    return this.learner.answer(id)
  }

  trial(steps: readonly TrialStep[]): TrialOutcome {
    const copy = this.cluster.fork()
    const before = copy.components.network.flowTotals()
    for (const step of steps) playTrialStep(copy, step, this.learner)
    const flows: { [id: string]: FlowSummary } = {}
    for (const [id, totals] of copy.components.network.flowTotals()) {
      const base = before.get(id)
      flows[id] = {
        sent: totals.sent - (base?.sent ?? 0), ok: totals.ok - (base?.ok ?? 0), failed: totals.failed - (base?.failed ?? 0),
        perStatus: totals.perStatus, p50Ms: totals.rates.p50Ms, p95Ms: totals.rates.p95Ms, p99Ms: totals.rates.p99Ms,
      }
    }
    return { view: new SimulatorView(copy, this.learner, this.cluster), flows }
  }
}

/** Puts a load on a cluster. */
export function startLoad(cluster: Cluster, load: TrialLoad): void {
  cluster.components.network.startFlow(load.id, load.namespace, {
    url: load.url, method: load.method ?? 'POST', steps: [{ afterMs: 0, requestsPerSecond: load.requestsPerSecond }],
    payloads: load.payloads ?? [{ share: 1, kilobytes: 1 }], timeoutMs: load.timeoutMs ?? 2000,
  })
}

function playTrialStep(cluster: Cluster, step: TrialStep, learner: LearnerSide): void {
  if ('load' in step) startLoad(cluster, step.load)
  else if ('stopLoad' in step) cluster.components.network.stopFlow(step.stopLoad)
  else if ('kubectl' in step) learner.kubectl(cluster, step.kubectl)
  else cluster.advanceTo(cluster.nowMs + step.advanceSeconds * 1000)
}

/** Server-side apply of one object without storing it. @returns the refusal, empty if none, the warnings, and what would be stored */
function dryApply(cluster: Cluster, object: KubeObject, namespace: string | undefined, user: ApiRequest['user']): { readonly message: string; readonly warnings: readonly string[]; readonly stored?: KubeObject } {
  const kind = cluster.kinds.byKind(String(object.apiVersion), String(object.kind))
  if (kind === undefined) return { message: `no matches for kind "${object.kind}" in version "${object.apiVersion}"`, warnings: [] }
  const answer = cluster.request({
    user, verb: 'patch', group: kind.group, version: kind.version, resource: kind.resource, namespace: kind.namespaced ? (object.metadata?.namespace ?? namespace) : undefined, name: object.metadata?.name,
    contentType: 'application/apply-patch+yaml', body: JSON.stringify(object), query: { dryRun: 'All', force: true, fieldManager: 'podflight', fieldValidation: 'Strict' },
  })
  if (isStream(answer)) throw new Error('a dry run was answered with a stream')
  if (answer.code < 300) return { message: '', warnings: answer.warnings, stored: answer.body as KubeObject }
  return { message: String((answer.body as { message?: string }).message), warnings: answer.warnings }
}

function kindOf(cluster: Cluster, resource: string): KindInfo {
  const kind = cluster.kinds.byToken(resource)
  if (kind === undefined) throw new Error(`a check names resource "${resource}", which the API does not serve`)
  return kind
}

