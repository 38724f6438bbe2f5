/** Pure functions: what the real code answers, case by case. */

import { runQuantity } from './functions/quantity.ts'
import { runSelector } from './functions/selector.ts'
import type { AreaRunner } from './runner.ts'

export const runner: AreaRunner = {
  area: 'functions',
  files: {
    quantity: runQuantity,
    selector: runSelector,
  },
}
