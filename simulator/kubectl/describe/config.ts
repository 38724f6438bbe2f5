/** kubectl describe of namespaces, configuration and policies. Models k8s.io/kubectl/pkg/describe (v1.35). */

import { decodeBase64, decodeBytes } from '../../api/base64.ts'
import { utf8Length } from '../../api/go-text.ts'
import { formatLabelSelector } from '../../api/selector.ts'
import type { ConfigMap, LimitRange, Namespace, PodDisruptionBudget, PriorityClass, ResourceQuota, Secret, ServiceAccount } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { formatLabels } from '../printers/table.ts'
import { listObjects } from '../resource-builder.ts'
import { needKind } from './describer.ts'
import type { Describer } from './describer.ts'
import { describeEvents } from './events.ts'
import { longTime, writeHead } from './lines.ts'
import type { Lines } from './lines.ts'

const scopeHelp: { readonly [scope: string]: string } = {
  Terminating: 'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating: 'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort: 'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
}

function sortedKeys(map: object | undefined): string[] {
  return Object.keys(map ?? {}).sort(compareText)
}

function writeScopes(lines: Lines, quota: ResourceQuota, level: number): void {
  const scopes = [...(quota.spec?.scopes ?? [])].sort(compareText)
  if (scopes.length === 0) return
  lines.field('Scopes', scopes.join(', '), level)
  for (const scope of scopes) if (scopeHelp[scope] !== undefined) lines.write(level, `${level === 0 ? ' ' : ''}* ${scopeHelp[scope]}\n`)
}

function writeQuotaRows(lines: Lines, quota: ResourceQuota, level: number): void {
  for (const name of sortedKeys(quota.status?.hard)) lines.write(level, `${name}\t${quota.status?.used?.[name] ?? '0'}\t${quota.status?.hard?.[name] ?? '0'}\n`)
}

export const describeQuota: Describer<ResourceQuota> = function* (quota, { lines }) {
  lines.field('Name', quota.metadata.name ?? '')
  lines.field('Namespace', quota.metadata.namespace ?? '')
  writeScopes(lines, quota, 0)
  lines.write(0, 'Resource\tUsed\tHard\n--------\t----\t----\n')
  writeQuotaRows(lines, quota, 0)
}

const limitTitles = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n'
const limitRules = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n'

function writeLimits(lines: Lines, range: LimitRange, prefix: string): void {
  for (const { type, max, min, default: byDefault, defaultRequest, maxLimitRequestRatio } of range.spec.limits) {
    const names = new Set([max, min, byDefault, defaultRequest, maxLimitRequestRatio].flatMap((list) => Object.keys(list ?? {})))
    for (const name of [...names].sort(compareText)) {
      const cells = [min, max, defaultRequest, byDefault, maxLimitRequestRatio].map((list) => list?.[name] ?? '-')
      lines.write(0, `${prefix}${type}\t${name}\t${cells.join('\t')}\n`)
    }
  }
}

export const describeLimitRange: Describer<LimitRange> = function* (range, { lines }) {
  lines.field('Name', range.metadata.name ?? '')
  lines.field('Namespace', range.metadata.namespace ?? '')
  lines.write(0, `${limitTitles}${limitRules}`)
  writeLimits(lines, range, '')
}

function writeQuotas(lines: Lines, quotas: readonly ResourceQuota[]): void {
  if (quotas.length === 0) return lines.write(0, 'No resource quota.\n')
  lines.write(0, 'Resource Quotas\n')
  for (const quota of [...quotas].sort((a, b) => compareText(a.metadata.name ?? '', b.metadata.name ?? ''))) {
    lines.field('Name', quota.metadata.name ?? '', 1)
    writeScopes(lines, quota, 1)
    lines.write(1, 'Resource\tUsed\tHard\n')
    lines.write(1, '--------\t---\t---\n')
    writeQuotaRows(lines, quota, 1)
  }
}

