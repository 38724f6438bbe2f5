/** Node-pressure eviction: thresholds, order of victims, messages. Models kubernetes/pkg/kubelet/eviction helpers.go (v1.35). */

import { compareText } from '../kernel/text.ts'
import { addParsed, compareParsed, compareQuantities, formatQuantity, isQuantityError, mustParseQuantity, negateParsed, parseQuantity, quantityValue } from './quantity.ts'
import type { ParsedQuantity } from './quantity.ts'
import { hasPodLevelResources, podRequestOf } from './resources.ts'
import { goDuration, parseGoDuration } from './time.ts'
import type { Pod } from './types.ts'

const resourceOfSignal: { readonly [signal: string]: string } = {
  'memory.available': 'memory', 'allocatableMemory.available': 'memory',
  'imagefs.available': 'ephemeral-storage', 'imagefs.inodesFree': 'inodes',
  'containerfs.available': 'ephemeral-storage', 'containerfs.inodesFree': 'inodes',
  'nodefs.available': 'ephemeral-storage', 'nodefs.inodesFree': 'inodes', 'pid.available': 'pids',
}

/** One threshold: an amount or a part of the capacity. `graceMs` is 0 for hard ones. */
export interface EvictionThreshold { readonly signal: string; readonly quantity?: string; readonly fraction?: number; readonly graceMs: number }
/** The kubelet's eviction settings, signal by signal, as its configuration file has them. */
export interface EvictionConfig {
  readonly hard?: { readonly [signal: string]: string }
  readonly soft?: { readonly [signal: string]: string }
  readonly softGracePeriod?: { readonly [signal: string]: string }
  readonly minimumReclaim?: { readonly [signal: string]: string }
}
type Failed = { readonly error: string }

function parsePercent(text: string): number | Failed {
  const digits = text.replace(/%+$/, '')
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(digits)) return { error: `strconv.ParseFloat: parsing "${digits}": invalid syntax` }
  return Math.fround(Math.fround(Number(digits)) / 100)
}

function parseThreshold(signal: string, text: string): EvictionThreshold | undefined | Failed {
  if (!Object.hasOwn(resourceOfSignal, signal)) return { error: `unsupported eviction signal ${signal}` }
  if (text.endsWith('%')) {
    if (text === '0%' || text === '100%') return undefined
    const fraction = parsePercent(text)
    if (typeof fraction !== 'number') return fraction
    if (fraction < 0) return { error: `eviction percentage threshold ${signal} must be >= 0%: ${text}` }
    if (fraction > 1) return { error: `eviction percentage threshold ${signal} must be <= 100%: ${text}` }
    return { signal, fraction, graceMs: 0 }
  }
  const quantity = parseQuantity(text)
  if (isQuantityError(quantity)) return quantity
  if (quantity.value <= 0n) return { error: `eviction threshold ${signal} must be positive: ${formatQuantity(quantity)}` }
  return { signal, quantity: formatQuantity(quantity), graceMs: 0 }
}

function parseAll(statements: { readonly [signal: string]: string } | undefined): EvictionThreshold[] | Failed {
  const thresholds: EvictionThreshold[] = []
  for (const signal of Object.keys(statements ?? {}).sort(compareText)) {
    const threshold = parseThreshold(signal, statements![signal]!)
    if (threshold === undefined) continue
    if ('error' in threshold) return threshold
    thresholds.push(threshold)
  }
  return thresholds
}

function parseGrace(statements: { readonly [signal: string]: string } | undefined): { [signal: string]: number } | Failed {
  const grace: { [signal: string]: number } = {}
  for (const signal of Object.keys(statements ?? {}).sort(compareText)) {
    const text = statements![signal]!
    if (!Object.hasOwn(resourceOfSignal, signal)) return { error: `unsupported eviction signal ${signal}` }
    const durationMs = parseGoDuration(text)
    if (typeof durationMs !== 'number') return durationMs
    if (durationMs < 0) return { error: `invalid eviction grace period specified: ${text}, must be a positive value` }
    grace[signal] = durationMs
  }
  return grace
}

function reclaimError(statements: { readonly [signal: string]: string } | undefined): Failed | undefined {
  for (const signal of Object.keys(statements ?? {}).sort(compareText)) {
    const text = statements![signal]!
    if (!Object.hasOwn(resourceOfSignal, signal)) return { error: `unsupported eviction signal ${signal}` }
    if (text.endsWith('%')) {
      const fraction = parsePercent(text)
      if (typeof fraction !== 'number') return fraction
      if (fraction <= 0) return { error: `eviction percentage minimum reclaim ${signal} must be positive: ${text}` }
      continue
    }
    const quantity = parseQuantity(text)
    if (isQuantityError(quantity)) return quantity
    if (quantity.value < 0n) return { error: `negative eviction minimum reclaim specified for ${signal}` }
  }
  return undefined
}

/** Reads the kubelet's eviction settings. */
export function parseEvictionConfig(config: EvictionConfig): EvictionThreshold[] | Failed {
  const hard = parseAll(config.hard)
  if (!Array.isArray(hard)) return hard
  const soft = parseAll(config.soft)
  if (!Array.isArray(soft)) return soft
  const grace = parseGrace(config.softGracePeriod)
  if (typeof grace['error'] === 'string') return { error: grace['error'] }
  const wrongReclaim = reclaimError(config.minimumReclaim)
  if (wrongReclaim !== undefined) return wrongReclaim
  const thresholds = [...hard]
  for (const threshold of soft) {
    const graceMs = (grace as { [signal: string]: number })[threshold.signal]
    if (graceMs === undefined) return { error: `grace period must be specified for the soft eviction threshold ${threshold.signal}` }
    thresholds.push({ ...threshold, graceMs })
  }
  return thresholds
}

