/**
 * What a task's nodes have and real workers lack is lent to the workers: labels, taints, extended resources. What was there
 * before is written on the node in the same request as the first change, so that any later start can take the loan back.
 */

import { isJsonObject } from '../../../simulator/kernel/json.ts'
import type { KubeList, Node, StringMap, Taint } from '../../../simulator/index.ts'
import { BridgeError } from './contract.ts'
import type { KindConnection, NodeLoan, SandboxPlan } from './contract.ts'
import { messageOf } from './connection.ts'
import { firstRefusal } from './guard/guard.ts'
import { sandboxNames } from './guard/names.ts'
import { workersOf } from './guard/nodes.ts'

/** What a node was like before: null for what it did not have. */
interface Before {
  readonly labels: { readonly [label: string]: string | null }
  readonly taints: readonly Taint[]
  readonly unschedulable: boolean
  readonly resources: { readonly [resource: string]: { readonly capacity: string | null; readonly allocatable: string | null } }
}

const nodes = { group: '', version: 'v1', resource: 'nodes' } as const
const mergePatch = 'application/merge-patch+json'
/** Labels that say what a node is. Lending them would take the node away from what depends on them. */
const identityLabels: readonly string[] = ['kubernetes.io/hostname', 'kubernetes.io/os', 'kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/arch', 'node-role.kubernetes.io/control-plane']
/** Taints of the node lifecycle, which come and go by themselves. */
const lifecycleTaint = 'node.kubernetes.io/'
const patchTriesMax = 5

/** Keeps out loans that change what a node is, or what its kubelet counts itself. */
export function refuseLoan({ node, labels, resources }: NodeLoan): string | undefined {
  const label = Object.keys(labels).find((each) => identityLabels.includes(each) || each.startsWith(sandboxNames.ownPrefix))
  if (label !== undefined) return `label ${label} of node ${node} cannot be lent to a real node`
  const resource = Object.keys(resources).find((each) => !each.includes('/') || each.split('/')[0]!.endsWith('kubernetes.io'))
  return resource === undefined ? undefined : `resource ${resource} of node ${node} cannot be lent to a real node: only extended resources can`
}

async function listNodes(connection: KindConnection, labelSelector?: string): Promise<readonly Node[]> {
  const answer = await connection.send({ ...nodes, verb: 'list', ...(labelSelector === undefined ? {} : { query: { labelSelector } }) }, 'owner')
  if (answer.code !== 200) throw new BridgeError(messageOf(answer))
  return (answer.body as KubeList<Node>).items
}

/** Chooses a worker for each loan. Nothing is changed. @throws BridgeError when there are too few, or one is lent already */
export async function chooseWorkers(connection: KindConnection, plan: SandboxPlan): Promise<ReadonlyMap<string, string>> {
  if (plan.loans.length === 0) return new Map()
  for (const loan of plan.loans) {
    const refusal = firstRefusal([refuseLoan], loan)
    if (refusal !== undefined) throw new BridgeError(refusal)
  }
  const workers = workersOf(await listNodes(connection))
  const lent = workers.find((node) => node.metadata.annotations?.[sandboxNames.loanAnnotation] !== undefined || node.metadata.labels?.[sandboxNames.sessionLabel] !== undefined)
  if (lent !== undefined) throw new BridgeError(`node ${lent.metadata.name} is still lent to session ${lent.metadata.labels?.[sandboxNames.sessionLabel] ?? 'of an earlier run'}. Remove what that session left first`)
  if (workers.length < plan.loans.length) throw new BridgeError(`the task needs ${plan.loans.length} workers and the cluster has ${workers.length}`)
  return new Map(plan.loans.map(({ node }, index) => [node, workers[index]!.metadata.name ?? '']))
}

function isOwners(label: string): boolean {
  return !/(^|\.)(kubernetes|k8s)\.io\//.test(label) && !label.startsWith(sandboxNames.ownPrefix)
}

function beforeOf(node: Node, loan: NodeLoan): Before {
  const present = node.metadata.labels ?? {}
  const keys = [...new Set([...Object.keys(present).filter(isOwners), ...Object.keys(loan.labels)])]
  return {
    labels: Object.fromEntries(keys.map((key) => [key, present[key] ?? null])),
    taints: (node.spec?.taints ?? []).filter(({ key }) => !key.startsWith(lifecycleTaint)), unschedulable: node.spec?.unschedulable === true,
    resources: Object.fromEntries(Object.keys(loan.resources).map((name) => [name, { capacity: node.status?.capacity?.[name] ?? null, allocatable: node.status?.allocatable?.[name] ?? null }])),
  }
}

async function getNode(connection: KindConnection, name: string): Promise<Node | undefined> {
  const answer = await connection.send({ ...nodes, verb: 'get', name }, 'owner')
  if (answer.code === 404) return undefined
  if (answer.code !== 200) throw new BridgeError(messageOf(answer))
  return answer.body as Node
}

