/** The admission plugins of a default 1.35 API server, in their running order. */

import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { limitRanger } from './limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import type { AdmissionPlugin } from './plugin.ts'
import { nodeRestriction } from './node-restriction.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { podSecurity } from './pod-security.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { defaultStorageClass, persistentVolumeClaimResize, storageObjectInUseProtection } from './storage.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'
import { mutatingWebhooks, validatingWebhooks } from './webhooks.ts'

export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  mutatingAdmissionPolicy,
  mutatingWebhooks,
  validatingAdmissionPolicy,
  validatingWebhooks,
  resourceQuota,
]

/** Those that have something to do in a step: most have it in one only. */
export const pluginsOfStep: { readonly [step in 'admit' | 'validate']: readonly AdmissionPlugin[] } = {
  admit: admissionPlugins.filter((plugin) => plugin.admit !== undefined), validate: admissionPlugins.filter((plugin) => plugin.validate !== undefined),
}
