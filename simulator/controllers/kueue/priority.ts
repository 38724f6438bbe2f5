/** The priority of a Job's workload. Models sigs.k8s.io/kueue/pkg/util/priority (v0.10). */

import type { ApiClient } from '../../api/client.ts'
import type { Job, PriorityClass } from '../../api/types.ts'
import { priorityClassLabel, resources } from './types.ts'
import type { Workload, WorkloadPriorityClass } from './types.ts'

const podClasses = 'priorityclasses.scheduling.k8s.io'
type Priority = Pick<Workload['spec'], 'priority' | 'priorityClassName' | 'priorityClassSource'>

function ofPodClass(found: PriorityClass | undefined): Priority {
  return found === undefined ? { priority: 0, priorityClassSource: '' } : { priority: found.value, priorityClassName: found.metadata.name ?? '', priorityClassSource: 'scheduling.k8s.io/priorityclass' }
}

/** From the label of the Job, else from the priority class of its pods, else from the global default. */
export function jobPriority(job: Job, api: ApiClient): Priority {
  const own = job.metadata.labels?.[priorityClassLabel] ?? ''
  if (own !== '') {
    const found = api.find<WorkloadPriorityClass>(resources.priorityClasses, own)
    return found === undefined ? { priority: 0, priorityClassSource: '' } : { priority: found.value, priorityClassName: own, priorityClassSource: 'kueue.x-k8s.io/workloadpriorityclass' }
  }
  const { priorityClassName = '' } = job.spec.template.spec
  if (priorityClassName !== '') return ofPodClass(api.find<PriorityClass>(podClasses, priorityClassName))
  const defaults = api.list<PriorityClass>(podClasses).filter(({ globalDefault }) => globalDefault === true)
  return ofPodClass(defaults.reduce<PriorityClass | undefined>((least, one) => (least === undefined || one.value < least.value ? one : least), undefined))
}
