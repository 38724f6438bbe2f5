/** Tab completion: `kubectl __complete WORDS... WORD`. Models cobra's completions and k8s.io/kubectl/pkg/util/completion (v1.35). */

import { compareText } from '../kernel/text.ts'
import { groupResourceText } from '../api/kinds.ts'
import type { KubeObject, Pod, Service } from '../api/types.ts'
import type { Process, ProcessContext } from '../shell/process.ts'
import type { CommandRow } from './command-table.ts'
import { asFailure, attempt, failureText } from './failures.ts'
import { findCommand, flagsOf, localFlags, nameOf, parseFlags, subcommandsOf } from './flags.ts'
import type { Flags, FlagSpec } from './flags.ts'
import type { NamedEntry } from './kubeconfig.ts'
import { podsOfObject } from './pods.ts'
import type { KubectlPorts } from './ports.ts'
import { collectAll, listObjects, mappingsFor } from './resource-builder.ts'
import { Session } from './session.ts'
import type { Run } from './session.ts'

/** Bits of cobra's ShellCompDirective. */
const directives = { default: 0, noSpace: 2, noFiles: 4 } as const

interface Completions { readonly candidates: readonly string[]; readonly directive: number }

const workloads = ['deployment', 'daemonset', 'statefulset']
const scalable = ['deployment', 'replicaset', 'replicationcontroller', 'statefulset']
/** Kinds whose pods `kubectl logs` and its like find. */
const kindsWithPods = ['daemonsets', 'deployments', 'pods', 'jobs', 'replicasets', 'replicationcontrollers', 'services', 'statefulsets']
const outputFormats = ['json', 'yaml', 'kyaml', 'name', 'go-template', 'go-template-file', 'template', 'templatefile', 'jsonpath', 'jsonpath-as-json', 'jsonpath-file', 'custom-columns', 'custom-columns-file', 'wide']

/** How the arguments of a command are completed. */
type ArgumentRule =
  | { readonly kind: 'objects'; readonly types?: readonly string[]; readonly isSingle?: boolean }
  | { readonly kind: 'names'; readonly type: string }
  | { readonly kind: 'pods'; readonly second?: 'containers' | 'ports' }
  | { readonly kind: 'config'; readonly section: 'contexts' | 'clusters' | 'users' }

const objects: ArgumentRule = { kind: 'objects' }
const nodes: ArgumentRule = { kind: 'names', type: 'nodes' }
const contexts: ArgumentRule = { kind: 'config', section: 'contexts' }
const argumentRules: { readonly [path: string]: ArgumentRule } = {
  annotate: objects,
  'apply edit-last-applied': objects,
  'apply view-last-applied': objects,
  attach: { kind: 'pods' },
  autoscale: { kind: 'objects', types: scalable },
  'config delete-cluster': { kind: 'config', section: 'clusters' },
  'config delete-context': contexts,
  'config delete-user': { kind: 'config', section: 'users' },
  'config rename-context': contexts,
  'config set-context': contexts,
  'config use-context': contexts,
  cordon: nodes,
  cp: { kind: 'pods' },
  'create token': { kind: 'names', type: 'serviceaccounts' },
  debug: objects,
  delete: objects,
  describe: objects,
  drain: nodes,
  edit: objects,
  exec: { kind: 'pods' },
  expose: { kind: 'objects', types: ['pod', 'service', 'replicationcontroller', 'deployment', 'replicaset'] },
  get: objects,
  label: objects,
  logs: { kind: 'pods', second: 'containers' },
  patch: objects,
  'port-forward': { kind: 'pods', second: 'ports' },
  'rollout history': { kind: 'objects', types: workloads },
  'rollout pause': { kind: 'objects', types: ['deployment'] },
  'rollout restart': { kind: 'objects', types: workloads },
  'rollout resume': { kind: 'objects', types: ['deployment'] },
  'rollout status': { kind: 'objects', types: workloads, isSingle: true },
  'rollout undo': { kind: 'objects', types: workloads },
  scale: { kind: 'objects', types: scalable },
  'set image': { kind: 'objects', types: ['daemonsets', 'deployments', 'pods', 'cronjobs', 'replicasets', 'replicationcontrollers', 'statefulsets'], isSingle: true },
  taint: { kind: 'objects', types: ['node'] },
  'top node': nodes,
  'top pod': { kind: 'names', type: 'pods' },
  uncordon: nodes,
}
/** Kinds whose subcommands can be typed in full, for a command that takes one of a few words. */
const wordArguments: { readonly [path: string]: readonly string[] } = { completion: ['bash', 'fish', 'powershell', 'zsh'] }

