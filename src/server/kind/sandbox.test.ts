import { describe, expect, it } from 'vitest'
import { adminUser } from '../../../simulator/index.ts'
import type { ApiAnswer, Cluster, KubeObject, Node } from '../../../simulator/index.ts'
import type { BridgeRequest, Progress, SandboxPlan } from './contract.ts'
import { findLeftovers, removeLeftover } from './leftovers.ts'
import { KindSandbox } from './sandbox.ts'
import { networkObject } from './sandbox-objects.ts'
import { LocalConnection, makeKindCluster, pictureOf, unreachable } from './testing/local-kind.ts'
import type { Fault } from './testing/local-kind.ts'

const base = makeKindCluster()
const limits = { readyMsMax: 200, goneMsMax: 60, pollMs: 2 }
const silent = (): void => undefined
const plan: SandboxPlan = {
  session: 's1', task: 'place-on-gpu', namespaces: ['serving', 'data'], podSecurity: 'restricted', images: {},
  access: [{ group: '', resource: 'nodes', verbs: ['get', 'list', 'patch'] }, { group: 'scheduling.k8s.io', resource: 'priorityclasses', verbs: ['create', 'delete'] }],
  loans: [{ node: 'gpu-1', labels: { accelerator: 'a100', team: 'vision', 'topology.kubernetes.io/zone': 'z1' }, taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }], resources: { 'nvidia.com/gpu': '4' } }],
}
const core = (resource: string, more: Partial<BridgeRequest>): BridgeRequest => ({ verb: 'get', group: '', version: 'v1', resource, ...more })
const priority = (more: Partial<BridgeRequest>): BridgeRequest => ({ verb: 'create', group: 'scheduling.k8s.io', version: 'v1', resource: 'priorityclasses', ...more })
const pod = (name: string, spec: object = {}): BridgeRequest['body'] => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'a', image: 'nginx' }], ...spec } }) as KubeObject
const messageOf = ({ body }: ApiAnswer): string => (body as { message?: string }).message ?? ''
const nodeOf = (cluster: Cluster, name: string): Node => (cluster.request({ ...core('nodes', { name }), user: adminUser }) as ApiAnswer<Node>).body

interface Made { readonly cluster: Cluster; readonly connection: LocalConnection; readonly sandbox: KindSandbox }

async function make(change: Partial<SandboxPlan> = {}, fault?: Fault): Promise<Made> {
  const cluster = base.fork()
  const connection = new LocalConnection(cluster, fault)
  const sandbox = new KindSandbox(connection, { ...plan, ...change }, limits)
  await sandbox.create(silent)
  return { cluster, connection, sandbox }
}

async function refusalOf(change: Partial<SandboxPlan>, cluster = base.fork()): Promise<string> {
  const before = pictureOf(cluster)
  const sandbox = new KindSandbox(new LocalConnection(cluster), { ...plan, ...change }, limits)
  const message = await sandbox.create(silent).then(() => 'passed', (error: Error) => error.message)
  expect(pictureOf(cluster)).toEqual(before)
  return message
}

