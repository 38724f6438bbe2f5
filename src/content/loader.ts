/**
 * Reads all content from its files' texts. Reading bytes is the caller's work.
 * Errors are collected: each names its file and, where known, line and column.
 */

import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import type { Check } from '../grading/check.ts'
import { attemptSchema, clustersSchema, formsSchema, labIndexSchema, labSchema, scenarioIndexSchema, startSchema, taskSchema } from './schema.ts'
import type { Attempt, ContentError, LabContent, Library, Task } from './types.ts'

z.config({ jitless: true })

/** Texts by path, such as `scenarios/s01-fix-selector/task.yaml`. */
export type ContentFiles = ReadonlyMap<string, string>

/** The library, or what is wrong with it. */
export type LoadResult = { readonly library: Library } | { readonly errors: readonly ContentError[] }

/** Loads and checks everything. */
export function loadLibrary(files: ContentFiles): LoadResult {
  const loader = new Loader(files)
  const library = loader.load()
  return loader.errors.length > 0 ? { errors: loader.errors } : { library }
}

/**
 * The library of content that was checked before, as a build's is: what is wrong in a task is thrown when the task is first
 * looked at, since reading all of them takes longer than opening one.
 */
export function openLibrary(files: ContentFiles): LoadResult {
  const loader = new Loader(files)
  const library = loader.load((id) => loader.lateTask(id))
  return loader.errors.length > 0 ? { errors: loader.errors } : { library }
}

/** All fields of a task. */
const taskFields: { readonly [field in keyof Required<Task>]: true } = {
  id: true, title: true, domain: true, tier: true, minutes: true, points: true, realCluster: true, prompt: true, checks: true, settleSeconds: true, hints: true, docs: true, solutionNote: true, solution: true,
  right: true, wrong: true, cluster: true, seed: true, historyMinutes: true, images: true, start: true, files: true, namespace: true, schedulerConfiguration: true,
  kind: true,
}

class Loader {
  readonly errors: ContentError[] = []
  private readonly files: ContentFiles

  constructor(files: ContentFiles) {
    this.files = files
  }

  /** @param taskOf reads a task; by default at once, with its errors among the others */
  load(taskOf?: (id: string) => Task): Library {
    const scenarioIndex = this.yaml('scenarios/index.yaml', scenarioIndexSchema) ?? { domains: [], tasks: [] }
    const labIndex = this.yaml('labs/index.yaml', labIndexSchema) ?? []
    const labs: LabContent[] = []
    for (const module of labIndex) {
      for (const entry of module.labs) {
        const lab = 'isPlanned' in entry ? undefined : this.lab(entry.id)
        if (lab !== undefined) labs.push(lab)
      }
    }
    const tasks = scenarioIndex.tasks.map((id) => (taskOf ?? ((each) => this.task(each)))(id)).filter((task) => task !== undefined)
    const clusters = this.yaml('scenarios/clusters.yaml', clustersSchema) ?? []
    const forms = this.yaml('scenarios/forms.yaml', formsSchema) ?? []
    for (const form of forms) for (const id of form.tasks) if (!tasks.some((task) => task.id === id)) this.fail('scenarios/forms.yaml', `form "${form.id}" names task "${id}", which scenarios/index.yaml does not list`)
    for (const { id, cluster } of [...labs, ...(taskOf === undefined ? tasks : [])]) if (!clusters.some((known) => known.id === cluster)) this.fail('scenarios/clusters.yaml', `"${id}" runs on cluster "${cluster}", which is not defined`)
    const modules = labIndex.map((module) => ({
      id: module.id, number: module.number, title: module.title,
      labs: module.labs.map((entry) => {
        if ('isPlanned' in entry) return entry
        const lab = labs.find((candidate) => candidate.id === entry.id)
        return { id: entry.id, number: lab?.number ?? '', title: lab?.title ?? '', minutes: lab?.minutes ?? 0, stepCount: lab?.steps.length ?? 0 }
      }),
    }))
    return { clusters, domains: scenarioIndex.domains, modules, labs, tasks, forms }
  }

  /** A task that is read when a field other than its id is asked for. */
  lateTask(id: string): Task {
    let known: Task | undefined
    const read = (): Task => {
      known ??= this.task(id)
      if (known === undefined || this.errors.length > 0) throw new Error(`Task ${id} is broken: ${this.errors.map(({ file, message }) => `${file}: ${message}`).join('; ')}`)
      return known
    }
    const late: { [field: string]: PropertyDescriptor } = {}
    for (const field of Object.keys(taskFields) as (keyof Task)[]) late[field] = { enumerable: true, get: field === 'id' ? () => id : () => read()[field] }
    return Object.create(Object.prototype, late) as Task
  }

