/** What queries work on and give: samples, vectors, and how labels are compared and shown. */

import { goQuote } from '../../api/go-text.ts'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import { compareText } from '../../kernel/text.ts'
import type { Labels } from '../series.ts'
import { PromqlError } from './expression.ts'

/** One sample of a series. A stale marker says that the series has ended: its value means nothing. */
export interface Sample { readonly atMs: SimTimeMs; readonly value: number; readonly isStale?: true }
/** A series with what a selector needs of it. */
export interface SampledSeries {
  readonly name: string
  readonly labels: Labels
  /** Samples with `fromMs` < time <= `toMs`, oldest first. */
  samples(fromMs: SimTimeMs, toMs: SimTimeMs): readonly Sample[]
  /** The last of them, for sources that find it faster. */
  last?(fromMs: SimTimeMs, toMs: SimTimeMs): Sample | undefined
}
/** Where series come from. */
export interface SeriesSource {
  series(name: string | undefined): readonly SampledSeries[]
}

/** One element of an instant vector. */
export interface VectorElement { readonly labels: Labels; readonly value: number }
/** A series of a range vector or of a range query. */
export interface RangeSeries { readonly labels: Labels; readonly samples: readonly Sample[] }
/** The result of a query. */
export type PromqlValue =
  | { readonly type: 'vector'; readonly elements: readonly VectorElement[] }
  | { readonly type: 'scalar'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'matrix'; readonly series: readonly RangeSeries[] }

/** Labels without the metric's name. */
export function withoutName(labels: Labels): Labels {
  const { __name__: _name, ...rest } = labels
  return rest
}

/** Equal for equal labels; empty values are as missing ones. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels)
  for (let i = 1; i < names.length; i++) {
    if (names[i - 1] <= names[i]) continue
    names.sort(compareText)
    break
  }
  let key = ''
  for (const name of names) if (labels[name] !== '') key += `${name}\u0000${labels[name]}\u0001`
  return key
}

/** Some labels: those of a list, or all but those of a list. Empty ones fall away. */
export function pickLabels(labels: Labels, passes: (name: string) => boolean): Labels {
  const kept: { [label: string]: string } = {}
  for (const name of Object.keys(labels)) if (labels[name] !== '' && passes(name)) kept[name] = labels[name]
  return kept
}

/** Sets a label; an empty value takes it away. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  if (value !== '') return { ...labels, [name]: value }
  return pickLabels(labels, (label) => label !== name)
}

/** `{a="b", c="d"}`. */
export function labelsText(labels: Labels): string {
  return `{${Object.keys(labels).sort(compareText).map((name) => `${name}=${goQuote(labels[name])}`).join(', ')}}`
}

/** Order of label sets: label by label, name before value. */
export function compareLabels(a: Labels, b: Labels): number {
  const [left, right] = [Object.keys(a).sort(compareText), Object.keys(b).sort(compareText)]
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = compareText(left[i], right[i]) || compareText(a[left[i]], b[right[i]])
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** @throws PromqlError when two elements have the same labels */
export function distinct(elements: readonly VectorElement[]): readonly VectorElement[] {
  if (elements.length < 2) return elements
  const seen = new Set(elements.map(({ labels }) => labelsKey(labels)))
  if (seen.size < elements.length) throw new PromqlError('vector cannot contain metrics with the same labelset')
  return elements
}
