/** kubectl apply. Models k8s.io/kubectl/pkg/cmd/apply (v1.35). */

import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import { goJsonSorted } from '../../api/go-text.ts'
import { apiVersionOf, goGroupVersion } from '../../api/kinds.ts'
import { findConflict } from '../../api/patch/conflicts.ts'
import { patchTypeOf } from '../../api/patch/meta.ts'
import type { KubeObject } from '../../api/types.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { addSource, aggregateFailure, asFailure, attempt, fail, failureText, hasReason, KubectlFailure } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { fieldValidation, writeQuery } from '../generators/common.ts'
import { findLastApplied, withLastApplied } from '../last-applied.ts'
import { isEmptyPatch, threeWayPatch } from '../patches.ts'
import { toCompactJson } from '../printers/json.ts'
import { operationPrinter } from '../printers/output.ts'
import { collect } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { createObject, requireFiles } from './create.ts'
import { checkPruneFlags, prune } from './prune.ts'
import type { Visited } from './prune.ts'

const conflictHelp = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`

/** How client-go's resource.Info prints itself. */
function infoText(info: Info): string {
  const groupVersion = goGroupVersion(apiVersionOf(info.kind))
  return `Resource: "${groupVersion}, Resource=${info.kind.resource}", GroupVersionKind: "${groupVersion}, Kind=${info.kind.kind}"\nName: "${info.name}", Namespace: "${info.namespace ?? ''}"`
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null).map(([key, member]) => [key, withoutNulls(member)]))
}

/** Reads the live object; undefined when there is none. */
function* findLive(session: Session, info: Info): Run<KubeObject | undefined> {
  const fromServer = (failure: Failure): KubectlFailure => new KubectlFailure(addSource(failure, `retrieving current configuration of:\n${infoText(info)}\nfrom server for:`, info.source))
  if (info.name === '') throw fromServer({ kind: 'text', text: 'resource name may not be empty' })
  const query = session.flags.bool('overwrite') ? {} : { query: { managedFields: true } }
  const read = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name, ...query }))
  if (read.ok) return read.value
  if (hasReason(read.failure, 'NotFound')) return undefined
  throw fromServer(read.failure)
}

function originalOf(live: KubeObject): JsonObject {
  const text = findLastApplied(live)
  return text === undefined ? {} : (JSON.parse(text) as JsonObject)
}

type Outcome = { readonly object: KubeObject; readonly operation: string }

/** --overwrite=false: live changes to the same fields are an error, told once by each way to compute the patch. */
function refuseConflict(session: Session, info: Info, sides: { readonly original: JsonObject; readonly modified: KubeObject; readonly live: KubeObject; readonly patch: JsonObject }): void {
  const type = patchTypeOf(sides.live.apiVersion, info.kind.kind)
  const changes = type === undefined ? undefined : findConflict(sides.patch, sides.original, sides.live as unknown as JsonObject, type)
  if (changes === undefined) return
  refusePatch(session, info, sides, `patch:\n${toYaml(sides.patch)}\nconflicts with changes made from original to current:\n${toYaml(changes)}\n`)
}

/** Why there is no patch, told once by each way to compute it. */
function refusePatch(session: Session, info: Info, sides: { readonly modified: KubeObject; readonly live: KubeObject }, why: string): never {
  for (const spec of ['openapi v3', 'openapi']) session.err(`warning: error calculating patch from ${spec} spec: ${why}\n`)
  const shown = [findLastApplied(sides.live) ?? '', `${goJsonSorted(sides.modified)}\n`, `${goJsonSorted(sides.live)}\n`] as const
  const text = `creating patch with:\noriginal:\n${shown[0]}\nmodified:\n${shown[1]}\ncurrent:\n${shown[2]}\nfor: ${why}`
  throw new KubectlFailure(addSource(addSource({ kind: 'text', text }, 'patching', info.source), `applying patch:\n\nto:\n${infoText(info)}\nfor:`, info.source))
}

function* patchLive(session: Session, info: Info, live: KubeObject): Run<Outcome> {
  if (findLastApplied(live) === undefined) {
    session.err(`Warning: resource ${info.kind.resource}/${info.name} is missing the ${lastAppliedAnnotation} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`)
  }
  const modified = withLastApplied(info.object as KubeObject)
  const original = originalOf(live)
  const computed = threeWayPatch(original, modified, live, info.kind)
  if ('error' in computed) return refusePatch(session, info, { modified, live }, computed.error)
  if (!session.flags.bool('overwrite')) refuseConflict(session, info, { original, modified, live, patch: computed.patch })
  if (isEmptyPatch(computed)) return { object: live, operation: 'unchanged' }
  try {
    const object = yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: computed.patch, contentType: computed.contentType, query: writeQuery(session, { isValidated: true }) })
    return { object, operation: 'configured' }
  } catch (error) {
    const failure = asFailure(error)
    if (session.flags.bool('force') && (hasReason(failure, 'Invalid') || hasReason(failure, 'Conflict'))) return yield* recreate(session, info, live)
    throw new KubectlFailure(addSource(addSource(failure, 'patching', info.source), `applying patch:\n${toCompactJson(computed.patch)}\nto:\n${infoText(info)}\nfor:`, info.source))
  }
}

/** --force: deletes the object and creates it anew; what was there comes back when that is refused. */
function* recreate(session: Session, info: Info, live: KubeObject): Run<Outcome> {
  yield* session.call({ verb: 'delete', kind: info.kind, namespace: info.namespace, name: info.name, body: { propagationPolicy: 'Background' } })
  for (;;) {
    const read = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name }))
    if (!read.ok) break
    yield* session.sleepUntil(session.nowMs + 1000)
  }
  const created = yield* attempt(createObject(session, info, { verb: 'creating', object: withLastApplied(info.object as KubeObject) }))
  if (created.ok) return { object: created.value, operation: 'configured' }
  const { resourceVersion: _version, ...metadata } = live.metadata
  yield* session.call({ verb: 'create', kind: info.kind, namespace: info.namespace, body: { ...live, metadata }, contentType: 'application/json', query: writeQuery(session) })
  throw new KubectlFailure(created.failure)
}

function* applyOnClient(session: Session, info: Info): Run<Outcome> {
  const live = yield* findLive(session, info)
  const isClientRun = session.dryRun() === 'client'
  if (live === undefined) {
    const object = withoutNulls(withLastApplied(info.object as KubeObject)) as KubeObject
    return { object: isClientRun ? object : yield* createObject(session, info, { verb: 'creating', object }), operation: 'created' }
  }
  if (isClientRun) return { object: live, operation: 'configured' }
  return yield* patchLive(session, info, live)
}

function* applyOnServer(session: Session, info: Info): Run<Outcome> {
  const fieldManager = session.flags.isSet('field-manager') ? session.flags.text('field-manager') : 'kubectl'
  const query = { ...writeQuery(session), fieldManager, fieldValidation: fieldValidation(session), force: session.flags.bool('force-conflicts') }
  try {
    const object = yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: toCompactJson(info.object), contentType: 'application/apply-patch+yaml', query })
    return { object, operation: 'serverside-applied' }
  } catch (error) {
    const failure = asFailure(error)
    throw hasReason(failure, 'Conflict') ? fail(`${failureText(failure)}${conflictHelp}`) : error
  }
}

function* applyOne(session: Session, info: Info): Run<KubeObject> {
  const generateName = info.object?.metadata?.generateName
  if (info.name === '' && generateName !== undefined) throw fail(`from ${generateName}: cannot use generate name with apply`)
  const { object, operation } = session.flags.bool('server-side') ? yield* applyOnServer(session, info) : yield* applyOnClient(session, info)
  if (object.metadata.deletionTimestamp !== undefined) session.err(`Warning: Detected changes to resource ${info.name} which is currently being deleted.\n`)
  if (session.flags.text('output') === '' || session.flags.text('output') === 'name') session.out(operationPrinter(session, operation, { dryRun: session.dryRun() })(object))
  return object
}

function checkFlags(session: Session): void {
  if (session.flags.bool('force-conflicts') && !session.flags.bool('server-side')) throw fail('--force-conflicts only works with --server-side')
  if (session.dryRun() === 'client' && session.flags.bool('server-side')) throw fail("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
  if (session.flags.bool('force') && session.dryRun() === 'server') throw fail('--dry-run=server cannot be used with --force')
  if (session.args.length > 0) throw session.usage(`Unexpected args: [${session.args.join(' ')}]`)
  checkPruneFlags(session)
}

/**
 * kubectl apply -f or -k: client-side or --server-side, each object on its own. One that fails does not keep the others
 * from being applied; all failures are told at the end, exit code 1.
 */
export function* apply(session: Session): Run<number> {
  requireFiles(session)
  checkFlags(session)
  const isValidated = fieldValidation(session) !== 'Ignore'
  const { infos, failures: unread } = yield* collect(session, { useFiles: true, continuesOnError: true, isValidated, selector: session.flags.text('selector') })
  const failures = [...unread]
  if (infos.length === 0 && failures.length === 0) throw fail('no objects passed to apply')
  const applied: KubeObject[] = []
  const visited: Visited = { uids: new Set(), namespaces: new Set() }
  for (const info of infos) {
    const result = yield* attempt(applyOne(session, info))
    if (!result.ok) { failures.push(result.failure); continue }
    applied.push(result.value)
    if (result.value.metadata.uid !== undefined) visited.uids.add(result.value.metadata.uid)
    if (info.namespace !== undefined && info.namespace !== '') visited.namespaces.add(info.namespace)
  }
  const output = session.flags.text('output')
  if (output !== '' && output !== 'name' && applied.length > 0) printObjects(session, applied)
  if (failures.length > 0) throw aggregateFailure(failures)
  if (session.flags.bool('prune')) yield* prune(session, visited)
  return 0
}

function printObjects(session: Session, objects: readonly KubeObject[]): void {
  const printer = operationPrinter(session, '', { dryRun: session.dryRun() })
  const [only] = objects
  if (objects.length === 1 && only !== undefined) session.out(printer(only))
  else session.out(printer({ apiVersion: 'v1', items: objects, kind: 'List', metadata: {} } as unknown as KubeObject))
}
