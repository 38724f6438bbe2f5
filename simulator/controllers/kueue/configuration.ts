/**
 * The configuration of Kueue's manager, from its ConfigMap. Models sigs.k8s.io/kueue/apis/config/v1beta1 (v0.10), as far as
 * waiting for ready pods goes. Differs: a change counts at once, where the real manager reads it when it starts.
 */

import type { ApiClient } from '../../api/client.ts'
import { parseGoDuration } from '../../api/time.ts'
import type { KubeObject } from '../../api/types.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'

/** How long an admitted workload may take until its pods are ready, and what happens then. */
export interface WaitForPodsReady {
  readonly timeoutMs: number
  /** No further workload is admitted until the last one is ready. */
  readonly blocksAdmission: boolean
  readonly backoffBaseSeconds: number
  readonly backoffMaxSeconds: number
  /** Evictions after which a workload is deactivated; undefined: never. */
  readonly backoffLimitCount?: number
}

const configMapKey = 'kueue-system/kueue-manager-config'
const fileName = 'controller_manager_config.yaml'
const defaults = { timeout: '5m', baseSeconds: 60, maxSeconds: 3600 } as const

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined
}

function numberOr(value: Json | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

/** The settings of waitForPodsReady; undefined when it is off, which is the default. */
export function readWaitForPodsReady(api: ApiClient): WaitForPodsReady | undefined {
  const { data = {} } = api.find<KubeObject & { readonly data?: { readonly [file: string]: string } }>('configmaps', configMapKey) ?? {}
  const parsed = parseYaml(data[fileName] ?? '')
  const settings = isYamlError(parsed) ? undefined : memberOf(parsed.value, 'waitForPodsReady')
  if (memberOf(settings, 'enable') !== true) return undefined
  const strategy = memberOf(settings, 'requeuingStrategy')
  const given = memberOf(settings, 'timeout')
  const timeout = parseGoDuration(typeof given === 'string' ? given : defaults.timeout)
  const limit = memberOf(strategy, 'backoffLimitCount')
  return {
    timeoutMs: typeof timeout === 'number' ? timeout : 0,
    blocksAdmission: memberOf(settings, 'blockAdmission') !== false,
    backoffBaseSeconds: numberOr(memberOf(strategy, 'backoffBaseSeconds'), defaults.baseSeconds),
    backoffMaxSeconds: numberOr(memberOf(strategy, 'backoffMaxSeconds'), defaults.maxSeconds),
    ...(typeof limit === 'number' ? { backoffLimitCount: limit } : {}),
  }
}

/** Seconds to wait before the n-th return to the queue. */
export function backoffSeconds({ backoffBaseSeconds, backoffMaxSeconds }: WaitForPodsReady, count: number): number {
  let seconds = backoffBaseSeconds
  for (let step = 1; step < count && seconds < backoffMaxSeconds; step++) seconds *= 2
  return Math.min(seconds, backoffMaxSeconds)
}
