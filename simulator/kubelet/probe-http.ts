/** Requests that the kubelet itself sends into a pod: HTTP probes and hooks. */

import type { Container, HttpGetAction, IntOrString } from '../api/types.ts'
import { findProgram } from '../workloads/registry.ts'
import type { HttpResponse } from '../workloads/program.ts'
import type { Host } from './host.ts'
import type { Processes } from './processes.ts'
import { kubeletTexts } from './texts.ts'

/** The port of a probe: a number, or the container's port of that name. */
export function portOf(container: Container, port: IntOrString): number | undefined {
  if (typeof port === 'number') return port
  const named = container.ports?.find(({ name }) => name === port)?.containerPort
  if (named !== undefined) return named
  return /^\d+$/.test(port) ? Number(port) : undefined
}

/** What came of a request. `error` is the client's; `badPort` the name of a port that does not exist. */
export interface HttpOutcome {
  readonly url: string
  readonly response?: HttpResponse
  readonly serviceMs?: number
  readonly error?: string
  readonly badPort?: string
}

/** The process of a pod that listens on a port. */
export function listenerOf(host: Host, podKey: string, port: number): string | undefined {
  const record = host.pods.get(podKey)
  if (record === undefined) return undefined
  for (const { name, state } of record.containers) {
    const key = `${podKey}|${name}`
    if (state === 'running' && host.processes.get(key)?.ports.includes(port) === true) return key
  }
  return undefined
}

/** One exact request to a port of a pod. */
export function sendToPort(host: Host, processes: Processes, podKey: string, port: number, request: { method: string; url: string; headers: { readonly [name: string]: string }; body: string }): { response: HttpResponse; serviceMs: number } | undefined {
  const key = listenerOf(host, podKey, port)
  const row = key === undefined ? undefined : host.processes.get(key)
  if (key === undefined || row === undefined) return undefined
  const { handle } = findProgram(row.program)
  const handled = handle?.(row.state, port, request, processes.contextOf(row))
  if (handled === undefined) return undefined
  if (handled.step.state !== row.state || handled.step.effects.length > 0) processes.step(key, handled.step)
  return { response: handled.response, serviceMs: handled.serviceMs }
}

/** Sends the request of an httpGet handler to the pod itself (or to its host). */
export function sendToPod(host: Host, processes: Processes, podKey: string, container: Container, action: HttpGetAction): HttpOutcome {
  const port = portOf(container, action.port)
  const address = action.host ?? host.record(podKey).ip
  const scheme = (action.scheme ?? 'HTTP').toLowerCase()
  const path = action.path === undefined || action.path === '' ? '/' : action.path
  if (port === undefined) return { url: '', badPort: String(action.port) }
  const url = `${scheme}://${address}:${port}${path.startsWith('/') ? path : `/${path}`}`
  const key = listenerOf(host, podKey, port)
  if (key === undefined) return { url, error: kubeletTexts.refused(`${address}:${port}`) }
  const hasTls = host.processes.get(key)?.spec.parameters['tls'] === true
  if (scheme === 'https' && !hasTls) return { url, error: kubeletTexts.plainHttp }
  const headers: { [name: string]: string } = { 'User-Agent': 'kube-probe/1.35', Accept: '*/*' }
  for (const { name, value } of action.httpHeaders ?? []) headers[name] = value
  const answer = sendToPort(host, processes, podKey, port, { method: 'GET', url, headers, body: '' })
  if (answer === undefined) return { url, error: kubeletTexts.refused(`${address}:${port}`) }
  return { url, ...answer }
}
