import type { CheckedPod } from '../../../simulator/admission/pod-security/check.ts'
import { evaluatePod, findingsText } from '../../../simulator/admission/pod-security/evaluate.ts'
import { policyOf, validatePolicyLabels } from '../../../simulator/admission/pod-security/policy.ts'
import { ErrorList } from '../../../simulator/admission/validation/error-list.ts'
import type { StringMap } from '../../../simulator/api/types.ts'
import { objectOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Input { level: string; version: string; pod: { metadata: { annotations?: StringMap }; spec: CheckedPod['spec'] } }

function evaluate({ level, version, pod }: Input): unknown {
  const labels = { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/enforce-version': version }
  const errors = new ErrorList()
  validatePolicyLabels(labels, errors)
  if (errors.size > 0) return { error: errors.list[0].detail }
  const findings = evaluatePod(policyOf(labels).enforce, { annotations: pod.metadata.annotations ?? {}, spec: pod.spec })
  if (findings.length === 0) return { allowed: true }
  return { allowed: false, detail: findingsText(findings), reason: findings.map(({ reason }) => reason).join(', ') }
}

/** Fields that are null are not set, as decoding leaves them. */
function withoutNulls(input: unknown): Input {
  return JSON.parse(JSON.stringify(input), (_key, value: unknown) => (value === null ? undefined : value)) as Input
}

export const runPodSecurity: RowRunner = (row) => verdict(row, evaluate(withoutNulls(objectOf(row['input']))))
