/** kubectl debug. Models k8s.io/kubectl/pkg/cmd/debug (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { apiVersionOf, gvkText } from '../../api/kinds.ts'
import type { Container, KubeObject, Pod } from '../../api/types.ts'
import { attempt, fail, failureText } from '../failures.ts'
import { debugContainer, debugContainerName, debugSuffix, nodeDebugPod, podCopy, profileNames, withProfile } from '../generators/debug-container.ts'
import { twoWayPatch } from '../patches.ts'
import { podsKind } from '../pods.ts'
import { collectAll } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { watchObject } from '../waiting.ts'
import { attachTo, terminalOptions } from './exec.ts'

const imagePattern = /^[A-Za-z0-9][\w.:/@-]*$/
const pullPolicies = ['', 'Always', 'IfNotPresent', 'Never']
const legacyNotice = '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n'

interface Started { readonly pod: Pod; readonly container: string }

function checkCopy(session: Session, words: number): void {
  const { flags } = session
  const [image, images, container] = [flags.text('image'), flags.list('set-image'), flags.text('container')]
  if (flags.text('copy-to') !== '') {
    if (image === '' && images.length === 0 && words === 0) throw fail('you must specify --image, --set-image or command arguments.')
    if (words > 0 && container === '' && image === '') throw fail('you must specify an existing container or a new image when specifying args.')
    return
  }
  if (flags.bool('replace')) throw fail('--replace may only be used with --copy-to.')
  if (flags.bool('same-node')) throw fail('--same-node may only be used with --copy-to.')
  if (images.length > 0) throw fail('--set-image may only be used with --copy-to.')
  if (image === '') throw fail('you must specify --image when not using --copy-to.')
}

function check(session: Session, names: readonly string[], words: number): void {
  const { flags } = session
  const image = flags.text('image')
  if (!profileNames.includes(flags.text('profile'))) throw fail(`unknown profile: ${flags.text('profile')}`)
  if (flags.text('custom') !== '') throw fail('--custom is not available in this cluster simulator')
  if (flags.isSet('attach') && flags.bool('attach') && image === '' && flags.text('container') === '') throw fail('you must specify --container or create a new container using --image in order to attach.')
  checkCopy(session, words)
  if (image !== '' && !imagePattern.test(image)) throw fail(`invalid image name ${goQuote(image)}: invalid reference format`)
  if (names.length === 0 && flags.list('filename').length === 0) throw fail('NAME or filename is required for debug')
  if (!pullPolicies.includes(flags.text('image-pull-policy'))) throw fail(`invalid image pull policy: ${flags.text('image-pull-policy')}`)
  const target = flags.text('target')
  if (target !== '') {
    if (flags.text('copy-to') !== '') throw fail('--target is incompatible with --copy-to. Use --share-processes instead.')
    if (!flags.bool('quiet')) session.out(`Targeting container ${goQuote(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`)
  }
  if (flags.bool('tty') && !flags.bool('stdin')) throw fail('-i/--stdin is required for containers with -t/--tty=true')
  if (flags.text('profile') === 'legacy') session.err(legacyNotice)
}

function* debugNode(session: Session, node: KubeObject): Run<Started> {
  const asked = session.flags.text('container')
  const name = `node-debugger-${node.metadata.name}-${debugSuffix(session, node.metadata.uid ?? '')}`
  if (!session.flags.bool('quiet')) session.out(`Creating debugging pod ${name} with container ${asked === '' ? 'debugger' : asked} on node ${node.metadata.name}.\n`)
  const pod = yield* session.call<Pod>({ verb: 'create', kind: podsKind(), namespace: session.namespace().name, body: nodeDebugPod(session, node, name), contentType: 'application/json' })
  return { pod, container: pod.spec.containers[0]?.name ?? '' }
}

function* debugCopy(session: Session, pod: Pod): Run<Started> {
  const { copy, container } = podCopy(session, pod)
  const { namespace } = pod.metadata
  const created = yield* session.call<Pod>({ verb: 'create', kind: podsKind(), namespace, body: copy, contentType: 'application/json' })
  if (session.flags.bool('replace')) yield* session.call({ verb: 'delete', kind: podsKind(), namespace, name: pod.metadata.name, body: { gracePeriodSeconds: 0 } })
  return { pod: created, container }
}

function* debugEphemeral(session: Session, pod: Pod): Run<Started> {
  const name = debugContainerName(session, pod)
  const { resources: _resources, ...bare } = debugContainer(session, name)
  const target = session.flags.text('target')
  const container = { ...withProfile(bare as Container, session.flags.text('profile'), 'ephemeral'), ...(target === '' ? {} : { targetContainerName: target }) }
  const changed = { ...pod, spec: { ...pod.spec, ephemeralContainers: [...(pod.spec.ephemeralContainers ?? []), container] } } as Pod
  const { patch, contentType } = twoWayPatch(pod, changed)
  const result = yield* session.call<Pod>({ verb: 'patch', kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name, subresource: 'ephemeralcontainers', body: patch, contentType })
  return { pod: result, container: name }
}

function* start(session: Session, info: Info): Run<Started> {
  const object = info.object as KubeObject
  if (info.kind.kind === 'Node') return yield* debugNode(session, object)
  if (info.kind.kind !== 'Pod') throw fail(`${goQuote(gvkText(apiVersionOf(info.kind), info.kind.kind))} not supported by debug`)
  return session.flags.text('copy-to') === '' ? yield* debugEphemeral(session, object as Pod) : yield* debugCopy(session, object as Pod)
}

function containerState(pod: Pod, name: string): { running?: unknown; terminated?: unknown; waiting?: { message?: string } } | undefined {
  const { initContainerStatuses = [], containerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {}
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find((status) => status.name === name)?.state
}

const hasStarted = (pod: Pod, name: string): boolean => {
  const state = containerState(pod, name)
  return state?.running !== undefined || state?.terminated !== undefined
}

function* printLog(session: Session, pod: Pod, container: string): Run<void> {
  session.out(String((yield* session.call<string>({ verb: 'get', kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name, subresource: 'log', query: { container } })) ?? ''))
}

/** Waits until the container runs and attaches to it. */
function* attachWhenRunning(session: Session, { pod, container }: Started): Run<void> {
  const info: Info = { kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name ?? '', source: '', object: pod }
  let current = pod
  if (!hasStarted(pod, container)) {
    yield* watchObject(session, info, {
      fromVersion: pod.metadata.resourceVersion ?? '', endMs: undefined,
      isDone: (observation) => {
        if (observation.isGone) throw fail(`pods "" not found`)
        current = observation.object as Pod
        const message = containerState(current, container)?.waiting?.message
        if (!session.flags.bool('quiet') && message !== undefined && message !== '') session.warn([`container ${container}: ${message}`])
        return hasStarted(current, container)
      },
    })
  }
  if (containerState(current, container)?.terminated !== undefined) return yield* printLog(session, current, container)
  const attached = yield* attempt(attachTo(session, { pod: current, container, options: terminalOptions(session) }))
  const problem = attached.ok ? attached.value.error : failureText(attached.failure)
  if (problem === undefined) return
  session.err(`warning: couldn't attach to pod/${pod.metadata.name}, falling back to streaming logs: ${problem}\n`)
  yield* printLog(session, current, container)
}

/**
 * kubectl debug POD or NODE: an ephemeral container, a copy of the pod or a pod on the node, by --profile; attaches
 * when it runs if -i or --attach is given.
 */
export function* debug(session: Session): Run<number> {
  const { flags } = session
  const names = flags.argsAtDash < 0 ? flags.args : flags.args.slice(0, flags.argsAtDash)
  check(session, names, flags.args.length - names.length)
  const args = names.flatMap((name) => (name.includes('/') ? [name] : [`pods/${name}`]))
  const isAttached = flags.isSet('attach') ? flags.bool('attach') : flags.bool('stdin')
  for (const info of yield* collectAll(session, { args, useFiles: true, isLatest: true })) {
    const started = yield* start(session, info)
    if (isAttached && started.container !== '') yield* attachWhenRunning(session, started)
  }
  return 0
}
