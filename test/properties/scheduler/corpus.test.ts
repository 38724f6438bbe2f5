/** The reference scheduler against what Kubernetes answered: two implementations that agree with a third. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../simulator/api/types.ts'
import { decide } from '../../../simulator/scheduler/testing/reference/decide.ts'
import type { Row } from '../../conformance/runner.ts'
import { withoutNulls, World } from '../../conformance/scheduler/world.ts'
import { clusterOf, differences, referenceAnswer } from './compare.ts'
import type { Answer } from './compare.ts'

const folder = join(import.meta.dirname, '../../conformance/scheduler')
const files = ['fit', 'taints', 'node-affinity', 'pod-affinity', 'topology-spread', 'ports', 'gpu', 'images', 'mixed', 'random', 'volumes', 'preemption', 'dra']

function readRows(file: string): Row[] {
  return readFileSync(join(folder, `${file}.jsonl`), 'utf8').trim().split('\n').map((line) => withoutNulls(JSON.parse(line)) as Row)
}

interface Expected {
  result: string; message?: string; preEnqueue?: unknown; prefilter?: unknown
  postFilter?: { nominatedNode: string; ties?: string[]; candidates: { [node: string]: { victims: string[]; pdbViolations?: number } } }
}

/** A row's answer in the words of the properties. */
function expectedAnswer(row: Row): Partial<Answer> {
  const { preEnqueue, prefilter, postFilter, result, message, ...rest } = row['expect'] as unknown as Expected & Partial<Answer>
  const candidates = Object.entries(postFilter?.candidates ?? {}).map(([node, { victims, pdbViolations = 0 }]) => [node, { victims, violations: pdbViolations }])
  return {
    gate: preEnqueue, preFilter: prefilter, feasible: rest.feasible, rejected: rest.rejected, scores: rest.scores, totals: rest.totals, best: rest.best,
    candidates: Object.fromEntries(candidates) as Answer['candidates'],
    ties: postFilter === undefined ? [] : (postFilter.ties ?? [postFilter.nominatedNode]),
    ...(result === 'error' && { error: Object.values(rest.rejected ?? {}).some((why) => (why as { code?: string }).code === 'Error') ? 'a filter failed' : message }),
  }
}

function differs(row: Row): string {
  const world = new World(row)
  const pod = world.createPod(row['pod'] as unknown as Pod)
  return differences(expectedAnswer(row), referenceAnswer(decide(pod, clusterOf(world))))
}

describe('the reference scheduler decides as Kubernetes did', () => {
  it.each(files)('%s', (file) => {
    const rows = readRows(file)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.flatMap((row) => (differs(row) === '' ? [] : [`${String(row['name'])}\n${differs(row)}`]))).toEqual([])
  })
})
