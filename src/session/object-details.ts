/** One object as the details panel shows it: YAML, describe text, conditions and Events. */

import { authorUser } from '../../simulator/index.ts'
import type { Cluster, Condition, KubeObject } from '../../simulator/index.ts'
import { runAsAuthor } from './scenario.ts'
import type { ObjectDetails } from './host.ts'
import type { ObjectRef } from './host-rows.ts'
import { eventRow } from './rows/other-rows.ts'

/** Details of an object, or undefined when it does not exist. Reads a fork, so nothing is left behind. */
export function objectDetails(cluster: Cluster, ref: ObjectRef): ObjectDetails | undefined {
  const kind = cluster.kinds.all.find((candidate) => candidate.kind === ref.kind && candidate.isVirtual !== true)
  if (kind === undefined) return undefined
  const answer = cluster.request({ user: authorUser, verb: 'get', group: kind.group, version: kind.version, resource: kind.resource, namespace: ref.namespace, name: ref.name })
  if ('streamId' in answer || answer.code !== 200) return undefined
  const object = answer.body as KubeObject
  const shiftMs = cluster.config.historyMs ?? 0
  const target = `${kind.resource}${kind.group === '' ? '' : `.${kind.group}`} ${ref.name}${ref.namespace === undefined ? '' : ` -n ${ref.namespace}`}`
  const copy = cluster.fork()
  const conditions = ((object.status as { conditions?: readonly Condition[] } | undefined)?.conditions ?? []).map((condition) => ({
    type: condition.type, status: condition.status, reason: condition.reason ?? '', message: condition.message ?? '',
    sinceMs: condition.lastTransitionTime === undefined ? 0 : cluster.clock.parse(condition.lastTransitionTime) - shiftMs,
  }))
  const events = cluster.eventRows().filter((row) => row.regarding.uid === object.metadata.uid).map((row) => eventRow(row, shiftMs))
  return { ref, yaml: runAsAuthor(copy, `kubectl get ${target} -o yaml`).output, describe: runAsAuthor(copy, `kubectl describe ${target}`).output, conditions, events }
}
