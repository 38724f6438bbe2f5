/** create configmap and secret. Models k8s.io/kubectl/pkg/cmd/create (v1.35). */

import { encodeBase64 } from '../../api/base64.ts'
import { goQuote } from '../../api/go-text.ts'
import { checkConfigMapKey } from '../../api/names.ts'
import type { KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { hashedName } from '../content-hash.ts'
import { fail } from '../failures.ts'
import { resolvePath } from '../kubeconfig.ts'
import type { Run, Session } from '../session.ts'
import { createGenerated, metadataOf, nameArgument } from './common.ts'

type Data = Map<string, string>
interface Target { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string }

function sortedEntries(data: Data): [string, string][] {
  return [...data].sort(([a], [b]) => compareText(a, b))
}

function addKey(data: Data, target: Target, key: string, text: string): void {
  const problems = checkConfigMapKey(key)
  if (problems.length > 0) throw fail(target.kind === 'ConfigMap' ? `${goQuote(key)} is not a valid key name for a ConfigMap: ${problems.join(',')}` : `${goQuote(key)} is not valid key name for a Secret ${problems.join(';')}`)
  if (data.has(key)) throw fail(target.kind === 'ConfigMap' ? `cannot add key ${goQuote(key)}, another key by that name already exists in Data for ConfigMap ${goQuote(target.name)}` : `cannot add key ${key}, another key by that name already exists`)
  data.set(key, text)
}

function addLiterals(session: Session, data: Data, target: Target): void {
  for (const literal of session.flags.list('from-literal')) {
    const equals = literal.indexOf('=')
    if (equals <= 0) throw fail(`invalid literal source ${literal}, expected key=value`)
    addKey(data, target, literal.slice(0, equals), literal.slice(equals + 1).replace(/^(["'])(.*)\1$/s, (_all, _quote, inner: string) => inner))
  }
}

function fileSource(source: string): { readonly key: string; readonly path: string } {
  const parts = source.split('=')
  if (parts.length === 1) return { key: '', path: source }
  if (source.startsWith('=')) throw fail(`key name for file path ${source.slice(1)} missing`)
  if (source.endsWith('=')) throw fail(`file path for key name ${source.slice(0, -1)} missing`)
  if (parts.length > 2) throw fail("key names or file paths cannot contain '='")
  return { key: parts[0] ?? '', path: parts[1] ?? '' }
}

function addFiles(session: Session, data: Data, target: Target): void {
  const { files } = session.process
  for (const source of session.flags.list('from-file')) {
    const { key, path } = fileSource(source)
    const full = resolvePath(session.process, path)
    if (files.isDirectory(full)) {
      if (key !== '') throw fail('cannot give a key name for a directory path')
      for (const name of files.list(full) ?? []) {
        const text = files.read(`${full}/${name}`)
        if (text !== undefined) addKey(data, target, name, text)
      }
      continue
    }
    const text = files.read(full)
    if (text === undefined) throw fail(`error reading ${path}: no such file or directory`)
    addKey(data, target, key === '' ? path.slice(path.lastIndexOf('/') + 1) : key, text)
  }
}

function addEnvFiles(session: Session, data: Data, target: Target): void {
  for (const path of session.flags.list('from-env-file')) {
    const text = session.process.files.read(resolvePath(session.process, path))
    if (text === undefined) throw fail(`error reading ${path}: no such file or directory`)
    for (const line of text.split('\n').map((one) => one.replace(/^\s+/, '').replace(/\r$/, ''))) {
      if (line === '' || line.startsWith('#')) continue
      const equals = line.indexOf('=')
      const key = equals < 0 ? line : line.slice(0, equals)
      const value = equals < 0 ? session.process.env[key] : line.slice(equals + 1)
      if (value !== undefined) addKey(data, target, key, value)
    }
  }
}

function readData(session: Session, target: Target): Data {
  if (session.flags.list('from-env-file').length > 0 && (session.flags.list('from-file').length > 0 || session.flags.list('from-literal').length > 0)) {
    throw fail('from-env-file cannot be combined with from-file or from-literal')
  }
  const data: Data = new Map()
  addFiles(session, data, target)
  addLiterals(session, data, target)
  addEnvFiles(session, data, target)
  return data
}

function named(session: Session, object: KubeObject): KubeObject {
  return session.flags.bool('append-hash') ? { ...object, metadata: { ...object.metadata, name: hashedName(object) } } : object
}

/**
 * kubectl create configmap NAME from --from-literal, --from-file and --from-env-file. Invalid keys, missing files and
 * keys given twice fail before a request is made.
 */
export function* createConfigMap(session: Session): Run<number> {
  const name = nameArgument(session)
  const data = readData(session, { kind: 'ConfigMap', name })
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: metadataOf(session, name), ...(data.size === 0 ? {} : { data: Object.fromEntries(sortedEntries(data)) }) }
  return yield* createGenerated(session, named(session, object as KubeObject), 'failed to create configmap:')
}

function secretObject(session: Session, name: string, data: Data, type: string): KubeObject {
  const encoded = Object.fromEntries(sortedEntries(data).map(([key, text]) => [key, encodeBase64(text)]))
  return { kind: 'Secret', apiVersion: 'v1', metadata: metadataOf(session, name), ...(data.size === 0 ? {} : { data: encoded }), ...(type === '' ? {} : { type }) } as KubeObject
}

/** kubectl create secret generic NAME: as configmap, values in base64, --type as given (Opaque is the server's default). */
export function* createGenericSecret(session: Session): Run<number> {
  const name = nameArgument(session)
  const object = secretObject(session, name, readData(session, { kind: 'Secret', name }), session.flags.text('type'))
  return yield* createGenerated(session, named(session, object), 'failed to create secret')
}

function readPem(session: Session, flag: string, what: string): string {
  const path = session.flags.text(flag)
  const text = session.process.files.read(resolvePath(session.process, path))
  if (text === undefined) throw fail(`Cannot read file ${path}, open ${path}: no such file or directory`)
  if (!text.includes('-----BEGIN ')) throw fail(`tls: failed to find any PEM data in ${what} input`)
  return text
}

/**
 * kubectl create secret tls NAME. Fails unless --cert and --key name PEM files. Modelling assumption: any PEM text is good,
 * as nothing here can tell whether certificate and key belong together.
 */
export function* createTlsSecret(session: Session): Run<number> {
  const name = nameArgument(session)
  if (session.flags.text('key') === '' || session.flags.text('cert') === '') throw fail('key and cert must be specified')
  const certificate = readPem(session, 'cert', 'certificate')
  const key = readPem(session, 'key', 'key')
  const object = secretObject(session, name, new Map([['tls.crt', certificate], ['tls.key', key]]), 'kubernetes.io/tls')
  return yield* createGenerated(session, named(session, object), 'failed to create secret')
}

/** kubectl create secret docker-registry NAME: the .dockerconfigjson of a server, a user and a password, or files that hold one. */
export function* createDockerSecret(session: Session): Run<number> {
  const name = nameArgument(session)
  const username = session.flags.text('docker-username')
  const password = session.flags.text('docker-password')
  const server = session.flags.text('docker-server')
  const email = session.flags.text('docker-email')
  const data: Data = new Map()
  if (session.flags.list('from-file').length > 0) addFiles(session, data, { kind: 'Secret', name })
  else if (username === '' || password === '' || server === '') throw fail('either --from-file or the combination of --docker-username, --docker-password and --docker-server is required')
  else data.set('.dockerconfigjson', JSON.stringify({ auths: { [server]: { username, password, ...(email === '' ? {} : { email }), auth: encodeBase64(`${username}:${password}`) } } }))
  return yield* createGenerated(session, named(session, secretObject(session, name, data, 'kubernetes.io/dockerconfigjson')), 'failed to create secret')
}
