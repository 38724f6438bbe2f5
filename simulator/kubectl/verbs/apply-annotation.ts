/** kubectl apply view-last-applied, set-last-applied and edit-last-applied. Models k8s.io/kubectl/pkg/cmd/apply (v1.35). */

import { lastAppliedAnnotation } from '../../api/object-meta.ts'
import type { KubeObject } from '../../api/types.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import { aggregateFailure, attempt, fail } from '../failures.ts'
import { findLastApplied, lastAppliedText } from '../last-applied.ts'
import { toIndentedJson } from '../printers/json.ts'
import { dryRunSuffix, operationPrinter } from '../printers/output.ts'
import { collect, collectAll } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { editHeader, openEditor } from './edit.ts'

/** kubectl apply view-last-applied: prints the annotation as YAML or JSON. An object without one is passed over, as upstream does. */
export function* viewLastApplied(session: Session): Run<number> {
  const output = session.flags.text('output')
  const { infos, failures } = yield* collect(session, { args: session.args, useFiles: true, isLatest: true, all: session.flags.bool('all'), selector: session.flags.text('selector'), kindAloneIsAll: true })
  if (failures.length > 0) throw aggregateFailure(failures)
  for (const info of infos) {
    const text = findLastApplied(info.object as KubeObject)
    if (text === undefined) continue
    const value = JSON.parse(text) as JsonObject
    if (output === 'json') session.out(`${toIndentedJson(value, '  ', true)}\n`)
    else if (output === 'yaml') session.out(toYaml(value))
    else throw session.usage(`Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`)
  }
  return 0
}

/** kubectl apply set-last-applied: patches the annotation to the file's content. Fails for an object that has none, unless --create-annotation. */
export function* setLastApplied(session: Session): Run<number> {
  const infos = yield* collectAll(session, { useFiles: true })
  const dryRun = session.dryRun()
  for (const info of infos) {
    const read = yield* attempt(session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name }))
    if (!read.ok) throw aggregateFailure([read.failure])
    const before = findLastApplied(read.value)
    if (before === undefined && !session.flags.bool('create-annotation')) throw fail(`no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`)
    const text = lastAppliedText(info.object as KubeObject)
    let object = read.value
    if (before !== text && dryRun !== 'client') {
      const body = { metadata: { annotations: { [lastAppliedAnnotation]: text } } }
      object = yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body, contentType: 'application/merge-patch+json', query: dryRun === 'server' ? { dryRun: 'All' } : {} })
    }
    session.out(operationPrinter(session, `configured${dryRunSuffix(dryRun)}`)(object))
  }
  return 0
}

/** Opens what was applied last, and writes it back to the annotation. */
export function* editLastApplied(session: Session): Run<number> {
  const infos = yield* collectAll(session, { args: session.args, useFiles: true, isLatest: true, kindAloneIsAll: true })
  for (const info of infos) {
    const applied = findLastApplied(info.object as KubeObject)
    if (applied === undefined) {
      session.err(`error: last applied configuration annotation not found on resource: ${info.name}\n`)
      continue
    }
    const path = `/tmp/kubectl-edit-${String(1_000_000_000 + Math.trunc(session.nowMs))}.yaml`
    const edited = yield* openEditor(session, path, `${editHeader}${toYaml(JSON.parse(applied) as JsonObject)}`)
    session.process.files.remove(path)
    const read = edited === undefined ? undefined : parseYaml(edited)
    if (read === undefined) {
      session.err('Edit cancelled, no changes made.\n')
      continue
    }
    if (isYamlError(read)) throw fail(`error parsing edited-file: error converting YAML to JSON: ${read.error}`)
    const body = { metadata: { annotations: { [lastAppliedAnnotation]: lastAppliedText(read.value as unknown as KubeObject) } } }
    const object = yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body, contentType: 'application/merge-patch+json' })
    session.out(operationPrinter(session, 'edited')(object))
  }
  return 0
}
