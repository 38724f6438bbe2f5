/** What the writers of statuses share. */

import type { KubeObject } from '../../api/types.ts'
import type { Clock } from '../../store/component.ts'
import type { StatusTime } from './conditions.ts'

/** The time of now for statuses. */
export function statusTimeOf(clock: Clock): StatusTime {
  return { now: clock.timestamp(clock.nowMs), elapsedSeconds: (since) => Math.max(0, Math.round((clock.nowMs - clock.parse(since)) / 1000)) }
}

/** The namespace of an object. */
export function namespaceName({ metadata }: KubeObject): string {
  return metadata.namespace ?? ''
}
