/** Which nodes of a cluster run containers: those of KWOK only say that they do. */

import type { KubeList, Node, Pod } from '../../../../simulator/index.ts'
import type { KindDoor } from '../contract.ts'

const fakeAnnotation = 'kwok.x-k8s.io/node'

export interface NodeFacts {
  readonly fakeNodes: ReadonlySet<string>
  /** A node for pods of the grader; undefined when no node runs containers. */
  readonly realNode: string | undefined
}

/** Why nothing that needs a running container can be told on fake nodes. */
export const noContainers = 'the nodes here are KWOK nodes, which run no containers'

function isSchedulable({ spec }: Node): boolean {
  return spec?.unschedulable !== true && !(spec?.taints ?? []).some(({ effect }) => effect !== 'PreferNoSchedule')
}

/** Reads the nodes. */
export async function readNodeFacts(door: KindDoor): Promise<NodeFacts> {
  const answer = await door.send({ verb: 'list', group: '', version: 'v1', resource: 'nodes' }, 'owner')
  const nodes = answer.code === 200 ? (answer.body as KubeList<Node>).items : []
  const fake = nodes.filter(({ metadata }) => metadata.annotations?.[fakeAnnotation] !== undefined)
  const real = nodes.filter((node) => !fake.includes(node))
  return { fakeNodes: new Set(fake.map(({ metadata }) => metadata.name ?? '')), realNode: (real.find(isSchedulable) ?? real[0])?.metadata.name }
}

/** Whether a pod is on a fake node. */
export function isOnFakeNode(pod: Pod, { fakeNodes }: NodeFacts): boolean {
  return fakeNodes.has(pod.spec.nodeName ?? '')
}
