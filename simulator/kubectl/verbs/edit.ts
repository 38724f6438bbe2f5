/** kubectl edit. Models k8s.io/kubectl/pkg/cmd/util/editor (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { KubeObject } from '../../api/types.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import { aggregateFailure, asFailure, exitWith, fail, failureText } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { fieldValidation } from '../generators/common.ts'
import { isEmptyPatch, twoWayPatch } from '../patches.ts'
import { toCompactJson, toIndentedJson } from '../printers/json.ts'
import { nameOfObject, operationPrinter, withoutManagedFields } from '../printers/output.ts'
import { collectAll, groupResource } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

export const editHeader = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`

function withoutComments(text: string): string {
  return text.split('\n').filter((line) => !line.startsWith('#')).join('\n').trim()
}

/** The lines about what was wrong, at the top of the reopened file. */
function problemLines(info: Info, failure: Failure): string {
  const status = failure.kind === 'status' ? failure.status : undefined
  if (status?.reason === 'Invalid') {
    const causes = status.details?.causes ?? []
    return `# ${groupResource(info.kind)} ${goQuote(info.name)} was not valid:\n${causes.map((cause) => `# * ${cause.field ?? ''}: ${cause.message ?? ''}\n`).join('')}#\n`
  }
  return `# ${groupResource(info.kind)} ${goQuote(info.name)} was not valid:\n# * ${failureText(failure).replaceAll('\n', '\n#   ')}\n#\n`
}

type Attempted = { readonly kind: 'done' } | { readonly kind: 'problem'; readonly failure: Failure }

/** Sends what was changed. */
function* save(session: Session, info: Info, before: KubeObject, edited: string): Run<Attempted> {
  const read = parseYaml(edited)
  if (isYamlError(read)) return { kind: 'problem', failure: { kind: 'text', text: `The edited file had a syntax error: error parsing edited-file: error converting YAML to JSON: ${read.error}` } }
  const after = read.value as unknown as KubeObject
  if (after.metadata?.name !== before.metadata.name) return { kind: 'problem', failure: { kind: 'text', text: 'At least one of apiVersion, kind and name was changed' } }
  try {
    const computed = twoWayPatch(before, after)
    if (isEmptyPatch(computed)) {
      session.out(`${nameOfObject(before)} skipped\n`)
      return { kind: 'done' }
    }
    if (session.flags.bool('output-patch')) session.out(`Patch: ${toCompactJson(computed.patch)}\n`)
    const subresource = session.flags.text('subresource')
    const query = { fieldManager: session.flags.text('field-manager'), fieldValidation: fieldValidation(session) }
    const object = yield* session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, subresource: subresource === '' ? undefined : subresource, body: computed.patch, contentType: computed.contentType, query })
    session.out(operationPrinter(session, 'edited')(object))
    return { kind: 'done' }
  } catch (error) {
    return { kind: 'problem', failure: asFailure(error) }
  }
}

/** Opens the file and returns what was saved; undefined when nothing changed. */
export function* openEditor(session: Session, path: string, text: string): Run<string | undefined> {
  session.process.files.write(path, text)
  const answer = yield { kind: 'edit', path }
  const edited = session.process.files.read(path)
  if (answer.kind !== 'saved' || !answer.isSaved || edited === undefined) return undefined
  return withoutComments(edited) === withoutComments(text) ? undefined : edited
}

function* editOne(session: Session, info: Info): Run<void> {
  const before = withoutManagedFields(info.object as KubeObject)
  const format = session.flags.text('output') === 'json' ? 'json' : 'yaml'
  const path = `/tmp/kubectl-edit-${String(1_000_000_000 + Math.trunc(session.nowMs))}.${format}`
  const original = format === 'json' ? `${toIndentedJson(before, '    ', true)}\n` : toYaml(before)
  let body = original
  let problem: Failure | undefined
  for (;;) {
    const edited = yield* openEditor(session, path, `${editHeader}${problem === undefined ? '' : problemLines(info, problem)}${body}`)
    if (edited === undefined) {
      if (problem === undefined) {
        session.process.files.remove(path)
        session.err('Edit cancelled, no changes made.\n')
        return
      }
      session.err(`A copy of your changes has been stored to ${goQuote(path)}\n`)
      throw fail('Edit cancelled, no valid changes were saved.')
    }
    const content = withoutComments(edited)
    if (content === '' || content === withoutComments(original)) {
      session.process.files.remove(path)
      session.err(content === '' ? 'Edit cancelled, saved file was empty.\n' : 'Edit cancelled, no changes made.\n')
      return
    }
    const outcome = yield* save(session, info, before, edited)
    if (outcome.kind === 'done') {
      session.process.files.remove(path)
      return
    }
    problem = outcome.failure
    session.err(outcome.failure.kind === 'status' ? `error: ${groupResource(info.kind)} ${goQuote(info.name)} is invalid\n` : `error: ${failureText(outcome.failure)}\n`)
    body = `${content}\n`
  }
}

/**
 * kubectl edit: opens each object in the terminal's editor and patches what was changed; a text that is refused comes
 * back with the reason on top. No object: exit code 1.
 */
export function* edit(session: Session): Run<number> {
  const infos = yield* collectAll(session, { args: session.args, useFiles: true, isLatest: true, kindAloneIsAll: true, subresource: session.flags.text('subresource') })
  if (infos.length === 0) {
    session.err('Edit cancelled, no objects found.\n')
    throw exitWith(1)
  }
  const failures: Failure[] = []
  for (const info of infos) {
    try {
      yield* editOne(session, info)
    } catch (error) {
      failures.push(asFailure(error))
    }
  }
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}
