/** The nodes of a task by their names there, while real workers with other names stand in for them. */

import type { BridgeRequest, KindDoor } from './contract.ts'
import type { StreamFrame } from '../../../simulator/index.ts'

const hostnameLabel = 'kubernetes.io/hostname'

type Fields = { readonly [name: string]: unknown }

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A name that stands by itself: not as a part of a longer one. */
function wholeName(name: string): RegExp {
  return new RegExp(`(?<![\\w.-])${name.replace(/[.]/g, '\\.')}(?![\\w.-])`, 'g')
}

/** Names both ways. */
export class NodeNames {
  /** Name in the task to name of the worker. */
  private readonly real: ReadonlyMap<string, string>
  private readonly shownPatterns: readonly { readonly pattern: RegExp; readonly name: string; readonly real: string }[]

  /** @param workers what the sandbox lent, as its `workers` */
  constructor(workers: ReadonlyMap<string, string>) {
    this.real = workers
    this.shownPatterns = [...workers].map(([name, real]) => ({ pattern: wholeName(real), name, real }))
  }

  get isEmpty(): boolean {
    return this.real.size === 0
  }

  /** A request with the workers' names where it names nodes. */
  toReal(request: BridgeRequest): BridgeRequest {
    const { query, body } = request
    const isNode = request.group === '' && request.resource === 'nodes'
    return {
      ...request,
      ...(isNode && request.name !== undefined ? { name: this.real.get(request.name) ?? request.name } : {}),
      ...(query === undefined ? {} : { query: { ...query, ...this.selectors(query, isNode) } }),
      ...(body === undefined || typeof body === 'string' ? {} : { body: this.body(body, isNode) as NonNullable<BridgeRequest['body']> }),
    }
  }

  private selectors(query: NonNullable<BridgeRequest['query']>, isNode: boolean): { labelSelector?: string; fieldSelector?: string } {
    const { labelSelector, fieldSelector } = query
    return {
      ...(labelSelector?.includes(hostnameLabel) === true ? { labelSelector: this.inText(labelSelector) } : {}),
      ...(fieldSelector !== undefined && (isNode || fieldSelector.includes('nodeName')) ? { fieldSelector: this.inText(fieldSelector) } : {}),
    }
  }

  private inText(text: string): string {
    let found = text
    for (const [name, real] of this.real) found = found.replace(wholeName(name), real)
    return found
  }

  private body(value: unknown, isNode: boolean): unknown {
    if (Array.isArray(value)) return value.map((item) => this.body(item, isNode))
    if (!isFields(value)) return value
    if (value['key'] === hostnameLabel && Array.isArray(value['values'])) return { ...value, values: value['values'].map((item) => this.name(item)) }
    const isOperation = typeof value['path'] === 'string' && typeof value['op'] === 'string'
    if (isOperation && /nodeName$|kubernetes\.io~1hostname$/.test(String(value['path']))) return { ...value, value: this.name(value['value']) }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => {
      if (key === 'nodeName' || key === hostnameLabel) return [key, this.name(item)]
      return key === 'metadata' && isNode && isFields(item) && 'name' in item ? [key, { ...item, name: this.name(item['name']) }] : [key, this.body(item, isNode)]
    }))
  }

  private name(value: unknown): unknown {
    return typeof value === 'string' ? (this.real.get(value) ?? value) : value
  }

  /** An answer with the task's names. */
  toCourse<T>(value: T): T {
    return this.shown(value) as T
  }

  private shown(value: unknown): unknown {
    if (typeof value === 'string') return this.shownText(value)
    if (Array.isArray(value)) return value.map((item) => this.shown(item))
    return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.shown(item)])) : value
  }

  private shownText(text: string): string {
    let shown = text
    for (const { pattern, name, real } of this.shownPatterns) if (shown.includes(real)) shown = shown.replace(pattern, name)
    return shown
  }
}

/** A connection on which lent workers have the names of the task's nodes. */
export function mapNodes(door: KindDoor, names: NodeNames): KindDoor {
  if (names.isEmpty) return door
  return {
    context: door.context,
    async send(request, as) {
      const answer = await door.send(names.toReal(request), as)
      return { ...answer, body: names.toCourse(answer.body) }
    },
    async open(request, as) {
      const opened = await door.open(names.toReal(request), as)
      if ('code' in opened) return { ...opened, body: names.toCourse(opened.body) }
      return {
        read: async (waitMs) => (await opened.read(waitMs)).map((frame): StreamFrame => (frame.kind === 'watch' ? { ...frame, object: names.toCourse(frame.object) } : frame)),
        write: (text) => opened.write(text),
        close: () => opened.close(),
      }
    },
  }
}
