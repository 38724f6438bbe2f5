/** The namespaces, rights, limits and loans of one grading on a real cluster. */

import { setTimeout as delay } from 'node:timers/promises'
import type { KubeObject } from '../../../simulator/index.ts'
import { messageOf } from './connection.ts'
import { removeSession, usualLimits } from './clean-up.ts'
import type { SandboxLimits } from './clean-up.ts'
import { BridgeError } from './contract.ts'
import type { BridgeRequest, KindConnection, Report, Sandbox, SandboxPlan } from './contract.ts'
import { declarableKinds, rowOf } from './guard/course-kinds.ts'
import { firstRefusal } from './guard/guard.ts'
import type { Guard } from './guard/guard.ts'
import { sandboxNames } from './guard/names.ts'
import { chooseWorkers, lend } from './node-loans.ts'
import { accountObject, clusterRoleObjects, homeNamespace, learnerAccount, namespaceObject, networkObject, quotaName, quotaObject, roleObjects } from './sandbox-objects.ts'

const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const sessionPattern = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/
/** Annotation of the sandbox's own namespace: the process that grades, so that a later start tells leftovers from work. */
export const processAnnotation = `${sandboxNames.ownPrefix}process`

/** Keeps out session names that could not be a label, or would select more than one session. */
export function refuseSessionName({ session }: SandboxPlan): string | undefined {
  return sessionPattern.test(session) ? undefined : `${JSON.stringify(session)} cannot be the name of a session`
}

/** Keeps out namespaces of the system and names that are none. */
export function refuseSystemNamespace({ namespaces }: SandboxPlan): string | undefined {
  const wrong = namespaces.find((name) => !namePattern.test(name) || name.length > 63 || name === 'default' || name.startsWith('kube-') || name === 'local-path-storage' || name.startsWith(sandboxNames.prefix))
  if (namespaces.length === 0) return 'the task has no namespace of its own, so it cannot be kept apart on a real cluster'
  return wrong === undefined ? undefined : `namespace ${wrong} is not one that a task may have on a real cluster`
}

/** Keeps out access to kinds outside namespaces that no task may change on a real cluster. */
export function refuseDeclaredAccess({ access }: SandboxPlan): string | undefined {
  const reads: readonly string[] = ['get', 'list', 'watch']
  const wrong = access.find((each) => each.verbs.some((verb) => !reads.includes(verb) && rowOf(declarableKinds, each)?.verbs.some((given) => given === verb) !== true))
  return wrong === undefined ? undefined : `the task declares to change ${wrong.group === '' ? wrong.resource : `${wrong.resource}.${wrong.group}`} (${wrong.verbs.join(', ')}), which no task may do on a real cluster`
}

/** Keeps out namespaces that somebody else has: they are never touched. */
export function refuseTakenNamespace(name: string, found: KubeObject | undefined): string | undefined {
  if (found === undefined) return undefined
  const session = found.metadata.labels?.[sandboxNames.sessionLabel]
  if (session === undefined) return `namespace ${name} exists and is not Podflight's. The task needs it: choose another cluster, or delete the namespace yourself`
  return `namespace ${name} is left of session ${session}. Remove what that session left first`
}

const planGuards: readonly Guard<[SandboxPlan]>[] = [refuseSessionName, refuseSystemNamespace, refuseDeclaredAccess]

const kinds: { readonly [kind: string]: Pick<BridgeRequest, 'group' | 'version' | 'resource'> } = {
  Namespace: { group: '', version: 'v1', resource: 'namespaces' },
  ServiceAccount: { group: '', version: 'v1', resource: 'serviceaccounts' },
  ResourceQuota: { group: '', version: 'v1', resource: 'resourcequotas' },
  NetworkPolicy: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
  Role: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'roles' },
  RoleBinding: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'rolebindings' },
  ClusterRole: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' },
  ClusterRoleBinding: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' },
}

/** A sandbox on a cluster. Nothing is created before `create`. */
export class KindSandbox implements Sandbox {
  readonly plan: SandboxPlan
  private readonly connection: KindConnection
  private readonly limits: SandboxLimits
  private lent: ReadonlyMap<string, string> = new Map()

  constructor(connection: KindConnection, plan: SandboxPlan, limits = usualLimits) {
    this.connection = connection
    this.plan = plan
    this.limits = limits
  }

  get workers(): ReadonlyMap<string, string> {
    return this.lent
  }

  async create(report: Report): Promise<void> {
    const { plan } = this
    report({ phase: 'preflight', text: 'Look whether the cluster has room for the task' })
    const refusal = firstRefusal(planGuards, plan)
    if (refusal !== undefined) throw new BridgeError(refusal)
    await Promise.all([...plan.namespaces, homeNamespace(plan.session)].map((name) => this.checkFree(name)))
    this.lent = await chooseWorkers(this.connection, plan)
    report({ phase: 'create', text: `Create namespaces ${plan.namespaces.join(', ')}` })
    await this.createNamespaces()
    report({ phase: 'create', text: 'Create rights, limits and network policies' })
    await this.createRights()
    for (const loan of plan.loans) {
      const worker = this.lent.get(loan.node) ?? ''
      report({ phase: 'create', text: `Lend what node ${loan.node} has to node ${worker}` })
      await lend(this.connection, plan.session, loan, worker)
    }
    await this.waitForControllers()
    await this.takeToken()
    await this.waitForRights()
  }

