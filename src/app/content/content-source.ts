/** The content room's library in the shape that screens show. */
import './jitless.ts'
import type { Catalog, ContentSource, DocsCard, ExamForm, ExamTask, Lab, LabStep, QuizItem } from '../content-types.ts'
import type { ExamFormContent, LabContent, LabStepContent, Library, QuizQuestion, Task } from '../../content/types.ts'
import { openLibrary, type ContentFiles } from '../../content/loader.ts'
import { parseInline, parseMarkdown } from '../../content/markdown.ts'
import { clusterYaml } from './cluster-yaml.ts'

/** Loads everything once. Broken content is an error of the build, so it is thrown with all of its messages. */
export function createContentSource(files: ContentFiles): ContentSource {
  const result = openLibrary(files)
  if ('errors' in result) throw new Error(`Content is broken: ${result.errors.map((error) => `${error.file}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`).join('; ')}`)
  const { library } = result
  const cards = [...files].filter(([path]) => path.startsWith('docs/cards/')).map(([path, text]) => toCard(path, text))
  return {
    catalog: async () => toCatalog(library),
    lab: async (id) => { const lab = library.labs.find((row) => row.id === id); return lab === undefined ? undefined : toLab(lab) },
    form: async (id) => { const form = library.forms.find((row) => row.id === id); return form === undefined ? undefined : toForm(form, library) },
    docs: async () => cards,
    simulated: async () => parseMarkdown((files.get('docs/what-is-simulated.md') ?? 'This page is not part of this build.').replace(/^# .*\n/, '')),
  }
}

function toCatalog(library: Library): Catalog {
  return {
    domains: library.domains,
    modules: library.modules,
    forms: library.forms.map((form) => ({ id: form.id, title: form.title, taskCount: form.tasks.length, durationMinutes: form.durationMinutes, passPercent: form.passPercent })),
    presets: library.clusters.map((cluster) => ({ id: cluster.id, title: cluster.title, about: cluster.nodes.length === 1 ? '1 node' : `${cluster.nodes.length} nodes`, yaml: clusterYaml(cluster) })),
  }
}

function toLab(lab: LabContent): Lab {
  return {
    id: lab.id, number: lab.number, title: lab.title, moduleId: lab.moduleId, moduleTitle: lab.moduleTitle, minutes: lab.minutes, openFiles: lab.openFiles.map(inHome),
    goal: parseInline(lab.goal.trim()), steps: lab.steps.map(toStep), quiz: lab.questions.map(toQuiz),
    actions: lab.actions.map((row) => ({ stepId: row.step, stepIndex: lab.steps.findIndex((step) => step.id === row.step), action: parseInline(row.action), component: parseInline(row.component), result: parseInline(row.result) })),
  }
}

/** Files of content are named below the learner's home. */
function inHome(path: string): string { return path.startsWith('/') ? path : `/home/learner/${path}` }

function toStep(step: LabStepContent): LabStep {
  const prediction = step.questions.find((question) => question.kind === 'prediction')
  return {
    id: step.id, title: step.title, body: parseMarkdown(step.body), hints: step.hints.map(parseInline),
    ...(prediction === undefined ? {} : { prediction: toQuiz(prediction) }),
    quiz: step.questions.filter((question) => question !== prediction).map(toQuiz),
    checks: step.checks.map((check) => ({ id: check.id, title: check.title, points: check.points })),
    ...(step.solution.trim() === '' ? {} : { solution: [{ type: 'code', lang: 'sh', text: step.solution.trimEnd() }] }),
  }
}

function toQuiz(question: QuizQuestion): QuizItem {
  const { whyWrong } = question
  return {
    id: question.id, kind: question.kind, question: parseInline(question.question.trim()), options: question.options.map((option) => ({ key: option.key, text: parseInline(option.text) })),
    ...(question.correct === undefined ? {} : { correct: question.correct }),
    ...(question.whyCorrect === undefined ? {} : { whyCorrect: parseInline(question.whyCorrect) }),
    ...(whyWrong === undefined ? {} : { whyWrong: Object.fromEntries(Object.entries(whyWrong).map(([key, text]) => [key, parseInline(text)])) }),
    ...(question.hints === undefined ? {} : { hints: question.hints.map(parseInline) }),
    ...(question.solution === undefined ? {} : { solution: parseMarkdown(question.solution) }),
  }
}

function toForm(form: ExamFormContent, library: Library): ExamForm {
  return {
    id: form.id, title: form.title, about: parseInline(form.about.trim()), durationMinutes: form.durationMinutes, passPercent: form.passPercent, alertsMinutesLeft: form.alertsMinutesLeft,
    extraTimeFactors: form.extraTimeFactors.filter((factor) => factor !== 1),
    tasks: form.tasks.flatMap((id) => { const task = library.tasks.find((row) => row.id === id); return task === undefined ? [] : [toTask(task)] }),
  }
}

function toTask(task: Task): ExamTask {
  return {
    id: task.id, title: task.title, domainId: task.domain, minutes: task.minutes, points: task.points, checkCount: task.checks.length, context: task.id, realCluster: task.realCluster,
    prompt: parseMarkdown(task.prompt), hints: task.hints.map(parseInline), docs: task.docs,
    solution: [{ type: 'code', lang: 'text', text: task.solution.script.trimEnd() }, ...parseMarkdown(task.solutionNote)], solutionNote: [],
  }
}

/** A card is a Markdown file: `# Title`, `Keywords: a, b`, `Source: https://...`, then the text. */
export function toCard(path: string, text: string): DocsCard {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  const title = /^# (.*)$/m.exec(text)?.[1]?.trim() ?? path
  const body = text.replace(/^# .*$/m, '').replace(/^(?:Keywords|Source): .*$/gm, '')
  return { id: path.slice(path.lastIndexOf('/') + 1).replace(/\.md$/, ''), title, keywords: field('Keywords').split(',').map((word) => word.trim()).filter((word) => word !== ''), source: field('Source'), body: parseMarkdown(body) }
}
