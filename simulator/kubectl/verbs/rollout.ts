/** kubectl rollout restart, pause and resume. Models k8s.io/kubectl/pkg/cmd/rollout (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { Deployment, KubeObject } from '../../api/types.ts'
import { aggregateFailure, asFailure, attempt, failureText, fail } from '../failures.ts'
import type { Failure } from '../failures.ts'
import { isEmptyPatch, twoWayPatch } from '../patches.ts'
import { operationPrinter } from '../printers/output.ts'
import { collect, groupResource } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { rolloutSelection } from './rollout-status.ts'

const restartedAtAnnotation = 'kubectl.kubernetes.io/restartedAt'
const restartable = ['Deployment', 'DaemonSet', 'StatefulSet']

interface Change {
  readonly operation: string
  readonly already: string
  apply(object: KubeObject): KubeObject
}

/** Changes each object, prints what happened and collects what failed. */
function* changeAll(session: Session, change: Change): Run<number> {
  const selection = rolloutSelection(session)
  const { infos, failures: unread } = yield* collect(session, selection)
  const failures: Failure[] = [...unread]
  if (infos.length === 0 && failures.length === 0) {
    session.err(`No resources found in ${session.namespace().name} namespace.\n`)
    return 0
  }
  for (const info of infos) {
    const before = info.object as KubeObject
    let after: KubeObject
    try {
      after = change.apply(before)
    } catch (error) {
      failures.push({ kind: 'text', text: `error: ${groupResource(info.kind)} ${goQuote(info.name)} ${failureText(asFailure(error))}` })
      continue
    }
    const computed = twoWayPatch(before, after)
    if (isEmptyPatch(computed)) {
      session.out(operationPrinter(session, change.already)(before))
      continue
    }
    const sent = yield* attempt(session.call({ verb: 'patch', kind: info.kind, namespace: info.namespace, name: info.name, body: computed.patch, contentType: computed.contentType, query: { fieldManager: session.flags.text('field-manager') } }))
    if (sent.ok) session.out(operationPrinter(session, change.operation)(sent.value))
    else failures.push({ kind: 'text', text: `failed to patch: ${failureText(sent.failure)}` })
  }
  if (failures.length > 0) throw aggregateFailure(failures)
  return 0
}

function pausedDeployment(object: KubeObject, paused: boolean): KubeObject {
  if (object.kind !== 'Deployment') throw fail(paused ? 'pausing is not supported' : 'resuming is not supported')
  const deployment = object as Deployment
  if ((deployment.spec.paused === true) === paused) throw fail(paused ? 'is already paused' : 'is not paused')
  const { paused: _old, ...spec } = deployment.spec
  return { ...deployment, spec: paused ? { ...spec, paused: true } : spec } as Deployment
}

/** kubectl rollout pause: Deployments only; one that is paused is an error. */
export function* rolloutPause(session: Session): Run<number> {
  return yield* changeAll(session, { operation: 'paused', already: 'already paused', apply: (object) => pausedDeployment(object, true) })
}

/** kubectl rollout resume: Deployments only; one that is not paused is an error. */
export function* rolloutResume(session: Session): Run<number> {
  return yield* changeAll(session, { operation: 'resumed', already: 'already resumed', apply: (object) => pausedDeployment(object, false) })
}

function restarted(session: Session, object: KubeObject): KubeObject {
  if (!restartable.includes(object.kind)) throw fail('restarting is not supported')
  const deployment = object as Deployment
  if (deployment.spec.paused === true) throw fail("can't restart paused deployment (run rollout resume first)")
  const { template } = deployment.spec
  const annotations = { ...template.metadata?.annotations, [restartedAtAnnotation]: session.process.clock.timestamp(session.nowMs) }
  return { ...deployment, spec: { ...deployment.spec, template: { ...template, metadata: { ...template.metadata, annotations } } } } as Deployment
}

/**
 * kubectl rollout restart of a Deployment, DaemonSet or StatefulSet: a new pod template by annotation
 * kubectl.kubernetes.io/restartedAt, simulated time in seconds. Twice in one second changes nothing; a paused
 * Deployment is refused.
 */
export function* rolloutRestart(session: Session): Run<number> {
  return yield* changeAll(session, { operation: 'restarted', already: 'already restarted', apply: (object) => restarted(session, object) })
}
