/** How a kubectl command fails, and how it says so. Models k8s.io/kubectl/pkg/cmd/util helpers (v1.35). */

import { goQuote } from '../api/go-text.ts'
import type { Status } from '../api/types.ts'

/** Why a command ends: a refusal of the server, a text, several failures, or only an exit code. */
export type Failure =
  | { readonly kind: 'status'; readonly status: Status }
  /** Printed after "error: ". */
  | { readonly kind: 'text'; readonly text: string }
  /** Printed as it is. */
  | { readonly kind: 'plain'; readonly text: string; readonly exitCode?: number }
  | { readonly kind: 'aggregate'; readonly failures: readonly Failure[] }
  | { readonly kind: 'exit'; readonly exitCode: number }

/** Ends a command. Thrown inside a verb and caught once, in main.ts. */
export class KubectlFailure extends Error {
  override readonly name = 'KubectlFailure'
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failureText(failure))
    this.failure = failure
  }
}

/** A failure with a text that kubectl prints after "error: ". */
export function fail(text: string): KubectlFailure {
  return new KubectlFailure({ kind: 'text', text })
}

/** A failure that points to the help of the command, as cmdutil.UsageErrorf does. */
export function usageFailure(commandPath: string, text: string): KubectlFailure {
  return fail(`${text}\nSee '${commandPath} -h' for help and examples`)
}

/** A failure of the server. */
export function statusFailure(status: Status): KubectlFailure {
  return new KubectlFailure({ kind: 'status', status })
}

/** Nobody listens at an address. */
export function refusedConnection(host: string): KubectlFailure {
  return new KubectlFailure({ kind: 'plain', text: `The connection to the server ${host} was refused - did you specify the right host or port?` })
}

/** Ends with a code after everything has been said. */
export function exitWith(exitCode: number): KubectlFailure {
  return new KubectlFailure({ kind: 'exit', exitCode })
}

/** Several failures as one; a single one stays itself. */
export function aggregateFailure(failures: readonly Failure[]): KubectlFailure {
  const [first] = failures
  return new KubectlFailure(failures.length === 1 && first !== undefined ? first : { kind: 'aggregate', failures })
}

/** The failure of a caught error; other errors are bugs and go on. */
export function asFailure(error: unknown): Failure {
  if (error instanceof KubectlFailure) return error.failure
  throw error
}

/** Runs a part of a verb and returns its failure instead of throwing it. */
export function* attempt<Need, Result, Answer>(part: Generator<Need, Result, Answer>): Generator<Need, { readonly ok: true; readonly value: Result } | { readonly ok: false; readonly failure: Failure }, Answer> {
  try {
    return { ok: true, value: yield* part }
  } catch (error) {
    return { ok: false, failure: asFailure(error) }
  }
}

/** What Go's err.Error() says of a failure. */
export function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'status': return failure.status.message ?? ''
    case 'text': case 'plain': return failure.text
    case 'exit': return 'exit'
    case 'aggregate': {
      const texts = [...new Set(failure.failures.map(failureText))]
      return texts.length === 1 ? texts[0] ?? '' : `[${texts.join(', ')}]`
    }
  }
}

/** True when the server answered with this reason. */
export function hasReason(failure: Failure, reason: string): boolean {
  return failure.kind === 'status' && failure.status.reason === reason
}

/** Adds what was being done: `error when creating "web.yaml": ...`. Models cmdutil.AddSourceToErr. */
export function addSource(failure: Failure, verb: string, source: string): Failure {
  if (source === '') return failure
  const text = `error when ${verb} ${goQuote(source)}: ${failureText(failure)}`
  return failure.kind === 'status' ? { kind: 'status', status: { ...failure.status, message: text } } : failure.kind === 'exit' ? failure : { kind: 'text', text }
}

/** The sentence for a failure of the server; undefined when it is none. Models cmdutil.StandardErrorMessage. */
function standardMessage(failure: Failure): string | undefined {
  if (failure.kind !== 'status') return undefined
  const { reason, message = '' } = failure.status
  if (reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`
  return reason === undefined || reason === '' ? `Error from server: ${message}` : `Error from server (${reason}): ${message}`
}

function invalidText(status: Status): string {
  const { details, message = '' } = status
  let head = 'The request is invalid'
  if (details === undefined) return message === '' ? head : `${head}: ${message}`
  const causes = details.causes ?? []
  if ((details.kind ?? '') !== '' || (details.name ?? '') !== '') head = `The ${details.kind ?? ''} ${goQuote(details.name ?? '')} is invalid`
  else if (message !== '' && causes.length === 0) head += `: ${message}`
  const lines = [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))]
  if (lines.length === 0) return head
  return lines.length === 1 ? `${head}: ${lines[0]}\n` : `${head}: \n${lines.map((line) => `* ${line}\n`).join('')}`
}

/** What a failure prints on standard error (with its line end) and the exit code. Models cmdutil.checkErr. */
export function reportOf(failure: Failure): { readonly text: string; readonly exitCode: number } {
  const report = (text: string, exitCode = 1) => ({ text: text === '' || text.endsWith('\n') ? text : `${text}\n`, exitCode })
  switch (failure.kind) {
    case 'exit': return { text: '', exitCode: failure.exitCode }
    case 'plain': return report(failure.text, failure.exitCode)
    case 'text': return report(failure.text.startsWith('error: ') ? failure.text : `error: ${failure.text}`)
    case 'status': return report(failure.status.reason === 'Invalid' ? invalidText(failure.status) : standardMessage(failure) ?? '')
    case 'aggregate': return report(failure.failures.map((one) => `${standardMessage(one) ?? failureText(one)}\n`).join(''))
  }
}
