/** Plays a random row on a cluster that obeys the scheduler at once, and holds every decision against the reference. */

import type { Node, Pod } from '../../../simulator/api/types.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import { TestCluster } from '../../../simulator/scheduler/testing/fixture.ts'
import { decide } from '../../../simulator/scheduler/testing/reference/decide.ts'
import type { Cluster } from '../../../simulator/scheduler/testing/reference/types.ts'
import type { Row } from '../../conformance/runner.ts'
import { admitNode, admitPod } from '../../conformance/scheduler/admit.ts'
import { World } from '../../conformance/scheduler/world.ts'
import type { AttemptRow, SequenceRow, Step } from './clusters.ts'
import { differences, fastAnswer, referenceAnswer } from './compare.ts'

/** The cluster of a row before anything happens. */
export function clusterOfRow(row: AttemptRow | SequenceRow): TestCluster {
  const world = new World(row as unknown as Row)
  return new TestCluster({ nodes: [...world.nodes.values()], pods: [...world.pods.values()], objects: world.allObjects() })
}

/** The cluster as the reference sees it. */
export function snapshotOf({ nodes, pods, objects }: TestCluster): Cluster {
  return { nodes: [...nodes.values()], pods: [...pods.values()], objects: [...objects] }
}

function isWaiting(pod: Pod | undefined): pod is Pod {
  return pod !== undefined && (pod.spec.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined
}

/** Compares the two opinions about a pod, then lets the fast scheduler act. @returns how they differ; '' when they agree */
function attempt(cluster: TestCluster, pod: Pod): string {
  const decision = decide(pod, snapshotOf(cluster))
  const expected = referenceAnswer(decision)
  const difference = differences(expected, fastAnswer(cluster.scheduler, pod))
  if (difference !== '') return `pod ${podKeyOf(pod)}\n${difference}`
  const made = cluster.retry(podKeyOf(pod))
  if (made === undefined) return expected.gate === undefined ? `pod ${podKeyOf(pod)} was not tried` : ''
  const allowed = made.result === 'scheduled' ? expected.best : expected.ties
  return made.node === '' || allowed.includes(made.node) ? '' : `pod ${podKeyOf(pod)} got ${made.node}, none of ${allowed.join(', ')}`
}

function play(cluster: TestCluster, step: Step): string {
  if (step.node !== undefined) cluster.setNode(admitNode(step.node as Node))
  else if (step.drop !== undefined) cluster.deleteNode(step.drop)
  else if (step.delete !== undefined) {
    if (cluster.pods.has(step.delete)) cluster.deletePod(step.delete)
  } else if (step.retry !== undefined) {
    const pod = cluster.pods.get(step.retry)
    if (isWaiting(pod)) return attempt(cluster, pod)
  } else if (step.pod !== undefined) {
    const pod = admitPod(step.pod)
    cluster.setPod(pod)
    return attempt(cluster, pod)
  }
  return ''
}

/** Plays a row from its beginning. @returns where the two schedulers differ first; '' when they never do */
export function firstDifference(row: AttemptRow | SequenceRow): string {
  const cluster = clusterOfRow(row)
  const steps = ('steps' in row ? row.steps : [{ pod: row.pod }]) as readonly Step[]
  for (const [index, step] of steps.entries()) {
    cluster.nowMs += 1000
    const difference = play(cluster, step)
    if (difference !== '') return `step ${index + 1}: ${difference}`
  }
  return ''
}
