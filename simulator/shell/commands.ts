/** Commands of the terminal that are neither the shell's nor kubectl: editors, history, help, podflight. */

import type { Executable, ProcessContext, ProcessNeed } from './process.ts'

/** What these commands need of the terminal. */
export interface TerminalPort {
  readonly history: readonly string[]
  clearHistory(): void
  /** Wipes the screen. */
  clearScreen(): void
  /** Names of all tools, in order. */
  toolNames(): readonly string[]
  /** Subcommands of `podflight` beside the built-in ones. */
  readonly podflight: { readonly [name: string]: Executable }
}

function absolute(context: ProcessContext, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${context.workingDirectory}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const edit: Executable = function* (context) {
  const names = context.argv.slice(1).filter((arg) => !/^[-+]/.test(arg))
  if (names.length === 0) {
    context.err(`${context.argv[0]}: name a file to edit, for example: ${context.argv[0]} pod.yaml\n`)
    return 1
  }
  for (const name of names) {
    const path = absolute(context, name)
    if (context.files.isDirectory(path)) {
      context.err(`${context.argv[0]}: ${name} is a directory\n`)
      return 1
    }
    const parent = path.replace(/\/[^/]*$/, '') || '/'
    if (!context.files.isDirectory(parent)) {
      context.err(`${context.argv[0]}: ${name}: No such file or directory\n`)
      return 1
    }
    yield { kind: 'edit', path }
  }
  return 0
}

const noNeeds: readonly ProcessNeed[] = []

/** A program that is done at once. */
export function immediately(run: (context: ProcessContext) => number): Executable {
  return function* (context) {
    yield* noNeeds
    return run(context)
  }
}

/** Requests to the cluster do not start from the learner's machine. */
const outside: Executable = immediately((context) => {
  const [name] = context.argv
  if (name !== 'curl' && name !== 'wget') context.err(`${name}: this terminal is outside the cluster's network\n`)
  else context.err(`${name}: this terminal is outside the cluster's network: Pod IPs and Service names do not resolve here\n`)
  context.err('Ask from a Pod instead:\n  kubectl run tmp --rm -it --image=curlimages/curl:8.10.1 --restart=Never -- curl -s http://SERVICE.NAMESPACE/PATH\n  kubectl exec POD -- wget -qO- http://SERVICE/PATH\n')
  return name === 'curl' ? 6 : 1
})

function historyCommand(port: TerminalPort): Executable {
  return immediately((context) => {
    const [, option] = context.argv
    if (option === '-c') {
      port.clearHistory()
      return 0
    }
    const count = option === undefined ? port.history.length : Number(option)
    if (!Number.isInteger(count) || count < 0) {
      context.err(`bash: history: ${option}: numeric argument required\n`)
      return 1
    }
    const first = Math.max(port.history.length - count, 0)
    port.history.slice(first).forEach((line, i) => context.out(`${String(first + i + 1).padStart(5)}  ${line}\n`))
    return 0
  })
}

function clearCommand(port: TerminalPort): Executable {
  return immediately(() => {
    port.clearScreen()
    return 0
  })
}

const helpText = `This is a simulated terminal. What you can use:
  kubectl (alias k)    kubectl --help, kubectl explain KIND.FIELD
  files                ls cat cp mv rm mkdir find, > file, <<EOF
  editors              vim, nano, vi or code FILE opens the editor
  text                 grep sed awk jq sort uniq cut tr wc head tail diff column
  time                 sleep, watch, time; they run in simulated time; Ctrl+C stops them
  podflight            podflight list tools, podflight help
`

const help: Executable = immediately((context) => {
  context.out(helpText)
  return 0
})

const manual: Executable = immediately((context) => {
  const [, name] = context.argv
  if (name === undefined) {
    context.out('What manual page do you want?\nFor example, try \'man man\'.\n')
    return 1
  }
  if (name === 'kubectl' || name.startsWith('kubectl-')) context.out('kubectl has its manual built in:\n  kubectl --help\n  kubectl COMMAND --help\n  kubectl explain KIND\n')
  else context.err(`No manual entry for ${name}\nTry ${name} --help, or help.\n`)
  return name.startsWith('kubectl') ? 0 : 16
})

function podflight(port: TerminalPort): Executable {
  return function* (context) {
    const [, command, what] = context.argv
    if (command === 'list' && what === 'tools') {
      for (const name of port.toolNames()) context.out(`${name}\n`)
      return 0
    }
    const own = command !== undefined && Object.hasOwn(port.podflight, command) ? port.podflight[command] : undefined
    if (own !== undefined) return yield* own(context)
    const names = ['list tools', ...Object.keys(port.podflight)]
    const text = `podflight: commands of this terminal\n${names.map((name) => `  podflight ${name}\n`).join('')}`
    if (command === undefined || command === 'help' || command === '--help') {
      context.out(text)
      return 0
    }
    context.err(`podflight: unknown command "${[command, ...(what === undefined ? [] : [what])].join(' ')}"\n${text}`)
    return 1
  }
}

/** Commands by name. */
export function terminalCommands(port: TerminalPort): { readonly [name: string]: Executable } {
  return {
    vim: edit, vi: edit, nano: edit, code: edit, emacs: edit, edit,
    curl: outside, wget: outside, nc: outside, nslookup: outside, ping: outside, dig: outside, telnet: outside, ssh: outside,
    history: historyCommand(port), clear: clearCommand(port), reset: clearCommand(port), help, man: manual, podflight: podflight(port),
  }
}
