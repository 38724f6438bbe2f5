/** The containers and pods of kubectl debug, and its profiles. Models k8s.io/kubectl/pkg/cmd/debug (v1.35). */

import { sha256 } from '@noble/hashes/sha2.js'
import { utf8Bytes } from '../../api/base64.ts'
import type { Container, KubeObject, Pod, PodSpec } from '../../api/types.ts'
import { fail } from '../failures.ts'
import type { Session } from '../session.ts'

/** Letters of generated names. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const suffixLength = 5
export const profileNames = ['legacy', 'general', 'baseline', 'restricted', 'netadmin', 'sysadmin']

/** What a profile looks at. */
interface SecurityContext { readonly capabilities?: { readonly add?: readonly string[] } }

export type DebugStyle = 'node' | 'copy' | 'ephemeral'

/** A name suffix that follows from the moment and the object: the same run gives the same names. */
export function debugSuffix(session: Session, seed: string): string {
  const bytes = sha256(Uint8Array.from(utf8Bytes(`${seed} ${session.nowMs}`)))
  return Array.from(bytes.slice(0, suffixLength), (byte) => alphabet[byte % alphabet.length]).join('')
}

function allContainers(pod: Pod): Container[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? []), ...((pod.spec.ephemeralContainers ?? []) as Container[])]
}

/** The name of the new container; one that is made up is told. */
export function debugContainerName(session: Session, pod: Pod): string {
  const asked = session.flags.text('container')
  if (asked !== '') return asked
  const taken = allContainers(pod)
  const name = `debugger-${debugSuffix(session, `${pod.metadata.uid} ${taken.length}`)}`
  if (!session.flags.bool('quiet')) session.out(`Defaulting debug container name to ${name}.\n`)
  return name
}

function envOf(session: Session): { env?: { name: string; value: string }[] } {
  const pairs = session.flags.list('env').map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }))
  return pairs.length === 0 ? {} : { env: pairs }
}

/** What is behind "--", as command or arguments. */
export function debugCommand(session: Session): { command?: string[]; args?: string[] } {
  const { argsAtDash, args } = session.flags
  const words = argsAtDash < 0 ? [] : args.slice(argsAtDash)
  if (words.length === 0) return {}
  return session.flags.bool('arguments-only') ? { args: [...words] } : { command: [...words] }
}

/** A container as the flags describe it. */
export function debugContainer(session: Session, name: string): Container {
  const { flags } = session
  const policy = flags.text('image-pull-policy')
  return {
    name, image: flags.text('image'), ...debugCommand(session), ...envOf(session), resources: {}, terminationMessagePolicy: 'File',
    ...(policy === '' ? {} : { imagePullPolicy: policy }), ...(flags.bool('stdin') ? { stdin: true } : {}), ...(flags.bool('tty') ? { tty: true } : {}),
  } as Container
}

function addCapabilities(container: Container, names: readonly string[]): Container {
  const context = (container.securityContext ?? {}) as SecurityContext
  return { ...container, securityContext: { ...context, capabilities: { ...context.capabilities, add: [...(context.capabilities?.add ?? []), ...names] } } } as Container
}

/** What a profile does to the debugging container. */
export function withProfile(container: Container, profile: string, style: DebugStyle): Container {
  const { securityContext, ...bare } = container
  switch (profile) {
    case 'general': return style === 'node' ? (bare as Container) : addCapabilities(container, ['SYS_PTRACE'])
    case 'baseline': return bare as Container
    case 'restricted': return { ...bare, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } } as Container
    case 'netadmin': return addCapabilities(container, ['NET_ADMIN', 'NET_RAW'])
    case 'sysadmin': return { ...container, securityContext: { ...(securityContext as SecurityContext | undefined), privileged: true } } as Container
    default: return container
  }
}