const startingWith = (words: readonly string[], start: string): string[] => words.filter((word) => word.startsWith(start))
const withoutFiles = (candidates: readonly string[]): Completions => ({ candidates, directive: directives.noFiles })

/** Objects of a type; none when the type is unknown or the server refuses. */
function* objectsOf(session: Session, type: string): Run<readonly KubeObject[]> {
  const read = yield* attempt((function* () {
    const found: KubeObject[] = []
    for (const kind of mappingsFor(session, type)) {
      const list = yield* listObjects(session, kind, { namespace: kind.namespaced ? session.namespace().name : undefined })
      found.push(...list.items)
    }
    return found
  })())
  return read.ok ? read.value : []
}

function* namesOf(session: Session, type: string, start: string): Run<string[]> {
  return startingWith((yield* objectsOf(session, type)).map((object) => object.metadata.name ?? ''), start)
}

/** Names of the kinds that can be read; after a comma, those that go on the list. */
function typeNames(session: Session, start: string): string[] {
  const comma = start.lastIndexOf(',') + 1
  const readable = session.kinds.all.filter((kind) => kind.isVirtual !== true && kind.verbs.includes('get'))
  const sorted = [...readable].sort((a, b) => compareText(`${a.group}\0${a.resource}`, `${b.group}\0${b.resource}`))
  const names = [...new Set(sorted.map((kind) => groupResourceText(kind.group, kind.resource)))]
  return startingWith(names, start.slice(comma)).map((name) => start.slice(0, comma) + name)
}

function* completeObjects(session: Session, rule: ArgumentRule & { kind: 'objects' }, args: readonly string[], word: string): Run<Completions> {
  const [first] = args
  if (first !== undefined && !first.includes('/')) {
    if (rule.isSingle === true && args.length > 1) return withoutFiles([])
    return withoutFiles((yield* namesOf(session, first, word)).filter((name) => !args.slice(1).includes(name)))
  }
  if (rule.isSingle === true && args.length > 0) return withoutFiles([])
  const slash = word.indexOf('/')
  if (slash >= 0) {
    const names = yield* namesOf(session, word.slice(0, slash), word.slice(slash + 1))
    return withoutFiles(names.map((name) => `${word.slice(0, slash)}/${name}`).filter((name) => !args.includes(name)))
  }
  const types = rule.types === undefined ? typeNames(session, word) : startingWith(rule.types, word)
  return args.length === 0 ? withoutFiles(types) : { candidates: types.map((type) => `${type}/`), directive: directives.noFiles | directives.noSpace }
}

function* completePods(session: Session, word: string): Run<Completions> {
  const slash = word.indexOf('/')
  if (slash >= 0) return withoutFiles((yield* namesOf(session, word.slice(0, slash), word.slice(slash + 1))).map((name) => `${word.slice(0, slash)}/${name}`))
  const names = yield* namesOf(session, 'pods', word)
  return { candidates: [...names, ...startingWith(kindsWithPods, word).map((kind) => `${kind}/`)], directive: directives.noFiles | (names.length === 0 ? directives.noSpace : 0) }
}

/** The pod of POD or TYPE/NAME. */
function* findPod(session: Session, word: string): Run<Pod | undefined> {
  const read = yield* attempt((function* () {
    const [info] = yield* collectAll(session, { args: word.includes('/') ? [word] : ['pods', word], isRead: true })
    if (info?.object === undefined) return undefined
    if (info.kind.kind === 'Pod') return info.object as Pod
    const [pod] = yield* podsOfObject(session, info.object, { purpose: 'exec', timeoutMs: 0, cannot: '' })
    return pod
  })())
  return read.ok ? read.value : undefined
}

