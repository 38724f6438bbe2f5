/** The subcommands of `podflight` in the terminal, in the order of its help. One file each. */

import type { Executable } from '../../../simulator/index.ts'
import { answer } from './answer.ts'
import type { FlightPort, PodflightCommand } from './command.ts'
import { explain } from './explain.ts'
import { gpuCommand } from './gpu.ts'
import { schedulerCommand } from './scheduler.ts'
import { whatIfCommand } from './what-if.ts'

const commands: readonly PodflightCommand[] = [answer, explain, whatIfCommand, gpuCommand, schedulerCommand]

/** All of them by name, for one flight. */
export function podflightCommands(port: FlightPort): { readonly [name: string]: Executable } {
  return Object.fromEntries(commands.map((command) => [command.name, command.make(port)]))
}