/** The pod that looks into a node. */
export function nodeDebugPod(session: Session, node: KubeObject, name: string): Pod {
  const profile = session.flags.text('profile')
  const asked = session.flags.text('container')
  const container = withProfile(debugContainer(session, asked === '' ? 'debugger' : asked), profile, 'node')
  const seesRoot = profile === 'legacy' || profile === 'general' || profile === 'sysadmin'
  const sharesHost = seesRoot || profile === 'netadmin'
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec: {
      containers: [seesRoot ? { ...container, volumeMounts: [{ mountPath: '/host', name: 'host-root' }] } : container],
      ...(sharesHost ? { hostIPC: true, hostNetwork: true, hostPID: true } : {}),
      nodeName: node.metadata.name, restartPolicy: 'Never', tolerations: [{ operator: 'Exists' }],
      ...(seesRoot ? { volumes: [{ name: 'host-root', hostPath: { path: '/' } }] } : {}),
    },
  } as Pod
}

function withoutProbes(session: Session, container: Container): Container {
  const { livenessProbe, readinessProbe, startupProbe, ...bare } = container
  return {
    ...bare, ...(session.flags.bool('keep-liveness') && livenessProbe !== undefined ? { livenessProbe } : {}),
    ...(session.flags.bool('keep-readiness') && readinessProbe !== undefined ? { readinessProbe } : {}),
    ...(session.flags.bool('keep-startup') && startupProbe !== undefined ? { startupProbe } : {}),
  } as Container
}

/** The containers of the copy, and the name of the one to attach to ('' for none). */
function copiedContainers(session: Session, pod: Pod): { readonly containers: Container[]; readonly name: string } {
  const { flags } = session
  const images = new Map(flags.list('set-image').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const containers = pod.spec.containers.map((container) => ({ ...container, image: images.get(container.name) ?? images.get('*') ?? container.image }) as Container)
  const asked = flags.text('container')
  const existing = containers.findIndex((container) => container.name === asked)
  const image = flags.text('image')
  if (existing < 0 && image === '') {
    if (images.size > 0) return { containers, name: '' }
    throw fail('you must specify image when creating new container')
  }
  const name = existing < 0 ? debugContainerName(session, pod) : asked
  const given = debugContainer(session, name)
  const command = debugCommand(session)
  const { args: oldArgs, stdin: _stdin, tty: _tty, ...old } = existing < 0 ? ({ name, terminationMessagePolicy: 'File', resources: {} } as Container) : (containers[existing] as Container)
  const changed = {
    ...old, ...(oldArgs !== undefined && command.command === undefined ? { args: oldArgs } : {}), ...command, ...(given.env === undefined ? {} : { env: given.env }), ...(image === '' ? {} : { image }),
    ...(given.imagePullPolicy === undefined ? {} : { imagePullPolicy: given.imagePullPolicy }), ...(given.stdin === undefined ? {} : { stdin: true }), ...(given.tty === undefined ? {} : { tty: true }),
  } as Container
  const shaped = withProfile(changed, flags.text('profile'), 'copy')
  return { containers: existing < 0 ? [...containers, shaped] : containers.map((container, index) => (index === existing ? shaped : container)), name }
}

/** The copy of a pod with a debugging container or changed images. */
export function podCopy(session: Session, pod: Pod): { readonly copy: Pod; readonly container: string } {
  const { flags } = session
  const { containers, name } = copiedContainers(session, pod)
  const isLegacy = flags.text('profile') === 'legacy'
  const { ephemeralContainers: _ephemeral, nodeName, initContainers, ...spec } = pod.spec
  const { labels, annotations } = pod.metadata
  const copy = {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name: flags.text('copy-to'), namespace: pod.metadata.namespace,
      ...(labels !== undefined && !isLegacy && flags.bool('keep-labels') ? { labels } : {}), ...(annotations !== undefined && (isLegacy || flags.bool('keep-annotations')) ? { annotations } : {}),
    },
    spec: {
      ...spec, containers: isLegacy ? containers : containers.map((container) => withoutProbes(session, container)),
      ...(initContainers !== undefined && (isLegacy || flags.bool('keep-init-containers')) ? { initContainers } : {}),
      ...(flags.bool('same-node') && nodeName !== undefined ? { nodeName } : {}),
      ...(flags.isSet('share-processes') ? { shareProcessNamespace: flags.bool('share-processes') } : isLegacy ? {} : { shareProcessNamespace: spec.shareProcessNamespace ?? true }),
    } as PodSpec,
  } as Pod
  return { copy, container: name }
}
