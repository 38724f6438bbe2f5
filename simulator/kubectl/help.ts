/** `--help`, `kubectl help` and `kubectl options`: real usage lines, flags and groups, in our words. */

import { commandGroups, commandRows } from './command-table.ts'
import type { CommandRow } from './command-table.ts'
import { globalFlags, localFlags, nameOf, subcommandsOf } from './flags.ts'
import type { FlagSpec } from './flags.ts'

function flagText(flag: FlagSpec): string {
  const shown = flag.type === 's' && flag.name !== 'vmodule' ? `'${flag.default}'` : flag.default === '' && (flag.type === 'l' || flag.type === 'a') ? '[]' : flag.default
  return `    ${flag.shorthand === '' ? '' : `-${flag.shorthand}, `}--${flag.name}=${shown}:\n\t${flag.help}\n`
}

function flagsText(flags: readonly FlagSpec[]): string {
  return flags.filter((flag) => !flag.isHidden).map(flagText).join('\n')
}

function commandList(heading: string, rows: readonly CommandRow[]): string {
  const width = Math.max(11, ...rows.map((row) => nameOf(row).length)) + 3
  return `${heading}:\n${rows.map((row) => `  ${nameOf(row).padEnd(width)}${row.summary}\n`).join('')}`
}

function groupsText(): string {
  return commandGroups
    .map(({ heading, commands }) => commandList(heading, commands.flatMap((name) => commandRows.filter((row) => row.path === name))))
    .join('\n')
}

function usageText(row: CommandRow): string {
  return `Usage:\n  ${row.usage}${row.usage.includes('[options]') ? '' : ' [options]'}\n`
}

/** The help of a command. */
export function helpText(row: CommandRow): string {
  const children = subcommandsOf(row.path).filter((one) => one.isHidden !== true)
  const path = row.path === '' ? 'kubectl' : `kubectl ${row.path}`
  // kubectl hides the --kubeconfig of `config`, which all commands have.
  const flags = localFlags(row).filter((flag) => !flag.isHidden && !(row.path === 'config' && flag.name === 'kubeconfig'))
  const isNonRunnable = row.path === 'alpha'
  const parts = [`${row.summary}${/[.!?]$/.test(row.summary) ? '' : '.'}\n`]
  if (row.aliases !== undefined) parts.push(`Aliases:\n${[nameOf(row), ...row.aliases].join(', ')}\n`)
  if (row.path === '') parts.push(groupsText())
  else if (children.length > 0) parts.push(commandList('Available Commands', children))
  if (flags.length > 0) parts.push(`Options:\n${flagsText(flags)}`)
  if (!isNonRunnable) parts.push(usageText(row))
  const tail = [
    ...(children.length > 0 ? [`Use "${path} <command> --help" for more information about a given command.\n`] : []),
    ...(isNonRunnable ? [] : ['Use "kubectl options" for a list of global command-line options (applies to all commands).\n']),
  ]
  return [...parts, tail.join('')].join('\n')
}

/** `kubectl options`. */
export function optionsText(home: string): string {
  const flags = globalFlags().map((flag) => ({ ...flag, default: flag.default.replace('$HOME', home) }))
  return `The following options can be passed to any command:\n\n${flagsText([...flags].sort((a, b) => (a.name < b.name ? -1 : 1)))}\n`
}
