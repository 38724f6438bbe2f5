/** Conditions that ask the network, the authorizer and the API's admission. */

import type { CanCondition, ConnectCondition, DryRunCondition, DryRunQuestion, RequestCondition } from '../check.ts'
import { passes, valuesAt } from '../values.ts'
import { isNotAvailable } from '../view.ts'
import type { ClusterView, DryRunAnswer, NotAvailable } from '../view.ts'

/** Whether each request has the wanted answer. */
export function holdsRequest(condition: RequestCondition, view: ClusterView): boolean | NotAvailable {
  const pods = new Set<string>()
  for (let i = 0; i < (condition.times ?? 1); i++) {
    const answer = view.request(condition.request)
    if (isNotAvailable(answer)) return answer
    if (condition.failure !== undefined) {
      if (answer.failure === undefined) return false
      if (typeof condition.failure === 'string' && !answer.failure.includes(condition.failure)) return false
      continue
    }
    if (answer.status === undefined || (condition.status !== undefined && answer.status !== condition.status)) return false
    if (condition.body !== undefined && !(answer.body ?? '').includes(condition.body)) return false
    if (answer.pod !== undefined) pods.add(answer.pod)
  }
  return condition.distinctPods === undefined || pods.size >= condition.distinctPods
}

/** What the API says to a manifest; a file that is not there is refused. */
export function dryRunAnswer(question: DryRunQuestion, view: ClusterView): DryRunAnswer | NotAvailable {
  if (view.dryRun === undefined) return { notAvailable: 'dry runs cannot be sent here' }
  const manifest = 'manifest' in question ? question.manifest : view.file(question.file)
  if (manifest === undefined) return { accepted: false, message: 'the file does not exist', warnings: [] }
  const { namespace, user, groups } = question
  return view.dryRun({ manifest, namespace, user, groups })
}

/** Whether the API takes a manifest, or refuses it, as wanted. */
export function holdsDryRun(condition: DryRunCondition, view: ClusterView): boolean | NotAvailable {
  const answer = dryRunAnswer(condition.dryRun, view)
  if (isNotAvailable(answer)) return answer
  if (answer.accepted !== condition.accepted || !answer.message.includes(condition.message ?? '')) return false
  const { warning, stored = [] } = condition
  if (warning !== undefined && !answer.warnings.some((text) => text.includes(warning))) return false
  const objects = answer.objects ?? []
  return stored.every((wanted) => {
    const values = objects.flatMap((object) => valuesAt(object, wanted.path))
    return values.length > 0 && values.every((value) => passes(value, wanted))
  })
}

/** Whether a connection is accepted, or refused, as wanted. */
export function holdsConnect(condition: ConnectCondition, view: ClusterView): boolean | NotAvailable {
  const accepted = view.connect({ namespace: condition.namespace }, condition.host, condition.port)
  return isNotAvailable(accepted) ? accepted : accepted === condition.accepted
}

/** Whether an access review has the wanted verdict. */
export function holdsCan(condition: CanCondition, view: ClusterView): boolean {
  return view.can(condition) === condition.allowed
}
