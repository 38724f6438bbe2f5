/** kubectl certificate approve and deny. Models k8s.io/kubectl/pkg/cmd/certificates (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { KubeObject } from '../../api/types.ts'
import { fail } from '../failures.ts'
import { hasFiles } from '../manifests.ts'
import { operationPrinter } from '../printers/output.ts'
import { collectAll } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

interface Condition { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string; readonly lastUpdateTime?: string }

function* decide(session: Session, type: 'Approved' | 'Denied', operation: string): Run<number> {
  if (session.args.length === 0 && !hasFiles(session)) throw fail('one or more CSRs must be specified as <name> or -f <filename>')
  const args = session.args.length === 0 ? [] : ['certificatesigningrequests', ...session.args]
  const infos = yield* collectAll(session, { args, useFiles: true, isLatest: true })
  for (const info of infos) {
    const request = info.object as KubeObject & { status?: { conditions?: readonly Condition[] } }
    const conditions = request.status?.conditions ?? []
    const opposite = conditions.find((one) => one.type === (type === 'Approved' ? 'Denied' : 'Approved'))
    if (opposite !== undefined) throw fail(`certificate signing request ${goQuote(info.name)} is already ${opposite.type}`)
    let result: KubeObject = request
    if (!conditions.some((one) => one.type === type) || session.flags.bool('force')) {
      const word = type === 'Approved' ? 'approve' : 'deny'
      const added = { type, status: 'True', reason: type === 'Approved' ? 'KubectlApprove' : 'KubectlDeny', message: `This CSR was ${type.toLowerCase()} by kubectl certificate ${word}.`, lastUpdateTime: session.process.clock.timestamp(session.nowMs) }
      const body = { ...request, status: { ...request.status, conditions: [...conditions.filter((one) => one.type !== type), added] } }
      result = yield* session.call({ verb: 'update', kind: info.kind, name: info.name, subresource: 'approval', body, contentType: 'application/json' })
    }
    session.out(operationPrinter(session, operation)(result))
  }
  return 0
}

/**
 * kubectl certificate approve: adds the condition Approved through subresource approval. A denied one fails; one that
 * is approved already is not written again unless --force.
 */
export function* approveCertificate(session: Session): Run<number> {
  return yield* decide(session, 'Approved', 'approved')
}

/** kubectl certificate deny: as approve, with the condition Denied; an approved one fails. */
export function* denyCertificate(session: Session): Run<number> {
  return yield* decide(session, 'Denied', 'denied')
}
