/**
 * Horizontal pod autoscalers.
 * Models kubernetes/pkg/controller/podautoscaler (v1.35): one sync per period and autoscaler, recommendations remembered.
 */

import { parseQuantity, isQuantityError } from '../../api/quantity.ts'
import { isSelectorError, matchesSelector, parseSelector } from '../../api/selector.ts'
import type { Selector } from '../../api/selector.ts'
import type { Condition, HorizontalPodAutoscaler, HorizontalPodAutoscalerStatus, Pod } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import type { Json } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import type { ControllerFlags } from '../flags.ts'
import { fullRules, limitByDefault, limitByRules, stabilize, stabilizeByRules, withScaleEvent } from './behavior.ts'
import type { FullRules, Recommendation, ScaleEvent } from './behavior.ts'
import { proposeReplicas } from './metric-proposals.ts'
import type { MetricsClient } from './ports.ts'
import type { Tolerances } from './replica-calculator.ts'
import { readScale } from './scale-target.ts'
import type { ReadScale, Scale } from './scale-target.ts'

const resource = 'horizontalpodautoscalers.autoscaling'

/** What the controller is made of. */
export interface HpaParts {
  readonly flags: ControllerFlags
  readonly metrics: MetricsClient
  /** How the scale of a target is read; by default from the API. */
  readonly readScale?: ReadScale
}

/** What the metrics of one sync come to. `replicas` is undefined when nothing can be said. */
interface MetricsResult { readonly replicas?: number; readonly name: string; readonly statuses: Json[]; readonly error?: string }

/** One sync of one autoscaler. */
class HpaSync {
  private readonly hpa: HorizontalPodAutoscaler
  private readonly key: string
  private readonly parts: HpaParts
  private readonly context: ComponentContext
  private conditions: Condition[]

  constructor(hpa: HorizontalPodAutoscaler, key: string, parts: HpaParts, context: ComponentContext) {
    this.hpa = hpa
    this.key = key
    this.parts = parts
    this.context = context
    this.conditions = [...(hpa.status?.conditions ?? [])]
  }

