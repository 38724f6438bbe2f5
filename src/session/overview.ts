/** Earlier work, for the home screen. */

import type { Library } from '../content/types.ts'
import type { AttemptSummary, Overview } from './host.ts'
import type { AttemptRecord } from './store.ts'

/** The overview of saved attempts. */
export function overviewOf(records: readonly AttemptRecord[], library: Library): Overview {
  const usable = records.filter((record) => record.isBroken !== true)
  const open = usable.filter((record) => record.isClosed !== true && record.report === undefined)
  const last = open.reduce<AttemptRecord | undefined>((best, record) => (best === undefined || record.savedAtWallMs > best.savedAtWallMs ? record : best), undefined)
  return {
    ...(last === undefined ? {} : { last: lastOf(last) }),
    labs: Object.fromEntries(library.labs.map((lab) => [lab.id, labState(lab.id, lab.steps.length, usable)])),
    attempts: usable.flatMap((record) => (record.report === undefined ? [] : [summaryOf(record)])),
    sandboxes: [],
    domains: domainsOf(usable, library),
  }
}

function lastOf(record: AttemptRecord): NonNullable<Overview['last']> {
  const { request, progress, savedAtWallMs, times } = record
  const nowMs = Math.max(0, ...Object.values(times))
  const endsAt = progress.exam?.endsAtWallMs
  return { kind: request.kind, id: request.id, atWallMs: savedAtWallMs, nowMs, stepIndex: progress.stepIndex, ...(endsAt === undefined ? {} : { examEndsAtWallMs: endsAt }) }
}

function labState(id: string, stepCount: number, records: readonly AttemptRecord[]): { stepsDone: number; isDone: boolean } {
  const own = records.filter((record) => record.request.kind === 'lab' && record.request.id === id)
  const stepsDone = Math.max(0, ...own.map((record) => record.progress.stepsDone.length))
  return { stepsDone, isDone: stepsDone >= stepCount }
}

function summaryOf({ attemptId, report, seed }: AttemptRecord): AttemptSummary {
  if (report === undefined) throw new Error(`${attemptId} has no report`)
  const { formId, mode, endedAtWallMs, scorePercent, passed } = report
  return { attemptId, formId, mode, endedAtWallMs, scorePercent, passed, seed }
}

function domainsOf(records: readonly AttemptRecord[], library: Library): { [domain: string]: { points: number; earned: number } } {
  const domains: { [domain: string]: { points: number; earned: number } } = {}
  for (const { report } of records) {
    for (const task of report?.tasks ?? []) {
      const domain = library.tasks.find((candidate) => candidate.id === task.taskId)?.domain
      if (domain === undefined) continue
      const sum = domains[domain] ?? { points: 0, earned: 0 }
      domains[domain] = { points: sum.points + task.points, earned: sum.earned + task.earned }
    }
  }
  return domains
}
