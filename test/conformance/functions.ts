/** Pure functions: what the real code answers, case by case. */

import { runCelRow } from './functions/cel.ts'
import { runJsonPath } from './functions/jsonpath.ts'
import { runHpa } from './functions/hpa.ts'
import { runKustomize } from './functions/kustomize.ts'
import { runNames } from './functions/names.ts'
import { runPatch } from './functions/patch.ts'
import { runPodSecurity } from './functions/podsecurity.ts'
import { runPromql } from './functions/promql.ts'
import { runQos } from './functions/qos.ts'
import { runQuantity } from './functions/quantity.ts'
import { runRbac } from './functions/rbac.ts'
import { runRollout } from './functions/rollout.ts'
import { runSelector } from './functions/selector.ts'
import { runTime } from './functions/time.ts'
import { runYaml } from './functions/yaml.ts'
import type { AreaRunner } from './runner.ts'

export const runner: AreaRunner = {
  area: 'functions',
  files: {
    cel: runCelRow,
    jsonpath: runJsonPath,
    hpa: runHpa,
    kustomize: runKustomize,
    names: runNames,
    patch: runPatch,
    podsecurity: runPodSecurity,
    promql: runPromql,
    qos: runQos,
    quantity: runQuantity,
    rbac: runRbac,
    rollout: runRollout,
    selector: runSelector,
    time: runTime,
    yaml: runYaml,
  },
}