  run(): void {
    const scale = (this.parts.readScale ?? readScale)(this.hpa, this.context.api)
    if ('error' in scale) {
      this.event('Warning', 'FailedGetScale', scale.error)
      this.setCondition('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${scale.error}`)
      this.writeStatus({ ...(this.hpa.status ?? { desiredReplicas: 0 }), conditions: this.conditions })
      return
    }
    this.setCondition('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
    const memory = this.recommendations
    if (!memory.has(this.key)) memory.set(this.key, [{ replicas: scale.specReplicas, atMs: this.nowMs }])
    this.decide(scale)
  }

  private decide(scale: Scale): void {
    const current = scale.specReplicas
    const { minReplicas: min = 1, maxReplicas: max } = this.hpa.spec
    if (current === 0 && min !== 0) {
      this.setCondition('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
      this.finish(current, current, undefined, false)
    } else if (current > max) this.rescale(scale, max, 'Current number of replicas above Spec.MaxReplicas', undefined)
    else if (current < min) this.rescale(scale, min, 'Current number of replicas below Spec.MinReplicas', undefined)
    else this.decideByMetrics(scale, min)
  }

  private decideByMetrics(scale: Scale, min: number): void {
    const current = scale.specReplicas
    const result = this.computeMetrics(scale)
    if (result.replicas === undefined) {
      this.finish(current, this.hpa.status?.desiredReplicas ?? 0, result.statuses, false)
      this.event('Warning', 'FailedComputeMetricsReplicas', result.error ?? '')
      return
    }
    const desired = Math.max(0, result.replicas)
    const rescaleMetric = result.replicas > 0 ? result.name : ''
    const reason = desired > current ? `${rescaleMetric} above target` : desired < current ? 'All metrics below target' : ''
    const allowed = this.hpa.spec.behavior === undefined ? this.normalize(current, desired, min) : this.normalizeByRules(current, desired, min)
    if (allowed === current) this.finish(current, current, result.statuses, false)
    else this.rescale(scale, allowed, reason, result.statuses)
  }

  private rescale(scale: Scale, replicas: number, reason: string, statuses: Json[] | undefined): void {
    const current = scale.specReplicas
    const result = this.context.api.scale(scale.resource, scale.key, replicas)
    if (!result.ok) {
      const error = result.status.message ?? ''
      this.event('Warning', 'FailedRescale', `New size: ${replicas}; reason: ${reason}; error: ${error}`)
      this.setCondition('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${error}`)
      this.finish(current, this.hpa.status?.desiredReplicas ?? 0, statuses, false)
      return
    }
    this.setCondition('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${replicas}`)
    this.event('Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${reason}`)
    this.storeScaleEvent(current, replicas)
    this.finish(current, replicas, statuses, true)
  }

  // ---- metrics -----------------------------------------------------------------------------------------------------

  private computeMetrics(scale: Scale): MetricsResult {
    const selector = this.parseSelector(scale.selector)
    if ('error' in selector) return { name: '', statuses: [], error: selector.error }
    const metrics = this.hpa.spec.metrics ?? []
    const statuses: Json[] = []
    const failures: { readonly reason: string; readonly error: string; readonly summary: string }[] = []
    let best: { replicas: number; name: string } = { replicas: 0, name: '' }
    for (const metric of metrics) {
      const proposal = proposeReplicas(metric, {
        client: this.parts.metrics, namespace: this.hpa.metadata.namespace!, selector: scale.selector, statusReplicas: scale.statusReplicas,
        input: { pods: this.podsBy(selector), currentReplicas: scale.specReplicas, tolerances: this.tolerances(), ...this.periods(), nowMs: this.nowMs, parse: (text) => this.context.clock.parse(text) },
      })
      if ('error' in proposal) {
        this.event('Warning', proposal.reason, proposal.error)
        failures.push(proposal)
        statuses.push({ type: '' })
        continue
      }
      statuses.push(proposal.status)
      if (best.replicas === 0 || proposal.replicas > best.replicas) best = proposal
    }
    return this.summarize(best, statuses, failures, metrics.length, scale.specReplicas)
  }

  /** One failing metric forbids scaling down; all failing forbid everything. */
  private summarize(best: { readonly replicas: number; readonly name: string }, statuses: Json[], failures: readonly { readonly reason: string; readonly error: string; readonly summary: string }[], count: number, current: number): MetricsResult {
    const first = failures[0]
    if (first !== undefined && (failures.length >= count || best.replicas < current)) {
      this.setCondition('ScalingActive', 'False', first.reason, `the HPA was unable to compute the replica count: ${first.error}`)
      return { name: '', statuses, error: `invalid metrics (${failures.length} invalid out of ${count}), first error is: ${first.summary}` }
    }
    this.setCondition('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.name}`)
    return { ...best, statuses }
  }

  private parseSelector(text: string): Selector | { readonly error: string } {
    if (text === '') {
      this.event('Warning', 'SelectorRequired', 'selector is required')
      this.setCondition('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector")
      return { error: 'selector is required' }
    }
    const selector = parseSelector(text)
    if (isSelectorError(selector)) return this.selectorFailed('InvalidSelector', `couldn't convert selector into a corresponding internal selector object: ${selector.error}`)
    this.selectors.set(this.key, text)
    const rivals = this.rivals(this.podsBy(selector))
    return rivals.length > 1 ? this.selectorFailed('AmbiguousSelector', `pods by selector ${text} are controlled by multiple HPAs: [${rivals.join(' ')}]`) : selector
  }

  private selectorFailed(reason: string, error: string): { readonly error: string } {
    this.event('Warning', reason, error)
    this.setCondition('ScalingActive', 'False', reason, error)
    return { error }
  }

  /** Autoscalers of the namespace whose targets select any of the pods, as Go prints their keys. */
  private rivals(pods: readonly Pod[]): string[] {
    const found: string[] = []
    this.selectors.forEach((text, key) => {
      const [namespace = '', name = ''] = key.split('/')
      const selector = parseSelector(text)
      if (namespace !== this.hpa.metadata.namespace || isSelectorError(selector)) return
      if (pods.some((pod) => matchesSelector(selector, pod.metadata.labels))) found.push(`{${name} ${namespace}}`)
    })
    return found.sort(compareText)
  }

  private podsBy(selector: Selector): Pod[] {
    return this.context.api.list<Pod>('pods', { namespace: this.hpa.metadata.namespace }).filter((pod) => matchesSelector(selector, pod.metadata.labels))
  }

  private periods(): { readonly cpuInitializationMs: number; readonly initialReadinessDelayMs: number } {
    const { hpaCpuInitializationPeriodMs, hpaInitialReadinessDelayMs } = this.parts.flags
    return { cpuInitializationMs: hpaCpuInitializationPeriodMs, initialReadinessDelayMs: hpaInitialReadinessDelayMs }
  }

  private tolerances(): Tolerances {
    const { scaleUp, scaleDown } = this.hpa.spec.behavior ?? {}
    const common = this.parts.flags.hpaTolerance
    return { up: toFloat(scaleUp?.tolerance) ?? common, down: toFloat(scaleDown?.tolerance) ?? common }
  }

  // ---- limits ------------------------------------------------------------------------------------------------------

  private normalize(current: number, desired: number, min: number): number {
    const { replicas, memory } = stabilize(this.recommendations.get(this.key) ?? [], desired, this.parts.flags.hpaDownscaleStabilizationMs, this.nowMs)
    this.recommendations.set(this.key, memory)
    const stabilized = { reason: 'ScaleDownStabilized', message: 'recent recommendations were higher than current one, applying the highest recent recommendation' }
    this.tellStability(replicas === desired ? undefined : stabilized)
    return this.tellLimit(limitByDefault({ min, max: this.hpa.spec.maxReplicas, current, desired: replicas }), replicas)
  }

  private normalizeByRules(current: number, desired: number, min: number): number {
    const { up, down } = this.rules()
    const stable = stabilizeByRules(this.recommendations.get(this.key) ?? [], current, desired, up, down, this.nowMs)
    this.recommendations.set(this.key, stable.memory)
    this.tellStability(stable.replicas === desired ? undefined : stable)
    const range = { min, max: this.hpa.spec.maxReplicas, current, desired: stable.replicas }
    return this.tellLimit(limitByRules(range, up, down, this.scaleEvents('scaleUps').get(this.key) ?? [], this.scaleEvents('scaleDowns').get(this.key) ?? [], this.nowMs), stable.replicas)
  }

  private tellStability(stabilized: { readonly reason: string; readonly message: string } | undefined): void {
    const { reason, message } = stabilized ?? { reason: 'ReadyForNewScale', message: 'recommended size matches current size' }
    this.setCondition('AbleToScale', 'True', reason, message)
  }

  private tellLimit({ replicas, reason, message }: { readonly replicas: number; readonly reason: string; readonly message: string }, wanted: number): number {
    this.setCondition('ScalingLimited', replicas === wanted ? 'False' : 'True', reason, message)
    return replicas
  }

  private rules(): { readonly up: FullRules; readonly down: FullRules } {
    const seconds = Math.trunc(this.parts.flags.hpaDownscaleStabilizationMs / 1000)
    return { up: fullRules(this.hpa.spec, 'up', seconds), down: fullRules(this.hpa.spec, 'down', seconds) }
  }

  private storeScaleEvent(before: number, after: number): void {
    if (this.hpa.spec.behavior === undefined) return
    const { up, down } = this.rules()
    const events = this.scaleEvents(after > before ? 'scaleUps' : 'scaleDowns')
    events.set(this.key, withScaleEvent(events.get(this.key) ?? [], after > before ? up : down, Math.abs(after - before), this.nowMs))
  }

  // ---- state and status --------------------------------------------------------------------------------------------

  private get nowMs(): number {
    return this.context.clock.nowMs
  }

  private get recommendations() {
    return this.context.table<readonly Recommendation[]>('recommendations')
  }

  private get selectors() {
    return this.context.table<string>('selectors')
  }

  private scaleEvents(name: 'scaleUps' | 'scaleDowns') {
    return this.context.table<readonly ScaleEvent[]>(name)
  }

  private event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.recorder.record(this.hpa, type, reason, message)
  }

  private setCondition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const index = this.conditions.findIndex((condition) => condition.type === type)
    const current = this.conditions[index]
    const lastTransitionTime = current?.status === status ? current.lastTransitionTime : this.context.clock.timestamp(this.nowMs)
    const condition: Condition = { type, status, lastTransitionTime, reason, message }
    if (current === undefined) this.conditions.push(condition)
    else this.conditions[index] = condition
  }

  private finish(current: number, desired: number, statuses: Json[] | undefined, isRescaled: boolean): void {
    const lastScaleTime = isRescaled ? this.context.clock.timestamp(this.nowMs) : this.hpa.status?.lastScaleTime
    this.writeStatus({
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      ...(current === 0 ? {} : { currentReplicas: current }),
      desiredReplicas: desired,
      // The API shows a null where there are none.
      currentMetrics: (statuses === undefined || statuses.length === 0 ? null : statuses) as Json[],
      conditions: this.conditions,
    })
  }

  private writeStatus(status: HorizontalPodAutoscalerStatus): void {
    if (equalJson(this.hpa.status, status)) return
    const result = this.context.api.updateStatus(resource, { ...this.hpa, status })
    if (!result.ok) this.event('Warning', 'FailedUpdateStatus', result.status.message ?? '')
  }
}

/** A quantity as a float. */
function toFloat(text: string | number | undefined): number | undefined {
  const parsed = text === undefined ? undefined : parseQuantity(`${text}`)
  if (parsed === undefined || isQuantityError(parsed)) return undefined
  return Number(parsed.value) * Number(`1e${parsed.scale}`)
}

/** What the requests of a sync take; the period counts from its end. A modelling assumption. */
const syncMs = 10

/** The horizontal pod autoscaler controller. */
export function makeHpaController(parts: HpaParts): Controller {
  const { hpaSyncPeriodMs } = parts.flags
  return {
    name: 'horizontal-pod-autoscaler',
    watches: [{ resource, delayMs: ({ after }) => (after === undefined ? 0 : hpaSyncPeriodMs) }],
    reconcile(key, context): ReconcileResult {
      const hpa = context.api.find<HorizontalPodAutoscaler>(resource, key)
      if (hpa === undefined) {
        for (const name of ['recommendations', 'scaleUps', 'scaleDowns', 'selectors']) context.table(name).delete(key)
        return done
      }
      new HpaSync(hpa, key, parts, context).run()
      return { requeueAfterMs: hpaSyncPeriodMs + syncMs }
    },
  }
}
