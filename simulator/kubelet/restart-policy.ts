/** Whether a container is started (again). Models kubernetes/pkg/kubelet/container and pkg/api/v1/pod (v1.35). */

import type { Container, Pod, PodSpec } from '../api/types.ts'
import type { RuntimeContainer } from './records.ts'

interface RestartRule {
  readonly action?: string
  readonly exitCodes?: { readonly operator?: string; readonly values?: readonly number[] }
}

function matchesRule(rule: RestartRule, exitCode: number): boolean {
  const { operator, values = [] } = rule.exitCodes ?? {}
  if (operator === 'In') return values.includes(exitCode)
  return operator === 'NotIn' && !values.includes(exitCode)
}

/** Whether a container of this policy starts again after an exit code. Rules of the container come before its policy, that before the pod's. */
export function restartsAfter(container: Container, spec: PodSpec, exitCode: number): boolean {
  for (const rule of (container.restartPolicyRules ?? []) as readonly RestartRule[]) {
    if (rule.action === 'Restart' && matchesRule(rule, exitCode)) return true
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always'
  if (policy === 'Always') return true
  return policy === 'OnFailure' && exitCode !== 0
}

/** Whether a container that does not run should be started. */
export function shouldStart(container: Container, pod: Pod, latest: RuntimeContainer | undefined): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false
  if (latest === undefined) return true
  if (latest.state === 'running') return false
  if (latest.state === 'created') return true
  return restartsAfter(container, pod.spec, latest.exitCode)
}

/** Whether a container that a probe kills is started again: only the policy counts, since it has no exit code yet. */
export function restartsAfterKill(container: Container, spec: PodSpec): boolean {
  return (container.restartPolicy ?? spec.restartPolicy ?? 'Always') !== 'Never'
}

