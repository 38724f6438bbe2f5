/**
 * Lessons, tasks and exams as the app shows them. The content room parses Markdown and YAML into this shape;
 * no field holds HTML, so nothing needs to be sanitized.
 */

import type { Block, Inline } from '../content/markdown.ts'

export type { Block, Inline }

export interface QuizOption { readonly key: string; readonly text: readonly Inline[] }
/** A prediction (asked before the step is played) or a quiz item. */
export interface QuizItem {
  readonly id: string
  readonly kind: 'prediction' | 'quiz' | 'practice'
  readonly question: readonly Inline[]
  /** Empty for a free answer. */
  readonly options: readonly QuizOption[]
  /** Key of the right option; free answers are judged by a check instead. */
  readonly correct?: string
  readonly whyCorrect?: readonly Inline[]
  readonly whyWrong?: Readonly<Record<string, readonly Inline[]>>
  readonly hints?: readonly (readonly Inline[])[]
  readonly solution?: readonly Block[]
}
export interface LabStep {
  readonly id: string
  readonly title: string
  readonly body: readonly Block[]
  readonly prediction?: QuizItem
  /** Items that belong to this step, also `answer` checks. */
  readonly quiz: readonly QuizItem[]
  readonly checks: readonly { readonly id: string; readonly title: string; readonly points: number }[]
  readonly hints: readonly (readonly Inline[])[]
  /** Shell lines that solve the step. */
  readonly solution?: readonly Block[]
}
export interface LabAction { readonly stepId: string; readonly stepIndex: number; readonly action: readonly Inline[]; readonly component: readonly Inline[]; readonly result: readonly Inline[] }
export interface Lab {
  readonly id: string
  /** "1.2" */
  readonly number: string
  readonly title: string
  readonly moduleId: string
  readonly moduleTitle: string
  readonly minutes: number
  readonly goal: readonly Inline[]
  readonly steps: readonly LabStep[]
  /** Asked after the last step. */
  readonly quiz: readonly QuizItem[]
  /** Actions of the lesson's source, shown in the status tracker: who does what, by step from 0. */
  readonly actions?: readonly LabAction[]
  /** Files to open in the editor at the start, in order. */
  readonly openFiles: readonly string[]
}
export interface ExamTask {
  readonly id: string
  readonly title: string
  readonly domainId: string
  readonly minutes: number
  readonly points: number
  readonly checkCount: number
  readonly context: string
  /** Whether a real cluster can grade it, or one with lent GPUs. */
  readonly realCluster: 'yes' | 'fakes' | 'no'
  readonly prompt: readonly Block[]
  readonly hints: readonly (readonly Inline[])[]
  readonly docs: readonly { readonly title: string; readonly href: string }[]
  /** Shown after the end. */
  readonly solution: readonly Block[]
  readonly solutionNote: readonly Inline[]
}
export interface ExamForm {
  readonly id: string
  readonly title: string
  readonly about: readonly Inline[]
  readonly durationMinutes: number
  readonly passPercent: number
  readonly alertsMinutesLeft: readonly number[]
  readonly extraTimeFactors: readonly number[]
  readonly tasks: readonly ExamTask[]
}
/** A reference card of the Docs panel. */
export interface DocsCard { readonly id: string; readonly title: string; readonly keywords: readonly string[]; readonly body: readonly Block[]; readonly source: string }

/** Names and figures of all content, enough for home; bodies are loaded on demand. */
export interface Catalog {
  readonly domains: readonly { readonly id: string; readonly title: string }[]
  readonly modules: readonly { readonly id: string; readonly number: number; readonly title: string; readonly labs: readonly LabSummary[] }[]
  readonly forms: readonly FormSummary[]
  readonly presets: readonly { readonly id: string; readonly title: string; readonly about: string; readonly yaml?: string }[]
}
export interface LabSummary { readonly id: string; readonly number: string; readonly title: string; readonly minutes: number; readonly stepCount: number; /** Not written yet. */ readonly isPlanned?: boolean }
export interface FormSummary { readonly id: string; readonly title: string; readonly taskCount: number; readonly durationMinutes: number; readonly passPercent: number }

/** Where the app gets its content from. */
export interface ContentSource {
  catalog(): Promise<Catalog>
  lab(id: string): Promise<Lab | undefined>
  form(id: string): Promise<ExamForm | undefined>
  docs(): Promise<readonly DocsCard[]>
  /** docs/what-is-simulated.md, parsed. */
  simulated(): Promise<readonly Block[]>
  /** URL of another JSON schema for the editor; without it the editor makes one from the API's field table. */
  readonly schemaUrl?: string
}
