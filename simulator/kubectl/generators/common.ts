/** What all `kubectl create KIND` commands share. Models k8s.io/kubectl/pkg/cmd/create (v1.35). */

import type { KindInfo } from '../../api/kinds.ts'
import { kindByKind } from '../../api/kinds.ts'
import type { RequestQuery } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
import { assert } from '../../kernel/assert.ts'
import { asFailure, fail, failureText } from '../failures.ts'
import { withLastApplied } from '../last-applied.ts'
import { operationPrinter } from '../printers/output.ts'
import type { Run, Session } from '../session.ts'

/** The one NAME of a create command. Words after "--" do not count. */
export function nameArgument(session: Session): string {
  const { args, argsAtDash } = session.flags
  const count = argsAtDash === -1 ? args.length : argsAtDash
  if (count !== 1) throw session.usage(`exactly one NAME is required, got ${count}`)
  return args[0] ?? ''
}

/** The command behind "--". */
export function commandArguments(session: Session): readonly string[] {
  const { args, argsAtDash } = session.flags
  return argsAtDash === -1 ? args.slice(1) : args.slice(argsAtDash)
}

/** Metadata with the namespace only when -n gave it. */
export function metadataOf(session: Session, name: string, more: { readonly [key: string]: unknown } = {}): KubeObject['metadata'] {
  const { name: namespace, isExplicit } = session.namespace()
  return { name, ...(isExplicit ? { namespace } : {}), ...more } as KubeObject['metadata']
}

/** The value of --validate as the server takes it. Models cmdutil.GetValidationDirective. */
export function fieldValidation(session: Session): NonNullable<RequestQuery['fieldValidation']> {
  const value = session.flags.text('validate')
  switch (value) {
    case 'strict': case 'true': return 'Strict'
    case 'warn': return 'Warn'
    case 'ignore': case 'false': return 'Ignore'
  }
  throw fail(`invalid - validate option "${value}"; must be one of: strict (or true), warn, ignore (or false)`)
}

/** Query of a write: field manager, validation and dry run. */
export function writeQuery(session: Session, options: { readonly manager?: boolean; readonly isValidated?: boolean } = {}): RequestQuery {
  return {
    ...(options.manager === false || !session.flags.has('field-manager') ? {} : { fieldManager: session.flags.text('field-manager') }),
    ...(options.isValidated === true && session.flags.has('validate') ? { fieldValidation: fieldValidation(session) } : {}),
    ...(session.flags.has('dry-run') && session.dryRun() === 'server' ? { dryRun: 'All' as const } : {}),
  }
}

function kindOf(object: KubeObject): KindInfo {
  const kind = kindByKind(object.apiVersion, object.kind)
  assert(kind !== undefined, `kind ${object.kind} is generated but not known`)
  return kind
}

/** Sends a generated object, or only shows it; prints the outcome. `failedTo` begins the text of a refusal. */
export function* createGenerated(session: Session, generated: KubeObject, failedTo?: string): Run<number> {
  const dryRun = session.dryRun()
  const kind = kindOf(generated)
  const printer = operationPrinter(session, 'created', { dryRun, isTyped: dryRun === 'client' })
  let object = session.flags.has('save-config') && session.flags.bool('save-config') ? withLastApplied(generated) : generated
  if (dryRun !== 'client') {
    try {
      object = yield* session.call({ verb: 'create', kind, namespace: kind.namespaced ? session.namespace().name : undefined, body: object, contentType: 'application/json', query: writeQuery(session, { isValidated: true }) })
    } catch (error) {
      const failure = asFailure(error)
      throw failedTo === undefined ? error : fail(`${failedTo} ${failureText(failure)}`)
    }
  }
  session.out(printer({ ...object, kind: generated.kind, apiVersion: generated.apiVersion }))
  return 0
}
