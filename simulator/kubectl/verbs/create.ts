/** kubectl create -f. Models k8s.io/kubectl/pkg/cmd/create (v1.35). */

import type { KubeObject } from '../../api/types.ts'
import { addSource, asFailure, fail, KubectlFailure } from '../failures.ts'
import { writeQuery } from '../generators/common.ts'
import { withLastApplied } from '../last-applied.ts'
import { hasFiles } from '../manifests.ts'
import { operationPrinter } from '../printers/output.ts'
import { visit } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

/** Fails when neither -f nor -k names anything. Models FilenameOptions.RequireFilenameOrKustomize. */
export function requireFiles(session: Session): void {
  if (!hasFiles(session)) throw fail('must specify one of -f and -k')
}

/** Sends a manifest; the refusal names its file. */
export function* createObject(session: Session, info: Info, options: { readonly verb: string; readonly object?: KubeObject }): Run<KubeObject> {
  try {
    return yield* session.call({ verb: 'create', kind: info.kind, namespace: info.namespace, body: options.object ?? info.object, contentType: 'application/json', query: writeQuery(session, { isValidated: true }) })
  } catch (error) {
    throw new KubectlFailure(addSource(asFailure(error), options.verb, info.source))
  }
}

/** kubectl create -f or -k: creates each object; the first refusal ends the command. The generators (create deployment ...) are rows of their own. */
export function* create(session: Session): Run<number> {
  if (session.args.length > 0) throw session.usage(`Unexpected args: [${session.args.join(' ')}]`)
  requireFiles(session)
  const dryRun = session.dryRun()
  const printer = operationPrinter(session, 'created', { dryRun })
  let count = 0
  yield* visit(session, { useFiles: true, isValidated: session.flags.text('validate') !== 'false' && session.flags.text('validate') !== 'ignore' }, function* (info) {
    const object = session.flags.bool('save-config') ? withLastApplied(info.object as KubeObject) : (info.object as KubeObject)
    count++
    session.out(printer(dryRun === 'client' ? object : yield* createObject(session, info, { verb: 'creating', object })))
  })
  if (count === 0) throw fail('no objects passed to create')
  return 0
}
