/** kubectl describe hpa. Models k8s.io/kubectl/pkg/describe describeHorizontalPodAutoscalerV2 (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { HorizontalPodAutoscaler, HpaMetricTarget, HpaScalingRules } from '../../api/types.ts'
import type { Describer } from './describer.ts'
import { describeEvents } from './events.ts'
import { longTime, writeHead } from './lines.ts'
import type { Lines } from './lines.ts'

interface Current { readonly value?: string; readonly averageValue?: string; readonly averageUtilization?: number }
interface Source { readonly name?: string; readonly container?: string; readonly metric?: { readonly name: string }; readonly describedObject?: { readonly kind: string; readonly name: string }; readonly target: HpaMetricTarget; readonly current?: Current }
interface Metric { readonly type: string; readonly resource?: Source; readonly containerResource?: Source; readonly pods?: Source; readonly object?: Source; readonly external?: Source }

const unknown = '<unknown>'

/** `resource cpu on pods`, then the value or the share of the request. */
function resourceLine(source: Source, current: Current | undefined, isContainer: boolean): string {
  const head = isContainer ? `resource ${source.name} of container "${source.container}" on pods` : `resource ${source.name} on pods`
  const { target } = source
  if (target.averageValue !== undefined) return `${head}:\t${current?.averageValue ?? unknown} / ${target.averageValue}`
  const now = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}% (${current.averageValue ?? '0'})`
  return `${head}  (as a percentage of request):\t${now} / ${target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`
}

function valueLine(head: string, target: HpaMetricTarget, current: Current | undefined, isAverage: boolean): string {
  return isAverage ? `${head} (target average value):\t${current?.averageValue ?? unknown} / ${target.averageValue ?? '0'}` : `${head} (target value):\t${current?.value ?? unknown} / ${target.value ?? '0'}`
}

function metricLine(metric: Metric, now: Metric | undefined): string {
  const { resource, containerResource, pods, object, external } = metric
  if (metric.type === 'Resource' && resource !== undefined) return resourceLine(resource, now?.resource?.current, false)
  if (metric.type === 'ContainerResource' && containerResource !== undefined) return resourceLine(containerResource, now?.containerResource?.current, true)
  if (metric.type === 'Pods' && pods !== undefined) return `${goQuote(pods.metric?.name ?? '')} on pods:\t${now?.pods?.current?.averageValue ?? unknown} / ${pods.target.averageValue ?? '0'}`
  if (metric.type === 'Object' && object !== undefined) return valueLine(`"${object.metric?.name}" on ${object.describedObject?.kind}/${object.describedObject?.name}`, object.target, now?.object?.current, object.target.type === 'AverageValue')
  if (metric.type === 'External' && external !== undefined) return valueLine(goQuote(external.metric?.name ?? ''), external.target, now?.external?.current, external.target.averageValue !== undefined)
  return `<unknown metric type ${goQuote(metric.type)}>`
}

function writeBehavior(lines: Lines, title: string, rules: HpaScalingRules | undefined): void {
  if (rules === undefined) return
  lines.write(1, `${title}:\n`)
  if (rules.stabilizationWindowSeconds !== undefined) lines.write(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds\n`)
  const policies = rules.policies ?? []
  if (policies.length === 0) return
  lines.write(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}\n`)
  lines.write(2, 'Policies:\n')
  for (const policy of policies) lines.write(3, `- Type: ${policy.type}\tValue: ${policy.value}\tPeriod: ${policy.periodSeconds} seconds\n`)
}

export const describeAutoscaler: Describer<HorizontalPodAutoscaler> = function* (autoscaler, { lines, session }) {
  const { metadata, spec, status } = autoscaler
  const current = (status?.currentMetrics ?? []) as unknown as readonly Metric[]
  writeHead(lines, metadata)
  lines.field('CreationTimestamp', longTime(metadata.creationTimestamp))
  lines.field('Reference', `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`)
  lines.field('Metrics', '( current / target )')
  const metrics = (spec.metrics ?? []) as unknown as readonly Metric[]
  metrics.forEach((metric, index) => lines.write(1, `${metricLine(metric, current[index])}\n`))
  lines.field('Min replicas', spec.minReplicas ?? '<unset>')
  lines.field('Max replicas', spec.maxReplicas)
  if (spec.behavior !== undefined) {
    lines.write(0, 'Behavior:\n')
    writeBehavior(lines, 'Scale Up', spec.behavior.scaleUp)
    writeBehavior(lines, 'Scale Down', spec.behavior.scaleDown)
  }
  lines.field(`${spec.scaleTargetRef.kind} pods`, `${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`)
  const conditions = status?.conditions ?? []
  if (conditions.length > 0) lines.write(0, 'Conditions:\n  Type\tStatus\tReason\tMessage\n  ----\t------\t------\t-------\n')
  for (const one of conditions) lines.write(1, `${one.type}\t${one.status}\t${one.reason ?? ''}\t${one.message ?? ''}\n`)
  yield* describeEvents(session, lines, autoscaler)
}