function* containersOf(session: Session, target: string | undefined, word: string): Run<string[]> {
  const pod = target === undefined ? undefined : yield* findPod(session, target)
  return startingWith([...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])].map((container) => container.name), word)
}

function* portsOf(session: Session, target: string, word: string): Run<string[]> {
  const [type = '', name = ''] = target.split('/')
  let ports: number[]
  if (['service', 'services', 'svc'].includes(type)) {
    const service = (yield* objectsOf(session, 'services')).find((object) => object.metadata.name === name) as Service | undefined
    ports = (service?.spec.ports ?? []).map((port) => port.port)
  } else ports = ((yield* findPod(session, target))?.spec.containers ?? []).flatMap((container) => (container.ports ?? []).map((port) => port.containerPort))
  return startingWith(ports.map((port) => `${word === '' ? port : word.split(':')[0]}:${port}`), word)
}

function entryNames(session: Session, section: 'contexts' | 'clusters' | 'users', word: string): string[] {
  const entries: readonly NamedEntry[] = session.kubeConfig()[section]
  return startingWith(entries.map(({ name }) => name), word)
}

function* completeArgument(session: Session, word: string): Run<Completions | undefined> {
  const { args } = session
  const rule = argumentRules[session.row.path]
  switch (rule?.kind) {
    case 'objects': return yield* completeObjects(session, rule, args, word)
    case 'names': return withoutFiles(args.length > 0 ? [] : yield* namesOf(session, rule.type, word))
    case 'config': return withoutFiles(args.length > 0 ? [] : entryNames(session, rule.section, word))
    case 'pods': {
      if (args.length === 0) return yield* completePods(session, word)
      if (args.length > 1 || rule.second === undefined) return withoutFiles([])
      return withoutFiles(rule.second === 'containers' ? yield* containersOf(session, args[0], word) : yield* portsOf(session, args[0] ?? '', word))
    }
    case undefined: return undefined
  }
}

function* completeFlagValue(session: Session, flag: FlagSpec, word: string): Run<Completions> {
  switch (flag.name) {
    case 'namespace': return withoutFiles(yield* namesOf(session, 'namespaces', word))
    case 'context': return withoutFiles(entryNames(session, 'contexts', word))
    case 'cluster': return withoutFiles(entryNames(session, 'clusters', word))
    case 'user': return withoutFiles(entryNames(session, 'users', word))
    case 'container': if (session.row.path === 'exec') return withoutFiles(yield* containersOf(session, session.args[0], word)); break
    case 'output': if (session.row.path === 'get') return withoutFiles(startingWith(outputFormats, word)); break
    case 'clusterrole': return withoutFiles(yield* namesOf(session, 'clusterroles', word))
    case 'subresource': return withoutFiles(startingWith(['status', 'scale', 'resize'], word))
    default:
  }
  return { candidates: [], directive: directives.default }
}

const isFlagWord = (word: string): boolean => /^--[^-]|^-[^-]/.test(word)

/** The flag whose value is being typed, when there is one. */
function flagAtCursor(specs: readonly FlagSpec[], args: readonly string[], word: string): { readonly flag: FlagSpec | undefined; readonly args: readonly string[]; readonly word: string } {
  const equals = word.indexOf('=')
  const none = { flag: undefined, args, word }
  const find = (text: string): FlagSpec | undefined => specs.find((spec) => (text.startsWith('--') ? spec.name === text.slice(2) : spec.shorthand === text.slice(-1)))
  if (word.startsWith('-')) return equals < 0 ? none : { flag: find(word.slice(0, equals)), args, word: word.slice(equals + 1) }
  const before = args.at(-1)
  if (before === undefined || !isFlagWord(before) || before.includes('=')) return none
  const flag = find(before)
  return flag === undefined || flag.alone !== '' ? none : { flag, args: args.slice(0, -1), word }
}

const described = (name: string, text: string): string => (text === '' ? name : `${name}\t${text}`)

