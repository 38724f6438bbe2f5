import { humanDuration, shortHumanDuration } from '../../../simulator/api/time.ts'
import { objectOf, textOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

/** Rows of functions/time.jsonl: ages. The schedules of CronJobs are not modeled yet and fail. */
export const runTime: RowRunner = (row) => {
  const input = objectOf(row['input'])
  if (textOf(input['fn']) !== 'humanDuration') return { name: String(row['name']), ok: false, note: 'schedules are not modeled yet' }
  const durationMs = Number(input['seconds'] ?? 0) * 1000
  return verdict(row, { human: humanDuration(durationMs), short: shortHumanDuration(durationMs) })
}
