/** Turns priority classes into numbers; only one class may be the default. Models plugin/pkg/admission/priority (v1.35). */

import type { Failure } from '../../api/errors.ts'
import type { PriorityClass } from '../../api/types.ts'
import { forbid, isMain, podOf } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const resource = 'priorityclasses.scheduling.k8s.io'

/** The default class; of several, the one of lowest value. */
function findDefault(request: PluginRequest): PriorityClass | undefined {
  let found: PriorityClass | undefined
  for (const object of request.reader.list(resource, undefined)) {
    const candidate = object as PriorityClass
    if (candidate.globalDefault === true && (found === undefined || found.value > candidate.value)) found = candidate
  }
  return found
}

function admitPod(request: PluginRequest): Failure | undefined {
  const { spec } = podOf(request)
  const given = spec.priorityClassName
  const found = given ? (request.reader.get(resource, undefined, given) as PriorityClass | undefined) : findDefault(request)
  if (given && found === undefined) return forbid(request, `no PriorityClass with name ${given} was found`)
  if (!given && found !== undefined) spec.priorityClassName = found.metadata.name
  const priority = found?.value ?? 0
  if (spec.priority !== undefined && spec.priority !== priority) {
    return forbid(request, `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`)
  }
  spec.priority = priority
  const policy = found === undefined ? 'PreemptLowerPriority' : found.preemptionPolicy
  if (policy === undefined) return undefined
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    return forbid(request, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`)
  }
  spec.preemptionPolicy = policy
  return undefined
}

export const priority: AdmissionPlugin = {
  name: 'Priority',
  admit(request) {
    if (!isMain(request, 'pods')) return undefined
    if (request.operation === 'CREATE') return admitPod(request)
    if (request.operation !== 'UPDATE' || request.old === undefined) return undefined
    const { spec } = podOf(request)
    const before = (request.old as unknown as { spec: { priority?: number; preemptionPolicy?: string } }).spec
    spec.priority ??= before.priority
    spec.preemptionPolicy ??= before.preemptionPolicy
    return undefined
  },
  validate(request) {
    if (!isMain(request, 'priorityclasses', 'scheduling.k8s.io') || request.operation === 'DELETE') return undefined
    const given = request.object as unknown as PriorityClass
    const current = given.globalDefault === true ? findDefault(request) : undefined
    if (current === undefined || (request.operation === 'UPDATE' && current.metadata.name === given.metadata.name)) return undefined
    return forbid(request, `PriorityClass ${current.metadata.name} is already marked as default. Only one default can exist`)
  },
}
