/** kubectl patch. Models k8s.io/kubectl/pkg/cmd/patch (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import { apiVersionOf } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { ContentType } from '../../api/request.ts'
import { applyJsonPatch } from '../../api/patch/json-patch.ts'
import { applyJsonMergePatch } from '../../api/patch/json-merge.ts'
import { deepEqual, isPatchError } from '../../api/patch/common.ts'
import { patchTypeOf } from '../../api/patch/meta.ts'
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge.ts'
import type { KubeObject } from '../../api/types.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { aggregateFailure, attempt, fail, failureText, hasReason, KubectlFailure } from '../failures.ts'
import { writeQuery } from '../generators/common.ts'
import { resolvePath } from '../kubeconfig.ts'
import { operationPrinter } from '../printers/output.ts'
import { visit } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const contentTypes: { readonly [type: string]: ContentType } = {
  json: 'application/json-patch+json', merge: 'application/merge-patch+json', strategic: 'application/strategic-merge-patch+json',
}

function patchText(session: Session): string {
  const text = session.flags.text('patch')
  const path = session.flags.text('patch-file')
  if (text !== '' && path !== '') throw fail('cannot specify --patch and --patch-file together')
  if (text === '' && path === '') throw fail('must specify --patch or --patch-file containing the contents of the patch')
  if (path === '') return text
  const read = session.process.files.read(resolvePath(session.process, path))
  if (read === undefined) throw fail(`unable to read patch file: open ${path}: no such file or directory`)
  return read
}

/** The patch as JSON; broken JSON goes to the server as it is, which refuses it. */
function patchBody(text: string): Json | string {
  const trimmed = text.trimStart()
  if (trimmed.startsWith('{')) {
    try {
      return JSON.parse(trimmed) as Json
    } catch {
      return text
    }
  }
  const read = parseYaml(text)
  if (isYamlError(read)) throw fail(`unable to parse ${goQuote(text)}: ${read.error}`)
  return read.value
}

function patchLocally(object: KubeObject, body: Json | string, type: string): KubeObject {
  const target = object as unknown as JsonObject
  const schema = patchTypeOf(object.apiVersion, object.kind)
  const patched = type === 'json' ? applyJsonPatch(target, body as Json) : type === 'merge' || schema === undefined ? applyJsonMergePatch(target, body as Json) : applyStrategicMergePatch(target, body as JsonObject, schema)
  if (isPatchError(patched)) throw fail(patched.error)
  return patched.result as unknown as KubeObject
}

/** A server that does not know the form of a patch for a kind is told of by its name. */
function* patchRemotely(session: Session, kind: KindInfo, call: Parameters<Session['call']>[0]): Run<KubeObject> {
  const answered = yield* attempt(session.call<KubeObject>(call))
  if (answered.ok) return answered.value
  if (!hasReason(answered.failure, 'UnsupportedMediaType')) throw new KubectlFailure(answered.failure)
  throw fail(`${call.contentType} is not supported by ${apiVersionOf(kind)}, Kind=${kind.kind}: ${failureText(answered.failure)}`)
}

/**
 * kubectl patch: --type strategic (the default), merge or json, from -p or --patch-file in JSON or YAML. --local and a
 * dry run on the client patch without a request; "(no change)" when nothing differs.
 */
export function* patch(session: Session): Run<number> {
  const { flags } = session
  const type = flags.text('type').toLowerCase()
  const text = patchText(session)
  const contentType = contentTypes[type]
  if (contentType === undefined) throw fail(`--type must be one of [json merge strategic], not ${goQuote(type)}`)
  const isLocal = flags.bool('local')
  if (isLocal && session.args.length > 0) throw fail('cannot specify --local and server resources')
  const body = patchBody(text)
  const dryRun = session.dryRun()
  const subresource = flags.text('subresource')
  let count = 0
  const failures = yield* visit(session, { args: session.args, useFiles: true, isLatest: !isLocal, isLocal, subresource, continuesOnError: true }, function* (info) {
    count++
    const before = info.object as KubeObject
    const after = isLocal || dryRun === 'client' ? patchLocally(before, body, type) : yield* patchRemotely(session, info.kind, { verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, subresource: subresource === '' ? undefined : subresource, body, contentType, query: writeQuery(session) })
    session.out(operationPrinter(session, deepEqual(before, after) ? 'patched (no change)' : 'patched', { dryRun })(isLocal || subresource === '' ? after : { ...after, kind: info.kind.kind, apiVersion: before.apiVersion }))
  })
  if (failures.length > 0) throw aggregateFailure(failures)
  if (count === 0) throw fail('no objects passed to patch')
  return 0
}
