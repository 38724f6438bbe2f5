/** What a real API server answers: admission and tables. */

import { runAdmission } from './api/admission.ts'
import { runSteps } from './api/steps.ts'
import { runTable } from './api/table.ts'
import type { AreaRunner } from './runner.ts'

export const runner: AreaRunner = {
  area: 'api',
  files: {
    admission: runAdmission,
    custom: (row) => (row['manifest'] === undefined ? runSteps(row) : runAdmission(row)),
    patch: runSteps,
    policy: runSteps,
    table: runTable,
    update: runSteps,
  },
}
