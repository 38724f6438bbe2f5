/**
 * Node cases: the timeline of every pod, the Events and the commands, by the rules of the recording: order of states,
 * texts, reasons and exit codes exact; durations of timers within about two seconds (and their jitter); durations of work
 * not at all; two changes less than about a second apart may be one.
 */

import { compareCommands, compareEvents, compareTimelines } from './kubelet-compare.ts'
import { play } from './kubelet-play.ts'
import { computePodQos, oomScoreAdjust } from '../../simulator/api/qos.ts'
import { quantityValue } from '../../simulator/api/quantity.ts'
import type { Container } from '../../simulator/api/types.ts'
import { podCgroup } from '../../simulator/kubelet/cgroups.ts'
import { verdict } from './compare.ts'
import type { AreaRunner, CaseResult, Row, RowRunner } from './runner.ts'

function run(gpuCount: number): RowRunner {
  return (row): CaseResult => {
    const name = String(row['name'])
    const played = play(row, gpuCount)
    const differences = [...compareTimelines(row, played), ...compareEvents(row, played), ...compareCommands(row, played)]
    return differences.length === 0 ? { name, ok: true } : { name, ok: false, note: differences.join('\n') }
  }
}

/** QoS class, OOM scores and pod cgroup, computed without a cluster. Requests take the value of limits, as defaulting makes it. */
function runCgroups(row: Row): CaseResult {
  const containers = (row['containers'] as unknown as Container[]).map((container) => ({
    ...container, resources: { ...container.resources, requests: { ...container.resources?.limits, ...container.resources?.requests } },
  }))
  const pod = { spec: { containers } }
  const memoryBytes = quantityValue(String(row['nodeMemory']))
  const actual = { qosClass: computePodQos(pod), oom: containers.map((container) => ({ name: container.name, oomScoreAdj: oomScoreAdjust(pod, container, memoryBytes) })), podCgroup: podCgroup(pod) }
  return verdict(row, actual, { qosClass: row['qosClass'], oom: row['oom'], podCgroup: row['podCgroup'] })
}

export const runner: AreaRunner = {
  area: 'kubelet',
  files: {
    start: run(0), exits: run(0), probes: run(0), images: run(0), lifecycle: run(0), config: run(0), resources: run(0), node: run(0), kubectl: run(0), gpu: run(2), eviction: run(0), 'qos-and-cgroups': runCgroups,
  },
}
