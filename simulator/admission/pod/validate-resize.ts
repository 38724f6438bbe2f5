/** Resizing a running pod in place. Models pkg/apis/core/validation ValidatePodResize and podResizeStrategy (v1.35). */

import { computePodQos } from '../../api/qos.ts'
import type { Pod, ResourceRequirements } from '../../api/types.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateObjectMetaUpdate } from '../validation/meta.ts'
import type { FullContainer, FullPod } from './pod-types.ts'
import { validatePodMetadataAndSpec } from './validate-spec.ts'

type ResourceList = ResourceRequirements['requests']

function withResources(containers: readonly FullContainer[] | undefined, old: readonly FullContainer[] | undefined): FullContainer[] | undefined {
  if (containers === undefined || old === undefined) return containers as FullContainer[] | undefined
  if (containers.some((container, index) => container.name !== old[index]!.name)) return [...containers]
  return old.map((before, index) => ({ ...before, resources: containers[index]!.resources, resizePolicy: containers[index]!.resizePolicy }))
}

/** Puts back all but the resources of containers. @returns false when containers were added or removed, which validation refuses */
export function keepAllButResources(pod: FullPod, old: FullPod): boolean {
  const { containers, initContainers } = pod.spec
  if (containers?.length !== old.spec.containers?.length || initContainers?.length !== old.spec.initContainers?.length) return false
  const spec = { ...old.spec, containers: withResources(containers, old.spec.containers) }
  const inits = withResources(initContainers, old.spec.initContainers)
  if (inits !== undefined) spec.initContainers = inits
  pod.spec = spec
  pod.status = old.status
  return true
}

function isAnyRemoved(list: ResourceList = {}, old: ResourceList = {}): boolean {
  return Object.keys(old).some((name) => list[name] === undefined)
}

function validateOrder(containers: readonly FullContainer[] = [], old: readonly FullContainer[] = [], path: string, errors: ErrorList): void {
  if (containers.length !== old.length) errors.forbidden(`spec.${path}`, `${path} may not be added or removed on resize`)
  else containers.forEach((container, index) => { if (container.name !== old[index]!.name) errors.forbidden(`spec.${path}[${index}].name`, `${path} may not be renamed or reordered on resize`) })
}

function validateRemovals(container: FullContainer, old: FullContainer, path: string, errors: ErrorList): void {
  if (isAnyRemoved(container.resources?.requests, old.resources?.requests)) errors.forbidden(`${path}.requests`, 'resource requests cannot be removed')
  if (isAnyRemoved(container.resources?.limits, old.resources?.limits)) errors.forbidden(`${path}.limits`, 'resource limits cannot be removed')
}

function withOldAmounts(list: ResourceList, old: ResourceList): ResourceList {
  if (list === undefined && old === undefined) return undefined
  const { cpu: _cpu, memory: _memory, ...rest } = list ?? {}
  const { cpu, memory } = old ?? {}
  return { ...rest, ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) }
}

/** The container with cpu and memory as they were. */
function withOldCpuAndMemory(container: FullContainer, old: FullContainer): FullContainer {
  const requests = withOldAmounts(container.resources?.requests, old.resources?.requests)
  const limits = withOldAmounts(container.resources?.limits, old.resources?.limits)
  return { ...container, resources: { ...(limits === undefined ? {} : { limits }), ...(requests === undefined ? {} : { requests }) } }
}

function isResizeSupported(pod: FullPod): boolean {
  const { containerStatuses } = (pod.status ?? {}) as NonNullable<Pod['status']>
  const running = containerStatuses?.find((status) => status.state?.running !== undefined)
  return running === undefined || (running as { resources?: unknown }).resources !== undefined
}

function qosOf(pod: FullPod): string {
  return computePodQos({ spec: { ...pod.spec, containers: pod.spec.containers ?? [] } as unknown as Pod['spec'] })
}

function hasPodResources(pod: FullPod): boolean {
  const { requests, limits } = pod.spec.resources ?? {}
  return Object.keys(requests ?? {}).length + Object.keys(limits ?? {}).length > 0
}

/** Validates a change of resources in place. */
export function validatePodResize(pod: FullPod, old: FullPod, errors: ErrorList): void {
  validateObjectMetaUpdate(pod.metadata, old.metadata, errors)
  validatePodMetadataAndSpec(pod, errors)
  const qosClass = ((old.status ?? {}) as { qosClass?: string }).qosClass ?? qosOf(old)
  if (qosClass !== qosOf(pod)) errors.invalid('spec', ((pod.status ?? {}) as { qosClass?: string }).qosClass ?? '', 'Pod QOS Class may not change as a result of resizing')
  if (!isResizeSupported(old)) errors.forbidden('spec', 'Pod running on node without support for resize')
  if (hasPodResources(old) || hasPodResources(pod)) return errors.forbidden('', 'resize of pods with pod-level resources is forbidden when InPlacePodLevelResourcesVerticalScalingEnabled feature gate is disabled')
  const before = errors.size
  validateOrder(pod.spec.containers, old.spec.containers, 'containers', errors)
  validateOrder(pod.spec.initContainers, old.spec.initContainers, 'initContainers', errors)
  if (errors.size > before) return
  old.spec.initContainers?.forEach((container, index) => { if (container.restartPolicy === 'Always') validateRemovals(pod.spec.initContainers![index]!, container, `spec.initContainers[${index}].resources`, errors) })
  old.spec.containers?.forEach((container, index) => validateRemovals(pod.spec.containers![index]!, container, `spec.containers[${index}].resources`, errors))
  pod.spec.containers?.forEach((container, index) => {
    const was = old.spec.containers![index]!
    if (!equalSemantic(withOldCpuAndMemory(container, was), was)) errors.forbidden('spec', 'only cpu and memory resources are mutable')
  })
  pod.spec.initContainers?.forEach((container, index) => {
    const was = old.spec.initContainers![index]!
    if (container.restartPolicy === 'Always') {
      if (!equalSemantic(withOldCpuAndMemory(container, was), was)) errors.forbidden('spec', 'only cpu and memory resources for sidecar containers are mutable')
    } else if (!equalSemantic(container, was)) errors.forbidden('spec', 'resources for non-sidecar init containers are immutable')
  })
}
