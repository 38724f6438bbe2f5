/** Turns arguments and files into the objects that a verb works on. Models cli-runtime/pkg/resource Builder (v1.35). */

import { goQuote } from '../api/go-text.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { KubeList } from '../api/request.ts'
import { isSelectorError, matchesSelector, parseSelector } from '../api/selector.ts'
import type { KubeObject } from '../api/types.ts'
import { isJsonObject } from '../kernel/json.ts'
import type { JsonObject } from '../kernel/json.ts'
import { aggregateFailure, attempt, fail, KubectlFailure } from './failures.ts'
import type { Failure } from './failures.ts'
import { hasFiles, objectsOf, sourcesOf } from './manifests.ts'
import type { ManifestObject } from './manifests.ts'
import type { Run, Session } from './session.ts'

/** One object that a verb works on. `object` is the manifest, or what the server answered. */
export interface Info {
  readonly kind: KindInfo
  readonly namespace: string | undefined
  readonly name: string
  /** The file it came from; empty for arguments. */
  readonly source: string
  readonly object?: KubeObject
}

export interface Selection {
  readonly args?: readonly string[]
  /** Use -f, -R as the flags say. */
  readonly useFiles?: boolean
  readonly selector?: string
  readonly fieldSelector?: string
  readonly all?: boolean
  readonly allNamespaces?: boolean
  /** A kind alone means all its objects. */
  readonly kindAloneIsAll?: boolean
  readonly limit?: number
  readonly subresource?: string
  /** Read named objects from the server. */
  readonly isRead?: boolean
  /** Read objects of files from the server as well. */
  readonly isLatest?: boolean
  readonly continuesOnError?: boolean
  readonly isValidated?: boolean
  readonly isLocal?: boolean
}

export const missingResource = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`

export const localNeedsFile = `error: you must specify resources by --filename when --local is set.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'`

/** The kind that a user's word names. */
export function mappingFor(session: Session, token: string): KindInfo {
  const kind = session.kinds.byToken(token)
  if (kind === undefined || (kind.isVirtual === true && !token.includes('.'))) throw fail(`the server doesn't have a resource type ${goQuote(token.split('.')[0] ?? token)}`)
  return kind
}

/** The kinds of a word such as "pods,svc" or "all". */
export function mappingsFor(session: Session, word: string): KindInfo[] {
  const kinds: KindInfo[] = []
  for (const token of word.split(',').filter((one) => one !== '')) {
    const category = session.kinds.inCategory(token)
    for (const kind of category.length > 0 ? category : [mappingFor(session, token)]) if (!kinds.includes(kind)) kinds.push(kind)
  }
  return kinds
}

interface Parsed { readonly tuples: readonly { readonly token: string; readonly name: string }[]; readonly types: string; readonly names: readonly string[] }

/** Reads TYPE/NAME and TYPE NAME... arguments. */
export function parseResourceArgs(given: readonly string[]): Parsed {
  const args = given.flatMap((arg) => (arg.includes('/') && arg.includes(',') ? arg.split(',') : [arg]))
  const slashes = args.filter((arg) => arg.includes('/')).length
  if (slashes > 0 && slashes !== args.length) {
    throw fail("there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'")
  }
  if (slashes === 0) return { tuples: [], types: args[0] ?? '', names: args.slice(1) }
  const tuples = args.map((arg) => {
    const parts = arg.split('/')
    if (parts.length !== 2) throw fail('arguments in resource/name form may not have more than one slash')
    const [token = '', name = ''] = parts
    if (token === '' || name === '' || token.includes(',')) throw fail('arguments in resource/name form must have a single resource and name')
    return { token, name }
  })
  return { tuples, types: '', names: [] }
}

/** The kind of a manifest. Discovery also knows every kind in small letters. */
function mappedKind({ kinds }: Session, apiVersion: string, word: string): KindInfo | undefined {
  return kinds.byKind(apiVersion, word) ?? kinds.all.find((kind) => apiVersionOf(kind) === apiVersion && kind.kind.toLowerCase() === word)
}

