/** Sets of completion indexes as ordered intervals: "0,2-4". Models kubernetes/pkg/controller/job indexed_job_utils.go (v1.35). */

import type { Pod } from '../../api/types.ts'

export const completionIndexAnnotation = 'batch.kubernetes.io/job-completion-index'

/** First and last index of a run. */
export type Interval = readonly [first: number, last: number]
/** Runs in ascending order without overlap. */
export type Intervals = readonly Interval[]

/** Whole number as strconv.Atoi reads it. */
function atoi(text: string): number | undefined {
  return /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined
}

/** Reads an index list; what is no number is skipped, what lies beyond the completions is cut off. */
export function parseIndexes(text: string, completions: number): Intervals {
  if (text === '') return []
  const result: [number, number][] = []
  for (const part of text.split(',')) {
    const [firstText = '', lastText] = part.split('-')
    const first = atoi(firstText)
    if (first === undefined) continue
    if (first >= completions) break
    let last: number | undefined = first
    if (lastText !== undefined) last = atoi(lastText)
    if (last === undefined) continue
    last = Math.min(last, lastText === undefined ? first : completions - 1)
    const previous = result.at(-1)
    if (previous !== undefined && previous[1] === first - 1) previous[1] = last
    else result.push([first, last])
  }
  return result
}

/** The list as text: two neighbors with a comma, three or more with a dash. */
export function formatIndexes(intervals: Intervals): string {
  return intervals.map(([first, last]) => (last <= first ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`)).join(',')
}

/** Both sets together. */
export function mergeIntervals(a: Intervals, b: Intervals): Intervals {
  const result: [number, number][] = []
  const add = ([first, last]: Interval): void => {
    const previous = result.at(-1)
    if (previous === undefined || first > previous[1] + 1) result.push([first, last])
    else if (previous[1] < last) previous[1] = last
  }
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) add(a[i]![0] < b[j]![0] ? a[i++]! : b[j++]!)
  while (i < a.length) add(a[i++]!)
  while (j < b.length) add(b[j++]!)
  return result
}

/** A set with single indexes added. @param indexes in ascending order */
export function withIndexes(intervals: Intervals, indexes: readonly number[]): Intervals {
  return mergeIntervals(intervals, indexes.map((index) => [index, index]))
}

/** How many indexes a set has. */
export function countIndexes(intervals: Intervals): number {
  return intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}

/** Whether an index (from 0) is in the set; both ends of an interval belong to it. */
export function hasIndex(intervals: Intervals, index: number): boolean {
  return intervals.some(([first, last]) => first <= index && index <= last)
}

/** The lowest indexes that are in no set, at most `count`. */
export function firstFreeIndexes(taken: Intervals, count: number, completions: number): number[] {
  const result: number[] = []
  let candidate = 0
  for (const [first, last] of taken) {
    for (; candidate < completions && result.length < count && candidate < first; candidate++) result.push(candidate)
    candidate = Math.max(candidate, last + 1)
  }
  for (; candidate < completions && result.length < count; candidate++) result.push(candidate)
  return result
}

/** The completion index of a pod; undefined when it has none. */
export function completionIndexOf(pod: Pod): number | undefined {
  const index = atoi(pod.metadata.annotations?.[completionIndexAnnotation] ?? '')
  return index === undefined || index < 0 ? undefined : index
}

/** Indexes of pods, ascending and without repeats. */
export function indexesOf(pods: readonly Pod[]): number[] {
  const indexes = new Set<number>()
  for (const pod of pods) {
    const index = completionIndexOf(pod)
    if (index !== undefined) indexes.add(index)
  }
  return [...indexes].sort((a, b) => a - b)
}