/** Patches a node as it was read; read again and tried again when somebody was faster. @throws BridgeError */
async function patchNode(connection: KindConnection, name: string, patchOf: (node: Node) => object | undefined): Promise<void> {
  for (let tries = 1; ; tries++) {
    const node = await getNode(connection, name)
    const patch = node === undefined ? undefined : patchOf(node)
    if (node === undefined || patch === undefined) return
    const { metadata = {}, ...rest } = patch as { metadata?: object }
    const body = { ...rest, metadata: { ...metadata, resourceVersion: node.metadata.resourceVersion ?? '' } }
    const answer = await connection.send({ ...nodes, verb: 'patch', name, body: body as never, contentType: mergePatch }, 'owner')
    if (answer.code === 200) return
    if (answer.code !== 409 || tries >= patchTriesMax) throw new BridgeError(messageOf(answer))
  }
}

async function patchResources(connection: KindConnection, name: string, capacity: { readonly [resource: string]: string | null }, allocatable: { readonly [resource: string]: string | null }): Promise<void> {
  const answer = await connection.send({ ...nodes, verb: 'patch', name, subresource: 'status', body: { status: { capacity, allocatable } }, contentType: mergePatch }, 'owner')
  if (answer.code !== 200 && answer.code !== 404) throw new BridgeError(messageOf(answer))
}

function lentTaints(node: Node, loan: NodeLoan): readonly Taint[] {
  const isSame = (a: { key: string; effect: string }, b: { key: string; effect: string }): boolean => a.key === b.key && a.effect === b.effect
  return [...(node.spec?.taints ?? []).filter((taint) => !loan.taints.some((lent) => isSame(taint, lent))), ...loan.taints as readonly Taint[]]
}

/** Lends to a worker. @throws BridgeError */
export async function lend(connection: KindConnection, session: string, loan: NodeLoan, worker: string): Promise<void> {
  await patchNode(connection, worker, (node) => ({
    metadata: { labels: { ...loan.labels, [sandboxNames.sessionLabel]: session }, annotations: { [sandboxNames.loanAnnotation]: JSON.stringify(beforeOf(node, loan)) } },
    spec: { taints: lentTaints(node, loan) },
  }))
  // The kubelet takes over extended resources of the capacity as allocatable ones, but not at once.
  if (Object.keys(loan.resources).length > 0) await patchResources(connection, worker, loan.resources, loan.resources)
}

function parsedBefore(text: string | undefined): Before | undefined {
  try {
    const value = JSON.parse(text ?? '') as unknown
    const isBefore = isJsonObject(value) && isJsonObject(value['labels']) && Array.isArray(value['taints']) && isJsonObject(value['resources'])
    return isBefore ? value as unknown as Before : undefined
  } catch {
    return undefined
  }
}

function restored(node: Node, before: Before): object {
  const present = node.metadata.labels ?? {}
  const added = Object.keys(present).filter((key) => isOwners(key) && before.labels[key] === undefined)
  const labels: { [label: string]: string | null } = { ...Object.fromEntries(added.map((key) => [key, null])), ...before.labels, [sandboxNames.sessionLabel]: null }
  const taints = [...before.taints, ...(node.spec?.taints ?? []).filter(({ key }) => key.startsWith(lifecycleTaint) && (key !== `${lifecycleTaint}unschedulable` || before.unschedulable))]
  return { metadata: { labels, annotations: { [sandboxNames.loanAnnotation]: null } }, spec: { taints: taints.length === 0 ? null : taints, unschedulable: before.unschedulable ? true : null } }
}

/** Takes back what was lent to a node; the label goes last, so that an interrupted one is found again. @returns what could not be done, in words */
async function takeBackNode(connection: KindConnection, name: string): Promise<readonly string[]> {
  const node = await getNode(connection, name)
  const annotation = node?.metadata.annotations?.[sandboxNames.loanAnnotation]
  const before = parsedBefore(annotation)
  if (node !== undefined && before === undefined) return [`node ${name}: what it was like before the loan cannot be read from its annotation ${sandboxNames.loanAnnotation}; set its labels and taints by hand and remove the annotation and the label ${sandboxNames.sessionLabel}`]
  if (before === undefined) return []
  const pick = (part: 'capacity' | 'allocatable'): StringMap => Object.fromEntries(Object.entries(before.resources).map(([resource, values]) => [resource, values[part]])) as StringMap
  if (Object.keys(before.resources).length > 0) await patchResources(connection, name, pick('capacity'), pick('allocatable'))
  await patchNode(connection, name, (current) => restored(current, before))
  return []
}

/** Takes back the loans of a session from all nodes that bear its label. @returns what is left, in words */
export async function takeLoansBack(connection: KindConnection, session: string): Promise<readonly string[]> {
  const left: string[] = []
  for (const node of await listNodes(connection, `${sandboxNames.sessionLabel}=${session}`)) {
    const name = node.metadata.name ?? ''
    try {
      left.push(...(await takeBackNode(connection, name)))
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error
      left.push(`node ${name} is still lent: ${error.message}`)
    }
  }
  return left
}
