/**
 * Removes what a session made or borrowed. The labels on the cluster are the only memory: it works the same after a kill,
 * may be called again and again, and never touches what does not bear the label.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { ApiAnswer, KubeList, KubeObject } from '../../../simulator/index.ts'
import { BridgeError } from './contract.ts'
import type { BridgeRequest, KindConnection, Report } from './contract.ts'
import { messageOf } from './connection.ts'
import { declarableKinds, namespacedKinds } from './guard/course-kinds.ts'
import { sandboxNames } from './guard/names.ts'
import { takeLoansBack } from './node-loans.ts'
import { homeNamespace, learnerAccount } from './sandbox-objects.ts'

/** How long is waited for what controllers do by themselves, in real ms. */
export interface SandboxLimits {
  /** Until namespaces and rights are ready. */
  readonly readyMsMax: number
  /** Until namespaces are gone. */
  readonly goneMsMax: number
  readonly pollMs: number
}
export const usualLimits: SandboxLimits = { readyMsMax: 20_000, goneMsMax: 90_000, pollMs: 200 }
/** Objects that come back are removed again this often. */
const roundsMax = 3

type Kind = Pick<BridgeRequest, 'group' | 'version' | 'resource'>
const namespaces: Kind = { group: '', version: 'v1', resource: 'namespaces' }
/** Versions of groups other than v1. */
const versions: { readonly [group: string]: string | undefined } = { autoscaling: 'v2', 'metrics.k8s.io': 'v1beta1' }

/** Kinds outside namespaces that a session may have made, rights first. */
export const clusterKinds: readonly Kind[] = declarableKinds.filter(({ verbs }) => verbs.includes('create')).toReversed().map(({ group, resource }) => ({ group, version: 'v1', resource }))

/** Keeps clean-up from touching what is not the session's: every object is looked at once more before it is removed. */
export function refuseForeignRemoval(object: KubeObject, session: string): string | undefined {
  const owner = object.metadata.labels?.[sandboxNames.sessionLabel]
  return owner === session ? undefined : `${object.kind} ${object.metadata.name} does not bear the label of session ${session}`
}

/** Objects of a kind with a label of a session, or of any. @throws BridgeError when they cannot be read */
export async function listLabelled(connection: KindConnection, kind: Kind, session?: string): Promise<readonly KubeObject[]> {
  const labelSelector = session === undefined ? sandboxNames.sessionLabel : `${sandboxNames.sessionLabel}=${session}`
  const answer = await connection.send({ ...kind, verb: 'list', query: { labelSelector } }, 'owner')
  // A kind that this cluster does not serve has no objects.
  if (answer.code === 404) return []
  if (answer.code !== 200) throw new BridgeError(messageOf(answer))
  return (answer.body as KubeList).items
}

function isGone(answer: ApiAnswer): boolean {
  return answer.code < 300 || answer.code === 404 || answer.code === 409
}

/** Deletes one object if it is still the one that was read. @returns why it could not, in words */
async function removeObject(connection: KindConnection, kind: Kind & { readonly namespace?: string }, object: KubeObject, session: string): Promise<string | undefined> {
  const { name = '', uid = '' } = object.metadata
  const refusal = refuseForeignRemoval({ ...object, kind: kind.resource }, session)
  if (refusal !== undefined) return refusal
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } }
  const answer = await connection.send({ ...kind, verb: 'delete', name, body }, 'owner')
  return isGone(answer) ? undefined : `${kind.resource} ${name}: ${messageOf(answer)}`
}

/** Deletes the learner's service account: its token ends with it, so that nothing of the learner's side comes back. */
async function removeAccount(connection: KindConnection, session: string): Promise<readonly string[]> {
  const place = { group: '', version: 'v1', resource: 'serviceaccounts', namespace: homeNamespace(session) }
  const answer = await connection.send({ ...place, verb: 'get', name: learnerAccount }, 'owner')
  if (answer.code === 404) return []
  if (answer.code !== 200) throw new BridgeError(messageOf(answer))
  const failure = await removeObject(connection, place, answer.body as KubeObject, session)
  return failure === undefined ? [] : [failure]
}

async function stripFinalizers(connection: KindConnection, kind: Kind, object: KubeObject, namespace?: string): Promise<void> {
  const place = namespace === undefined ? {} : { namespace }
  await connection.send({ ...kind, ...place, verb: 'patch', name: object.metadata.name ?? '', contentType: 'application/merge-patch+json', body: { metadata: { uid: object.metadata.uid ?? '', finalizers: null } } }, 'owner')
}

/** Removes labelled objects outside namespaces, also those that come back or hold on with finalizers. @returns what is left, in words */
async function removeClusterObjects(connection: KindConnection, session: string, limits: SandboxLimits): Promise<readonly string[]> {
  const left: string[] = []
  for (const kind of clusterKinds) {
    const failures = new Map<string, string>()
    let objects = await listLabelled(connection, kind, session)
    for (let round = 1; objects.length > 0 && round <= roundsMax; round++) {
      failures.clear()
      for (const object of objects) {
        const failure = await removeObject(connection, kind, object, session)
        if (failure !== undefined) failures.set(object.metadata.name ?? '', failure)
        else if ((object.metadata.finalizers?.length ?? 0) > 0) await stripFinalizers(connection, kind, object)
      }
      objects = await listLabelled(connection, kind, session)
      if (objects.length > 0 && round < roundsMax) await delay(limits.pollMs)
    }
    left.push(...objects.map(({ metadata: { name = '' } }) => failures.get(name) ?? `${kind.resource} ${name} comes back or does not go`))
  }
  return left
}

