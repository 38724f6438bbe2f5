/** Requests to the ports of a pod, answered by the program that listens there. */

import { findProgram } from '../workloads/registry.ts'
import type { HttpRequest, HttpResponse, ProgramContext, ProgramStep } from '../workloads/program.ts'
import type { Json } from '../kernel/json.ts'
import type { Host } from './host.ts'
import type { ProcessRecord } from './records.ts'

/** What runs the steps of programs. */
export interface ProgramRunner {
  contextOf(row: ProcessRecord): ProgramContext
  step(key: string, step: ProgramStep<Json>): void
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
export function sendToPort(host: Host, processes: ProgramRunner, podKey: string, port: number, request: HttpRequest): { response: HttpResponse; serviceMs: number } | undefined {
  const key = listenerOf(host, podKey, port)
  const row = key === undefined ? undefined : host.processes.get(key)
  if (key === undefined || row === undefined) return undefined
  const { handle } = findProgram(row.program)
  const { fetch } = host.ports
  const context = processes.contextOf(row)
  const handled = handle?.(row.state, port, request, fetch === undefined ? context : { ...context, fetch: (asked, timeoutMs) => fetch(podKey, asked, timeoutMs) })
  if (handled === undefined) return undefined
  if (handled.step.state !== row.state || handled.step.effects.length > 0) processes.step(key, handled.step)
  return { response: handled.response, serviceMs: handled.serviceMs }
}
