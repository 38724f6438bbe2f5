/** kubectl config. Models k8s.io/kubectl/pkg/cmd/config (v1.35). */

import { encodeBase64 } from '../../api/base64.ts'
import { goQuote } from '../../api/go-text.ts'
import type { KubeObject } from '../../api/types.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { aggregateFailure, fail } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { helpText } from '../help.ts'
import { configDocument, configPath, findEntry, loadConfig, resolvePath, saveConfig, withEntry } from '../kubeconfig.ts'
import type { KubeConfig, NamedEntry } from '../kubeconfig.ts'
import { formatPrinter, unknownFormat } from '../printers/output.ts'
import { alignTabs, tableTabs } from '../printers/tab-writer.ts'
import type { Run, Session } from '../session.ts'

function load(session: Session): KubeConfig {
  return loadConfig(session.process, session.flags.has('kubeconfig') ? session.flags.text('kubeconfig') : '')
}

function save(session: Session, config: KubeConfig): void {
  saveConfig(session.process, session.flags.text('kubeconfig'), config)
}

/** Prints the help of the command, then what was wrong with its arguments. */
function unexpectedArgs(session: Session, args: readonly string[]): Error {
  session.out(helpText(session.row))
  return fail(`Unexpected args: [${args.join(' ')}]`)
}

function oneArgument(session: Session): string {
  const { args } = session
  if (args.length !== 1) throw unexpectedArgs(session, args)
  return args[0] ?? ''
}

function table(rows: readonly (readonly string[])[]): string {
  return alignTabs(rows.map((cells) => `${cells.join('\t')}\n`).join(''), tableTabs)
}

/** kubectl config current-context: its name; fails when none is set, and does not care whether it exists. */
export function* currentContext(session: Session): Run<number> {
  const { currentContext: name } = load(session)
  if (name === '') throw fail('current-context is not set')
  session.out(`${name}\n`)
  return 0
}

/** kubectl config use-context NAME: writes current-context; fails for a context that the file does not have. */
export function* useContext(session: Session): Run<number> {
  const name = oneArgument(session)
  const config = load(session)
  if (name === '') throw fail('empty context names are not allowed')
  if (findEntry(config.contexts, name) === undefined) throw fail(`no context exists with the name: ${goQuote(name)}`)
  save(session, { ...config, currentContext: name })
  session.out(`Switched to context ${goQuote(name)}.\n`)
  return 0
}