  private task(id: string): Task | undefined {
    const folder = `scenarios/${id}`
    const task = this.yaml(`${folder}/task.yaml`, taskSchema)
    const prompt = this.text(`${folder}/task.md`)
    const start = this.yaml(`${folder}/start.yaml`, startSchema)
    const script = this.text(`${folder}/solution/solution.sh`)
    const solutionNote = this.files.get(`${folder}/solution/why.md`) ?? ''
    if (task === undefined || prompt === undefined || start === undefined || script === undefined) return undefined
    if (task.id !== id) this.fail(`${folder}/task.yaml`, `id is "${task.id}" but the folder is "${id}"`)
    const solution: Attempt = { name: 'solution', title: 'Reference solution', script, loses: [] }
    const right = this.attempts(folder, 'right-')
    const wrong = this.attempts(folder, 'wrong-')
    this.checkAttempts(folder, task.checks as readonly Check[], wrong)
    const points = task.checks.reduce((sum, check) => sum + check.points, 0)
    return { ...task, checks: task.checks as readonly Check[], start: start as Task['start'], points, prompt, solution, solutionNote, right, wrong, files: this.homeFiles(folder) }
  }

  private lab(id: string): LabContent | undefined {
    const folder = `labs/${id}`
    const lab = this.yaml(`${folder}/lab.yaml`, labSchema)
    const start = this.yaml(`${folder}/start.yaml`, startSchema)
    if (lab === undefined || start === undefined) return undefined
    if (lab.id !== id) this.fail(`${folder}/lab.yaml`, `id is "${lab.id}" but the folder is "${id}"`)
    const steps = lab.steps.map((step) => ({ ...step, checks: step.checks as readonly Check[], body: this.text(`${folder}/${step.id.slice(step.id.indexOf('.') + 1)}.md`) ?? '' }))
    return { ...lab, start: start as LabContent['start'], steps, tracker: lab.tracker as LabContent['tracker'], files: this.homeFiles(folder) }
  }

  private attempts(folder: string, prefix: string): Attempt[] {
    const found: Attempt[] = []
    for (const path of [...this.files.keys()].sort(byText)) {
      const match = path.startsWith(`${folder}/${prefix}`) && path.endsWith('/answer.yaml') ? path : undefined
      if (match === undefined) continue
      const head = this.yaml(match, attemptSchema)
      const place = match.slice(0, -'/answer.yaml'.length)
      const script = this.text(`${place}/script.sh`)
      if (head !== undefined && script !== undefined) found.push({ ...head, name: place.slice(folder.length + 1), script })
    }
    return found
  }

  private checkAttempts(folder: string, checks: readonly Check[], wrong: readonly Attempt[]): void {
    for (const check of checks) {
      if (!wrong.some((attempt) => attempt.loses.includes(check.id))) this.fail(`${folder}/task.yaml`, `no wrong answer loses check "${check.id}", so nothing shows that it can fail`)
    }
    for (const attempt of wrong) {
      if (attempt.loses.length === 0) this.fail(`${folder}/${attempt.name}/answer.yaml`, 'a wrong answer must name the checks that it loses')
      for (const id of attempt.loses) if (!checks.some((check) => check.id === id)) this.fail(`${folder}/${attempt.name}/answer.yaml`, `there is no check "${id}"`)
    }
  }

  private homeFiles(folder: string): { [path: string]: string } {
    const files: { [path: string]: string } = {}
    for (const [path, content] of this.files) if (path.startsWith(`${folder}/files/`)) files[path.slice(folder.length + '/files/'.length)] = content
    return files
  }

  private text(path: string): string | undefined {
    const content = this.files.get(path)
    if (content === undefined) this.fail(path, 'the file is missing')
    return content
  }

  private yaml<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | undefined {
    const content = this.text(path)
    if (content === undefined) return undefined
    const lines = new LineCounter()
    const document = parseDocument(content, { lineCounter: lines })
    for (const error of document.errors) {
      const place = lines.linePos(error.pos[0])
      this.errors.push({ file: path, line: place.line, column: place.col, message: error.message.split('\n')[0] })
    }
    if (document.errors.length > 0) return undefined
    const parsed = schema.safeParse(document.toJS())
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) {
      const node = document.getIn(issue.path as (string | number)[], true) as { range?: [number, number, number] } | undefined
      const place = node?.range === undefined ? undefined : lines.linePos(node.range[0])
      this.errors.push({ file: path, line: place?.line, column: place?.col, message: `${issue.path.join('.') || 'the file'}: ${issue.message}` })
    }
    return undefined
  }

  private fail(file: string, message: string): void {
    this.errors.push({ file, message })
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
