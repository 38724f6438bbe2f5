/** kubectl run. Models k8s.io/kubectl/pkg/cmd/run (v1.35). */

import { kindByKind } from '../../api/kinds.ts'
import type { EnvVar, KubeObject, Pod } from '../../api/types.ts'
import { attempt, asFailure, fail, failureText, KubectlFailure } from '../failures.ts'
import { writeQuery } from '../generators/common.ts'
import { withLastApplied } from '../last-applied.ts'
import { overridden } from '../overrides.ts'
import { podsKind } from '../pods.ts'
import { operationPrinter } from '../printers/output.ts'
import type { Printer } from '../printers/output.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { waitUntilGone, watchObject } from '../waiting.ts'
import { cascadeOf, deleteObject } from './delete.ts'
import { attachTo, sessionEnded, terminalOptions } from './exec.ts'
import { readLabelSpec } from './expose.ts'

const imageForm = /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/

function restartPolicyOf(session: Session): string {
  const restart = session.flags.text('restart')
  if (restart === '') return session.flags.bool('stdin') ? 'OnFailure' : 'Always'
  if (!['Always', 'OnFailure', 'Never'].includes(restart)) throw session.usage(`invalid restart policy: ${restart}`)
  return restart
}

function environment(session: Session): EnvVar[] {
  return session.flags.list('env').map((text) => {
    const equals = text.indexOf('=')
    if (equals <= 0) throw fail(`invalid env: ${text}`)
    return { name: text.slice(0, equals), value: text.slice(equals + 1) }
  })
}

function annotationsOf(session: Session): { [key: string]: string } | undefined {
  const list = session.flags.list('annotations')
  if (list.length === 0) return undefined
  return Object.fromEntries(list.map((text) => {
    const equals = text.indexOf('=')
    if (equals <= 0) throw fail(`annotations spec must be of the form 'key=value': ${text}`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  }))
}

function podOf(session: Session, name: string, restartPolicy: string): KubeObject {
  const { flags, args } = session
  const rest = args.slice(1)
  const port = flags.text('port')
  if (port !== '' && !/^\d+$/.test(port)) throw fail(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`)
  const env = environment(session)
  const annotations = annotationsOf(session)
  const pull = flags.text('image-pull-policy')
  const stdin = flags.bool('stdin')
  return {
    kind: 'Pod', apiVersion: 'v1',
    metadata: { name, labels: flags.text('labels') === '' ? { run: name } : readLabelSpec(flags.text('labels')), ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      containers: [{
        name, image: flags.text('image'),
        ...(rest.length === 0 ? {} : flags.bool('command') ? { command: [...rest] } : { args: [...rest] }),
        ...(port === '' ? {} : { ports: [{ containerPort: Number(port) }] }), ...(env.length === 0 ? {} : { env }), resources: {},
        ...(pull === '' ? {} : { imagePullPolicy: pull }), ...(flags.bool('privileged') ? { securityContext: { privileged: true } } : {}),
        ...(stdin ? { stdin } : {}), ...(stdin && !flags.bool('leave-stdin-open') ? { stdinOnce: true } : {}), ...(flags.bool('tty') ? { tty: true } : {}),
      }],
      restartPolicy, dnsPolicy: 'ClusterFirst',
    },
    status: {},
  } as KubeObject
}

function serviceOf(session: Session, name: string): KubeObject {
  const port = Number(session.flags.text('port'))
  const selector = session.flags.text('labels') === '' ? { run: name } : readLabelSpec(session.flags.text('labels'))
  const labels = session.flags.text('labels') === '' ? {} : { labels: selector }
  return { kind: 'Service', apiVersion: 'v1', metadata: { name, ...labels }, spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector }, status: { loadBalancer: {} } } as KubeObject
}

function checkFlags(session: Session): void {
  const { flags } = session
  if (session.args.length === 0 || flags.argsAtDash === 0) throw session.usage('NAME is required for run')
  if (flags.text('image') === '') throw fail('--image is required')
  if (!imageForm.test(flags.text('image'))) throw fail(`Invalid image name ${JSON.stringify(flags.text('image'))}: invalid reference format`)
  if (flags.bool('tty') && !flags.bool('stdin')) throw session.usage('-i/--stdin is required for containers with -t/--tty=true')
  if (flags.bool('expose') && flags.text('port') === '') throw session.usage('--port must be set when exposing a service')
}

function checkAttached(session: Session, isAttached: boolean): void {
  const { flags } = session
  if (!isAttached && flags.bool('rm')) throw session.usage('--rm should only be used for attached containers')
  if (isAttached && session.dryRun() !== 'none') throw session.usage("--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)")
  const pull = flags.text('image-pull-policy')
  if (pull !== '' && !['Always', 'IfNotPresent', 'Never'].includes(pull)) throw session.usage(`invalid image pull policy: ${pull}`)
}

function* createOne(session: Session, object: KubeObject): Run<KubeObject> {
  const { name: namespace, isExplicit } = session.namespace()
  if (session.dryRun() === 'client') return isExplicit ? { ...object, metadata: { ...object.metadata, namespace } } : object
  const kind = kindByKind(object.apiVersion, object.kind)
  if (kind === undefined) throw fail(`no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}`)
  const body = session.flags.bool('save-config') ? withLastApplied(object) : object
  return yield* session.call({ verb: 'create', kind, namespace, body, contentType: 'application/json', query: writeQuery(session) })
}

function infoOf(object: KubeObject): Info {
  const kind = kindByKind(object.apiVersion, object.kind) ?? podsKind()
  return { kind, namespace: object.metadata.namespace, name: object.metadata.name ?? '', source: '', object }
}

/** Waits for the pod to fulfil a condition; the pod, or undefined after the timeout. */
function* waitForPod(session: Session, pod: KubeObject, isDone: (pod: Pod) => boolean): Run<Pod> {
  const info = infoOf(pod)
  const read = yield* session.call<Pod>({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name })
  if (isDone(read)) return read
  let result: Pod | undefined
  const timeoutMs = session.flags.duration('pod-running-timeout')
  const isMet = yield* watchObject(session, info, {
    fromVersion: read.metadata.resourceVersion ?? '', endMs: session.nowMs + timeoutMs,
    isDone: (observation) => {
      if (observation.isGone) throw fail(`pods ${JSON.stringify(info.name)} not found`)
      result = observation.object as Pod
      return isDone(result)
    },
  })
  if (!isMet || result === undefined) throw fail('timed out waiting for the condition')
  return result
}

const isOver = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

function isRunningAndReady(pod: Pod): boolean {
  if (isOver(pod)) return true
  return pod.status?.phase === 'Running' && pod.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true
}

function* printLog(session: Session, pod: Pod, container: string): Run<void> {
  const text = yield* session.call<string>({ verb: 'get', kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name, subresource: 'log', query: { container } })
  session.out(String(text ?? ''))
}

/** Attaches to the pod; falls back to its log when it is over already. */
function* attachPod(session: Session, created: KubeObject): Run<void> {
  const pod = yield* waitForPod(session, created, isRunningAndReady)
  const container = pod.spec.containers[0]?.name ?? ''
  if (isOver(pod)) return yield* printLog(session, pod, container)
  const options = terminalOptions(session)
  const attached = yield* attempt(attachTo(session, { pod, container, options }))
  const problem = attached.ok ? attached.value.error : failureText(attached.failure)
  if (problem !== undefined) {
    session.err(`warning: couldn't attach to pod/${pod.metadata.name}, falling back to streaming logs: ${problem}\n`)
    return yield* printLog(session, pod, container)
  }
  if (!session.flags.bool('quiet') && options.stdin && options.tty && pod.spec.restartPolicy === 'Always') session.out(sessionEnded('kubectl attach', pod, container))
}

