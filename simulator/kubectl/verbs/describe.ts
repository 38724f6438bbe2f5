/** kubectl describe. Models k8s.io/kubectl/pkg/cmd/describe (v1.35). */

import { apiVersionOf } from '../../api/kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { describerOf } from '../describe/registry.ts'
import { Lines } from '../describe/lines.ts'
import { aggregateFailure, attempt, fail, failureText, hasReason } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { hasFiles } from '../manifests.ts'
import { collect } from '../resource-builder.ts'
import type { Info, Selection } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

function* describeOne(session: Session, info: Info): Run<string> {
  const read = yield* session.call({ verb: 'get', kind: info.kind, namespace: info.namespace, name: info.name })
  const lines = new Lines()
  const object: KubeObject = { ...read, kind: info.kind.kind, apiVersion: apiVersionOf(info.kind) }
  yield* describerOf(info.kind)(object, { session, lines, kind: info.kind })
  return lines.text()
}

/** TYPE PREFIX: objects whose names begin so, when none has the name itself. */
function* describeMatching(session: Session, selection: Selection, original: Failure): Run<number> {
  const [type = '', prefix = ''] = session.args
  const { infos } = yield* collect(session, { ...selection, args: [type] })
  const matching = infos.filter((info) => info.name.startsWith(prefix))
  if (matching.length === 0) throw aggregateFailure([original])
  for (const info of matching) session.out(`${yield* describeOne(session, info)}\n`)
  return 0
}

/**
 * kubectl describe: each object with what belongs to it, separated by two blank lines. A name that is not found is
 * tried as a prefix. Failures are told at the end, equal ones once.
 */
export function* describe(session: Session): Run<number> {
  const { flags, args } = session
  if (args.length === 0 && !hasFiles(session)) throw fail('You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n')
  const selection: Selection = { args, useFiles: true, selector: flags.text('selector'), allNamespaces: flags.bool('all-namespaces'), kindAloneIsAll: true, continuesOnError: true, limit: flags.int('chunk-size') }
  const { infos, failures: unread } = yield* collect(session, selection)
  const [first] = unread
  if (first !== undefined && unread.length === 1 && hasReason(first, 'NotFound') && args.length === 2) return yield* describeMatching(session, selection, first)
  const failures: Failure[] = [...unread]
  let isFirst = true
  for (const info of infos) {
    const described = yield* attempt(describeOne(session, info))
    if (!described.ok) {
      if (!failures.some((one) => failureText(one) === failureText(described.failure))) failures.push(described.failure)
      continue
    }
    session.out(`${isFirst ? '' : '\n\n'}${described.value}`)
    isFirst = false
  }
  if (infos.length === 0 && failures.length === 0) session.err(flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${session.namespace().name} namespace.\n`)
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}
