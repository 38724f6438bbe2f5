/** Content as data: what authors write in YAML and Markdown, parsed and checked. */

import type { ApiServerOptions } from '../../simulator/api/api-server-options.ts'
import type { GpuSpec } from '../../simulator/gpu/spec.ts'
import type { Check } from '../grading/check.ts'
import type { TrialLoad } from '../grading/view.ts'

/** One step of a scenario's start, played through the API as the author before T+00:00. */
export type StartStep =
  /** YAML text of objects, applied as kubectl apply does. */
  | { readonly apply: string }
  /** A kubectl command line without `kubectl`. */
  | { readonly kubectl: string }
  /** A steady load from outside the learner's objects; it goes on until stopped. */
  | { readonly load: TrialLoad }
  | { readonly stopLoad: string }
  /** Simulated time passes. */
  | { readonly advanceSeconds: number }
  /** Time passes until a condition holds; a start that takes longer than `withinSeconds` is a broken scenario. */
  | { readonly until: Check['all']; readonly withinSeconds: number }

/** Nodes and add-ons that scenarios share. */
export interface ClusterDefinition {
  readonly id: string
  readonly title: string
  readonly nodes: readonly {
    readonly name: string
    readonly resources: { readonly [resource: string]: string }
    readonly labels?: { readonly [label: string]: string }
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
    readonly gpus?: GpuSpec
  }[]
  /** Names of add-ons, such as coredns, metrics-server or kueue. */
  readonly addOns: readonly string[]
  /** YAML of objects that the cluster has from the beginning: what a platform team would have set up. */
  readonly objects?: string
  /** A KubeSchedulerConfiguration document; absent: the scheduler's own defaults. */
  readonly schedulerConfiguration?: string
  /** Feature gates and API versions that kube-apiserver does not have by default. */
  readonly apiServer?: ApiServerOptions
}

/** An image that a scenario adds to (or changes in) the built-in table. */
export interface ScenarioImage {
  readonly program: string
  readonly megabytes: number
  readonly parameters?: { readonly [name: string]: string | number | boolean }
  readonly ports?: readonly number[]
}

/** How a lab or a task begins. */
export interface Scenario {
  readonly cluster: string
  readonly seed: number
  /** Simulated minutes of history before T+00:00. */
  readonly historyMinutes: number
  readonly images: { readonly [reference: string]: ScenarioImage }
  readonly start: readonly StartStep[]
  /** Files of the learner's home at T+00:00, by path below it. */
  readonly files: { readonly [path: string]: string }
  /** Namespace of the learner's kubectl context. */
  readonly namespace: string
  /** A KubeSchedulerConfiguration document in place of the cluster's. */
  readonly schedulerConfiguration?: string
}

/** A script for the terminal with what it must earn. */
export interface Attempt {
  readonly name: string
  readonly title: string
  readonly script: string
  /** Ids of the checks that it loses. Empty: it earns everything. */
  readonly loses: readonly string[]
}

export interface Task extends Scenario {
  readonly id: string
  readonly title: string
  readonly domain: string
  readonly tier: 'quick' | 'core' | 'deep'
  readonly minutes: number
  readonly points: number
  readonly realCluster: 'yes' | 'fakes' | 'no'
  /** What grading on a real cluster needs beside the task's namespaces; absent: nothing, under Pod Security `restricted`. */
  readonly kind?: {
    readonly podSecurity?: 'restricted' | 'baseline'
    /** Cluster-scoped objects that the solution reads or changes. */
    readonly access?: readonly { readonly group: string; readonly resource: string; readonly verbs: readonly string[] }[]
    /** The labels, taints and extended resources of the cluster's nodes are lent to real workers. */
    readonly loans?: boolean
  }
  /** Markdown. */
  readonly prompt: string
  readonly checks: readonly Check[]
  /** Seconds that grading waits for checks to hold. */
  readonly settleSeconds: number
  readonly hints: readonly string[]
  readonly docs: readonly { readonly title: string; readonly href: string }[]
  /** Markdown: why the solution is right. */
  readonly solutionNote: string
  readonly solution: Attempt
  readonly right: readonly Attempt[]
  readonly wrong: readonly Attempt[]
}

/** A multiple-choice question, a prediction or a practice question. */
export interface QuizQuestion {
  readonly id: string
  readonly kind: 'prediction' | 'quiz' | 'practice'
  /** Markdown. */
  readonly question: string
  readonly options: readonly { readonly key: string; readonly text: string }[]
  readonly correct?: string
  readonly whyCorrect?: string
  readonly whyWrong?: { readonly [key: string]: string }
  readonly hints?: readonly string[]
  /** Markdown. */
  readonly solution?: string
}

/** One row of the status tracker: a variable and how its value is found. */
export interface TrackedVariable {
  readonly label: string
  /** A named value as checks have it, shown as text. */
  readonly value: NonNullable<Check['let']>[string]
  /** Expected value by step id; `start` is before the first. */
  readonly goals: { readonly [stepId: string]: string }
}

export interface LabStepContent {
  readonly id: string
  readonly title: string
  readonly phase: string
  /** Markdown. */
  readonly body: string
  readonly checks: readonly Check[]
  readonly questions: readonly QuizQuestion[]
  readonly hints: readonly string[]
  /** Terminal lines that do the step. */
  readonly solution: string
  /** Answers to the step's questions that belong to the solution. */
  readonly answers: { readonly [item: string]: string }
}

export interface LabContent extends Scenario {
  readonly id: string
  readonly number: string
  readonly title: string
  readonly moduleId: string
  readonly moduleTitle: string
  readonly minutes: number
  /** Markdown. */
  readonly goal: string
  readonly openFiles: readonly string[]
  readonly tracker: readonly TrackedVariable[]
  /** Actions of the source document, shown in the tracker within the steps. */
  readonly actions: readonly { readonly step: string; readonly action: string; readonly component: string; readonly result: string }[]
  readonly steps: readonly LabStepContent[]
  readonly questions: readonly QuizQuestion[]
  /** Believable mistakes, by step. */
  readonly wrong: readonly (Attempt & { readonly step: string })[]
}

export interface ExamFormContent {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly durationMinutes: number
  readonly passPercent: number
  readonly alertsMinutesLeft: readonly number[]
  readonly extraTimeFactors: readonly number[]
  readonly tasks: readonly string[]
}

/** All content. */
export interface Library {
  readonly clusters: readonly ClusterDefinition[]
  readonly domains: readonly { readonly id: string; readonly title: string }[]
  readonly modules: readonly { readonly id: string; readonly number: number; readonly title: string; readonly labs: readonly { readonly id: string; readonly number: string; readonly title: string; readonly minutes: number; readonly stepCount: number; readonly isPlanned?: boolean }[] }[]
  readonly labs: readonly LabContent[]
  readonly tasks: readonly Task[]
  readonly forms: readonly ExamFormContent[]
}

/** Something wrong in a content file: file, line and column where known, and a sentence. */
export interface ContentError {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly message: string
}
