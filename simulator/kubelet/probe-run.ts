/** One run of a probe and its verdict. Models kubernetes/pkg/probe (v1.35). */

import type { Container, Probe } from '../api/types.ts'
import type { Host } from './host.ts'
import { listenerOf } from './local-request.ts'
import { portOf, sendToPod } from './probe-http.ts'
import type { Processes } from './processes.ts'
import type { SessionRecord } from './records.ts'
import { kubeletTexts } from './texts.ts'

/** What a run found. `error`: the probe itself could not run, which does not count. */
export type ProbeOutcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure' | 'warning' | 'error'; readonly output: string }

/** An outcome, a command to run first, or an answer that is not there at the timeout. */
export type ProbeStart = ProbeOutcome | { readonly kind: 'exec'; readonly command: readonly string[] } | { readonly kind: 'slow' }

interface Run {
  readonly host: Host
  readonly processes: Processes
  readonly podKey: string
  readonly container: Container
  readonly probe: Probe
  /** The timeout has passed. */
  readonly isTimedOut?: boolean
}

const redirectsMax = 10

function http({ host, processes, podKey, container, probe, isTimedOut }: Run): ProbeStart {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  let action = probe.httpGet!
  for (let i = 0; i <= redirectsMax; i++) {
    const { url, badPort, error, response, serviceMs = 0 } = sendToPod(host, processes, podKey, container, action)
    if (badPort !== undefined) return { kind: 'error', output: kubeletTexts.badPort(badPort) }
    if (error !== undefined) return { kind: 'failure', output: `Get "${url}": ${error}` }
    if (isTimedOut === true) return { kind: 'failure', output: `Get "${url}": ${kubeletTexts.httpTimeout}` }
    if (response === undefined || serviceMs > timeoutMs) return { kind: 'slow' }
    if (response.status >= 400 || response.status < 200) return { kind: 'failure', output: kubeletTexts.httpStatus(response.status) }
    const location = response.status >= 300 ? (response.headers['Location'] ?? response.headers['location']) : undefined
    if (location === undefined) return { kind: 'success' }
    if (/^https?:/.test(location)) return { kind: 'warning', output: kubeletTexts.redirected(response.body) }
    action = { ...action, path: location }
  }
  return { kind: 'warning', output: kubeletTexts.redirected('') }
}

function tcp({ host, podKey, container, probe }: Run): ProbeStart {
  const action = probe.tcpSocket!
  const port = portOf(container, action.port)
  if (port === undefined) return { kind: 'error', output: kubeletTexts.badPort(String(action.port)) }
  if (listenerOf(host, podKey, port) !== undefined) return { kind: 'success' }
  return { kind: 'failure', output: kubeletTexts.refused(`${action.host ?? host.record(podKey).ip}:${port}`) }
}

function grpc({ host, podKey, probe, isTimedOut }: Run): ProbeStart {
  const { port } = probe.grpc!
  const key = listenerOf(host, podKey, port)
  if (key !== undefined && host.processes.get(key)?.spec.parameters['grpc'] === true) return { kind: 'success' }
  if (isTimedOut !== true) return { kind: 'slow' }
  return { kind: 'failure', output: kubeletTexts.grpcTimeout(`${host.record(podKey).ip}:${port}`, probe.timeoutSeconds ?? 1) }
}

/** Runs a probe once, as far as it gives an answer at once. */
export function runProbe(run: Run): ProbeStart {
  const { probe, isTimedOut } = run
  if (probe.httpGet !== undefined) return http(run)
  if (probe.tcpSocket !== undefined) return tcp(run)
  if (probe.grpc !== undefined) return grpc(run)
  const command = probe.exec?.command ?? []
  if (isTimedOut === true) return { kind: 'failure', output: kubeletTexts.execTimeout(command.join(' '), probe.timeoutSeconds ?? 1) }
  return { kind: 'exec', command }
}

/** The verdict on an exec probe whose command has ended. */
export function judgeExec(session: SessionRecord): ProbeOutcome {
  return session.exitCode === 0 ? { kind: 'success' } : { kind: 'failure', output: session.output }
}
