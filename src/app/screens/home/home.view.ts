import type { Overview } from '../../../session/host.ts'
import type { Catalog } from '../../content-types.ts'
import { clockText, counted } from '../../format.view.ts'

export interface LabRow { readonly id: string; readonly number: string; readonly title: string; readonly state: 'done' | 'now' | 'open' | 'locked'; readonly note: string }
export interface ModuleView { readonly id: string; readonly number: number; readonly title: string; readonly note: string; readonly labs: readonly LabRow[] }
export interface HomeView {
  readonly last: { readonly title: string; readonly when: string; readonly text: string; readonly to: string; readonly button: string } | undefined
  readonly labsNote: string
  readonly modules: readonly ModuleView[]
  readonly later: readonly { readonly id: string; readonly number: number; readonly title: string; readonly note: string }[]
  readonly exams: readonly { readonly id: string; readonly title: string; readonly note: string; readonly attempts: readonly { readonly attemptId: string; readonly text: string }[] }[]
  readonly domains: readonly { readonly title: string; readonly percent: number | undefined; readonly text: string }[]
  readonly passPercent: number
  readonly sandboxes: readonly { readonly id: string; readonly title: string; readonly note: string }[]
}

/** A wall-clock time as the person says it; the app gives the words, since they depend on the place. */
export type WhenText = (wallMs: number) => string

export function selectHome(catalog: Catalog, overview: Overview, when: WhenText): HomeView {
  const written = catalog.modules.filter((module) => module.labs.some((lab) => lab.isPlanned !== true))
  const labs = written.flatMap((module) => module.labs).filter((lab) => lab.isPlanned !== true)
  const done = labs.filter((lab) => overview.labs[lab.id]?.isDone === true)
  const leftMinutes = labs.filter((lab) => overview.labs[lab.id]?.isDone !== true).reduce((total, lab) => total + lab.minutes, 0)
  return {
    last: lastOf(catalog, overview, when),
    labsNote: `${done.length} of ${labs.length} done, about ${durationText(leftMinutes)} left`,
    modules: written.map((module) => ({
      id: module.id, number: module.number, title: module.title,
      note: moduleNote(module.labs.filter((lab) => lab.isPlanned !== true), overview),
      labs: module.labs.map((lab) => labRow(lab, overview)),
    })),
    later: catalog.modules.filter((module) => !written.includes(module)).map((module) => ({ id: module.id, number: module.number, title: module.title, note: `${counted(module.labs.length, 'lab')} · ${durationText(module.labs.reduce((total, lab) => total + lab.minutes, 0))}` })),
    exams: catalog.forms.map((form) => examRow(form, overview, when)),
    domains: catalog.domains.map((domain) => domainRow(domain, overview)),
    passPercent: catalog.forms[0]?.passPercent ?? 66,
    sandboxes: overview.sandboxes.map((saved) => ({ id: saved.id, title: saved.name, note: `${counted(saved.nodeCount, 'node')}, ${counted(saved.podCount, 'Pod')} · saved at ${clockText(saved.nowMs)}` })),
  }
}

function moduleNote(labs: readonly { readonly id: string; readonly minutes: number }[], overview: Overview): string {
  return `${labs.filter((lab) => overview.labs[lab.id]?.isDone === true).length} of ${labs.length} · ${labs.reduce((total, lab) => total + lab.minutes, 0)} min`
}

function labRow(lab: Catalog['modules'][number]['labs'][number], overview: Overview): LabRow {
  const progress = overview.labs[lab.id]
  const base = { id: lab.id, number: lab.number, title: lab.title }
  if (lab.isPlanned === true) return { ...base, state: 'locked', note: 'not yet' }
  if (progress?.isDone === true) return { ...base, state: 'done', note: `${lab.minutes} min` }
  const isLast = overview.last?.kind === 'lab' && overview.last.id === lab.id
  if (isLast) return { ...base, state: 'now', note: `step ${Math.min(lab.stepCount, overview.last.stepIndex + 1)} of ${lab.stepCount}` }
  return { ...base, state: 'open', note: progress !== undefined && progress.stepsDone > 0 ? `${progress.stepsDone} of ${lab.stepCount}` : `${lab.minutes} min` }
}

function lastOf(catalog: Catalog, overview: Overview, when: WhenText): HomeView['last'] {
  const { last } = overview
  if (last === undefined) return undefined
  const sentence = last.sentence === undefined ? '' : `${last.sentence} `
  if (last.kind === 'lab') {
    const lab = catalog.modules.flatMap((module) => module.labs).find((row) => row.id === last.id)
    if (lab === undefined) return undefined
    return { title: lab.title, when: when(last.atWallMs), to: `/lab/${lab.id}`, button: `Continue lab ${lab.number}`, text: `Step ${Math.min(lab.stepCount, last.stepIndex + 1)} of ${lab.stepCount}. ${sentence}The cluster stands at ${clockText(last.nowMs)}.` }
  }
  if (last.kind === 'exam') {
    const form = catalog.forms.find((row) => row.id === last.id)
    if (form === undefined) return undefined
    const isRunning = last.examEndsAtWallMs !== undefined
    return { title: form.title, when: when(last.atWallMs), to: isRunning ? `/exam/${form.id}/run` : `/exam/${form.id}`, button: isRunning ? 'Go on with the exam' : 'Open the exam', text: isRunning ? 'The clock of this exam runs on while you are away.' : sentence }
  }
  return { title: overview.sandboxes.find((row) => row.id === last.id)?.name ?? 'Sandbox', when: when(last.atWallMs), to: `/sandbox/${encodeURIComponent(last.id)}`, button: 'Continue in the sandbox', text: `${sentence}The cluster stands at ${clockText(last.nowMs)}.` }
}

function examRow(form: Catalog['forms'][number], overview: Overview, when: WhenText): HomeView['exams'][number] {
  const attempts = overview.attempts.filter((attempt) => attempt.formId === form.id)
  const best = Math.max(...attempts.map((attempt) => attempt.scorePercent))
  const tried = attempts.length === 0 ? 'not tried' : `best ${best}%, ${counted(attempts.length, 'attempt')}`
  return { id: form.id, title: form.title, note: `${form.taskCount} tasks, ${form.durationMinutes} min · ${tried}`, attempts: attempts.map((attempt) => ({ attemptId: attempt.attemptId, text: `${attempt.scorePercent}%, ${when(attempt.endedAtWallMs)}` })) }
}

function domainRow(domain: Catalog['domains'][number], overview: Overview): HomeView['domains'][number] {
  const figures = overview.domains[domain.id]
  if (figures === undefined || figures.points === 0) return { title: domain.title, percent: undefined, text: 'not tried' }
  return { title: domain.title, percent: Math.floor((figures.earned * 100) / figures.points), text: `${figures.earned} of ${figures.points}` }
}

function durationText(minutes: number): string {
  if (minutes < 90) return `${minutes} min`
  return `${Math.round(minutes / 60)} hours`
}