/** kubectl config get-contexts [NAME...]: a table, or names with -o name. Names that do not exist are errors at the end, the others are printed. */
export function* getContexts(session: Session): Run<number> {
  const { flags, args } = session
  const output = flags.text('output')
  if (output !== '' && output !== 'name') throw fail(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`)
  const config = load(session)
  const all = [...config.contexts].map(({ name }) => name).sort(compareText)
  const failures: Failure[] = args.filter((name) => !all.includes(name)).map((name) => ({ kind: 'text', text: `context ${name} not found` }))
  const names = args.length > 0 ? args.filter((name) => all.includes(name)) : all
  const isNameOnly = output === 'name'
  const rows = names.map((name) => {
    const value = findEntry(config.contexts, name)?.value ?? {}
    return [name === config.currentContext ? '*' : '', name, String(value['cluster'] ?? ''), String(value['user'] ?? ''), String(value['namespace'] ?? '')]
  })
  const headers = isNameOnly || flags.bool('no-headers') ? [] : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE']]
  session.out(isNameOnly ? names.map((name) => `${name}\n`).join('') : table([...headers, ...rows]))
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

function* listNames(session: Session, entries: readonly NamedEntry[]): Run<number> {
  session.out(['NAME', ...entries.map(({ name }) => name).sort(compareText)].map((name) => `${name}\n`).join(''))
  return 0
}

export const getClusters = (session: Session): Run<number> => listNames(session, load(session).clusters)
export const getUsers = (session: Session): Run<number> => listNames(session, load(session).users)

/** Members of a flag's value: set when the flag was given, removed when it is empty. */
function withFlags(session: Session, value: JsonObject, members: { readonly [flag: string]: string }): JsonObject {
  const result: { [key: string]: Json | undefined } = { ...value }
  for (const [flag, member] of Object.entries(members)) {
    if (!session.flags.isSet(flag)) continue
    const spec = session.flags.specs.find((one) => one.name === flag)
    const given: Json = spec?.type === 'b' ? session.flags.bool(flag) : session.flags.text(flag)
    if (given === '' || given === false) delete result[member]
    else result[member] = given
  }
  return result
}

/** Where a path of the working directory lies as seen from the kubeconfig's folder. */
function relativePath(session: Session, path: string): string {
  const target = resolvePath(session.process, path).split('/')
  const base = configPath(session.process, session.flags.text('kubeconfig')).split('/').slice(0, -1)
  let shared = 0
  while (shared < base.length && shared < target.length - 1 && base[shared] === target[shared]) shared++
  return [...base.slice(shared).map(() => '..'), ...target.slice(shared)].join('/')
}

/** Files that flags named: embedded as data, or as paths from the kubeconfig's folder. */
function withFiles(session: Session, value: JsonObject, members: readonly string[]): JsonObject {
  const result: { [key: string]: Json | undefined } = { ...value }
  for (const member of members) {
    const path = session.flags.isSet(member) ? session.flags.text(member) : ''
    if (path === '') continue
    delete result[`${member}-data`]
    if (!session.flags.bool('embed-certs')) {
      result[member] = relativePath(session, path)
      continue
    }
    const text = session.process.files.read(resolvePath(session.process, path))
    if (text === undefined) throw fail(`could not read ${member} data from ${path}: open ${path}: no such file or directory`)
    delete result[member]
    result[`${member}-data`] = encodeBase64(text)
  }
  return result as JsonObject
}

/**
 * kubectl config set-context NAME or --current: changes the given members only and makes the context when it is new.
 * What it names need not exist.
 */
export function* setContext(session: Session): Run<number> {
  const { args, flags } = session
  if (args.length > 1) throw unexpectedArgs(session, args)
  const isCurrent = flags.bool('current')
  if (args.length === 0 && !isCurrent) throw fail('you must specify a non-empty context name or --current')
  if (args.length === 1 && isCurrent) throw fail('you cannot specify both a context name and --current')
  const config = load(session)
  if (isCurrent && config.currentContext === '') throw fail('no current context is set')
  const name = isCurrent ? config.currentContext : args[0] ?? ''
  const existing = findEntry(config.contexts, name)
  const value = withFlags(session, existing?.value ?? { cluster: '', user: '' }, { cluster: 'cluster', user: 'user', namespace: 'namespace' })
  save(session, { ...config, contexts: withEntry(config.contexts, { name, value: { cluster: '', user: '', ...value } }) })
  session.out(`Context ${goQuote(name)} ${existing === undefined ? 'created' : 'modified'}.\n`)
  return 0
}

/** kubectl config set-cluster NAME: changes the given members only; --embed-certs puts the file's content in. */
export function* setCluster(session: Session): Run<number> {
  const name = oneArgument(session)
  const config = load(session)
  const members = { server: 'server', 'tls-server-name': 'tls-server-name', 'insecure-skip-tls-verify': 'insecure-skip-tls-verify', 'certificate-authority': 'certificate-authority', 'proxy-url': 'proxy-url' }
  const value = withFiles(session, withFlags(session, findEntry(config.clusters, name)?.value ?? { server: '' }, members), ['certificate-authority'])
  save(session, { ...config, clusters: withEntry(config.clusters, { name, value }) })
  session.out(`Cluster ${goQuote(name)} set.\n`)
  return 0
}

/** kubectl config set-credentials NAME: changes the given members of a user only; --embed-certs puts the content of certificate and key in. */
export function* setCredentials(session: Session): Run<number> {
  const { args } = session
  if (args.length !== 1) throw fail(`unexpected args: [${args.join(' ')}]`)
  const [name = ''] = args
  const config = load(session)
  const members = { token: 'token', username: 'username', password: 'password', 'client-certificate': 'client-certificate', 'client-key': 'client-key' }
  const value = withFiles(session, withFlags(session, findEntry(config.users, name)?.value ?? {}, members), ['client-certificate', 'client-key'])
  save(session, { ...config, users: withEntry(config.users, { name, value }) })
  session.out(`User ${goQuote(name)} set.\n`)
  return 0
}

function without(entries: readonly NamedEntry[], name: string): NamedEntry[] {
  return entries.filter((entry) => entry.name !== name)
}

function* remove(session: Session, what: 'cluster' | 'context' | 'user'): Run<number> {
  const { args } = session
  if (args.length !== 1) {
    if (what === 'user') throw session.usage('user to delete is required')
    throw unexpectedArgs(session, args)
  }
  const [name = ''] = args
  const config = load(session)
  const member = what === 'cluster' ? 'clusters' : what === 'context' ? 'contexts' : 'users'
  const path = configPath(session.process, session.flags.text('kubeconfig'))
  if (findEntry(config[member], name) === undefined) throw fail(`cannot delete ${what} ${name}, not in ${path}`)
  if (what === 'context' && config.currentContext === name) session.err(`warning: this removed your active context, use "kubectl config use-context" to select a different one\n`)
  save(session, { ...config, [member]: without(config[member], name) })
  session.out(`deleted ${what} ${name} from ${path}\n`)
  return 0
}

export const deleteCluster = (session: Session): Run<number> => remove(session, 'cluster')
export const deleteContext = (session: Session): Run<number> => remove(session, 'context')
export const deleteUser = (session: Session): Run<number> => remove(session, 'user')

/** kubectl config rename-context OLD NEW: fails when OLD is missing or NEW exists; current-context goes along. */
export function* renameContext(session: Session): Run<number> {
  const { args } = session
  if (args.length !== 2) throw unexpectedArgs(session, args)
  const [from = '', to = ''] = args
  if (to === '') throw fail('You must specify a new non-empty context name')
  const config = load(session)
  const path = configPath(session.process, session.flags.text('kubeconfig'))
  const entry = findEntry(config.contexts, from)
  if (entry === undefined) throw fail(`cannot rename the context ${goQuote(from)}, it's not in ${path}`)
  if (findEntry(config.contexts, to) !== undefined) throw fail(`cannot rename the context ${goQuote(from)}, the context ${goQuote(to)} already exists in ${path}`)
  const contexts = withEntry(without(config.contexts, from), { name: to, value: entry.value })
  save(session, { ...config, contexts, currentContext: config.currentContext === from ? to : config.currentContext })
  session.out(`Context ${goQuote(from)} renamed to ${goQuote(to)}.\n`)
  return 0
}

const lists = ['clusters', 'contexts', 'users'] as const

/** Finds the entry that a dotted path names; entry names may have dots themselves. */
function splitProperty(config: KubeConfig, path: string): { readonly list: (typeof lists)[number]; readonly name: string; readonly rest: readonly string[] } | undefined {
  const [first = '', ...parts] = path.split('.')
  const list = lists.find((one) => one === first)
  if (list === undefined) return undefined
  for (let count = parts.length; count > 0; count--) {
    const name = parts.slice(0, count).join('.')
    if (findEntry(config[list], name) !== undefined) return { list, name, rest: parts.slice(count) }
  }
  return { list, name: parts[0] ?? '', rest: parts.slice(1) }
}

/** kubectl config set PATH VALUE, such as contexts.NAME.namespace or current-context. true and false become booleans; an unknown path fails. */
export function* setProperty(session: Session): Run<number> {
  const { args } = session
  if (args.length !== 2) throw unexpectedArgs(session, args)
  const [path = '', text = ''] = args
  if (text === '') throw fail('you cannot use set to unset a property')
  if (path === '') throw fail('you must specify a property')
  const config = load(session)
  if (path === 'current-context') save(session, { ...config, currentContext: text })
  else {
    const found = splitProperty(config, path)
    const [member] = found?.rest ?? []
    if (found === undefined || member === undefined) throw fail(`unable to locate path ${goQuote(path)}`)
    const value = findEntry(config[found.list], found.name)?.value ?? {}
    const given: Json = text === 'true' ? true : text === 'false' ? false : text
    save(session, { ...config, [found.list]: withEntry(config[found.list], { name: found.name, value: { ...value, [member]: given } }) })
  }
  session.out(`Property ${goQuote(path)} set.\n`)
  return 0
}

/** kubectl config unset PATH: a member, a whole entry or a whole list. An entry that is not there is no error. */
export function* unsetProperty(session: Session): Run<number> {
  const path = oneArgument(session)
  if (path === '') throw fail('you must specify a property')
  const config = load(session)
  if (path === 'current-context') save(session, { ...config, currentContext: '' })
  else if (lists.some((list) => list === path)) save(session, { ...config, [path]: [] })
  else {
    const found = splitProperty(config, path)
    if (found === undefined) throw fail(`unable to locate path ${goQuote(path)}`)
    const [member] = found.rest
    const entry = findEntry(config[found.list], found.name)
    if (entry === undefined || member === undefined) save(session, { ...config, [found.list]: without(config[found.list], found.name) })
    else {
      const { [member]: _gone, ...value } = entry.value
      save(session, { ...config, [found.list]: withEntry(config[found.list], { name: found.name, value }) })
    }
  }
  session.out(`Property ${goQuote(path)} unset.\n`)
  return 0
}

const secrets: { readonly [member: string]: string } = { token: 'REDACTED', password: 'REDACTED', 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED', 'certificate-authority-data': 'DATA+OMITTED' }

function redacted(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, secrets[key] ?? member]))
}

