/** kubectl exec and attach. Models k8s.io/kubectl/pkg/cmd/exec and attach (v1.35). */

import type { KubeObject, Pod } from '../../api/types.ts'
import { runSession } from '../container-session.ts'
import type { SessionEnd, SessionOptions } from '../container-session.ts'
import { asFailure, fail, failureText, hasReason, KubectlFailure } from '../failures.ts'
import { defaultContainer, findContainer, podsKind, podsOfObject, readTarget } from '../pods.ts'
import { collectAll } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

export const attachNotice = `All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.
If you don't see a command prompt, try pressing enter.
`

/** -i and -t; a terminal is only given when the input is one. */
export function terminalOptions(session: Session): SessionOptions {
  const stdin = session.flags.bool('stdin')
  const wantsTty = session.flags.bool('tty')
  if (!wantsTty) return { stdin, tty: false }
  if (!stdin || session.process.hasInput) {
    session.err('Unable to use a TTY - input is not a terminal or the right kind of file\n')
    return { stdin, tty: false }
  }
  return { stdin, tty: true }
}

/** The pod of POD, TYPE/NAME or -f. */
function* findPod(session: Session, args: readonly string[], cannot: string): Run<Pod> {
  const files = session.flags.has('filename') ? session.flags.list('filename') : []
  if (files.length > 0) {
    const infos = yield* collectAll(session, { useFiles: true, isLatest: true })
    if (infos.length > 1) throw fail('cannot exec into multiple objects at a time')
    const [info] = infos
    if (info?.object?.kind === 'Pod') return info.object as Pod
  }
  const object = (yield* readTarget(session, args)).object as KubeObject
  if (object.kind === 'Pod') return object as Pod
  const [pod] = yield* podsOfObject(session, object, { purpose: 'exec', timeoutMs: session.flags.duration('pod-running-timeout'), cannot: `${cannot} *v1.${object.kind}` })
  if (pod === undefined) throw fail('expected a pod')
  return pod
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** The kubelet's failures come through an upgraded connection, so they carry no "from server". */
function upgradeFailure(error: unknown): unknown {
  const failure = asFailure(error)
  return hasReason(failure, 'InternalError') ? fail(failureText(failure)) : error
}

function finish(end: SessionEnd): number {
  if (end.error !== undefined) throw fail(end.error)
  if (end.exitCode !== 0) throw new KubectlFailure({ kind: 'plain', text: `command terminated with exit code ${end.exitCode}`, exitCode: end.exitCode })
  return 0
}

export interface ExecRequest { readonly pod: Pod; readonly container: string; readonly command: readonly string[]; readonly options: SessionOptions }

/** Starts a command in a container and stays until it ends. */
export function* execIn(session: Session, request: ExecRequest): Run<SessionEnd> {
  const { pod, container, command, options } = request
  try {
    const { streamId } = yield* session.open({
      verb: 'get', kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name, subresource: 'exec',
      query: { container, command, stdout: true, ...(options.tty ? { tty: true } : { stderr: true }), ...(options.stdin ? { stdin: true } : {}) },
    })
    return yield* runSession(session, streamId, options)
  } catch (error) {
    throw upgradeFailure(error)
  }
}

/**
 * kubectl exec POD -- COMMAND: the exit code is the command's. Fails before the request for a pod that has completed, a
 * missing command and a container that does not exist.
 */
export function* exec(session: Session): Run<number> {
  const { args, argsAtDash } = session.flags
  const hasFile = session.flags.list('filename').length > 0
  if (argsAtDash === -1 && args.length > 1) throw session.usage('exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead')
  if ((args.length === 0 || argsAtDash === 0) && !hasFile) throw fail('pod, type/name or --filename must be specified')
  const command = argsAtDash === -1 ? [] : args.slice(argsAtDash)
  if (command.length === 0) throw fail('you must specify at least one command for the container')
  const pod = yield* findPod(session, args.slice(0, 1), 'cannot attach to')
  if (isFinished(pod)) throw fail(`cannot exec into a container in a completed pod; current phase is ${pod.status?.phase}`)
  const asked = session.flags.text('container')
  const container = asked !== '' ? asked : defaultContainer(session, pod, session.flags.bool('quiet'))
  return finish(yield* execIn(session, { pod, container, command, options: terminalOptions(session) }))
}

/** Attaches to a running container and stays until it ends. */
export function* attachTo(session: Session, target: { readonly pod: Pod; readonly container: string; readonly options: SessionOptions }): Run<SessionEnd> {
  const { pod, container, options } = target
  if (!session.flags.bool('quiet')) session.err(attachNotice)
  try {
    const { streamId } = yield* session.open({
      verb: 'get', kind: podsKind(), namespace: pod.metadata.namespace, name: pod.metadata.name, subresource: 'attach',
      query: { container, stdout: true, ...(options.tty ? { tty: true } : { stderr: true }), ...(options.stdin ? { stdin: true } : {}) },
    })
    return yield* runSession(session, streamId, options)
  } catch (error) {
    throw upgradeFailure(error)
  }
}

/** kubectl attach POD: follows the container's output, with -i its input too, until it ends or Ctrl+C. */
export function* attach(session: Session): Run<number> {
  const { args, flags } = session
  if (args.length === 0) throw fail('at least 1 argument is required for attach')
  if (args.length > 2) throw fail(`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`)
  if (flags.duration('pod-running-timeout') <= 0) throw fail('--pod-running-timeout must be higher than zero')
  const pod = yield* findPod(session, args, 'cannot attach to')
  if (isFinished(pod)) throw fail(`cannot attach a container in a completed pod; current phase is ${pod.status?.phase}`)
  const asked = flags.text('container')
  if (asked !== '' && findContainer(pod, asked) === undefined) throw fail(`cannot attach to the container: container ${asked} not found in pod ${pod.metadata.name}`)
  const container = asked !== '' ? asked : defaultContainer(session, pod, flags.bool('quiet'))
  const options = terminalOptions(session)
  const end = yield* attachTo(session, { pod, container, options })
  if (end.error !== undefined) throw fail(end.error)
  if (!flags.bool('quiet') && options.stdin && options.tty && pod.spec.restartPolicy === 'Always') session.out(sessionEnded('kubectl attach', pod, container))
  return 0
}

/** How to come back to a container that goes on running. */
export function sessionEnded(command: string, pod: Pod, container: string): string {
  return `Session ended, resume using '${command} ${pod.metadata.name} -c ${container} -i -t' command when the pod is running\n`
}