  remove(report: Report): Promise<readonly string[]> {
    return removeSession(this.connection, this.plan.session, report, this.limits)
  }

  private async checkFree(name: string): Promise<void> {
    const answer = await this.connection.send({ ...kinds['Namespace']!, verb: 'get', name }, 'owner')
    if (answer.code !== 200 && answer.code !== 404) throw new BridgeError(messageOf(answer))
    const refusal = refuseTakenNamespace(name, answer.code === 404 ? undefined : answer.body as KubeObject)
    if (refusal !== undefined) throw new BridgeError(refusal)
  }

  private async createObject(object: KubeObject): Promise<void> {
    const { namespace } = object.metadata
    const request = { ...kinds[object.kind]!, verb: 'create' as const, body: object, ...(namespace === undefined ? {} : { namespace }) }
    const answer = await this.connection.send(request, 'owner')
    if (answer.code >= 300) throw new BridgeError(`cannot create ${object.kind} ${object.metadata.name}: ${messageOf(answer)}`)
  }

  private async createNamespaces(): Promise<void> {
    const { plan } = this
    // The sandbox's own namespace first: with it, a later start can tell whose the others are.
    await this.createObject(namespaceObject(plan, homeNamespace(plan.session), 'restricted', { [processAnnotation]: String(process.pid) }))
    await Promise.all(plan.namespaces.map((name) => this.createObject(namespaceObject(plan, name, plan.podSecurity))))
  }

  private async createRights(): Promise<void> {
    const { plan } = this
    const home = homeNamespace(plan.session)
    const policies = plan.namespaces.map((name) => networkObject(plan, name)).filter((policy) => policy !== undefined)
    const limits = [home, ...plan.namespaces].map((name) => quotaObject(plan, name))
    await Promise.all([accountObject(plan), ...policies, ...limits].map((object) => this.createObject(object)))
    const workers = [...this.lent.values()]
    await Promise.all([...plan.namespaces.flatMap((name) => roleObjects(plan, name)), ...clusterRoleObjects(plan, workers)].map((object) => this.createObject(object)))
  }

  private async poll(what: string, isReady: () => Promise<boolean>): Promise<void> {
    const { readyMsMax, pollMs } = this.limits
    for (let waitedMs = 0; !(await isReady()); waitedMs += pollMs) {
      if (waitedMs > readyMsMax) throw new BridgeError(`${what} within ${readyMsMax / 1000} s. Are the controllers of the cluster running?`)
      await delay(pollMs)
    }
  }

  /** Pods need the default service account, and all objects a counted quota; controllers see to both. */
  private async waitForControllers(): Promise<void> {
    const read = (kind: string, namespace: string, name: string): Promise<KubeObject | undefined> => this.connection.send({ ...kinds[kind]!, verb: 'get', namespace, name }, 'owner').then(({ code, body }) => (code === 200 ? body as KubeObject : undefined))
    const hasAccount = async (namespace: string): Promise<boolean> => (await read('ServiceAccount', namespace, 'default')) !== undefined
    const isCounted = async (namespace: string): Promise<boolean> => ((await read('ResourceQuota', namespace, quotaName))?.status as { readonly hard?: object } | undefined)?.hard !== undefined
    await Promise.all(this.plan.namespaces.flatMap((name) => [
      this.poll(`namespace ${name} did not get its default service account`, () => hasAccount(name)),
      this.poll(`the quota of namespace ${name} was not counted`, () => isCounted(name)),
    ]))
  }

  private async takeToken(): Promise<void> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: sandboxNames.tokenSecondsMax } }
    const answer = await this.connection.send({ ...kinds['ServiceAccount']!, verb: 'create', namespace: homeNamespace(this.plan.session), name: learnerAccount, subresource: 'token', body }, 'owner')
    const token = (answer.body as { status?: { token?: string } } | null)?.status?.token
    if (answer.code >= 300 || token === undefined) throw new BridgeError(`cannot get a token for the learner's service account: ${messageOf(answer)}`)
    this.connection.useLearnerToken(token, this.plan)
  }

  /** Rights take a moment to be known to the API server. */
  private async waitForRights(): Promise<void> {
    const canList = (namespace: string): Promise<boolean> => this.connection.send({ group: '', version: 'v1', resource: 'pods', verb: 'list', namespace, query: { limit: 1 } }, 'learner').then(({ code }) => code === 200)
    const canRead = (): Promise<boolean> => this.connection.send({ group: '', version: 'v1', resource: 'nodes', verb: 'list', query: { limit: 1 } }, 'learner').then(({ code }) => code === 200)
    await Promise.all([...this.plan.namespaces.map((name) => this.poll(`the learner's rights in namespace ${name} did not become effective`, () => canList(name))), this.poll('the learner\'s rights to read did not become effective', canRead)])
  }
}
