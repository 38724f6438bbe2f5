/** Requests that the kubelet itself sends into a pod: HTTP probes and hooks. */

import type { Container, HttpGetAction, IntOrString } from '../api/types.ts'
import type { HttpResponse } from '../workloads/program.ts'
import type { Host } from './host.ts'
import { listenerOf, sendToPort } from './local-request.ts'
import type { ProgramRunner } from './local-request.ts'
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

/** Sends the request of an httpGet handler to the pod itself (or to its host). */
export function sendToPod(host: Host, processes: ProgramRunner, podKey: string, container: Container, action: HttpGetAction): HttpOutcome {
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