function flagNames(specs: readonly FlagSpec[], word: string): string[] {
  return specs.filter((spec) => !spec.isHidden && spec.deprecated === undefined).flatMap((spec) => [
    ...(`--${spec.name}`.startsWith(word) ? [described(`--${spec.name}`, spec.help)] : []),
    ...(spec.shorthand !== '' && `-${spec.shorthand}`.startsWith(word) ? [described(`-${spec.shorthand}`, spec.help)] : []),
  ])
}

function requiredFlags(row: CommandRow, specs: readonly FlagSpec[], flags: Flags, word: string): string[] {
  return flagNames(specs.filter((spec) => (row.required ?? []).includes(spec.name) && !flags.isSet(spec.name)), word === '' ? '-' : word).filter((name) => name.startsWith('--'))
}

function completeFlagName(row: CommandRow, flags: Flags, word: string): Completions {
  const byName = (a: FlagSpec, b: FlagSpec): number => compareText(a.name, b.name)
  const own = localFlags(row)
  const inherited = flags.specs.filter((spec) => !own.includes(spec) && !own.some((one) => one.name === spec.name))
  const required = requiredFlags(row, flags.specs, flags, word)
  if (required.length > 0) return withoutFiles(required)
  const open = [...inherited.sort(byName), ...own.sort(byName)].filter((spec) => spec.name === 'help' || !flags.isSet(spec.name) || spec.type === 'l' || spec.type === 'a' || spec.type === 'm')
  return withoutFiles(flagNames(open.map((spec) => (spec.name === 'help' ? { ...spec, isHidden: false, help: `help for ${nameOf(row) || 'kubectl'}` } : spec)), word))
}

function* completions(process: ProcessContext, argv: readonly string[], ports: KubectlPorts): Run<Completions> {
  const found = findCommand(argv.slice(0, -1))
  const { row } = found
  const specs = flagsOf(row)
  const { flag, args, word } = flagAtCursor(specs, found.args, argv.at(-1) ?? '')
  const flags = parseFlags(args, specs)
  const session = new Session({ process: { ...process, out: () => undefined, err: () => undefined }, row, flags, ports })
  if (flags.bool('help')) return withoutFiles([])
  yield* session.discover()
  if (flag !== undefined) return yield* completeFlagValue(session, flag, word)
  if (word.startsWith('-') && flags.argsAtDash < 0) return completeFlagName(row, flags, word)
  const isPlain = flags.args.length === 0 && !localFlags(row).some((spec) => flags.isSet(spec.name))
  const subcommands = isPlain ? subcommandsOf(row.path).filter((one) => one.isHidden !== true) : []
  const names = subcommands.filter((one) => nameOf(one).startsWith(word)).map((one) => described(nameOf(one), one.summary))
  const words = flags.args.length === 0 ? wordArguments[row.path] : undefined
  if (words !== undefined) return withoutFiles(startingWith(words, word))
  const rest = yield* completeArgument(session, word)
  const required = word === '' ? requiredFlags(row, specs, flags, word) : []
  const fallback = subcommands.length > 0 ? directives.noFiles : directives.default
  return { candidates: [...names, ...required, ...(rest?.candidates ?? [])], directive: rest?.directive ?? fallback }
}

function directiveText(directive: number): string {
  const names = [...(directive & directives.noSpace ? ['ShellCompDirectiveNoSpace'] : []), ...(directive & directives.noFiles ? ['ShellCompDirectiveNoFileComp'] : [])]
  return names.length === 0 ? 'ShellCompDirectiveDefault' : names.join(', ')
}

/** Runs `kubectl __complete WORDS...`; the last word is the one at the cursor. */
export function* completeCommandLine(process: ProcessContext, argv: readonly string[], ports: KubectlPorts, hasDescriptions = true): Process {
  let result: Completions = { candidates: [], directive: directives.default }
  try {
    result = yield* completions(process, argv, ports)
  } catch (error) {
    process.err(`[Debug] [Error] ${failureText(asFailure(error))}\n`)
  }
  for (const candidate of result.candidates) process.out(`${hasDescriptions ? candidate : candidate.split('\t')[0]}\n`)
  process.out(`:${result.directive}\n`)
  process.err(`Completion ended with directive: ${directiveText(result.directive)}\n`)
  return 0
}