/** Only what the current context uses. */
function minified(config: KubeConfig, contextName: string): KubeConfig {
  const context = findEntry(config.contexts, contextName)
  if (context === undefined) throw fail(contextName === '' ? 'current-context must exist in order to minify' : `cannot locate context ${contextName}`)
  return {
    currentContext: contextName, contexts: [context],
    clusters: config.clusters.filter(({ name }) => name === context.value['cluster']),
    users: config.users.filter(({ name }) => name === context.value['user']),
  }
}

/** Paths from the root, or with --flatten what is in the files. */
function withPaths(session: Session, config: KubeConfig): KubeConfig {
  const path = configPath(session.process, session.flags.text('kubeconfig'))
  const folder = path.slice(0, path.lastIndexOf('/'))
  const settle = (entries: readonly NamedEntry[]): NamedEntry[] => entries.map(({ name, value }) => {
    const settled: { [key: string]: Json | undefined } = { ...value }
    for (const member of ['certificate-authority', 'client-certificate', 'client-key']) {
      const given = String(value[member] ?? '')
      if (given === '') continue
      const full = given.startsWith('/') ? given : resolvePath(session.process, `${folder}/${given}`)
      if (!session.flags.bool('flatten')) {
        settled[member] = full
        continue
      }
      const text = session.process.files.read(full)
      if (text === undefined) throw fail(`open ${full}: no such file or directory`)
      delete settled[member]
      settled[`${member}-data`] = encodeBase64(text)
    }
    return { name, value: settled as JsonObject }
  })
  return { ...config, clusters: settle(config.clusters), users: settle(config.users) }
}

/** kubectl config view: the file with secrets hidden, unless --raw or --flatten; --minify keeps what the current context needs. */
export function* viewConfig(session: Session): Run<number> {
  const { flags, args } = session
  if (args.length > 0) throw session.usage(`unexpected arguments: [${args.join(' ')}]`)
  const loaded = load(session)
  const chosen = flags.text('context') === '' ? loaded.currentContext : flags.text('context')
  const config = withPaths(session, flags.bool('minify') ? minified(loaded, chosen) : loaded)
  const hide = (entries: readonly NamedEntry[]) => (flags.bool('raw') || flags.bool('flatten') ? entries : entries.map(({ name, value }) => ({ name, value: redacted(value) })))
  const document = configDocument({ ...config, clusters: hide(config.clusters), users: hide(config.users) })
  const printer = formatPrinter(session, flags.text('output'))
  if (printer === undefined) throw unknownFormat(flags.text('output'))
  session.out(printer(document as unknown as KubeObject))
  return 0
}
