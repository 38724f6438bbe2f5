/** Comparing a played step with a recorded one, by the rules of the corpus. */

import type { Dict } from './dict.ts'
import type { PlayedStep } from './player.ts'

export interface RecordedStep { readonly do: Dict; readonly output?: Dict; readonly log: readonly Dict[]; readonly events: readonly Dict[]; readonly settled: Dict }
/** What a second recording had instead; a bare number when only the step is known. */
export type Unstable = number | { readonly step: number; readonly settled?: Dict; readonly events?: readonly Dict[] }

export interface Difference { readonly aspect: 'settled' | 'events' | 'log' | 'sizes'; readonly expected: unknown; readonly actual: unknown }

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]))
}

function washText(value: unknown): string {
  return JSON.stringify(value).replace(/p\d{4}\b|10\.244\.\d+\.\d+|"nodeName":"n\d",?/g, '').replaceAll(',}', '}')
}

/** Lists whose order followed the names that chance decides get another one. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(reordered)
    const isByTarget = items.every((item) => typeof item === 'object' && item !== null && 'targetRef' in item)
    return isByTarget ? items.sort((a, b) => (washText(a) < washText(b) ? -1 : 1)) : items
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, reordered(member)]))
}

/** JSON with sorted keys; names, addresses and nodes that chance decides are taken out. */
function wash(value: unknown): string {
  return washText(reordered(sorted(value)))
}

function washedObjects(settled: Dict): string[] {
  return Object.entries(settled).map(([key, value]) => wash([key.startsWith('Pod/') ? 'Pod' : key, value])).sort()
}

function washedEvents(events: readonly Dict[]): string[] {
  return events.filter((event) => event['source'] !== 'default-scheduler').map(wash).sort()
}

/** The course of spec.replicas of each object. */
function replicaCourses(log: readonly Dict[]): Dict {
  const courses: { [name: string]: unknown[] } = {}
  for (const { on, set } of log) if (set?.['replicas'] !== undefined && set['replicas'] !== null) (courses[on] ??= []).push(set['replicas'])
  return courses
}

/** Only what one side has. */
function onlyIn(these: readonly string[], those: readonly string[]): string[] {
  const left = [...those]
  return these.filter((item) => {
    const index = left.indexOf(item)
    if (index < 0) return true
    left.splice(index, 1)
    return false
  })
}

/** The differences of a step. Where two recordings differ, either is right. */
export function compareStep(recorded: RecordedStep, played: PlayedStep, unstable: Unstable | undefined): Difference[] {
  const differences: Difference[] = []
  if (typeof unstable === 'number' || (unstable !== undefined && unstable.settled === undefined && unstable.events === undefined)) return differences
  const add = (aspect: Difference['aspect'], expected: readonly string[], actual: readonly string[]): void => {
    const missing = onlyIn(expected, actual)
    const extra = onlyIn(actual, expected)
    if (missing.length + extra.length > 0) differences.push({ aspect, expected: missing, actual: extra })
  }
  const actualObjects = washedObjects(played.settled)
  const other = unstable?.settled
  if (other === undefined) add('settled', washedObjects(recorded.settled), actualObjects)
  else {
    // The second recording lists only what differs, so a pod that went is in either.
    const known = new Set([wash(['Pod', null]), ...washedObjects(recorded.settled), ...washedObjects(other)])
    add('settled', [], actualObjects.filter((object) => !known.has(object)))
  }
  const actualEvents = washedEvents(played.events)
  const either = [recorded.events, ...(unstable?.events === undefined ? [] : [unstable.events])].map(washedEvents)
  if (!either.some((events) => onlyIn(events, actualEvents).length + onlyIn(actualEvents, events).length === 0)) add('events', either[0]!, actualEvents)
  if (unstable === undefined) {
    const courses = (log: readonly Dict[]): string[] => Object.entries(replicaCourses(log)).map((entry) => JSON.stringify(entry)).sort()
    add('log', courses(recorded.log), courses(played.log))
  }
  const sizes = recorded.output?.['sizes']
  if (sizes !== undefined) {
    const actual = (played.output as Dict | undefined)?.['sizes']
    if (wash(sizes) !== wash(actual)) differences.push({ aspect: 'sizes', expected: sizes, actual })
  }
  return differences
}
