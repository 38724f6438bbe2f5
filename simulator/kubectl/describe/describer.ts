/** What describers of kinds get and give. */

import type { KindInfo } from '../../api/kinds.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import type { KubeObject, LabelSelector, Pod } from '../../api/types.ts'
import { kindByResource } from '../../api/kinds.ts'
import { assert } from '../../kernel/assert.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import type { Lines } from './lines.ts'

export interface DescribeContext {
  readonly session: Session
  readonly lines: Lines
  readonly kind: KindInfo
}

/** Writes the description of one object; may read more from the server. */
export type Describer<T extends KubeObject = KubeObject> = (object: T, context: DescribeContext) => Run<void>

/** A kind by its resource, which must exist. */
export function needKind(group: string, resource: string): KindInfo {
  const kind = kindByResource(group, resource)
  assert(kind !== undefined, `${resource} are a resource`)
  return kind
}

/** `3 Running / 0 Waiting / 0 Succeeded / 0 Failed` of the pods that a controller owns. */
export function* podStatusText(session: Session, owner: KubeObject, selector: LabelSelector): Run<string> {
  const { items } = yield* listObjects(session, needKind('', 'pods'), { namespace: owner.metadata.namespace, selector: formatLabelSelector(selector), limit: session.flags.int('chunk-size') })
  const owned = (items as Pod[]).filter((pod) => pod.metadata.ownerReferences?.some((one) => one.controller === true && one.uid === owner.metadata.uid))
  const count = (phase: string) => owned.filter((pod) => pod.status?.phase === phase).length
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`
}
