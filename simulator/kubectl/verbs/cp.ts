/** kubectl cp, for single text files. Models k8s.io/kubectl/pkg/cmd/cp (v1.35) as far as containers without tar allow. */

import type { Pod } from '../../api/types.ts'
import { fail, KubectlFailure } from '../failures.ts'
import { resolvePath } from '../kubeconfig.ts'
import { defaultContainer, podsKind } from '../pods.ts'
import { Session } from '../session.ts'
import type { Run } from '../session.ts'
import { execIn } from './exec.ts'

interface FileSpec { readonly namespace: string; readonly pod: string; readonly path: string }

/** Reads [[NAMESPACE/]POD:]PATH. */
function readSpec(text: string): FileSpec {
  const colon = text.indexOf(':')
  if (colon === 0) throw fail('filespec must match the canonical format: [[namespace/]pod:]file/path')
  if (colon < 0) return { namespace: '', pod: '', path: text }
  const parts = text.slice(0, colon).split('/')
  if (parts.length > 2) throw fail('filespec must match the canonical format: [[namespace/]pod:]file/path')
  return { namespace: parts.length === 2 ? parts[0] ?? '' : '', pod: parts.at(-1) ?? '', path: text.slice(colon + 1) }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function* findTarget(session: Session, spec: FileSpec): Run<{ readonly pod: Pod; readonly container: string }> {
  const namespace = spec.namespace === '' ? session.namespace().name : spec.namespace
  const pod = yield* session.call<Pod>({ verb: 'get', kind: podsKind(), namespace, name: spec.pod })
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') throw fail(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`)
  const asked = session.flags.text('container')
  return { pod, container: asked === '' ? defaultContainer(session, pod, false) : asked }
}

/** Runs a command in the container and returns what it printed; its failure is kubectl's. */
function* runThere(session: Session, spec: FileSpec, command: readonly string[], input: string | undefined): Run<string> {
  const { pod, container } = yield* findTarget(session, spec)
  let text = ''
  const catching = new Session({ process: { ...session.process, out: (part) => { text += part } }, row: session.row, flags: session.flags, ports: session.ports })
  const end = yield* execIn(catching, { pod, container, command, options: { stdin: input !== undefined, tty: false, ...(input === undefined ? {} : { input }) } })
  if (end.error !== undefined) throw fail(end.error)
  if (end.exitCode !== 0) throw new KubectlFailure({ kind: 'plain', text: `command terminated with exit code ${end.exitCode}`, exitCode: end.exitCode })
  return text
}

function* copyFrom(session: Session, source: FileSpec, target: FileSpec): Run<void> {
  const { files } = session.process
  const text = yield* runThere(session, source, ['cat', source.path], undefined)
  const path = resolvePath(session.process, target.path)
  files.write(files.isDirectory(path) ? `${path}/${baseName(source.path)}` : path, text)
}

function* copyTo(session: Session, source: FileSpec, target: FileSpec): Run<void> {
  const { files } = session.process
  const path = resolvePath(session.process, source.path)
  if (files.isDirectory(path)) throw fail('directories cannot be copied here; copy the files one by one')
  const text = files.read(path)
  if (text === undefined) throw fail(`${source.path} doesn't exist in local filesystem`)
  const script = `if [ -d ${JSON.stringify(target.path)} ]; then cat > ${JSON.stringify(`${target.path.replace(/\/$/, '')}/${baseName(source.path)}`)}; else cat > ${JSON.stringify(target.path)}; fi`
  yield* runThere(session, target, ['sh', '-c', script], text)
}

/**
 * kubectl cp SOURCE TARGET: exactly one of both is [namespace/]pod:path. Fails when both or none are remote, a path is
 * empty or the file is missing.
 */
export function* cp(session: Session): Run<number> {
  const [from, to] = session.args
  if (session.args.length !== 2 || from === undefined || to === undefined) throw fail('source and destination are required')
  const [source, target] = [readSpec(from), readSpec(to)]
  if (source.pod !== '' && target.pod !== '') throw fail('one of src or dest must be a local file specification')
  if (source.path === '' || target.path === '') throw fail('filepath can not be empty')
  if (source.pod !== '') yield* copyFrom(session, source, target)
  else if (target.pod !== '') yield* copyTo(session, source, target)
  else throw fail('one of src or dest must be a remote file specification')
  return 0
}