describe('attacks on the sandbox', () => {
  const taken = (labels: object): Cluster => {
    const cluster = base.fork()
    cluster.request({ ...core('namespaces', { verb: 'create', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'data', labels } } as KubeObject }), user: adminUser })
    cluster.advanceTo(cluster.nowMs + 5000)
    return cluster
  }
  it.each([
    { guard: 'refuseSessionName', name: 'a session that selects every object', change: { session: 's1,podflight.dev/session' }, refusal: '"s1,podflight.dev/session" cannot be the name of a session' },
    { guard: 'refuseSystemNamespace', name: 'the namespace of the system', change: { namespaces: ['serving', 'kube-system'] }, refusal: 'namespace kube-system is not one that a task may have on a real cluster' },
    { guard: 'refuseSystemNamespace', name: 'the namespace where everybody works', change: { namespaces: ['default'] }, refusal: 'namespace default is not one that a task may have on a real cluster' },
    { guard: 'refuseDeclaredAccess', name: 'webhooks that a task declares', change: { access: [{ group: 'admissionregistration.k8s.io', resource: 'mutatingwebhookconfigurations', verbs: ['create'] }] }, refusal: 'the task declares to change mutatingwebhookconfigurations.admissionregistration.k8s.io (create), which no task may do on a real cluster' },
    { guard: 'refuseLoan', name: 'another name of a node', change: { loans: [{ ...plan.loans[0], labels: { 'kubernetes.io/hostname': 'x' } }] }, refusal: 'label kubernetes.io/hostname of node gpu-1 cannot be lent to a real node' },
    { guard: 'refuseLoan', name: 'more memory than a node has', change: { loans: [{ ...plan.loans[0], resources: { memory: '1Ti' } }] }, refusal: 'resource memory of node gpu-1 cannot be lent to a real node: only extended resources can' },
    { guard: 'chooseWorkers', name: 'more nodes than there are', change: { loans: ['a', 'b', 'c'].map((node) => ({ ...plan.loans[0], node })) }, refusal: 'the task needs 3 workers and the cluster has 2' },
  ])('$guard: keeps out $name', async ({ change, refusal }) => {
    expect(await refusalOf(change)).toBe(refusal)
  })

  it('refuseTakenNamespace: a namespace that somebody has is never touched', async () => {
    expect(await refusalOf({}, taken({ team: 'x' }))).toBe('namespace data exists and is not Podflight\'s. The task needs it: choose another cluster, or delete the namespace yourself')
    expect(await refusalOf({}, taken({ 'podflight.dev/session': 'old' }))).toBe('namespace data is left of session old. Remove what that session left first')
  })

  it('podSecurityLabels: the cluster itself refuses privileged pods, whoever makes them', async () => {
    const { connection } = await make()
    const answer = await connection.send(core('pods', { verb: 'create', namespace: 'serving', body: pod('a', { hostNetwork: true }) }), 'owner')
    expect(messageOf(answer)).toContain('pods "a" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)')
  })

  it('roleOf: the cluster itself keeps the learner out of other namespaces and other secrets', async () => {
    const { connection, cluster } = await make()
    const asked = (request: BridgeRequest): number => {
      const user = { name: 'system:serviceaccount:podflight-s1:podflight-learner', groups: ['system:serviceaccounts', 'system:serviceaccounts:podflight-s1', 'system:authenticated'] }
      return (cluster.request({ ...request, user }) as ApiAnswer).code
    }
    expect((await connection.send(core('pods', { verb: 'list', namespace: 'serving' }), 'learner')).code).toBe(200)
    expect([
      asked(core('secrets', { verb: 'list', namespace: 'kube-system' })), asked(core('secrets', { verb: 'list' })), asked(core('namespaces', { verb: 'delete', name: 'serving' })), asked(core('nodes', { name: 'oracle-worker', subresource: 'proxy' })),
      asked(core('nodes', { verb: 'patch', name: 'oracle-worker2', contentType: 'application/merge-patch+json', body: { spec: { unschedulable: true } } })),
    ]).toEqual([403, 403, 403, 403, 403])
  })

  it('quotaOf: a namespace holds only so many objects, and the sandbox\'s own no pods', async () => {
    const { connection, cluster } = await make({ podSecurity: 'baseline' })
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(messageOf(await connection.send(core('pods', { verb: 'create', namespace: 'podflight-s1', body: pod('a', { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, containers: [{ name: 'a', image: 'x', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }] }) }), 'owner'))).toBe('pods "a" is forbidden: exceeded quota: podflight-quota, requested: pods=1, used: pods=0, limited: pods=0')
  })

  it('networkObject: pods reach the session\'s namespaces and DNS, and stand back for the task\'s own policies', () => {
    expect(networkObject(plan, 'serving')?.spec).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'podflight.dev/session': 's1' } } }] }] })
    expect(networkObject({ ...plan, networkPolicies: ['Ingress'] }, 'serving')?.spec).toMatchObject({ policyTypes: ['Egress'] })
  })
})

