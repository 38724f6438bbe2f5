/** kubectl cp: files and folders as tar archives through exec. Models k8s.io/kubectl/pkg/cmd/cp (v1.35). */

import type { Pod } from '../../api/types.ts'
import { readArchive, writeArchive } from '../../workloads/sh/archive.ts'
import type { ArchiveEntry } from '../../workloads/sh/archive.ts'
import { attempt, fail, KubectlFailure } from '../failures.ts'
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

/** What a command in the container said. */
interface Answer { readonly out: string; readonly err: string; readonly exitCode: number }

function* runThere(session: Session, spec: FileSpec, command: readonly string[], input?: string): Run<Answer> {
  const { pod, container } = yield* findTarget(session, spec)
  let [out, err] = ['', '']
  const catching = new Session({ process: { ...session.process, out: (part) => { out += part }, err: (part) => { err += part } }, row: session.row, flags: session.flags, ports: session.ports })
  const end = yield* execIn(catching, { pod, container, command, options: { stdin: input !== undefined, tty: false, ...(input === undefined ? {} : { input }) } })
  if (end.error !== undefined) throw fail(end.error)
  return { out, err, exitCode: end.exitCode }
}

/** A path as archives name it: relative, and never above the root. */
function archivePrefix(path: string): string {
  return joinPath('/', path).slice(1)
}

function joinPath(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

function makeFolders(session: Session, path: string): void {
  const { files } = session.process
  const parts = path.split('/').filter((part) => part !== '')
  parts.forEach((_, index) => {
    const folder = `/${parts.slice(0, index + 1).join('/')}`
    if (!files.isDirectory(folder)) files.makeDirectory(folder)
  })
}

/**
 * Unpacks the container's archive. What tar says goes to standard output, as kubectl has it; its exit code does not matter,
 * and of an empty archive's complaints only the first is read before the connection ends.
 */
function* copyFrom(session: Session, source: FileSpec, target: FileSpec): Run<void> {
  const answer = yield* runThere(session, source, ['tar', 'cf', '-', source.path])
  const entries = readArchive(answer.out)
  if (entries === undefined) throw fail('archive/tar: invalid tar header')
  session.out(entries.length === 0 ? answer.err.replace(/(?<=\n)[^]*$/, '') : answer.err)
  const { files } = session.process
  const root = resolvePath(session.process, target.path)
  const prefix = archivePrefix(source.path)
  for (const { name, text } of entries) {
    if (!name.startsWith(prefix)) throw fail('tar contents corrupted')
    const path = joinPath(root, name.slice(prefix.length))
    makeFolders(session, text === undefined ? path : path.slice(0, path.lastIndexOf('/')))
    if (text === undefined) continue
    if (files.isDirectory(path)) throw fail(`open ${path}: is a directory`)
    files.write(path, text)
  }
}

/** All files of a local path by their names in the archive. */
function packed(session: Session, path: string, name: string): ArchiveEntry[] {
  const { files } = session.process
  if (!files.isDirectory(path)) return [{ name, text: files.read(path) ?? '' }]
  const children = files.list(path) ?? []
  return children.length === 0 ? [{ name }] : children.flatMap((child) => packed(session, `${path}/${child}`, `${name}/${child}`))
}

function* copyTo(session: Session, source: FileSpec, target: FileSpec): Run<void> {
  const { files } = session.process
  const path = resolvePath(session.process, source.path)
  if (!files.isDirectory(path) && files.read(path) === undefined) throw fail(`${source.path} doesn't exist in local filesystem`)
  const test = yield* attempt(runThere(session, target, ['test', '-d', target.path]))
  const isFolder = test.ok && test.value.exitCode === 0
  const destination = (isFolder ? `${target.path}/${baseName(path)}` : target.path).replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
  const slash = destination.lastIndexOf('/')
  const folder = slash < 0 ? '.' : destination.slice(0, slash) || '/'
  const preserve = session.flags.bool('no-preserve') ? ['--no-same-permissions', '--no-same-owner'] : []
  const answer = yield* runThere(session, target, ['tar', ...preserve, '-xmf', '-', '-C', folder], writeArchive(packed(session, path, baseName(destination))))
  session.out(answer.out)
  session.err(answer.err)
  if (answer.exitCode !== 0) throw new KubectlFailure({ kind: 'plain', text: `command terminated with exit code ${answer.exitCode}`, exitCode: answer.exitCode })
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
