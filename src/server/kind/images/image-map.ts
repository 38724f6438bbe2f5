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
  /** What a reference that was sent may stand for; several only without a digest, told apart by their commands. */
  private readonly known = new Map<string, Known[]>()

  constructor(table: ImageTable) {
    this.table = table
  }

  /** The reference that is sent for an image of the course; undefined for an image that is public as it is. */
  referenceOf(image: string): string | undefined {
    const standIn = this.table[image]
    if (standIn === undefined) return undefined
    const at = standIn.image.indexOf('@')
    const reference = at < 0 ? standIn.image : `${withoutTag(standIn.image.slice(0, at))}:${tagFor(image)}${standIn.image.slice(at)}`
    const command = standIn.command ?? []
    const others = this.known.get(reference) ?? []
    const same = others.find((other) => other.image !== image && other.command.join('\0') === command.join('\0'))
    if (same !== undefined) throw new BridgeError(`${reference} stands for ${same.image} and for ${image}; give it with its digest, or with commands that differ, so that the two can be told apart`)
    if (!others.some((other) => other.image === image)) this.known.set(reference, [...others, { image, command }])
    return reference
  }

  private commandOf(image: string): readonly string[] {
    return this.table[image]?.command ?? []
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
    const wanted = typeof image === 'string' ? image : (imageOf(String(value['name'])) ?? '')
    const reference = this.referenceOf(wanted)
    if (reference === undefined) return value
    const prefix = this.commandOf(wanted)
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
    const command = this.commandOf(value)
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
    for (const [reference, known] of this.known) if (known.length === 1 && shown.includes(reference)) shown = shown.replaceAll(reference, known[0].image)
    return shown
  }

  private shownContainer(value: unknown): unknown {
    if (!isFields(value)) return value
    const { command, image: _image, ...others } = this.shown(value) as Fields
    const known = this.standsFor(value)
    if (known === undefined) return this.shown(value)
    const own = words(command).slice(known.command.length)
    return { ...others, image: known.image, ...(known.command.length > 0 ? (own.length > 0 ? { command: own } : {}) : command === undefined ? {} : { command }) }
  }

  /** What a container of the cluster stands for: the image whose command is the longest that the container begins with. */
  private standsFor(container: Fields): Known | undefined {
    const known = this.known.get(String(container['image'])) ?? []
    const given = words(container['command'])
    const fitting = known.filter(({ command }) => command.every((word, i) => given[i] === word))
    const best = fitting.toSorted((a, b) => b.command.length - a.command.length)[0]
    return best ?? (known.length === 1 ? { ...known[0], command: [] } : undefined)
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
