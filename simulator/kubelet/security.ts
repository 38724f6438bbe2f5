/** Users of containers, and the checks of runAsNonRoot. Models kubernetes/pkg/kubelet/kuberuntime/security_context (v1.35). */

import type { Container, Pod } from '../api/types.ts'
import type { Json } from '../kernel/json.ts'
import { formatPod } from './host.ts'
import type { Host } from './host.ts'
import { kubeletTexts } from './texts.ts'

interface SecurityContext {
  readonly runAsUser?: number
  readonly runAsGroup?: number
  readonly runAsNonRoot?: boolean
  readonly fsGroup?: number
  readonly supplementalGroups?: readonly number[]
  readonly readOnlyRootFilesystem?: boolean
}

/** Security settings that hold for a container: its own before the pod's. */
export function securityOf(pod: Pod, container: Container): SecurityContext {
  return { ...(pod.spec.securityContext as SecurityContext | undefined), ...(container.securityContext as SecurityContext | undefined) }
}

/** Numeric user and groups of process 1. A user that is a name counts as 1000 (modelling assumption). */
export function identityOf(pod: Pod, container: Container, image: string, host: Host): { uid: number; gid: number; groups: number[] } {
  const security = securityOf(pod, container)
  const imageUser = host.image(image).entry?.user
  const imageUid = imageUser === undefined ? 0 : /^\d+$/.test(imageUser) ? Number(imageUser) : 1000
  const uid = security.runAsUser ?? imageUid
  const gid = security.runAsGroup ?? (security.runAsUser === undefined ? imageUid : 0)
  const extra = [...(security.fsGroup === undefined ? [] : [security.fsGroup]), ...(security.supplementalGroups ?? [])]
  return { uid, gid, groups: [...extra, gid].sort((a, b) => a - b) }
}

/** `user` of a container status. */
export function userOf(pod: Pod, container: Container, image: string, host: Host): Json {
  const { uid, gid, groups } = identityOf(pod, container, image, host)
  return { linux: { uid, gid, supplementalGroups: groups } }
}

/** Why runAsNonRoot refuses to create a container, or undefined. */
export function nonRootError(pod: Pod, container: Container, host: Host): string | undefined {
  const security = securityOf(pod, container)
  if (security.runAsNonRoot !== true) return undefined
  const name = formatPod(pod)
  if (security.runAsUser !== undefined) return security.runAsUser === 0 ? kubeletTexts.rootUser(name, container.name) : undefined
  const user = host.image(container.image ?? '').entry?.user
  if (user !== undefined && !/^\d+$/.test(user)) return kubeletTexts.namedUser(user, name, container.name)
  return user === undefined || user === '0' ? kubeletTexts.runsAsRoot(name, container.name) : undefined
}