/** The kind and namespace of an object from a manifest. */
export function infoOfManifest(session: Session, { source, object }: ManifestObject): Info {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : ''
  const own = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : ''
  const kind = mappedKind(session, String(object['apiVersion']), String(object['kind']))
  if (kind === undefined) {
    throw fail(`resource mapping not found for name: ${goQuote(name)} namespace: ${goQuote(own)} from ${goQuote(source)}: no matches for kind ${goQuote(String(object['kind']))} in version ${goQuote(String(object['apiVersion']))}\nensure CRDs are installed first`)
  }
  if (!kind.namespaced) return { kind, namespace: undefined, name, source, object: object as unknown as KubeObject }
  // With --local nobody knows what lives in a namespace.
  if (session.flags.has('local') && session.flags.bool('local')) return { kind, namespace: own === '' ? undefined : own, name, source, object: object as unknown as KubeObject }
  const { name: namespace, isExplicit } = session.namespace()
  if (isExplicit && own !== '' && own !== namespace) throw fail(`the namespace from the provided object ${goQuote(own)} does not match the namespace ${goQuote(namespace)}. You must pass '--namespace=${own}' to perform this operation.`)
  const placed: JsonObject = own !== '' ? object : { ...object, metadata: { ...metadata, namespace } }
  return { kind, namespace: own !== '' ? own : namespace, name, source, object: placed as unknown as KubeObject }
}

/** Reads one object from the server. */
export function* readInfo(session: Session, info: Info, query?: { readonly table?: boolean; readonly subresource?: string }): Run<Info> {
  const object = yield* session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name, subresource: query?.subresource === '' ? undefined : query?.subresource })
  return { ...info, object }
}

/** Visits objects one by one; what fails is thrown, or collected when the selection goes on after errors. */
export function* visit(session: Session, selection: Selection, each: (info: Info) => Run<void>): Run<Failure[]> {
  const failures: Failure[] = []
  function* step(part: () => Run<void>): Run<void> {
    const result = yield* attempt(part())
    if (result.ok) return
    if (selection.continuesOnError !== true) throw aggregateFailure([result.failure])
    failures.push(result.failure)
  }
  if (selection.useFiles === true && hasFiles(session)) yield* visitFiles(session, selection, step, each)
  else yield* visitArgs(session, selection, step, each)
  return failures
}

type Step = (part: () => Run<void>) => Run<void>

/** True for a manifest that a selector of the command lets through. */
function isSelected(object: KubeObject | undefined, selector: string | undefined): boolean {
  if (selector === undefined || selector === '') return true
  const parsed = parseSelector(selector)
  if (isSelectorError(parsed)) throw fail(parsed.error)
  return matchesSelector(parsed, object?.metadata?.labels)
}

function* visitFiles(session: Session, selection: Selection, step: Step, each: (info: Info) => Run<void>): Run<void> {
  if ((selection.args ?? []).length > 0) {
    const parsed = parseResourceArgs(selection.args ?? [])
    throw fail(parsed.tuples.length > 0 ? 'resource/name arguments cannot be provided when a path is specified' : parsed.names.length > 0 ? 'name cannot be provided when a path is specified' : 'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well')
  }
  for (const source of yield* sourcesOf(session)) {
    yield* step(function* () {
      for (const one of objectsOf(source, { isValidated: selection.isValidated === true })) {
        yield* step(function* () {
          const info = infoOfManifest(session, one)
          const latest = selection.isLatest === true ? yield* readInfo(session, info, { subresource: selection.subresource ?? '' }) : info
          if (isSelected(latest.object, selection.selector)) yield* each(latest)
        })
      }
    })
  }
}

function* visitArgs(session: Session, selection: Selection, step: Step, each: (info: Info) => Run<void>): Run<void> {
  if (selection.isLocal === true) throw fail(localNeedsFile)
  const { tuples, types, names } = parseResourceArgs(selection.args ?? [])
  const selector = selection.all === true ? '' : selection.selector === undefined || selection.selector === '' ? (selection.kindAloneIsAll === true && types !== '' && names.length === 0 ? '' : undefined) : selection.selector
  const fieldSelector = selection.fieldSelector === '' ? undefined : selection.fieldSelector
  if (selector !== undefined || fieldSelector !== undefined) {
    if (names.length > 0) throw fail('name cannot be provided when a selector is specified')
    if (tuples.length > 0) throw fail('selectors and the all flag cannot be used when passing resource/name arguments')
    if (types === '') throw fail('at least one resource must be specified to use a selector')
    for (const kind of mappingsFor(session, types)) yield* step(() => visitList(session, { ...selection, selector: selector ?? '', fieldSelector: fieldSelector ?? '' }, kind, each))
    return
  }
  const named = tuples.length > 0 ? tuples.map(({ token, name }) => ({ kind: mappingFor(session, token), name })) : mappingsFor(session, types).flatMap((kind) => names.map((name) => ({ kind, name })))
  if (named.length === 0) throw fail(types === '' ? missingResource : 'resource(s) were provided, but no name was specified')
  if (selection.allNamespaces === true && named.some(({ kind }) => kind.namespaced)) throw fail('a resource cannot be retrieved by name across all namespaces')
  for (const { kind, name } of named) {
    yield* step(function* () {
      const info: Info = { kind, name, namespace: kind.namespaced ? session.namespace().name : undefined, source: '' }
      yield* each(selection.isRead === false ? info : yield* readInfo(session, info, { subresource: selection.subresource ?? '' }))
    })
  }
}