/** The amount below which a threshold is met, as a quantity text. */
export function thresholdQuantity(threshold: EvictionThreshold, capacity: string): string {
  if (threshold.quantity !== undefined) return threshold.quantity
  return binaryText(Math.trunc(quantityValue(capacity) * (threshold.fraction ?? 0)))
}

/** A grace period as the kubelet prints it. */
export function graceText(threshold: EvictionThreshold): string {
  return goDuration(threshold.graceMs)
}

function binaryText(bytes: number): string {
  return formatQuantity({ value: BigInt(bytes), scale: 0, isBig: false, format: 'BinarySI' })
}

/** Usage of a pod in the resource that runs out; undefined when there are no statistics. */
export type UsageOf = (pod: Pod) => number | undefined

function compareBooleans(a: boolean, b: boolean): number {
  return a === b ? 0 : a ? -1 : 1
}

function overRequest(pod: Pod, usage: number, resource: string): ParsedQuantity {
  return addParsed({ value: BigInt(usage), scale: 0, isBig: false, format: 'BinarySI' }, negateParsed(mustParseQuantity(podRequestOf(pod, resource))))
}

/** The first comparison that is not a tie decides; the name makes the order total. */
function rank(pods: readonly Pod[], comparisons: readonly ((a: Pod, b: Pod) => number)[]): Pod[] {
  return pods.toSorted((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b)
      if (order !== 0) return order
    }
    return compareText(a.metadata.name ?? '', b.metadata.name ?? '')
  })
}

function byPriority(a: Pod, b: Pod): number {
  return (a.spec.priority ?? 0) - (b.spec.priority ?? 0)
}

/** Victims in order for memory or disk: no statistics first, then over the request, low priority, most over the request. */
export function rankByRequest(pods: readonly Pod[], usageOf: UsageOf, resource: 'memory' | 'ephemeral-storage'): Pod[] {
  const withUsage = (compare: (a: Pod, b: Pod, aUsage: number, bUsage: number) => number) => (a: Pod, b: Pod): number => {
    const aUsage = usageOf(a)
    const bUsage = usageOf(b)
    if (aUsage === undefined || bUsage === undefined) return compareBooleans(aUsage === undefined, bUsage === undefined)
    return compare(a, b, aUsage, bUsage)
  }
  const exceeds = (pod: Pod, usage: number): boolean => overRequest(pod, usage, resource).value > 0n
  return rank(pods, [
    withUsage((a, b, aUsage, bUsage) => compareBooleans(exceeds(a, aUsage), exceeds(b, bUsage))),
    byPriority,
    withUsage((a, b, aUsage, bUsage) => compareParsed(overRequest(b, bUsage, resource), overRequest(a, aUsage, resource))),
  ])
}

/** Victims in order for process ids: low priority first, then no statistics, then most processes. */
export function rankByProcesses(pods: readonly Pod[], usageOf: UsageOf): Pod[] {
  return rank(pods, [byPriority, (a, b) => {
    const aUsage = usageOf(a)
    const bUsage = usageOf(b)
    if (aUsage === undefined || bUsage === undefined) return compareBooleans(aUsage === undefined, bUsage === undefined)
    return bUsage - aUsage
  }])
}

/** What the kubelet measured when a threshold was met. */
export interface EvictionFacts {
  readonly resource: string
  /** Usage of the whole pod and of its containers in bytes; undefined without statistics. */
  readonly usage?: { readonly pod: number; readonly containers: readonly { readonly name: string; readonly bytes: number }[] }
  /** The first threshold of the resource with an observation. */
  readonly threshold?: { readonly quantity: string; readonly available: string }
}

/** The message of an eviction and the annotations of its event. */
export function evictionMessage(pod: Pod, facts: EvictionFacts): { message: string; annotations: { [key: string]: string } } {
  const { resource, usage, threshold } = facts
  let message = `The node was low on resource: ${resource}. `
  if (threshold !== undefined) message += `Threshold quantity: ${threshold.quantity}, available: ${threshold.available}. `
  if (usage === undefined) return { message, annotations: {} }
  const annotations: { [key: string]: string } = {}
  const podRequest = pod.spec.resources?.requests?.[resource]
  if (resource === 'memory' && hasPodLevelResources(pod) && podRequest !== undefined) {
    message += `Pod ${pod.metadata.name} was using ${binaryText(usage.pod)}, request is ${formatQuantity(mustParseQuantity(podRequest))}, has larger consumption of ${resource}. `
    annotations['offending_pod'] = pod.metadata.name ?? ''
    annotations['offending_pod_usage'] = binaryText(usage.pod)
  }
  const offenders: string[] = []
  const usages: string[] = []
  for (const { name, bytes } of usage.containers) {
    const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((each) => each.name === name)
    if (container === undefined) continue
    const request = container.resources?.requests?.[resource] ?? '0'
    if (compareQuantities(String(bytes), request) <= 0) continue
    message += `Container ${name} was using ${binaryText(bytes)}, request is ${formatQuantity(mustParseQuantity(request))}, has larger consumption of ${resource}. `
    offenders.push(name)
    usages.push(binaryText(bytes))
  }
  return { message, annotations: { ...annotations, offending_containers: offenders.join(','), offending_containers_usage: usages.join(','), starved_resource: resource } }
}

/** The resource that a signal is about. */
export function resourceOfEvictionSignal(signal: string): string | undefined {
  return resourceOfSignal[signal]
}