export const describeNamespace: Describer<Namespace> = function* (namespace, { lines, session }) {
  const name = namespace.metadata.name ?? ''
  const limit = session.flags.int('chunk-size')
  const quotas = (yield* listObjects(session, needKind('', 'resourcequotas'), { namespace: name, limit })).items as ResourceQuota[]
  const ranges = (yield* listObjects(session, needKind('', 'limitranges'), { namespace: name, limit })).items as LimitRange[]
  writeHead(lines, namespace.metadata, { isClusterScoped: true })
  lines.field('Status', namespace.status?.phase ?? '')
  const conditions = namespace.status?.conditions ?? []
  if (conditions.length > 0) lines.write(0, 'Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n  ----\t------\t------------------\t------\t-------\n')
  for (const one of conditions) lines.write(1, `${one.type}\t${one.status}\t${longTime(one.lastTransitionTime)}\t${one.reason ?? ''}\t${one.message ?? ''}\n`)
  lines.write(0, '\n')
  writeQuotas(lines, quotas)
  lines.write(0, '\n')
  if (ranges.length === 0) return lines.write(0, 'No LimitRange resource.\n')
  lines.write(0, `Resource Limits\n ${limitTitles} ${limitRules}`)
  for (const range of ranges) writeLimits(lines, range, ' ')
}

export const describeConfigMap: Describer<ConfigMap> = function* (configMap, { lines, session }) {
  writeHead(lines, configMap.metadata)
  lines.write(0, '\nData\n====\n')
  for (const key of sortedKeys(configMap.data)) lines.write(0, `${key}:\n----\n${configMap.data?.[key] ?? ''}\n\n`)
  lines.write(0, '\nBinaryData\n====\n')
  for (const key of sortedKeys(configMap.binaryData)) lines.write(0, `${key}: ${decodeBytes(configMap.binaryData?.[key] ?? '')?.length ?? 0} bytes\n`)
  lines.write(0, '\n')
  yield* describeEvents(session, lines, configMap)
}

export const describeSecret: Describer<Secret> = function* (secret, { lines }) {
  writeHead(lines, secret.metadata)
  lines.write(0, `\nType:\t${secret.type ?? ''}\n`)
  lines.write(0, '\nData\n====\n')
  for (const key of sortedKeys(secret.data)) {
    const text = decodeBase64(secret.data?.[key] ?? '') ?? ''
    const isToken = key === 'token' && secret.type === 'kubernetes.io/service-account-token'
    lines.field(key, isToken ? text : `${decodeBytes(secret.data?.[key] ?? '')?.length ?? utf8Length(text)} bytes`)
  }
}

export const describeServiceAccount: Describer<ServiceAccount> = function* (account, { lines, session }) {
  writeHead(lines, account.metadata)
  const names = (account.imagePullSecrets ?? []).map(({ name }) => name ?? '')
  if (names.length === 0) lines.field('Image pull secrets', '<none>')
  names.forEach((name, index) => lines.write(0, `${index === 0 ? 'Image pull secrets:' : ' '.repeat(19)}\t${name}\n`))
  yield* describeEvents(session, lines, account)
}

export const describePriorityClass: Describer<PriorityClass> = function* (priority, { lines, session }) {
  lines.field('Name', priority.metadata.name ?? '')
  lines.field('Value', priority.value)
  lines.field('GlobalDefault', priority.globalDefault === true)
  lines.field('PreemptionPolicy', priority.preemptionPolicy ?? '')
  lines.field('Description', priority.description ?? '')
  lines.field('Annotations', formatLabels(priority.metadata.annotations))
  yield* describeEvents(session, lines, priority)
}

export const describeDisruptionBudget: Describer<PodDisruptionBudget> = function* (budget, { lines, session }) {
  const { metadata, spec = {}, status } = budget
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  if (spec.minAvailable !== undefined) lines.field('Min available', spec.minAvailable)
  else if (spec.maxUnavailable !== undefined) lines.field('Max unavailable', spec.maxUnavailable)
  lines.field('Selector', spec.selector === undefined ? '<unset>' : formatLabelSelector(spec.selector))
  lines.write(0, 'Status:\n')
  lines.field('Allowed disruptions', status?.disruptionsAllowed ?? 0, 2)
  lines.field('Current', status?.currentHealthy ?? 0, 2)
  lines.field('Desired', status?.desiredHealthy ?? 0, 2)
  lines.field('Total', status?.expectedPods ?? 0, 2)
  yield* describeEvents(session, lines, budget)
}