/** Lists a kind, following the pages. */
export function* listObjects(session: Session, kind: KindInfo, options: { readonly namespace: string | undefined; readonly selector?: string; readonly fieldSelector?: string; readonly limit?: number }): Run<KubeList> {
  const query = {
    ...(options.selector === undefined || options.selector === '' ? {} : { labelSelector: options.selector }),
    ...(options.fieldSelector === undefined || options.fieldSelector === '' ? {} : { fieldSelector: options.fieldSelector }),
    ...(options.limit === undefined || options.limit === 0 ? {} : { limit: options.limit }),
  }
  const list = yield* session.call<KubeList>({ verb: 'list', kind, namespace: options.namespace, query })
  const items = [...list.items]
  let next = list.metadata.continue
  while (next !== undefined && next !== '') {
    const page: KubeList = yield* session.call<KubeList>({ verb: 'list', kind, namespace: options.namespace, query: { ...query, continue: next } })
    items.push(...page.items)
    next = page.metadata.continue
  }
  return { ...list, items }
}

/** A refused list names what was asked for. Models cli-runtime resource.EnhanceListError. */
export function listFailure(failure: Failure, kind: KindInfo, selectors: { readonly selector: string; readonly fieldSelector: string }): Failure {
  if (failure.kind !== 'status' || (failure.status.reason !== 'BadRequest' && failure.status.reason !== 'NotFound')) return failure
  const subject = goQuote(`${kind.group}/${kind.version}, Resource=${kind.resource}`)
  const { selector, fieldSelector } = selectors
  const head = selector === '' && fieldSelector === '' ? `Unable to list ${subject}` : `Unable to find ${subject} that match label selector ${goQuote(selector)}, field selector ${goQuote(fieldSelector)}`
  return { kind: 'status', status: { ...failure.status, message: `${head}: ${failure.status.message ?? ''}` } }
}

function* visitList(session: Session, selection: Selection, kind: KindInfo, each: (info: Info) => Run<void>): Run<void> {
  const namespace = kind.namespaced && selection.allNamespaces !== true ? session.namespace().name : undefined
  const selectors = { selector: selection.selector ?? '', fieldSelector: selection.fieldSelector ?? '' }
  const read = yield* attempt(listObjects(session, kind, { namespace, ...selectors, limit: selection.limit ?? 0 }))
  if (!read.ok) throw new KubectlFailure(listFailure(read.failure, kind, selectors))
  const list = read.value
  for (const item of list.items) {
    const object: KubeObject = { ...item, apiVersion: list.apiVersion, kind: kind.kind }
    yield* each({ kind, namespace: object.metadata.namespace, name: object.metadata.name ?? '', source: '', object })
  }
}

/** All objects of a selection at once; failures are thrown when the selection does not go on after errors. */
export function* collect(session: Session, selection: Selection): Run<{ readonly infos: readonly Info[]; readonly failures: readonly Failure[] }> {
  const infos: Info[] = []
  const failures = yield* visit(session, selection, function* (info) { infos.push(info) })
  return { infos, failures }
}

/** The same, failing when anything failed. */
export function* collectAll(session: Session, selection: Selection): Run<readonly Info[]> {
  const { infos, failures } = yield* collect(session, selection)
  if (failures.length > 0) throw aggregateFailure(failures)
  return infos
}

/** `deployment.apps/web`, as most verbs name an object. */
export function objectName(info: { readonly kind: KindInfo; readonly name: string }): string {
  return `${info.kind.kind.toLowerCase()}${info.kind.group === '' ? '' : `.${info.kind.group}`}/${info.name}`
}

/** `deployments.apps "web"`-style resource name with its group. */
export function groupResource(kind: KindInfo): string {
  return kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
}