describe('a sandbox', () => {
  it('lends to a worker, lets the learner work, and leaves the cluster as it was', async () => {
    const before = pictureOf(base)
    const { cluster, connection, sandbox } = await make({ podSecurity: 'baseline' })
    expect([...sandbox.workers]).toEqual([['gpu-1', 'oracle-worker']])
    const lent = nodeOf(cluster, 'oracle-worker')
    expect(lent.metadata.labels).toMatchObject({ accelerator: 'a100', team: 'vision', 'topology.kubernetes.io/zone': 'z1' })
    expect([lent.spec?.taints, lent.status?.allocatable?.['nvidia.com/gpu']]).toEqual([[{ key: 'gpu', value: 'true', effect: 'NoSchedule' }], '4'])
    const tolerations = [{ key: 'gpu', operator: 'Exists' }]
    await connection.send(core('pods', { verb: 'create', namespace: 'serving', body: pod('a', { tolerations, containers: [{ name: 'a', image: 'x', resources: { limits: { 'nvidia.com/gpu': '1' } } }] }) }), 'learner')
    await connection.send(core('nodes', { verb: 'patch', name: 'oracle-worker', contentType: 'application/strategic-merge-patch+json', body: { metadata: { labels: { mine: 'yes', team: null } }, spec: { unschedulable: true, taints: [{ key: 'x', effect: 'NoSchedule' }] } } }), 'learner')
    await connection.send(priority({ body: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 10 } as KubeObject }), 'learner')
    cluster.advanceTo(cluster.nowMs + 10_000)
    expect(await sandbox.remove(silent)).toEqual([])
    expect(await sandbox.remove(silent)).toEqual([])
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(pictureOf(cluster)).toEqual(before)
  })

  it('tells each step', async () => {
    const told: Progress[] = []
    const connection = new LocalConnection(base.fork())
    const sandbox = new KindSandbox(connection, plan, limits)
    await sandbox.create((progress) => told.push(progress))
    expect(told.map(({ phase, text }) => `${phase}: ${text}`)).toEqual([
      'preflight: Look whether the cluster has room for the task', 'create: Create namespaces serving, data', 'create: Create rights, limits and network policies', 'create: Lend what node gpu-1 has to node oracle-worker',
    ])
  })

  it('that is there keeps a second one from borrowing the same node', async () => {
    const { connection } = await make()
    const second = new KindSandbox(connection, { ...plan, session: 's2', namespaces: ['other'] }, limits)
    await expect(second.create(silent)).rejects.toThrow('node oracle-worker is still lent to session s1. Remove what that session left first')
  })
})

