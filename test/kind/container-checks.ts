/** `container-checks.ts KUBECONFIG CONTEXT [PYTHON]`: the checks of container-task.ts on the simulator and on a cluster whose nodes run containers. */

import { readLibrary } from '../../src/cli/files.ts'
import { containerTask, lostChecks } from './container-task.ts'
import { gradeAttempt, rowLines } from './grading.ts'
import { withPlace } from './places.ts'

const [kubeconfig = '', context = '', python] = process.argv.slice(2)

process.exitCode = await withPlace({ kubeconfig, context, ...(python === undefined ? {} : { python }), settleSecondsMax: 60 }, async (place) => {
  const graded = await gradeAttempt(place, readLibrary(), containerTask, containerTask.solution)
  const wrong = (graded.grade?.rows ?? []).filter(({ check, parity, kind }) => parity !== 'agree' || kind?.passed === lostChecks.includes(check))
  console.log([...rowLines(graded, place.on), ...wrong.map(({ check, kind }) => `    UNEXPECTED ${check}: ${kind?.actual ?? 'never judged'}`)].join('\n'))
  if (graded.problems.length > 0) console.log(graded.grade?.transcript ?? '')
  return graded.problems.length === 0 && wrong.length === 0 ? 0 : 1
})
