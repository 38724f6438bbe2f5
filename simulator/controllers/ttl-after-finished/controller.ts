/** Deletes finished Jobs after their time to live. Models kubernetes/pkg/controller/ttlafterfinished (v1.35). */

import type { Job } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { Controller } from '../../store/component.ts'

/** The controller of spec.ttlSecondsAfterFinished. */
export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  watches: [{ resource: 'jobs.batch', keysOf: ({ after, key }) => ((after as Job | undefined)?.spec.ttlSecondsAfterFinished === undefined ? [] : [key]) }],
  reconcile(key, { api, clock }) {
    const job = api.find<Job>('jobs.batch', key)
    const end = job?.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
    if (job?.spec.ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined || end?.lastTransitionTime === undefined) return done
    const leftMs = clock.parse(end.lastTransitionTime) + job.spec.ttlSecondsAfterFinished * 1000 - clock.nowMs
    if (leftMs > 0) return { requeueAfterMs: leftMs }
    const result = api.delete('jobs.batch', key, { propagationPolicy: 'Foreground', uid: job.metadata.uid })
    return { failed: !result.ok && result.status.code !== 404 }
  },
}
