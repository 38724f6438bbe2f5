/** Validation of probes and lifecycle hooks. Models pkg/apis/core/validation (v1.35). */

import { checkHttpHeaderName, checkPortName, checkPortNumber } from '../../api/names.ts'
import type { HttpGetAction, IntOrString } from '../../api/types.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateNonNegative } from '../validation/meta.ts'
import type { FullContainer, FullHandler, FullProbe } from './pod-types.ts'

/** A port by number or by name. */
export function validatePortNumberOrName(port: IntOrString | undefined, path: string, errors: ErrorList): void {
  if (typeof port === 'string') errors.invalidEach(path, port, checkPortName(port))
  else errors.invalidEach(path, port ?? 0, checkPortNumber(port ?? 0))
}

function validateHttpGet(http: HttpGetAction, path: string, errors: ErrorList): void {
  if (!http.path) errors.required(`${path}.path`)
  validatePortNumberOrName(http.port, `${path}.port`, errors)
  if (http.scheme !== 'HTTP' && http.scheme !== 'HTTPS') errors.notSupported(`${path}.scheme`, http.scheme ?? '', ['HTTP', 'HTTPS'])
  for (const header of http.httpHeaders ?? []) errors.invalidEach(`${path}.httpHeaders`, header.name ?? '', checkHttpHeaderName(header.name ?? ''))
}

function validateSleep(seconds: number, gracePeriod: number | undefined, path: string, errors: ErrorList): void {
  if (gracePeriod !== undefined && (seconds < 0 || seconds > gracePeriod)) {
    errors.invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`)
  }
}

function validateHandler(handler: FullHandler, gracePeriod: number | undefined, path: string, errors: ErrorList): void {
  const checks: { readonly [name: string]: (() => void) | undefined } = {
    exec: handler.exec && (() => { if ((handler.exec!.command ?? []).length === 0) errors.required(`${path}.exec.command`) }),
    httpGet: handler.httpGet && (() => validateHttpGet(handler.httpGet!, `${path}.httpGet`, errors)),
    tcpSocket: handler.tcpSocket && (() => validatePortNumberOrName(handler.tcpSocket!.port, `${path}.tcpSocket.port`, errors)),
    grpc: handler.grpc && (() => validatePortNumberOrName(handler.grpc!.port ?? 0, `${path}.grpc.port`, errors)),
    sleep: handler.sleep && (() => validateSleep(handler.sleep!.seconds ?? 0, gracePeriod, `${path}.sleep`, errors)),
  }
  const given = Object.keys(checks).filter((name) => checks[name] !== undefined)
  given.forEach((name, index) => {
    if (index === 0) checks[name]!()
    else errors.forbidden(`${path}.${name}`, 'may not specify more than 1 handler type')
  })
  if (given.length === 0) errors.required(path, 'must specify a handler type')
}

function validateProbe(probe: FullProbe, gracePeriod: number | undefined, path: string, errors: ErrorList): void {
  validateHandler(probe, gracePeriod, path, errors)
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) validateNonNegative(probe[field], `${path}.${field}`, errors)
  if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0) {
    errors.invalid(`${path}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must be greater than 0')
  }
}

/** The three probes of a container that keeps running. */
export function validateProbes(container: FullContainer, gracePeriod: number | undefined, path: string, errors: ErrorList): void {
  const { livenessProbe, readinessProbe, startupProbe } = container
  const once = (probe: FullProbe | undefined, at: string): void => {
    if (probe === undefined) return
    validateProbe(probe, gracePeriod, at, errors)
    if (probe.successThreshold !== 1) errors.invalid(`${at}.successThreshold`, probe.successThreshold, 'must be 1')
  }
  once(livenessProbe, `${path}.livenessProbe`)
  if (readinessProbe !== undefined) {
    validateProbe(readinessProbe, gracePeriod, `${path}.readinessProbe`, errors)
    const grace = readinessProbe.terminationGracePeriodSeconds
    if (grace !== undefined) errors.invalid(`${path}.readinessProbe.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')
  }
  once(startupProbe, `${path}.startupProbe`)
}

/** Validates hooks of a container. */
export function validateLifecycle(container: FullContainer, gracePeriod: number | undefined, path: string, errors: ErrorList): void {
  const { lifecycle } = container
  if (lifecycle?.postStart !== undefined) validateHandler(lifecycle.postStart, gracePeriod, `${path}.lifecycle.postStart`, errors)
  if (lifecycle?.preStop !== undefined) validateHandler(lifecycle.preStop, gracePeriod, `${path}.lifecycle.preStop`, errors)
}
