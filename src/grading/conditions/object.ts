/** Conditions on API objects: values, counts, absence, identity, events, logs. */

import type { Event, KubeObject } from '../../../simulator/api/types.ts'
import type { AbsentCondition, EventCondition, LogsCondition, ObjectCondition, SameUidsCondition } from '../check.ts'
import { passes, valuesAt } from '../values.ts'
import type { ClusterView, ObjectRef } from '../view.ts'

/** Objects of a reference that pass its filters. */
export function pickObjects(view: ClusterView, ref: ObjectRef, where: ObjectCondition['where'] = []): readonly KubeObject[] {
  return view.list(ref).filter((object) => where.every((filter) => passes(valuesAt(object, filter.path)[0], filter)))
}

/** Whether objects, their number or their values pass. */
export function holdsObject(condition: ObjectCondition, view: ClusterView): boolean {
  const objects = pickObjects(view, condition.object, condition.where)
  if (condition.count === true) return passes(objects.length, condition, pickObjects(view.start, condition.object, condition.where).length)
  const { path } = condition
  const found = objects.flatMap((object) => (path === undefined ? [object] : valuesAt(object, path)))
  if (condition.op === 'missing') return found.length === 0
  if (condition.op === 'unchangedSinceStart') {
    const before = pickObjects(view.start, condition.object, condition.where).flatMap((object) => (path === undefined ? [object] : valuesAt(object, path)))
    return passes(found, condition, before)
  }
  if (found.length === 0) return false
  return condition.quantifier === 'any' ? found.some((value) => passes(value, condition)) : found.every((value) => passes(value, condition))
}

/** Whether the objects are the same ones as at T+00:00. */
export function holdsSameUids(condition: SameUidsCondition, view: ClusterView): boolean {
  const uids = (of: ClusterView): string => of.list(condition.object).map((object) => object.metadata.uid ?? '').sort(byText).join(' ')
  const before = uids(view.start)
  return before !== '' && before === uids(view)
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether nothing is there. */
export function holdsAbsent(condition: AbsentCondition, view: ClusterView): boolean {
  return view.list(condition.object).length === 0
}

/** Whether an Event was recorded. */
export function holdsEvent(condition: EventCondition, view: ClusterView): boolean {
  return view.list({ resource: 'events', namespace: condition.namespace }).some((object) => {
    const event = object as Event
    if (event.reason !== condition.reason) return false
    if (condition.object !== undefined && !(event.involvedObject.name ?? '').startsWith(condition.object)) return false
    return condition.message === undefined || (event.message ?? '').includes(condition.message)
  })
}

/** Whether container logs have, or do not have, a text. */
export function holdsLogs(condition: LogsCondition, view: ClusterView): boolean {
  const logs = view.list(condition.object).map((pod) => view.logs(pod.metadata.namespace ?? '', pod.metadata.name ?? '', condition.container, condition.previous))
  if (condition.missing !== undefined && logs.some((text) => text.includes(condition.missing ?? ''))) return false
  return condition.contains === undefined || logs.some((text) => text.includes(condition.contains ?? ''))
}
