/** What an open request means: which clusters, from which content. */

import type { ClusterDefinition, ExamFormContent, LabContent, Library, Scenario, Task } from '../content/types.ts'
import type { FlightPlan } from './flight.ts'
import type { OpenRequest } from './host.ts'
import { readClusterYaml } from './cluster-yaml.ts'

/** The content behind an attempt. */
export interface Plan {
  readonly library: Library
  readonly flights: readonly FlightPlan[]
  readonly lab?: LabContent
  readonly form?: ExamFormContent
  readonly tasks: readonly Task[]
}

/** Why a request cannot be opened. */
export interface PlanRefusal {
  readonly refusal: string
  readonly line: number
}

/** Presets of the sandbox are the shared clusters of the library. */
const sandboxHistoryMinutes = 5

function sandboxScenario(cluster: string): Scenario {
  return { cluster, seed: 1, historyMinutes: sandboxHistoryMinutes, images: {}, namespace: 'default', files: {}, start: [] }
}

/** Finds the content of a request. */
export function planOf(request: OpenRequest, library: Library): Plan | PlanRefusal {
  switch (request.kind) {
    case 'lab': {
      const lab = library.labs.find((candidate) => candidate.id === request.id)
      return lab === undefined ? { refusal: `There is no lab "${request.id}".`, line: 1 } : { library, flights: [{ context: lab.id, scenario: lab }], lab, tasks: [] }
    }
    case 'task': {
      const task = library.tasks.find((candidate) => candidate.id === request.id)
      return task === undefined ? { refusal: `There is no task "${request.id}".`, line: 1 } : { library, flights: [{ context: task.id, scenario: task }], tasks: [task] }
    }
    case 'exam': {
      const form = library.forms.find((candidate) => candidate.id === request.id)
      if (form === undefined) return { refusal: `There is no exam form "${request.id}".`, line: 1 }
      const tasks = form.tasks.map((id) => library.tasks.find((task) => task.id === id)).filter((task) => task !== undefined)
      return { library, flights: tasks.map((task) => ({ context: task.id, scenario: task })), form, tasks }
    }
    case 'sandbox':
      return sandboxPlan(request, library)
  }
}

function sandboxPlan(request: OpenRequest, library: Library): Plan | PlanRefusal {
  if (request.clusterYaml === undefined) {
    const cluster = library.clusters.some((candidate) => candidate.id === request.id) ? request.id : (library.clusters[0]?.id ?? '')
    return { library, flights: [{ context: 'sandbox', scenario: sandboxScenario(cluster) }], tasks: [] }
  }
  const read = readClusterYaml(request.clusterYaml)
  if ('error' in read) return { refusal: read.error, line: read.line }
  const definition: ClusterDefinition = { ...read.definition, id: 'own' }
  const scenario: Scenario = { ...sandboxScenario('own'), start: read.objects === '' ? [] : [{ apply: read.objects }] }
  return { library: { ...library, clusters: [...library.clusters, definition] }, flights: [{ context: 'sandbox', scenario }], tasks: [] }
}

/** True for a refusal. */
export function isRefusal(plan: Plan | PlanRefusal): plan is PlanRefusal {
  return 'refusal' in plan
}
