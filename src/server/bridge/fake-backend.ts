/** A kind side without a cluster, for tests of the HTTP side and of the page. */

import type { KindGrade, Leftover, ParityRow, PlanOrder, Progress, SandboxPlan } from '../../session/kind-wire.ts'
import { BridgeError } from '../kind/contract.ts'
import type { KindBackend } from './backend.ts'

const verdict = { points: 3, earned: 3, passed: true, expected: '`http://features.reco-prod/health` answers 200 and both Pods are ready endpoints', actual: 'answer 200, endpoints 10.244.1.9, 10.244.2.7', why: 'A Service selects labels, not names.' }

/** What the fake cluster says of a task. */
export function fakeGrade(order: PlanOrder): KindGrade {
  const rows: ParityRow[] = [
    { check: 'c1', parity: 'agree', simulator: { ...verdict, id: 'c1', title: 'The Service routes to both Pods' }, kind: { ...verdict, id: 'c1', title: 'The Service routes to both Pods', actual: 'answer 200, endpoints 10.244.1.3, 10.244.3.2' } },
    {
      check: 'c2', parity: 'differ', simulator: { ...verdict, id: 'c2', points: 1, earned: 1, title: 'Only the Service was changed', expected: "The selector of the Service matches the Pods and the Deployment's generation is unchanged", actual: 'selector {"app":"features-v2"}, generation 1' },
      kind: { ...verdict, id: 'c2', points: 1, earned: 0, passed: false, title: 'Only the Service was changed', expected: "The selector of the Service matches the Pods and the Deployment's generation is unchanged", actual: 'selector {"app":"features-v2"}, generation 2' },
    },
    { check: 'c3', parity: 'not gradable', simulator: { ...verdict, id: 'c3', points: 2, earned: 2, title: 'Latency stays below 200 ms under 40 requests per second' }, reason: 'Simulated load of 24 hours cannot be played on a real cluster.' },
  ]
  return { task: order.task, context: order.context, points: 6, earnedOnSimulator: 6, earnedOnKind: 3, rows, transcript: '~ $ kubectl patch service features -n reco-prod -p \'{"spec":{"selector":{"app":"features-v2"}}}\'\nservice/features patched\n', leftovers: [] }
}

/** What the fake cluster would create for a task. */
export function fakePlan(order: PlanOrder, session: string): SandboxPlan {
  return {
    session, task: order.task, namespaces: ['reco-prod'], podSecurity: 'baseline', access: [{ group: '', resource: 'nodes', verbs: ['get', 'list', 'watch', 'patch'] }],
    loans: [{ node: 'gpu-a100-1', labels: { accelerator: 'nvidia-a100', 'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB' }, taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }], resources: { 'nvidia.com/gpu': '8' } }],
    images: { 'registry.example.com/features:1.0.0': 'registry.k8s.io/e2e-test-images/agnhost:2.56' },
  }
}

const steps: readonly Progress[] = [
  { phase: 'preflight', text: 'context kind-podflight: 1 control plane and 3 workers of kind' },
  { phase: 'create', text: 'namespace reco-prod with quota and network policy' },
  { phase: 'create', text: 'service account, roles and bindings of the learner' },
  { phase: 'start', text: 'the start of the task: Deployment features, Service features' },
  { phase: 'script', text: "kubectl patch service features -n reco-prod -p '{\"spec\":{\"selector\":{\"app\":\"features-v2\"}}}'" },
  { phase: 'wait', text: '12 s of 60 s at most: 1 of 2 checks hold' },
  { phase: 'checks', text: 'request, cel' },
]

/** A backend that grades when it is told to. */
export class FakeBackend implements KindBackend {
  readonly orders: PlanOrder[] = []
  readonly removed: string[] = []
  left: Leftover[] = []
  /** Steps wait for `goOn` when set. */
  isHeld = false
  fails: Error | undefined
  private release: (() => void) | undefined
  private count = 0

  contexts(): ReturnType<KindBackend['contexts']> {
    return Promise.resolve({ contexts: [{ name: 'kind-podflight' }, { name: 'kind-far-away', refused: 'the server of context kind-far-away is not on this machine: only 127.0.0.1, [::1] and localhost with a port are used' }] })
  }

  plan(order: PlanOrder): Promise<SandboxPlan> {
    if (order.task === 'no-such-task') throw new BridgeError('there is no task "no-such-task"')
    this.orders.push(order)
    this.count += 1
    return Promise.resolve(fakePlan(order, `s${this.count}`))
  }

  async grade(order: PlanOrder, _plan: SandboxPlan, report: (progress: Progress) => void, signal: AbortSignal): Promise<KindGrade> {
    for (const step of steps) {
      report(step)
      if (step.phase === 'wait' && this.isHeld) await this.held(signal)
      if (signal.aborted) break
    }
    report({ phase: 'clean-up', text: 'namespace reco-prod is gone; nothing is left' })
    if (signal.aborted) throw new BridgeError('stopped')
    if (this.fails !== undefined) throw this.fails
    return fakeGrade(order)
  }

  leftovers(context: string): Promise<readonly Leftover[]> {
    return Promise.resolve(this.left.filter((each) => each.context === context))
  }

  remove(context: string, session: string): Promise<readonly string[]> {
    this.removed.push(`${context}/${session}`)
    this.left = this.left.filter((each) => each.session !== session)
    return Promise.resolve([])
  }

  /** Lets a held grading go on. */
  goOn(): void {
    this.release?.()
  }

  private held(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.release = resolve
      signal.addEventListener('abort', () => resolve())
    })
  }
}
