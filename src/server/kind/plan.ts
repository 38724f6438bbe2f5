/** What grading a task on a real cluster will create there, from the task alone. */

import { randomBytes } from 'node:crypto'
import { parseAllDocuments } from 'yaml'
import type { ClusterDefinition, Library, Scenario, StartStep, Task } from '../../content/types.ts'
import { BridgeError } from './contract.ts'
import type { ImageTable, NodeLoan, SandboxPlan } from './contract.ts'
import { ImageMap } from './images/image-map.ts'
import { imagesFor } from './images/image-table.ts'

/** Resources that every node has and that nobody can lend. */
const ownResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage', 'pods'])
/** Namespaces of the cluster itself. */
const systemNamespaces: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'])

export interface PlanOptions {
  readonly task: Task
  readonly library: Library
  readonly session?: string
  readonly images?: ImageTable
  /** Everything that the attempt writes, to find the images that it names. */
  readonly attemptText?: string
}

/** What a task says about a real cluster; a task that says nothing gets the least. */
function needsOf(task: Task): Required<NonNullable<Task['kind']>> {
  return { podSecurity: 'restricted', access: [], loans: false, ...task.kind }
}

/** A name for a session, with which nothing of another one can be mistaken. */
export function newSession(): string {
  return `g${randomBytes(5).toString('hex')}`
}

/** The plan of a grading. @throws BridgeError for a task that cannot be graded on a real cluster */
export function planOf({ task, library, session = newSession(), images, attemptText = '' }: PlanOptions): SandboxPlan {
  if (task.realCluster === 'no') throw new BridgeError(`"${task.title}" cannot be graded on a real cluster: what it asks for needs simulated time or hardware`)
  const { podSecurity, access, loans } = needsOf(task)
  const definition = library.clusters.find(({ id }) => id === task.cluster)
  const text = [...task.start.flatMap((step) => ('apply' in step ? [step.apply] : [])), attemptText].join('\n')
  return {
    session, task: task.id, namespaces: namespacesOf(task), podSecurity, access,
    loans: loans && definition !== undefined ? definition.nodes.filter(isWorker).map(loanOf) : [],
    images: imagesIn(task, text, images),
  }
}

/** Namespaces that the start of a task brings, and the one that its learner begins in. */
export function namespacesOf(task: Pick<Scenario, 'start' | 'namespace'>): string[] {
  const names = new Set([task.namespace, ...task.start.flatMap(namespacesOfStep)])
  return [...names].filter((name) => !systemNamespaces.has(name))
}

function namespacesOfStep(step: StartStep): string[] {
  if ('kubectl' in step) {
    const match = /(?:^|\s)(?:-n\s*|--namespace[= ])([a-z0-9-]+)/.exec(step.kubectl)
    const created = /^create (?:namespace|ns) ([a-z0-9-]+)/.exec(step.kubectl)
    return [match?.[1], created?.[1]].filter((name) => name !== undefined)
  }
  if (!('apply' in step)) return []
  const documents = parseAllDocuments(step.apply)
  return (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const { kind, metadata } = (document.toJS() ?? {}) as { readonly kind?: string; readonly metadata?: { readonly name?: string; readonly namespace?: string } }
    return [kind === 'Namespace' ? metadata?.name : undefined, metadata?.namespace].filter((name) => name !== undefined)
  })
}

type DefinedNode = ClusterDefinition['nodes'][number]

function isWorker({ labels = {} }: DefinedNode): boolean {
  return !('node-role.kubernetes.io/control-plane' in labels)
}

function loanOf({ name, labels = {}, taints = [], resources }: DefinedNode): NodeLoan {
  return { node: name, labels, taints, resources: Object.fromEntries(Object.entries(resources).filter(([resource]) => !ownResources.has(resource))) }
}

function imagesIn(task: Task, text: string, table: ImageTable | undefined): { [image: string]: string } {
  const all = imagesFor(task, table)
  const map = new ImageMap(all)
  const used: { [image: string]: string } = {}
  for (const image of Object.keys(all)) {
    const reference = text.includes(image) ? map.referenceOf(image) : undefined
    if (reference !== undefined) used[image] = reference
  }
  return used
}