/** How the command ends when the pod has ended. */
function* exitOf(session: Session, created: KubeObject, restartPolicy: string): Run<number> {
  if (session.flags.bool('leave-stdin-open') || restartPolicy === 'Always') return 0
  const pod = yield* waitForPod(session, created, restartPolicy === 'OnFailure' ? (one) => one.status?.phase === 'Succeeded' : isOver)
  if (pod.status?.phase === 'Succeeded') return 0
  const where = `pod ${pod.metadata.namespace}/${pod.metadata.name}`
  const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated
  if (terminated === undefined || terminated.exitCode === 0) throw fail(`${where} failed with unknown exit code`)
  throw new KubectlFailure({ kind: 'plain', text: `${where} terminated (${terminated.reason ?? ''})\n${terminated.message ?? ''}`, exitCode: terminated.exitCode })
}

/** --rm: deletes what was created and waits until it is gone. */
function* removeCreated(session: Session, created: readonly KubeObject[]): Run<void> {
  const { flags } = session
  const plan = { graceSeconds: flags.bool('force') ? Math.max(0, flags.int('grace-period')) : flags.int('grace-period'), propagation: cascadeOf(session), dryRun: 'none' as const, ignoresNotFound: true }
  for (const object of created) {
    const uid = yield* deleteObject(session, infoOf(object), plan)
    yield* waitUntilGone(session, infoOf(object), { uid, endMs: undefined })
  }
}

function* runAttached(session: Session, created: readonly KubeObject[], restartPolicy: string): Run<number> {
  const [pod] = created
  if (pod === undefined) return 0
  let exitCode = 0
  let failure: unknown
  try {
    yield* attachPod(session, pod)
    exitCode = yield* exitOf(session, pod, restartPolicy)
  } catch (error) {
    asFailure(error)
    failure = error
  }
  if (session.flags.bool('rm')) yield* removeCreated(session, created)
  if (failure !== undefined) throw failure
  return exitCode
}

/**
 * kubectl run NAME --image=...: creates a pod, with --expose a Service too; with -i it attaches, --rm deletes it
 * afterwards, and the exit code is the container's.
 */
export function* run(session: Session): Run<number> {
  checkFlags(session)
  const { flags } = session
  const restartPolicy = restartPolicyOf(session)
  const isAttached = flags.isSet('attach') ? flags.bool('attach') : flags.bool('stdin')
  checkAttached(session, isAttached)
  const name = session.args[0] ?? ''
  const dryRun = session.dryRun()
  const printer: Printer = operationPrinter(session, 'created', { dryRun, isTyped: dryRun === 'client' })
  const pod = yield* createOne(session, overridden(session, podOf(session, name, restartPolicy)))
  const created = [pod]
  if (flags.bool('expose')) {
    const service = yield* createOne(session, serviceOf(session, name))
    created.push(service)
    session.out(printer(service))
    if (flags.text('output') === 'yaml') session.out('---\n')
  }
  if (isAttached) return yield* runAttached(session, created, restartPolicy)
  session.out(printer(pod))
  return 0
}