/** Kinds in namespaces whose objects can hold a namespace back. */
const holdingKinds: readonly Kind[] = namespacedKinds.filter(({ verbs, group }) => verbs.includes('delete') && group !== 'metrics.k8s.io').map(({ group, resource }) => ({ group, version: versions[group] ?? 'v1', resource }))

type NamespaceStatus = { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[] }

function conditionsOf(namespace: KubeObject): string {
  const conditions = (namespace.status as NamespaceStatus | undefined)?.conditions ?? []
  return conditions.filter(({ status, type }) => status === 'True' && type.startsWith('Namespace')).map(({ message = '' }) => message).join('; ')
}

/** Takes finalizers from the objects of a namespace of the session that is being deleted. */
async function freeNamespace(connection: KindConnection, namespace: string): Promise<void> {
  for (const kind of holdingKinds) {
    const answer = await connection.send({ ...kind, verb: 'list', namespace }, 'owner')
    if (answer.code !== 200) continue
    for (const object of (answer.body as KubeList).items) {
      if (object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers?.length ?? 0) > 0) await stripFinalizers(connection, kind, object, namespace)
    }
  }
}

function stuckWords(namespace: KubeObject): string {
  const conditions = conditionsOf(namespace)
  return `namespace ${namespace.metadata.name} is still being deleted${conditions === '' ? '' : `: ${conditions}`}`
}

/** Kinds that make pods anew. */
const podMakers: readonly Kind[] = [
  { group: 'apps', version: 'v1', resource: 'deployments' }, { group: 'apps', version: 'v1', resource: 'statefulsets' }, { group: 'apps', version: 'v1', resource: 'daemonsets' },
  { group: 'apps', version: 'v1', resource: 'replicasets' }, { group: 'batch', version: 'v1', resource: 'cronjobs' }, { group: 'batch', version: 'v1', resource: 'jobs' }, { group: '', version: 'v1', resource: 'replicationcontrollers' },
]

/** Ends the pods of a namespace of the session at once: the namespace controller would give them their grace periods, and look again long after. */
async function endPods(connection: KindConnection, namespace: string): Promise<void> {
  const remove = (kind: Kind, options: object): Promise<ApiAnswer> => connection.send({ ...kind, verb: 'deletecollection', namespace, body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } }, 'owner')
  await Promise.all(podMakers.map((kind) => remove(kind, { propagationPolicy: 'Background' })))
  await remove({ group: '', version: 'v1', resource: 'pods' }, { gracePeriodSeconds: 0 })
}

/** Deletes labelled namespaces and waits until they are gone. @returns what is left, in words */
async function removeNamespaces(connection: KindConnection, session: string, limits: SandboxLimits): Promise<readonly string[]> {
  const failures = new Map<string, string>()
  for (let waitedMs = 0, round = 0; ; waitedMs += limits.pollMs, round++) {
    const present = await listLabelled(connection, namespaces, session)
    if (present.length === 0) return []
    if (waitedMs >= limits.goneMsMax) return present.map((namespace) => failures.get(namespace.metadata.name ?? '') ?? stuckWords(namespace))
    for (const namespace of present) {
      const name = namespace.metadata.name ?? ''
      if (namespace.metadata.deletionTimestamp === undefined) {
        if (round === 0 && refuseForeignRemoval({ ...namespace, kind: 'namespaces' }, session) === undefined) await endPods(connection, name)
        const failure = await removeObject(connection, namespaces, namespace, session)
        if (failure === undefined) failures.delete(name)
        else failures.set(name, failure)
        // Nobody needs the pods to end gently; no new ones come in a namespace that ends.
        if (failure === undefined) await connection.send({ group: '', version: 'v1', resource: 'pods', verb: 'deletecollection', namespace: name, body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 1 } }, 'owner')
      } else if (round % 4 === 3 && /finalizers? remaining/.test(conditionsOf(namespace))) await freeNamespace(connection, name)
    }
    // Refused deletions are not worth the whole wait.
    if (failures.size === present.length && round >= roundsMax) return [...failures.values()]
    await delay(limits.pollMs)
  }
}

/** Runs one part; what it cannot reach is told and does not keep the others from being tried. */
async function part(left: string[], what: string, work: () => Promise<readonly string[]>): Promise<void> {
  try {
    left.push(...(await work()))
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    left.push(`${what} may be left: ${error.message}`)
  }
}

/**
 * Removes all that bears a session's label and takes its loans back.
 * @returns what is left, in words; empty when the cluster is as it was. Never throws for what the cluster refuses
 */
export async function removeSession(connection: KindConnection, session: string, report: Report, limits: SandboxLimits = usualLimits): Promise<readonly string[]> {
  const left: string[] = []
  const tell = (text: string): void => report({ phase: 'clean-up', text })
  tell('Take the learner’s rights away')
  await part(left, 'the learner’s rights', () => removeAccount(connection, session))
  tell('Take back what was lent to nodes')
  await part(left, 'loans of nodes', () => takeLoansBack(connection, session))
  tell('Remove objects outside namespaces')
  await part(left, 'objects outside namespaces', () => removeClusterObjects(connection, session, limits))
  tell('Remove namespaces and wait until they are gone')
  await part(left, 'namespaces', () => removeNamespaces(connection, session, limits))
  return left
}
