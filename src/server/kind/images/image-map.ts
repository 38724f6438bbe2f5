/** Puts stand-ins in the place of the course's images in what is sent, and takes them out of what is read. */

import { BridgeError } from '../contract.ts'
import type { ImageTable } from '../contract.ts'

interface Known {
  readonly image: string
  readonly command: readonly string[]
}

type Fields = { readonly [name: string]: unknown }

const containerLists = new Set(['containers', 'initContainers', 'ephemeralContainers'])
const tagLengthMax = 120

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : []
}

/** The map of one grading. It remembers what it replaced, and so finds the way back. */
export class ImageMap {
  private readonly table: ImageTable
  /** Reference that is sent, by what it stands for. */
  private readonly known = new Map<string, Known>()

  constructor(table: ImageTable) {
    this.table = table
  }

  /** The reference that is sent for an image of the course; undefined for an image that is public as it is. */
  referenceOf(image: string): string | undefined {
    const standIn = this.table[image]
    if (standIn === undefined) return undefined
    const at = standIn.image.indexOf('@')
    const reference = at < 0 ? standIn.image : `${withoutTag(standIn.image.slice(0, at))}:${tagFor(image)}${standIn.image.slice(at)}`
    const before = this.known.get(reference)
    if (before !== undefined && before.image !== image) throw new BridgeError(`${reference} stands for ${before.image} and for ${image}; give it with its digest, so that the two can be told apart`)
    this.known.set(reference, { image, command: standIn.command ?? [] })
    return reference
  }

  /** What is sent in place of an object, a patch or a part of one. @param imageOf the image that a container has now, by its name */
  toReal(value: unknown, imageOf: (container: string) => string | undefined = () => undefined): unknown {
    if (Array.isArray(value)) return value.every(isOperation) ? value.flatMap((operation) => this.operation(operation as Fields, imageOf)) : value.map((item) => this.toReal(item, imageOf))
    if (!isFields(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [
      name, containerLists.has(name) && Array.isArray(item) ? item.map((container) => this.container(container, imageOf)) : this.toReal(item, imageOf),
    ]))
  }

  private container(value: unknown, imageOf: (container: string) => string | undefined): unknown {
    if (!isFields(value)) return value
    const { image } = value
    if (typeof image !== 'string' && !('command' in value)) return value
    const reference = this.referenceOf(typeof image === 'string' ? image : (imageOf(String(value['name'])) ?? ''))
    if (reference === undefined) return value
    const prefix = this.known.get(reference)?.command ?? []
    return {
      ...value, ...(typeof image === 'string' ? { image: reference } : {}),
      ...(prefix.length > 0 ? { command: [...prefix, ...words(value['command'])] } : {}),
    }
  }

  private operation(operation: Fields, imageOf: (container: string) => string | undefined): Fields[] {
    const { path, value } = operation
    const place = String(path)
    const isContainer = /\/(containers|initContainers|ephemeralContainers)\/(\d+|-)$/.test(place)
    if (isContainer) return [{ ...operation, value: this.container(value, imageOf) }]
    if (!/\/(containers|initContainers)\/\d+\/image$/.test(place) || typeof value !== 'string') return [{ ...operation, ...('value' in operation ? { value: this.toReal(value, imageOf) } : {}) }]
    const reference = this.referenceOf(value)
    if (reference === undefined) return [operation]
    const command = this.known.get(reference)?.command ?? []
    return [{ ...operation, value: reference }, ...(command.length > 0 && operation['op'] !== 'test' ? [{ op: 'add', path: place.replace(/image$/, 'command'), value: command }] : [])]
  }

  /** What is shown in place of an answer of the cluster. */
  toCourse<T>(value: T): T {
    if (this.known.size === 0) return value
    return this.shown(value) as T
  }

  private shown(value: unknown): unknown {
    if (typeof value === 'string') return this.shownText(value)
    if (Array.isArray(value)) return value.map((item) => this.shown(item))
    if (!isFields(value)) return value
    const shown: { [name: string]: unknown } = {}
    for (const [name, item] of Object.entries(value)) shown[name] = containerLists.has(name) && Array.isArray(item) ? item.map((container) => this.shownContainer(container)) : this.shown(item)
    return isFields(shown['spec']) && isFields(shown['status']) ? { ...shown, status: shownStatus(shown['spec'], shown['status']) } : shown
  }

  private shownText(text: string): string {
    let shown = text
    for (const [reference, { image }] of this.known) if (shown.includes(reference)) shown = shown.replaceAll(reference, image)
    return shown
  }

  private shownContainer(value: unknown): unknown {
    if (!isFields(value)) return value
    const known = this.known.get(String(value['image']))
    const rest = this.shown(value) as Fields
    if (known === undefined) return rest
    const own = words(value['command']).slice(known.command.length)
    const { command, ...others } = rest
    const isPrefixed = known.command.length > 0 && known.command.every((word, i) => words(value['command'])[i] === word)
    return isPrefixed ? { ...others, ...(own.length > 0 ? { command: own } : {}) } : { ...others, ...(command === undefined ? {} : { command }) }
  }
}

/** A Pod's container statuses name the images of its spec. */
function shownStatus(spec: Fields, status: Fields): Fields {
  const images = new Map([...containerLists].flatMap((list) => (Array.isArray(spec[list]) ? (spec[list] as Fields[]) : [])).map((container) => [container['name'], container['image']]))
  if (images.size === 0) return status
  const statuses = (name: string): Fields => {
    const list = status[name]
    return Array.isArray(list) ? { [name]: list.map((item: Fields) => ({ ...item, image: images.get(item['name']) ?? item['image'] })) } : {}
  }
  return { ...status, ...statuses('containerStatuses'), ...statuses('initContainerStatuses'), ...statuses('ephemeralContainerStatuses') }
}

function isOperation(value: unknown): boolean {
  return isFields(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string'
}

function withoutTag(reference: string): string {
  const colon = reference.lastIndexOf(':')
  return colon > reference.lastIndexOf('/') ? reference.slice(0, colon) : reference
}

/** A tag that says what the image stands for; a runtime ignores it beside the digest. */
function tagFor(image: string): string {
  return `podflight-${image.replace(/[^A-Za-z0-9.-]/g, '_')}`.slice(0, tagLengthMax)
}
