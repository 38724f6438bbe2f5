/** kubectl 1.35 as a program of the terminal. It knows the cluster only through API requests. */

import { goQuote } from '../api/go-text.ts'
import type { Executable, Process, ProcessContext } from '../shell/process.ts'
import type { CommandRow } from './command-table.ts'
import { completeCommandLine } from './complete.ts'
import { asFailure, fail, failureText, reportOf } from './failures.ts'
import { findCommand, flagsOf, parseFlags, subcommandsOf, suggestionsFor } from './flags.ts'
import type { Flags } from './flags.ts'
import { helpText, optionsText } from './help.ts'
import type { KubectlPorts } from './ports.ts'
import { Session } from './session.ts'
import { findVerb } from './verbs/registry.ts'

/** Groups that print their help on standard output when they stand alone; the others use standard error. */
const helpOnOutput = ['rollout', 'create']

/** Commands that ask no server for its kinds. */
const withoutServer = ['completion', 'config', 'kustomize', 'options', 'plugin', 'version']

function unknownCommand(word: string): string {
  const suggestions = suggestionsFor(word)
  const hint = suggestions.length === 0 ? '' : `\n\nDid you mean this?\n${suggestions.map((name) => `\t${name}\n`).join('')}`
  return `unknown command ${goQuote(word)} for "kubectl"${hint}`
}

function pathOf(row: CommandRow): string {
  return row.path === '' ? 'kubectl' : `kubectl ${row.path}`
}

function parse(row: CommandRow, args: readonly string[]): Flags {
  const specs = flagsOf(row)
  try {
    return parseFlags(args, specs)
  } catch (error) {
    throw fail(`${failureText(asFailure(error))}\nSee '${pathOf(row)} --help' for usage.`)
  }
}

/** A command that only has subcommands: its help, or what was wrong. */
function runGroup(process: ProcessContext, row: CommandRow, flags: Flags): number {
  if (flags.args.length > 0) throw fail(`unknown command ${goQuote(flags.args.join(' '))}\nSee '${pathOf(row)} -h' for help and examples`)
  const text = helpText(row)
  if (row.path === 'alpha') {
    process.out(text)
    return 0
  }
  if (helpOnOutput.includes(row.path)) process.out(text)
  else process.err(text)
  return 1
}

function checkRequired(row: CommandRow, flags: Flags): void {
  const missing = (row.required ?? []).filter((name) => !flags.isSet(name))
  if (missing.length > 0) throw fail(`required flag(s) ${missing.map(goQuote).join(', ')} not set`)
}

function* dispatch(process: ProcessContext, argv: readonly string[], ports: KubectlPorts): Process {
  const { row, args } = argv[0] === 'help' ? { ...findCommand(argv.slice(1)), args: ['--help'] } : findCommand(argv)
  if (row.path === '') {
    const [word] = args.filter((arg) => !arg.startsWith('-'))
    const flags = word === undefined || argv[0] === 'help' ? parse(row, args) : undefined
    if (flags === undefined || flags.args.length > 0) throw fail(unknownCommand(word ?? ''))
    process.out(helpText(row))
    return 0
  }
  const flags = parse(row, args)
  if (flags.bool('help')) {
    process.out(helpText(row))
    return 0
  }
  for (const spec of flags.specs) if (spec.deprecated !== undefined && flags.isSet(spec.name)) process.err(`Flag --${spec.name} has been deprecated, ${spec.deprecated}\n`)
  const verb = findVerb(row.path)
  if (verb === undefined && subcommandsOf(row.path).length > 0) return runGroup(process, row, flags)
  if (row.path === 'options') {
    process.out(optionsText(process.env['HOME'] ?? ''))
    return 0
  }
  checkRequired(row, flags)
  if (verb === undefined) throw fail(`"${pathOf(row)}" is not available in this cluster simulator`)
  const session = new Session({ process, row, flags, ports })
  if (!withoutServer.includes(row.path.split(' ')[0] ?? '')) yield* session.discover()
  const exitCode = yield* verb(session)
  return exitCode !== 0 || !flags.bool('warnings-as-errors') ? exitCode : session.failOnWarnings()
}

function* run(process: ProcessContext, ports: KubectlPorts): Process {
  const [first] = process.argv
  const argv = first === 'kubectl' || first === 'k' ? process.argv.slice(1) : process.argv
  try {
    if (argv[0] === '__complete' || argv[0] === '__completeNoDesc') return yield* completeCommandLine(process, argv.slice(1), ports, argv[0] === '__complete')
    return yield* dispatch(process, argv, ports)
  } catch (error) {
    const report = reportOf(asFailure(error))
    if (report.text !== '') process.err(report.text)
    return report.exitCode
  }
}

/** kubectl with what it needs from its neighbors. */
export function makeKubectl(ports: KubectlPorts): Executable {
  return (process) => run(process, ports)
}

/** kubectl without a schema: everything but the fields of `kubectl explain`. */
export const kubectl: Executable = makeKubectl({})

