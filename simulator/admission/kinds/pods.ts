/** Pod. Models pkg/registry/core/pod/strategy.go and pkg/apis/core/validation (v1.35). */

import { checkDns1123Label } from '../../api/names.ts'
import { goList } from '../../api/go-text.ts'
import { computePodQos } from '../../api/qos.ts'
import type { LabelSelector, Pod, PodAffinity, StringMap } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, keepMetaForStatus } from '../kind-rules.ts'
import { syncAppArmor } from '../pod/app-armor.ts'
import { defaultPod, defaultPodSpec } from '../pod/defaults.ts'
import { dropDisabledFields } from '../pod/disabled-fields.ts'
import type { FullPod, FullPodSpec } from '../pod/pod-types.ts'
import { validatePodCreate } from '../pod/validate-spec.ts'
import { keepAllButResources, validatePodResize } from '../pod/validate-resize.ts'
import { validatePodEphemeralUpdate, validatePodStatusUpdate, validatePodUpdate } from '../pod/validate-update.ts'
import { podWarnings } from '../pod/warnings.ts'

function asPod(object: AdmittedObject): FullPod {
  return object as unknown as FullPod
}

function applyKeys(selector: LabelSelector | undefined, keys: readonly string[] | undefined, operator: string, labels: StringMap | undefined): void {
  if (selector === undefined) return
  for (const key of keys ?? []) {
    const value = labels?.[key]
    if (value !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [value] })
  }
}

function applyAffinityKeys(affinity: PodAffinity | undefined, labels: StringMap | undefined): void {
  const terms = [...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm), ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [])]
  for (const term of terms) {
    applyKeys(term?.labelSelector, term?.matchLabelKeys, 'In', labels)
    applyKeys(term?.labelSelector, term?.mismatchLabelKeys, 'NotIn', labels)
  }
}

/** matchLabelKeys become part of the selectors when the pod is created. */
export function applyLabelKeys(spec: FullPodSpec, labels: StringMap | undefined): void {
  applyAffinityKeys(spec.affinity?.podAffinity, labels)
  applyAffinityKeys(spec.affinity?.podAntiAffinity, labels)
  for (const constraint of spec.topologySpreadConstraints ?? []) applyKeys(constraint.labelSelector, constraint.matchLabelKeys, 'In', labels)
}

/** The status of a new pod. */
export function newPodStatus(pod: FullPod, now: string): { [field: string]: unknown } {
  const spec = { ...pod.spec, containers: pod.spec.containers ?? [] } as unknown as Pod['spec']
  const qosClass = computePodQos({ spec })
  if ((pod.spec.schedulingGates ?? []).length === 0) return { phase: 'Pending', qosClass }
  const gated = { type: 'PodScheduled', status: 'False', lastTransitionTime: now, reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' }
  return { phase: 'Pending', conditions: [gated], qosClass }
}

/** A name that is no DNS label makes an odd host name. */
export function podNameWarnings(name: string): string[] {
  const messages = checkDns1123Label(name)
  return messages.length === 0 ? [] : [`metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: ${goList(messages)}`]
}

export const pods: KindRules = {
  apiVersion: 'v1',
  kind: 'Pod',
  applyDefaults(object) {
    const pod = asPod(object)
    pod.spec ??= {}
    defaultPod(pod.spec)
    defaultPodSpec(pod.spec)
    if (pod.spec.terminationGracePeriodSeconds! < 0) pod.spec.terminationGracePeriodSeconds = 1
  },
  prepareCreate(object, identity, warnings) {
    const pod = asPod(object)
    pod.metadata.generation = 1
    pod.status = newPodStatus(pod, identity.timestamp())
    dropDisabledFields(pod.spec)
    applyLabelKeys(pod.spec, pod.metadata.labels)
    syncAppArmor(pod, warnings)
  },
  validateCreate: (object, errors) => validatePodCreate(asPod(object), errors),
  warnOnCreate: (object) => [...podNameWarnings(object.metadata.name ?? ''), ...podWarnings(asPod(object).spec, object.metadata, '')],
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropDisabledFields(asPod(object).spec)
    countGeneration(object, old, ['spec'])
  },
  validateUpdate: (object, old, errors) => validatePodUpdate(asPod(object), asPod(old), errors),
  allowsUnconditionalUpdate: true,
  subresources: {
    status: {
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
        delete object.metadata.deletionTimestamp
        if (old.metadata.ownerReferences === undefined) delete object.metadata.ownerReferences
        else object.metadata.ownerReferences = old.metadata.ownerReferences
        const status = (object['status'] ??= {}) as { [field: string]: unknown }
        status['qosClass'] ||= (old['status'] as { [field: string]: unknown } | undefined)?.['qosClass']
        object.metadata.generation = old.metadata.generation
      },
      validateUpdate: (object, old, errors) => validatePodStatusUpdate(asPod(object), asPod(old), errors),
    },
    resize: {
      prepareUpdate(object, old) {
        if (keepAllButResources(asPod(object), asPod(old))) keepMetaForStatus(object, old)
        countGeneration(object, old, ['spec'])
      },
      validateUpdate: (object, old, errors) => validatePodResize(asPod(object), asPod(old), errors),
    },
    ephemeralcontainers: {
      prepareUpdate(object, old) {
        const { ephemeralContainers } = asPod(object).spec
        object['spec'] = { ...asPod(old).spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) }
        object['status'] = old['status']
        countGeneration(object, old, ['spec'])
      },
      validateUpdate: (object, old, errors) => validatePodEphemeralUpdate(asPod(object), asPod(old), errors),
    },
  },
}
