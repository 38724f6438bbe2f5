/** What a real API server answers: admission and tables. */

import { runAdmission } from './api/admission.ts'
import { runSteps } from './api/steps.ts'
import { runTable } from './api/table.ts'
import type { AreaRunner } from './runner.ts'

/** Mutating policies are off by default. */
const mutatingPolicies = { featureGates: { MutatingAdmissionPolicy: true }, runtimeConfig: { 'admissionregistration.k8s.io/v1beta1': true, 'admissionregistration.k8s.io/v1alpha1': true } }

export const runner: AreaRunner = {
  area: 'api',
  files: {
    admission: runAdmission,
    custom: (row) => (row['manifest'] === undefined ? runSteps(row) : runAdmission(row)),
    'mutating-policy': (row) => runSteps(row, mutatingPolicies),
    patch: (row) => runSteps(row),
    policy: (row) => runSteps(row),
    table: runTable,
    update: (row) => runSteps(row),
    webhook: (row) => runSteps(row),
  },
}
