/** kubectl diff. Models k8s.io/kubectl/pkg/cmd/diff (v1.35). */

import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8Bytes } from '../../api/base64.ts'
import type { KubeObject } from '../../api/types.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { asFailure, attempt, fail, hasReason, KubectlFailure, reportOf } from '../failures.ts'
import { findLastApplied } from '../last-applied.ts'
import { isEmptyPatch, threeWayPatch } from '../patches.ts'
import { toCompactJson } from '../printers/json.ts'
import { withoutManagedFields } from '../printers/output.ts'
import { collectAll } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { unifiedHunks } from '../text-diff.ts'
import { requireFiles } from './create.ts'

const masks = { same: '***', before: '*** (before)', after: '*** (after)' } as const

type Data = { readonly [key: string]: unknown }

/** The object of a file as the three-way patch compares it with what was applied. */
function withoutLastApplied(object: KubeObject): KubeObject {
  const { [lastAppliedAnnotation]: _applied, ...annotations } = object.metadata.annotations ?? {}
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** What the object would be if the file was applied. */
function* mergedOf(session: Session, info: Info, live: KubeObject | undefined): Run<KubeObject> {
  const target = { kind: info.kind, namespace: info.namespace, name: info.name }
  const fieldManager = session.flags.text('field-manager')
  if (session.flags.bool('server-side')) {
    const query = { dryRun: 'All', fieldManager: session.flags.isSet('field-manager') ? fieldManager : 'kubectl', force: session.flags.bool('force-conflicts') } as const
    return yield* session.call({ verb: 'patch', ...target, body: toCompactJson(info.object), contentType: 'application/apply-patch+yaml', query })
  }
  if (live === undefined) return yield* session.call({ verb: 'create', kind: info.kind, namespace: info.namespace, body: info.object as KubeObject, contentType: 'application/json', query: { dryRun: 'All', fieldManager } })
  const applied = findLastApplied(live)
  const original = applied === undefined ? {} : (JSON.parse(applied) as JsonObject)
  const computed = threeWayPatch(original, withoutLastApplied(info.object as KubeObject), live, info.kind)
  if ('error' in computed) throw fail(`creating patch with: ${computed.error}`)
  if (isEmptyPatch(computed)) return live
  return yield* session.call({ verb: 'patch', ...target, body: computed.patch, contentType: computed.contentType, query: { dryRun: 'All', fieldManager } })
}

/** Hides the data of Secrets, but not that they differ. */
function maskSecrets(before: KubeObject | undefined, after: KubeObject): readonly [KubeObject | undefined, KubeObject] {
  if (after.apiVersion !== 'v1' || after.kind !== 'Secret') return [before, after]
  const dataOf = (object: KubeObject | undefined): Data => (object as { data?: Data } | undefined)?.data ?? {}
  const [from, to] = [dataOf(before), dataOf(after)]
  const masked = (own: Data, other: Data, changed: string): Data => Object.fromEntries(Object.keys(own).map((key) => [key, key in other && own[key] !== other[key] ? changed : masks.same]))
  const withData = (object: KubeObject, data: Data): KubeObject => ('data' in object ? ({ ...object, data } as unknown as KubeObject) : object)
  return [before === undefined ? undefined : withData(before, masked(from, to, masks.before)), withData(after, masked(to, from, masks.after))]
}

function fileName(info: Info): string {
  return `${info.kind.group === '' ? '' : `${info.kind.group}.`}${info.kind.version}.${info.kind.kind}.${info.namespace ?? ''}.${info.name}`
}

/** A folder name as mkdtemp makes it, from the moment. */
function temporaryFolder(session: Session, name: string): string {
  const bytes = sha256(Uint8Array.from(utf8Bytes(`${name} ${session.nowMs}`)))
  return `/tmp/${name}-${(((bytes[0] ?? 0) << 23) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0}`
}

function* diffAll(session: Session): Run<number> {
  const { flags } = session
  if (session.args.length > 0) throw session.usage(`Unexpected args: [${session.args.join(' ')}]`)
  requireFiles(session)
  if (flags.bool('force-conflicts') && !flags.bool('server-side')) throw fail('--force-conflicts only works with --server-side')
  const infos = yield* collectAll(session, { useFiles: true, selector: flags.text('selector') })
  const [live, merged] = ['LIVE', 'MERGED'].map((name) => temporaryFolder(session, name)) as [string, string]
  const time = session.process.clock.timestamp(session.nowMs).replace('T', ' ').replace('Z', '.000000000 +0000')
  const parts: { readonly name: string; readonly text: string }[] = []
  for (const info of infos) {
    const read = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name }))
    if (!read.ok && !hasReason(read.failure, 'NotFound')) throw new KubectlFailure(read.failure)
    const current = read.ok ? read.value : undefined
    const [before, after] = maskSecrets(current, yield* mergedOf(session, info, current))
    const show = (object: KubeObject | undefined): string => (object === undefined ? '' : toYaml(flags.bool('show-managed-fields') ? object : withoutManagedFields(object)))
    const hunks = unifiedHunks(show(before), show(after))
    const name = fileName(info)
    if (hunks !== '') parts.push({ name, text: `diff -u -N ${live}/${name} ${merged}/${name}\n--- ${live}/${name}\t${time}\n+++ ${merged}/${name}\t${time}\n${hunks}` })
  }
  for (const { text } of parts.sort((a, b) => (a.name < b.name ? -1 : 1))) session.out(text)
  return parts.length > 0 ? 1 : 0
}

/** Exit code 1 means that something differs, so failures end with 2. */
export function* diff(session: Session): Run<number> {
  try {
    return yield* diffAll(session)
  } catch (error) {
    const { text, exitCode } = reportOf(asFailure(error))
    session.err(text)
    return exitCode + 1
  }
}
