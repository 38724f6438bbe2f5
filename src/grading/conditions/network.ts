/** Conditions that ask the network and the authorizer. */

import type { CanCondition, ConnectCondition, RequestCondition } from '../check.ts'
import { isNotAvailable } from '../view.ts'
import type { ClusterView, NotAvailable } from '../view.ts'

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

/** Whether a connection is accepted, or refused, as wanted. */
export function holdsConnect(condition: ConnectCondition, view: ClusterView): boolean | NotAvailable {
  const accepted = view.connect({ namespace: condition.namespace }, condition.host, condition.port)
  return isNotAvailable(accepted) ? accepted : accepted === condition.accepted
}

/** Whether an access review has the wanted verdict. */
export function holdsCan(condition: CanCondition, view: ClusterView): boolean {
  return view.can(condition) === condition.allowed
}
