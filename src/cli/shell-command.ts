/** `podflight shell`: the app's terminal without the app. */

import { createInterface } from 'node:readline'
import { splitScript } from '../../simulator/index.ts'
import type { Library, Scenario } from '../content/types.ts'
import { readApiDescriptions } from '../server/api-descriptions.ts'
import { Flight } from '../session/flight.ts'
import { readOptions } from './arguments.ts'
import { emptyScenario, readClusterFile } from './cluster-file.ts'
import { readLibrary } from './files.ts'
import { readUserFile, UsageError } from './user-input.ts'

/** The scenario of a lab or a task. @throws UsageError when there is none of that id */
export function findScenario(library: Library, id: string): Scenario {
  const found = library.tasks.find((task) => task.id === id) ?? library.labs.find((lab) => lab.id === id)
  if (found === undefined) throw new UsageError(`there is no lab or task "${id}"; podflight list names them`)
  return found
}

export interface ShellPlan {
  readonly library: Library
  readonly scenario: Scenario
  readonly context: string
}

/** What a flight of these options is made of. @throws UsageError for ids and files that there are not */
export function planOf(values: { readonly [name: string]: string }): ShellPlan {
  const library = readLibrary()
  if (values['--cluster'] !== undefined) {
    const { definition, scenario } = readClusterFile(readUserFile(values['--cluster']))
    return { library: { ...library, clusters: [...library.clusters, definition] }, scenario, context: 'flight' }
  }
  const id = values['--scenario']
  return id === undefined ? { library, scenario: emptyScenario, context: 'flight' } : { library, scenario: findScenario(library, id), context: id }
}

/** Makes the flight of a headless terminal. */
export function makeFlight(plan: ShellPlan, seed: number, out: (text: string) => void = (text) => process.stdout.write(text)): Flight {
  return new Flight({
    library: plan.library, plans: [{ context: plan.context, scenario: plan.scenario }],
    header: { engine: '0.1.0', content: '0.1.0', kind: 'shell', id: plan.context, seed }, out,
    descriptions: readApiDescriptions,
  })
}

/** Runs a script's commands in order. With `stops`, the first failing one ends it. @returns the exit code */
export function runScript(flight: Flight, script: string, stops: boolean): number {
  let last = 0
  for (const { text } of splitScript(script)) {
    last = flight.runLine(text)
    if (flight.terminal.exitCode !== undefined) return flight.terminal.exitCode
    if (stops && last !== 0) return last
  }
  return stops ? 0 : last
}

async function runInteractive(flight: Flight): Promise<number> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: flight.terminal.prompt })
  let pending = ''
  lines.prompt()
  for await (const line of lines) {
    pending = pending === '' ? line : `${pending}\n${line}`
    if (flight.terminal.needsMore(pending)) {
      process.stdout.write('> ')
      continue
    }
    flight.runLine(pending)
    pending = ''
    if (flight.terminal.exitCode !== undefined) break
    lines.setPrompt(flight.terminal.prompt)
    lines.prompt()
  }
  lines.close()
  return flight.terminal.exitCode ?? flight.terminal.lastExitCode
}

/** The command. @returns the exit code */
export async function shellCommand(argv: readonly string[]): Promise<number> {
  const { values, flags } = readOptions(argv, { values: ['--scenario', '--cluster', '--file', '--seed'], flags: ['-e'] })
  const seed = Number(values['--seed'] ?? 1)
  if (!Number.isInteger(seed)) throw new UsageError(`--seed takes an integer, not ${values['--seed']}`)
  const plan = planOf(values)
  const script = values['--file'] === undefined ? undefined : readUserFile(values['--file'])
  const flight = makeFlight(plan, seed)
  return script === undefined ? runInteractive(flight) : runScript(flight, script, flags.has('-e'))
}
