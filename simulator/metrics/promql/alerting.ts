/** Alerting rules: from the result of a query to pending and firing alerts. Models prometheus/rules/alerting.go (v3.7). */

import type { SimTimeMs } from '../../kernel/event-queue.ts'
import { compareText } from '../../kernel/text.ts'
import type { Labels } from '../series.ts'
import { expandTemplate } from './alert-templates.ts'
import { evaluatePromql } from './evaluate.ts'
import { PromqlError } from './expression.ts'
import type { Expression } from './expression.ts'
import { parsePromql } from './parse.ts'
import { compareLabels, labelsKey, withLabel, withoutName } from './value.ts'
import type { SeriesSource, VectorElement } from './value.ts'

/** An alerting rule. Labels and annotations are templates. */
export interface AlertingRule {
  readonly alert: string
  readonly expression: Expression
  /** How long the query must hold before the alert fires. */
  readonly forMs: number
  /** How long it goes on firing after the query holds no more. */
  readonly keepFiringForMs: number
  readonly labels: Labels
  readonly annotations: Labels
}

export type AlertState = 'inactive' | 'pending' | 'firing'

/** One alert of a rule: plain data, so that it can be kept in the state of a cluster. */
export interface Alert {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: AlertState
  readonly value: number
  readonly activeAtMs: SimTimeMs
  readonly resolvedAtMs?: SimTimeMs
  readonly keepFiringSinceMs?: SimTimeMs
}

/** What a rule has become: its alerts sorted by labels, and the series that it writes. */
export interface RuleEvaluation { readonly alerts: readonly Alert[]; readonly series: readonly VectorElement[] }

/** How long a resolved alert is still known. */
const resolvedRetentionMs = 900_000
const ranks: { readonly [state in AlertState]: number } = { inactive: 0, pending: 1, firing: 2 }

/**
 * Evaluates a rule once. `before` holds the alerts of the evaluation before.
 * @throws PromqlError when the query fails or two alerts get the same labels
 */
export function evaluateAlerts(rule: AlertingRule, before: readonly Alert[], source: SeriesSource, nowMs: SimTimeMs): RuleEvaluation {
  const found = foundAlerts(rule, source, nowMs)
  const known = new Map(before.map((alert) => [labelsKey(alert.labels), alert]))
  const all = new Map<string, Alert>()
  for (const [key, alert] of known) {
    const now = found.get(key)
    if (now === undefined) {
      const after = withoutResult(rule, alert, nowMs)
      if (after !== undefined) all.set(key, after)
    } else {
      const goesOn = alert.state === 'inactive' ? now : { ...alert, value: now.value, annotations: now.annotations, keepFiringSinceMs: undefined }
      all.set(key, fired(rule, goesOn, nowMs))
    }
  }
  for (const [key, alert] of found) if (!known.has(key)) all.set(key, fired(rule, alert, nowMs))
  const alerts = [...all.values()].sort((a, b) => compareLabels(a.labels, b.labels))
  return { alerts, series: alerts.filter(({ state }) => state !== 'inactive').flatMap(seriesOf) }
}

/** The state of a rule: that of its alert which is furthest. */
export function ruleState(alerts: readonly Alert[]): AlertState {
  return alerts.reduce<AlertState>((state, alert) => (ranks[alert.state] > ranks[state] ? alert.state : state), 'inactive')
}

function foundAlerts(rule: AlertingRule, source: SeriesSource, nowMs: SimTimeMs): Map<string, Alert> {
  const found = new Map<string, Alert>()
  for (const { labels, value } of queryVector(rule.expression, source, nowMs)) {
    const context = { alertName: rule.alert, labels, value, nowMs, query: (text: string) => queryVector(parsePromql(text), source, nowMs) }
    const expand = (text: string): string => expandTemplate(text, context)
    let all = withoutName(labels)
    for (const name of Object.keys(rule.labels).sort(compareText)) all = withLabel(all, name, expand(rule.labels[name]))
    all = withLabel(all, 'alertname', rule.alert)
    const key = labelsKey(all)
    if (found.has(key)) throw new PromqlError('vector contains metrics with the same labelset after applying alert labels')
    const annotations = Object.fromEntries(Object.keys(rule.annotations).sort(compareText).map((name) => [name, expand(rule.annotations[name])]))
    found.set(key, { labels: all, annotations, state: 'pending', value, activeAtMs: nowMs })
  }
  return found
}

function queryVector(expression: Expression, source: SeriesSource, nowMs: SimTimeMs): readonly VectorElement[] {
  const value = evaluatePromql(expression, source, nowMs)
  if (value.type === 'vector') return value.elements
  if (value.type === 'scalar') return [{ labels: {}, value: value.value }]
  throw new PromqlError('rule result is not a vector or scalar')
}

function fired(rule: AlertingRule, alert: Alert, nowMs: SimTimeMs): Alert {
  return alert.state === 'pending' && nowMs - alert.activeAtMs >= rule.forMs ? { ...alert, state: 'firing' } : alert
}

/** An alert whose query holds no more: gone, still firing, or resolved for a while. */
function withoutResult(rule: AlertingRule, alert: Alert, nowMs: SimTimeMs): Alert | undefined {
  if (alert.state === 'firing' && rule.keepFiringForMs > 0) {
    const sinceMs = alert.keepFiringSinceMs ?? nowMs
    if (nowMs - sinceMs < rule.keepFiringForMs) return { ...alert, keepFiringSinceMs: sinceMs }
  }
  if (alert.state === 'pending') return undefined
  if (alert.resolvedAtMs !== undefined && nowMs - alert.resolvedAtMs > resolvedRetentionMs) return undefined
  return alert.state === 'inactive' ? alert : { ...alert, state: 'inactive', resolvedAtMs: nowMs }
}

function seriesOf({ labels, state, activeAtMs }: Alert): VectorElement[] {
  return [
    { labels: { ...labels, __name__: 'ALERTS', alertstate: state }, value: 1 },
    { labels: { ...labels, __name__: 'ALERTS_FOR_STATE' }, value: Math.floor(activeAtMs / 1000) },
  ]
}
