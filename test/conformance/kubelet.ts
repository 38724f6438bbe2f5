/**
 * Node cases: the timeline of every pod, the Events and the commands, by the rules of the recording: order of states,
 * texts, reasons and exit codes exact; durations of timers within about two seconds (and their jitter); durations of work
 * not at all; two changes less than about a second apart may be one.
 */

import { compareEvents, compareTimelines } from './kubelet-compare.ts'
import { play } from './kubelet-play.ts'
import type { AreaRunner, CaseResult, RowRunner } from './runner.ts'

function run(gpuCount: number): RowRunner {
  return (row): CaseResult => {
    const name = String(row['name'])
    const played = play(row, gpuCount)
    const differences = [...compareTimelines(row, played), ...compareEvents(row, played)]
    return differences.length === 0 ? { name, ok: true } : { name, ok: false, note: differences.join('\n') }
  }
}

export const runner: AreaRunner = {
  area: 'kubelet',
  files: {
    start: run(0), exits: run(0), probes: run(0), images: run(0), lifecycle: run(0), config: run(0), resources: run(0), node: run(0), kubectl: run(0), gpu: run(2),
  },
}
