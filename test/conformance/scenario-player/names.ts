/** Names and times in the form of the recordings: generated ones are p0001, p0002, ... by prefix, in order of creation; a CronJob's Jobs are minute+0, ... */

import type { KubeObject } from '../../../simulator/api/types.ts'

const suffix = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/
/** The minute in the name of a CronJob's Job. */
const minuteSuffix = /-(\d{8})$/
const clockTime = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)/g

export class Names {
  private readonly shown = new Map<string, string>()
  private readonly countOf = new Map<string, number>()

  private firstMinute: number | undefined

  feed({ metadata }: KubeObject): void {
    const { name = '', generateName } = metadata
    this.feedStart(name, metadata.ownerReferences?.[0]?.kind)
    if (generateName === undefined || this.shown.has(name) || !name.startsWith(generateName) || !suffix.test(name.slice(generateName.length))) return
    const count = (this.countOf.get(generateName) ?? 0) + 1
    this.countOf.set(generateName, count)
    this.shown.set(name, `${generateName}p${String(count).padStart(4, '0')}`)
  }

  private feedStart(name: string, ownerKind: string | undefined): void {
    const minute = ownerKind === 'CronJob' ? minuteSuffix.exec(name) : null
    if (minute === null || this.shown.has(name)) return
    this.firstMinute ??= Number(minute[1])
    this.shown.set(name, name.replace(minuteSuffix, `-minute+${Number(minute[1]) - this.firstMinute}`))
  }

  text(given: string): string {
    let text = this.replaceKnown(given).replace(clockTime, '<time>')
    // What is left of a generated name belongs to an object that was refused.
    for (const prefix of this.countOf.keys()) {
      if (prefix.endsWith('-') && text.includes(prefix)) text = text.replace(new RegExp(`${prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[bcdfghjklmnpqrstvwxz2456789]{5}\\b`, 'g'), `${prefix}p????`)
    }
    return this.replaceKnown(text)
  }

  /** All texts of a JSON value. */
  walk(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((item) => this.walk(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([key, member]) => [this.text(key), this.walk(member)]))
  }

  private replaceKnown(given: string): string {
    let text = given
    const names = [...this.shown.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    for (const name of names) if (text.includes(name)) text = text.replaceAll(name, this.shown.get(name)!)
    return text
  }
}