describe('clean-up', () => {
  const stuck = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stuck', finalizers: ['example.com/stay'] } } as KubeObject

  it('takes finalizers from objects of its own namespaces, and from those outside that bear its label', async () => {
    const { cluster, sandbox } = await make()
    cluster.request({ ...core('configmaps', { verb: 'create', namespace: 'serving', body: stuck }), user: adminUser })
    cluster.request({ ...priority({ body: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high', finalizers: ['example.com/stay'], labels: { 'podflight.dev/session': 's1' } }, value: 10 } as KubeObject }), user: adminUser })
    expect(await sandbox.remove(silent)).toEqual([])
    expect(pictureOf(cluster)[2]).toEqual(pictureOf(base)[2])
  })

  it('says which namespace does not go, and why', async () => {
    const holds: Fault = ({ verb, resource }) => (verb === 'patch' && resource === 'configmaps' ? unreachable : undefined)
    const { cluster, sandbox } = await make({}, holds)
    cluster.request({ ...core('configmaps', { verb: 'create', namespace: 'serving', body: stuck }), user: adminUser })
    const [left, ...more] = await sandbox.remove(silent)
    expect(more).toEqual([])
    expect(left).toMatch(/^namespace serving is still being deleted: .*Some content in the namespace has finalizers remaining: example.com\/stay in 1 resource instances/)
  })

  it('says what a webhook of somebody protects', async () => {
    const message = 'admission webhook "protect.example.com" denied the request: ask the platform team'
    const protects: Fault = ({ verb, resource, name }) => (verb === 'delete' && resource === 'namespaces' && name === 'serving' ? { code: 403, body: { kind: 'Status', status: 'Failure', message, code: 403 }, warnings: [] } : undefined)
    const { sandbox } = await make({}, protects)
    expect(await sandbox.remove(silent)).toEqual([`namespaces serving: ${message}`])
  })

  it('says what comes back', async () => {
    const again = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high', labels: { 'podflight.dev/session': 's1' } }, value: 10 } as KubeObject
    let cluster: Cluster | undefined
    const comesBack: Fault = ({ verb, resource }) => {
      if (verb === 'list' && resource === 'priorityclasses') cluster?.request({ ...priority({ body: again }), user: adminUser })
      return undefined
    }
    const made = await make({}, comesBack)
    cluster = made.cluster
    expect(await made.sandbox.remove(silent)).toEqual(['priorityclasses high comes back or does not go'])
  })

  it('refuseForeignRemoval: leaves a namespace alone that only has the name of the sandbox', async () => {
    const cluster = base.fork()
    for (const [resource, kind, name, namespace] of [['namespaces', 'Namespace', 'podflight-s1'], ['serviceaccounts', 'ServiceAccount', 'podflight-learner', 'podflight-s1']] as const) cluster.request({ ...core(resource, { verb: 'create', ...(namespace === undefined ? {} : { namespace }), body: { apiVersion: 'v1', kind, metadata: { name } } as KubeObject }), user: adminUser })
    cluster.advanceTo(cluster.nowMs + 5000)
    const before = pictureOf(cluster)
    const sandbox = new KindSandbox(new LocalConnection(cluster), plan, limits)
    await expect(sandbox.create(silent)).rejects.toThrow('namespace podflight-s1 exists and is not Podflight\'s')
    expect(await sandbox.remove(silent)).toEqual(['serviceaccounts podflight-learner does not bear the label of session s1'])
    expect(pictureOf(cluster)).toEqual(before)
  })

  it('refuseForeignRemoval: removes nothing that a broken list of the server brings', async () => {
    const foreign: Fault = ({ verb, resource }) => (verb === 'list' && resource === 'priorityclasses' ? { code: 200, body: { items: [{ metadata: { name: 'system-node-critical', uid: 'u' } }] }, warnings: [] } : undefined)
    const { cluster, sandbox, connection } = await make({}, foreign)
    expect(await sandbox.remove(silent)).toEqual(['priorityclasses system-node-critical does not bear the label of session s1'])
    expect(connection.sent).not.toContain('delete priorityclasses/system-node-critical')
    expect(pictureOf(cluster)[2]).toEqual(pictureOf(base)[2])
  })

  it('leaves a node alone whose memory of the loan is damaged, and says what to do', async () => {
    const { cluster, sandbox } = await make()
    cluster.request({ ...core('nodes', { verb: 'patch', name: 'oracle-worker', contentType: 'application/merge-patch+json', body: { metadata: { annotations: { 'podflight.dev/loan': '{"labels": 1}' } } } }), user: adminUser })
    expect(await sandbox.remove(silent)).toEqual(['node oracle-worker: what it was like before the loan cannot be read from its annotation podflight.dev/loan; set its labels and taints by hand and remove the annotation and the label podflight.dev/session'])
  })

  it('goes on with the rest when one part cannot be read', async () => {
    const broken: Fault = ({ verb, resource }) => (verb === 'list' && resource === 'priorityclasses' ? { code: 500, body: { message: 'etcdserver: request timed out' }, warnings: [] } : undefined)
    const { sandbox } = await make({}, broken)
    expect(await sandbox.remove(silent)).toEqual(['objects outside namespaces may be left: etcdserver: request timed out'])
  })
})

class Killed extends Error {}

describe('a run that ends in the middle', () => {
  it('because the cluster is gone says so, and is cleaned up when it is back', async () => {
    let isGone = false
    const { connection, cluster, sandbox } = await make({}, () => (isGone ? unreachable : undefined))
    isGone = true
    const left = await sandbox.remove(silent)
    expect(left).toEqual(['the learner’s rights', 'loans of nodes', 'objects outside namespaces', 'namespaces'].map((what) => `${what} may be left: cannot reach the cluster of context kind-oracle: nothing listens there. Is the cluster running?`))
    isGone = false
    const [found, ...more] = await findLeftovers(connection)
    expect(more).toEqual([])
    expect(found).toMatchObject({ session: 's1', task: 'place-on-gpu', isRunning: false })
    expect(found?.things).toEqual(expect.arrayContaining(['namespaces serving', 'namespaces podflight-s1', 'nodes oracle-worker', 'clusterroles podflight-s1']))
    expect(await removeLeftover(connection, found!, silent, limits)).toEqual([])
    expect(await findLeftovers(connection)).toEqual([])
    cluster.advanceTo(cluster.nowMs + 5000)
    expect(pictureOf(cluster)).toEqual(pictureOf(base))
  })

  /** Runs until request `count` is about to be sent. @returns false when the run was over before */
  async function runUntil(count: number, cluster: Cluster): Promise<boolean> {
    const dying = new LocalConnection(cluster, (_request, _as, sent) => {
      if (sent >= count) throw new Killed()
      return undefined
    })
    const sandbox = new KindSandbox(dying, plan, limits)
    try {
      await sandbox.create(silent)
      await sandbox.remove(silent)
      return true
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      return false
    }
  }

  it('by kill -9 before any of its requests leaves nothing behind after recovery', async () => {
    const before = pictureOf(base)
    let isOver = false
    // Every third one: all of them are tried against a real API server.
    for (let count = 1; !isOver; count += 3) {
      const cluster = base.fork()
      isOver = await runUntil(count, cluster)
      const connection = new LocalConnection(cluster)
      for (const leftover of await findLeftovers(connection)) expect([count, await removeLeftover(connection, leftover, silent, limits)]).toEqual([count, []])
      cluster.advanceTo(cluster.nowMs + 5000)
      expect([count, pictureOf(cluster)]).toEqual([count, before])
    }
  }, 60_000)
})
