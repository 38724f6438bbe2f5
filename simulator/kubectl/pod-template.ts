/** The pod template inside workloads, and how other kinds lead to pods. Models k8s.io/kubectl/pkg/polymorphichelpers (v1.35). */

import type { KubeObject, LabelSelector, PodSpec, PodTemplateSpec, StringMap } from '../api/types.ts'

const templateKinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController', 'PodTemplate']

interface Workload extends KubeObject { spec: { template?: PodTemplateSpec; selector?: LabelSelector | StringMap; jobTemplate?: { spec: { template: PodTemplateSpec } } } }

/** The pod spec of an object; undefined when it has none. */
export function podSpecOf(object: KubeObject): PodSpec | undefined {
  if (object.kind === 'Pod') return object.spec as PodSpec
  if (object.kind === 'CronJob') return (object as Workload).spec.jobTemplate?.spec.template.spec
  return templateKinds.includes(object.kind) ? (object as Workload).spec.template?.spec : undefined
}

/** The object with another pod spec. */
export function withPodSpec(object: KubeObject, spec: PodSpec): KubeObject {
  if (object.kind === 'Pod') return { ...object, spec }
  const workload = object as Workload
  if (object.kind === 'CronJob') {
    const { jobTemplate } = workload.spec
    return { ...object, spec: { ...workload.spec, jobTemplate: { ...jobTemplate, spec: { ...jobTemplate?.spec, template: { ...jobTemplate?.spec.template, spec } } } } }
  }
  return { ...object, spec: { ...workload.spec, template: { ...workload.spec.template, spec } } }
}

/** The label selector of a workload or service, as a LabelSelector; undefined when the kind selects no pods. */
export function selectorOf(object: KubeObject): LabelSelector | undefined {
  const selector = (object.spec as { selector?: LabelSelector | StringMap } | undefined)?.selector
  switch (object.kind) {
    case 'Service': case 'ReplicationController': return selector === undefined ? undefined : { matchLabels: selector as StringMap }
    case 'Deployment': case 'ReplicaSet': case 'StatefulSet': case 'DaemonSet': case 'Job': return selector as LabelSelector | undefined
    default: return undefined
  }
}
