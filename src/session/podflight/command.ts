/** A subcommand of `podflight` in the terminal. */

import type { Cluster, Executable } from '../../../simulator/index.ts'
import type { Past } from '../explain-pod.ts'

/** What subcommands may ask of the flight. */
export interface FlightPort {
  readonly answers: Map<string, string>
  /** True in an exam of any mode: nothing tells what would be, and nothing but the API changes the cluster. */
  readonly isExam: boolean
  /** True in an exam: what explains is not available. */
  hidesHelp(): boolean
  /** Of the kubeconfig's current context, as are the namespace and the past. */
  cluster(): Cluster
  namespace(): string
  readonly past: Past
  /** To be told after a change of the cluster that was no API request, so that the past can be run again. */
  changed(): void
}

export interface PodflightCommand {
  readonly name: string
  make(port: FlightPort): Executable
}
