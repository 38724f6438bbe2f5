/** Figures of the exam: how long a task's cluster takes to start, and how long its grading takes. */

import { splitScript } from '../../simulator/index.ts'
import type { Library, Task } from '../../src/content/types.ts'
import { readLibrary } from '../../src/cli/files.ts'
import { BaseClusters } from '../../src/session/base-clusters.ts'
import { Flight } from '../../src/session/flight.ts'
import { startScenario } from '../../src/session/scenario.ts'
import { cpuMs, median, round, timeMs } from './bench.ts'
import type { Bench } from './bench.ts'

const formId = 'form-0'
const startsPerTask = 9
const gradesPerTask = 9

function tasksOf(library: Library): Task[] {
  const form = library.forms.find(({ id }) => id === formId)
  if (form === undefined) throw new Error(`there is no exam form ${formId}`)
  return form.tasks.map((id) => {
    const task = library.tasks.find((candidate) => candidate.id === id)
    if (task === undefined) throw new Error(`there is no task ${id}`)
    return task
  })
}

function medianOf(count: number, measure: () => number): number {
  return median(Array.from({ length: count }, measure))
}

/** From a task's scenario to its cluster at T+00:00, in an exam whose tasks share booted clusters. The first start of a process boots one and compiles the engine. */
const examStart: Bench = {
  name: 'exam-start',
  run() {
    const library = readLibrary()
    const tasks = tasksOf(library)
    const bases = new BaseClusters()
    const firstMs = timeMs(() => startScenario(tasks[0], library, tasks[0].seed, bases))
    const figures: { [figure: string]: number } = {}
    for (const task of tasks) {
      const cpus: number[] = []
      figures[`${task.id}Ms`] = round(medianOf(startsPerTask, () => {
        let ms = 0
        cpus.push(cpuMs(() => (ms = timeMs(() => startScenario(task, library, task.seed, bases)))))
        return ms
      }))
      figures[`${task.id}CpuMs`] = round(median(cpus))
    }
    return { tasks: tasks.length, firstMs: round(firstMs), slowestMs: Math.max(...tasks.map(({ id }) => figures[`${id}Ms`])), ...figures }
  },
}

/** A task after its reference solution. */
function solved(library: Library, task: Task): Flight {
  const flight = new Flight({
    library, plans: [{ context: task.id, scenario: task }], out: () => undefined,
    header: { engine: 'bench', content: 'bench', kind: 'bench', id: task.id, seed: task.seed },
  })
  for (const { text } of splitScript(task.solution.script)) flight.runLine(text)
  return flight
}

/** Grading of solved tasks: all checks without a trial together, and processor time of each check with trials. */
const grade: Bench = {
  name: 'grade',
  run() {
    const library = readLibrary()
    const figures: { [figure: string]: number } = {}
    let slowestMs = 0
    let slowestTrialCpuMs = 0
    for (const task of tasksOf(library)) {
      const flight = solved(library, task)
      const isTrial = (check: Task['checks'][number]): boolean => check.all.some(({ kind }) => kind === 'trial')
      const quick = task.checks.filter((check) => !isTrial(check))
      const run = (checks: Task['checks']): void => void flight.grade(checks, task.id, task.settleSeconds)
      // Once for the time that is given to settle and for the compiler.
      run(task.checks)
      figures[`${task.id}Ms`] = round(medianOf(gradesPerTask, () => timeMs(() => run(quick))), 2)
      slowestMs = Math.max(slowestMs, figures[`${task.id}Ms`])
      for (const check of task.checks.filter(isTrial)) {
        const trials = check.all.filter(({ kind }) => kind === 'trial').length
        const ms = round(medianOf(gradesPerTask, () => cpuMs(() => run([check]))) / trials)
        figures[`${task.id}/${check.id}TrialCpuMs`] = ms
        slowestTrialCpuMs = Math.max(slowestTrialCpuMs, ms)
      }
    }
    return { slowestMs, slowestTrialCpuMs, ...figures }
  },
}

export const examBenches: readonly Bench[] = [examStart, grade]
