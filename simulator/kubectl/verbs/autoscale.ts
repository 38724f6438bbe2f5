/** kubectl autoscale. Models k8s.io/kubectl/pkg/cmd/autoscale (v1.35). */

import { apiVersionOf, findSubresource, kindByKind } from '../../api/kinds.ts'
import { canonicalQuantity } from '../../api/quantity.ts'
import type { HpaMetricSpec, HpaMetricTarget, KubeObject } from '../../api/types.ts'
import { aggregateFailure, asFailure, fail, failureText } from '../failures.ts'
import { writeQuery } from '../generators/common.ts'
import { withLastApplied } from '../last-applied.ts'
import { operationPrinter } from '../printers/output.ts'
import { visit } from '../resource-builder.ts'
import type { Info } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const defaultUnits: { readonly [resource: string]: string } = { cpu: 'm', memory: 'Mi' }

/** Reads "80%", "500m" or a bare number. */
function readTarget(given: string, resource: 'cpu' | 'memory'): HpaMetricTarget {
  const text = given.trim()
  if (text === '') throw fail('empty input')
  if (text.endsWith('%')) {
    const percent = text.slice(0, -1)
    if (!/^\+?\d+$/.test(percent)) throw fail(`invalid percentage value: ${percent}`)
    return { type: 'Utilization', averageUtilization: Number(percent) }
  }
  const isBare = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)
  const quantity = canonicalQuantity(isBare ? `${Number(text)}${defaultUnits[resource]}` : text)
  if (typeof quantity !== 'string') throw fail(`invalid resource ${resource} value: ${text}`)
  return { type: 'AverageValue', averageValue: quantity }
}

function metricsOf(session: Session): HpaMetricSpec[] {
  const metrics: HpaMetricSpec[] = []
  const percent = session.flags.int('cpu-percent')
  const add = (name: string, target: HpaMetricTarget) => metrics.push({ type: 'Resource', resource: { name, target } })
  if (percent > 0) add('cpu', { type: 'Utilization', averageUtilization: percent })
  if (session.flags.text('cpu') !== '') add('cpu', readTarget(session.flags.text('cpu'), 'cpu'))
  if (session.flags.text('memory') !== '') add('memory', readTarget(session.flags.text('memory'), 'memory'))
  return metrics
}

function checkFlags(session: Session): void {
  const { flags } = session
  const [max, min] = [flags.int('max'), flags.int('min')]
  if (max < 1) throw fail(`--max=MAXPODS is required and must be at least 1, max: ${max}`)
  if (max < min) throw fail(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`)
  if (flags.int('cpu-percent') > 0 && flags.text('cpu') !== '') throw fail('--cpu-percent and --cpu are mutually exclusive')
}

/** Whether autoscaling/v1 could say the same; the text is the reason why not. */
function whyNotV1(session: Session): string | undefined {
  if (session.flags.text('memory') !== '') return '<nil>'
  try {
    if (session.flags.int('cpu-percent') > 0) return undefined
    return readTarget(session.flags.text('cpu'), 'cpu').type === 'Utilization' ? undefined : '<nil>'
  } catch (error) {
    return failureText(asFailure(error))
  }
}

function autoscalerOf(session: Session, info: Info, metrics: readonly HpaMetricSpec[]): KubeObject {
  const { flags } = session
  const { name: namespace, isExplicit } = session.namespace()
  const min = flags.int('min')
  return {
    kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2',
    metadata: { name: flags.text('name') === '' ? info.name : flags.text('name'), ...(isExplicit ? { namespace } : {}) },
    spec: {
      scaleTargetRef: { kind: info.kind.kind, name: info.name, apiVersion: apiVersionOf(info.kind) },
      ...(min > 0 ? { minReplicas: min } : {}), maxReplicas: flags.int('max'), ...(metrics.length === 0 ? {} : { metrics }),
    },
    status: { desiredReplicas: 0, currentMetrics: null },
  } as KubeObject
}

function* createAutoscaler(session: Session, object: KubeObject): Run<void> {
  const dryRun = session.dryRun()
  const printer = operationPrinter(session, 'autoscaled', { dryRun, isTyped: dryRun === 'client' })
  if (dryRun === 'client') return session.out(printer(object))
  const kind = kindByKind('autoscaling/v2', 'HorizontalPodAutoscaler')
  if (kind === undefined) throw fail("the server doesn't have a resource type \"horizontalpodautoscalers\"")
  const { status: _status, ...sent } = session.flags.bool('save-config') ? withLastApplied(object) : object
  session.out(printer(yield* session.call({ verb: 'create', kind, namespace: session.namespace().name, body: sent as KubeObject, contentType: 'application/json', query: writeQuery(session) })))
}

/**
 * kubectl autoscale: creates an autoscaling/v2 HorizontalPodAutoscaler for each object that has a scale; where that is
 * refused and v1 cannot say the same, the error tells why.
 */
export function* autoscale(session: Session): Run<number> {
  checkFlags(session)
  const metrics = metricsOf(session)
  let count = 0
  const failures = yield* visit(session, { args: session.args, useFiles: true, continuesOnError: true }, function* (info) {
    if (findSubresource(info.kind, 'scale') === undefined) throw fail(`cannot autoscale a ${info.kind.kind}: no kind "Scale" is registered for ${info.kind.resource}`)
    try {
      yield* createAutoscaler(session, autoscalerOf(session, info, metrics))
    } catch (error) {
      const why = whyNotV1(session)
      if (why !== undefined) throw fail(`failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: ${why.replace('<nil>', '%!w(<nil>)')}`)
      throw error
    }
    count++
  })
  if (failures.length > 0) throw aggregateFailure(failures)
  if (count === 0) throw fail('no objects passed to autoscale')
  return 0
}
