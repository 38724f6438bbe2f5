/** Rows of other shapes: queue order, sampling, events that wake, sequences. */

import type { KubeObject, Node, Pod } from '../../../simulator/api/types.ts'
import { feasibleWanted } from '../../../simulator/scheduler/cycle-runner.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import { jsonEqual } from '../compare.ts'
import type { CaseResult, JsonValue, Row } from '../runner.ts'
import { answer, comparable, difference } from './attempt.ts'
import type { Answer } from './attempt.ts'
import { withoutNulls, World } from './world.ts'

/** Pods created one after another; the order in which they come out. */
export function runQueue(row: Row): CaseResult {
  const world = new World(row)
  for (const pod of row['queue'] as unknown as Pod[]) {
    world.createPod(pod)
    world.nowMs += 1
  }
  const order: string[] = []
  for (let next = world.scheduler.queue.pop(); next !== undefined; next = world.scheduler.queue.pop()) order.push(next.podKey)
  const gated = world.scheduler.queue.keysIn('unschedulable')
  const actual = { order, ...(gated.length > 0 && { gated }) }
  return { name: String(row['name']), ok: jsonEqual(row['expect'], actual, true), expected: row['expect'], actual }
}

/** How many of identical nodes are scored. */
export function runSampling(row: Row): CaseResult {
  const nodes: JsonValue[] = []
  for (let i = 0; i < Number(row['nodes']); i++) nodes.push({ metadata: { name: `n${i}` }, status: { allocatable: { cpu: '4', pods: '110' } } })
  const world = new World({ nodes })
  const pod = world.createPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
  world.attempt(podKeyOf(pod))
  const actual = { feasible: world.decision?.feasibleCount }
  return { name: String(row['name']), ok: jsonEqual(row['expect'], actual) && feasibleWanted(nodes.length) === actual.feasible, expected: row['expect'], actual }
}

const queueNames: { readonly [name: string]: string } = { errorBackoff: 'backoff' }

function queueOf(world: World, key: string): string {
  const name = world.scheduler.queue.find(key)?.queue ?? 'none'
  return queueNames[name] ?? name
}

/** One failed attempt, then one event. */
export function runWake(given: Row): CaseResult {
  const row = withoutNulls(given) as Row
  const name = String(row['name'])
  const world = new World(row)
  const pod = world.createPod(row['pod'] as unknown as Pod)
  const key = podKeyOf(pod)
  const actual: Answer = answer(world, pod)
  world.deliver()
  actual['queueBefore'] = queueOf(world, key)
  const { op, object } = row['event'] as unknown as { op: string; object: KubeObject }
  world.change(op, object)
  actual['queue'] = queueOf(world, key)
  const sides = comparable(row['expect'] as { [field: string]: JsonValue }, actual)
  const differs = difference(sides.expected, sides.actual)
  return differs === undefined ? { name, ok: true } : { name, ok: false, ...differs }
}

interface Step { pod?: Pod; retry?: string; delete?: string; node?: Node; drop?: string }
type Expected = { [field: string]: JsonValue }

function attemptStep(world: World, pod: Pod, expected: Expected): Answer {
  const chosen = expected['chosen']
  const best = (expected['best'] ?? []) as string[]
  const order = world.scheduler.cache.nodeSlots().map((slot) => slot.name)
  // Which of the best nodes it becomes was drawn by lot; follow the record.
  const ranked = rotated(order, world.scheduler).filter((name) => best.includes(name))
  const { nominatedNode } = (expected['postFilter'] ?? {}) as { nominatedNode?: string }
  const rejected = (expected['rejected'] ?? {}) as { [node: string]: { code?: string } }
  // So is where preemption begins to look: at the node that was taken, of those that it looks at.
  const tried = order.filter((name) => rejected[name]?.code === 'Unschedulable')
  world.choose = (bound) => {
    if (chosen !== undefined) return bound === best.length ? Math.max(0, ranked.indexOf(String(chosen))) : 0
    return bound === tried.length && nominatedNode !== undefined ? Math.max(0, tried.indexOf(nominatedNode)) : 0
  }
  const actual = answer(world, pod)
  world.deliver()
  return actual
}

function rotated(order: readonly string[], scheduler: World['scheduler']): string[] {
  const start = scheduler.nextStart % Math.max(1, order.length)
  return [...order.slice(start), ...order.slice(0, start)]
}

function runStep(world: World, step: Step, expected: Expected): Answer {
  if (step.node !== undefined) {
    world.setNode(step.node)
    return { result: 'done' }
  }
  if (step.drop !== undefined) {
    world.dropNode(step.drop)
    return { result: 'done' }
  }
  if (step.delete !== undefined) return { result: world.deletePod(step.delete) ? 'done' : 'skipped' }
  if (step.pod !== undefined) return attemptStep(world, world.createPod(step.pod), expected)
  const pod = world.pods.get(step.retry ?? '')
  return pod === undefined || (pod.spec.nodeName ?? '') !== '' ? { result: 'skipped' } : attemptStep(world, pod, expected)
}

/** Many steps on one cluster; the row is one case. */
export function runSequence(given: Row): CaseResult {
  const row = withoutNulls(given) as Row
  const name = String(row['name'])
  const world = new World(row)
  const expected = row['expect'] as unknown as Expected[]
  for (const [index, step] of (row['steps'] as unknown as Step[]).entries()) {
    const sides = comparable(expected[index], runStep(world, step, expected[index]))
    const differs = difference(sides.expected, sides.actual)
    if (differs !== undefined) return { name, ok: false, ...differs, note: `step ${index} of ${expected.length}: ${JSON.stringify(step).slice(0, 200)}` }
  }
  return { name, ok: true }
}
