/** What would become of the cluster if something changed: tried on a fork, compared with the same time without the change. */

import { kubectl, runToEnd, Terminal } from '../../../simulator/index.ts'
import type { Cluster, Node, Pod } from '../../../simulator/index.ts'
import { kubeconfigPath, kubeconfigText, learnerUser } from '../kubeconfig.ts'
import { schedulerExecutable } from '../podflight/scheduler.ts'
import { commandLines } from './changes.ts'
import type { WhatIfChange } from './changes.ts'
import { costFigures, defaultPrices } from './cost.ts'
import type { CostFigures, Prices } from './cost.ts'
import { gpuFigures } from './gpu-fragmentation.ts'
import type { GpuFigures } from './gpu-fragmentation.ts'
import { placementRows, podCounts } from './placements.ts'
import type { PlacementRow, PodCounts } from './placements.ts'

export interface WhatIfOptions {
  readonly prices?: Prices
  /** Namespace of commands that name none. Default `default`. */
  readonly namespace?: string
}

export interface Compared<T> { readonly before: T; readonly after: T }

/** A change that was refused: by us, or by the API in kubectl's words. */
export interface WhatIfRefusal { readonly kind: 'refused'; readonly change: number; readonly message: string }

export interface WhatIfReport {
  readonly kind: 'report'
  /** The commands that make the change. */
  readonly commands: readonly string[]
  /** Simulated seconds until nothing moved any more. */
  readonly settledSeconds: number
  /** False when Pods still moved at the end of the time that a what-if looks ahead. */
  readonly isSettled: boolean
  readonly placements: readonly PlacementRow[]
  readonly pods: Compared<PodCounts>
  readonly gpus: Compared<GpuFigures>
  readonly cost: CostFigures
}

/** A look at what moves every few seconds, until nothing did for a while: longer than the pod garbage collector waits. */
const lookMs = 5000
const quietMs = 90_000
const settleMsMax = 15 * 60_000

/** Runs the commands on a fork. @returns the first refusal */
function perform(fork: Cluster, commands: readonly string[], namespace: string): WhatIfRefusal | undefined {
  let output = ''
  const podflight = { scheduler: schedulerExecutable({ cluster: () => fork, changed: () => undefined }) }
  const terminal = new Terminal({ executables: { kubectl }, clock: fork.clock, out: (text) => (output += text), podflight })
  terminal.files.write(kubeconfigPath, kubeconfigText([{ name: 'what-if', namespace }]))
  for (const [change, command] of commands.entries()) {
    output = ''
    if (runToEnd(terminal.run(command), { user: () => learnerUser, cluster: () => fork }) !== 0) return { kind: 'refused', change, message: output.trim() }
  }
  return undefined
}

/** Where everything is, as one text. */
function places(cluster: Cluster): string {
  return cluster.peek<Pod>('pods').map(({ metadata, spec, status }) => `${metadata.uid} ${spec.nodeName ?? ''} ${status?.phase ?? ''} ${metadata.deletionTimestamp ?? ''}`).join('\n')
}

/** Lets time pass until nothing moves. @returns whether that came to be */
function settle(fork: Cluster): boolean {
  const limitMs = fork.nowMs + settleMsMax
  let seen = places(fork)
  let version = fork.resourceVersion
  let sinceMs = fork.nowMs
  while (fork.nowMs < limitMs) {
    fork.advanceTo(fork.nowMs + lookMs)
    const now = fork.resourceVersion === version ? seen : places(fork)
    version = fork.resourceVersion
    if (now !== seen) {
      seen = now
      sinceMs = fork.nowMs
    } else if (fork.nowMs - sinceMs >= quietMs) return true
  }
  return false
}

/**
 * Tries changes on a fork of a cluster, which stays as it is.
 * @returns the first refusal, or what is different: "before" is the cluster at the same later time without the changes
 */
export function whatIf(cluster: Cluster, changes: readonly WhatIfChange[], { prices = defaultPrices, namespace = 'default' }: WhatIfOptions = {}): WhatIfReport | WhatIfRefusal {
  const planned = commandLines(cluster, changes)
  if ('message' in planned) return { kind: 'refused', ...planned }
  const commands = planned.lines
  const after = cluster.fork()
  const refusal = perform(after, commands, namespace)
  if (refusal !== undefined) return refusal
  const isSettled = settle(after)
  const before = cluster.fork()
  before.advanceTo(after.nowMs)
  return {
    kind: 'report', commands, isSettled, settledSeconds: Math.round((after.nowMs - cluster.nowMs - (isSettled ? quietMs : 0)) / 1000),
    placements: placementRows(before, after),
    pods: { before: podCounts(before), after: podCounts(after) },
    gpus: { before: gpuFigures(before), after: gpuFigures(after) },
    cost: costFigures(before.peek<Node>('nodes'), after.peek<Node>('nodes'), prices),
  }
}
