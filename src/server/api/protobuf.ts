/**
 * API objects as `application/vnd.kubernetes.protobuf`: the bytes "k8s" and NUL, then a runtime.Unknown around the object.
 * Field numbers are data (protobuf-fields.json, of k8s.io/api v0.35.4: `number:json name:type`, `*` a pointer, `[]` a
 * list, `{}` a map); the wire format is protobufjs's. Models apimachinery/pkg/runtime/serializer/protobuf (v1.35).
 */

import protobuf from 'protobufjs/minimal.js'
import data from './protobuf-fields.json' with { type: 'json' }

type Writer = protobuf.Writer
type Reader = protobuf.Reader
type JsonObject = { [key: string]: unknown }

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0)
const bytesWire = 2
const nanosPerMilli = 1_000_000

type Shape = 'single' | 'list' | 'map'
interface Field { readonly number: number; readonly name: string; readonly type: string; readonly shape: Shape; readonly isPointer: boolean }

const kinds: { readonly [kind: string]: string | undefined } = data.kinds
const typeTexts: { readonly [type: string]: string | undefined } = data.types

function parseField(text: string): Field {
  const [number = '', name = '', typeText = ''] = text.split(':')
  const isPointer = typeText.startsWith('*')
  const bare = isPointer ? typeText.slice(1) : typeText
  const shape: Shape = bare.startsWith('[]') ? 'list' : bare.startsWith('{}') ? 'map' : 'single'
  return { number: Number(number), name, type: shape === 'single' ? bare : bare.slice(2), shape, isPointer }
}

/** Fields of all types, parsed when first asked for. */
class FieldTable {
  private readonly parsed = new Map<string, readonly Field[]>()

  of(type: string): readonly Field[] {
    let fields = this.parsed.get(type)
    if (fields === undefined) {
      const text = typeTexts[type]
      if (text === undefined) throw new Error(`there is no protobuf type ${type}`)
      fields = text === '' ? [] : text.split(';').map(parseField)
      this.parsed.set(type, fields)
    }
    return fields
  }
}

/** Types whose JSON form is no object of their fields. */
interface SpecialType {
  encode(value: unknown, writer: Writer): void
  decode(reader: Reader, end: number): unknown
}

/** Calls `read` for each field up to `end`; `read` answers false for a number that it does not know. */
function readFields(reader: Reader, end: number, read: (number: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (!read(tag >>> 3)) reader.skipType(tag & 7)
  }
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : Number(String(value))
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}

function timeType(hasMicros: boolean): SpecialType {
  return {
    encode(value, writer) {
      if (typeof value !== 'string') return
      const ms = Date.parse(value)
      const fraction = /\.(\d+)/.exec(value)?.[1] ?? ''
      const nanos = Number(fraction.slice(0, 9).padEnd(9, '0'))
      writer.uint32(8).int64(Math.floor(ms / 1000))
      writer.uint32(16).int32(hasMicros ? nanos : Math.floor(nanos / (1000 * nanosPerMilli)))
    },
    decode(reader, end) {
      let seconds: number | undefined
      let nanos = 0
      readFields(reader, end, (number) => {
        if (number === 1) seconds = asNumber(reader.int64())
        else if (number === 2) nanos = reader.int32()
        else return false
        return true
      })
      if (seconds === undefined || seconds < -62_000_000_000) return undefined
      return hasMicros ? isoSeconds(seconds).replace('Z', `.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`) : isoSeconds(seconds)
    },
  }
}

const quantity: SpecialType = {
  encode: (value, writer) => void writer.uint32(10).string(String(value)),
  decode(reader, end) {
    let text = '0'
    readFields(reader, end, (number) => {
      if (number === 1) text = reader.string()
      return number === 1
    })
    return text
  },
}

const intOrString: SpecialType = {
  encode(value, writer) {
    const isText = typeof value === 'string'
    writer.uint32(8).int64(isText ? 1 : 0)
    writer.uint32(16).int32(isText ? 0 : Number(value))
    writer.uint32(26).string(isText ? value : '')
  },
  decode(reader, end) {
    let isText = false
    let number = 0
    let text = ''
    readFields(reader, end, (field) => {
      if (field === 1) isText = asNumber(reader.int64()) === 1
      else if (field === 2) number = reader.int32()
      else if (field === 3) text = reader.string()
      else return false
      return true
    })
    return isText ? text : number
  },
}

/** JSON kept as it is: RawExtension and FieldsV1. */
const rawJson: SpecialType = {
  encode: (value, writer) => void writer.uint32(10).bytes(Buffer.from(JSON.stringify(value))),
  decode(reader, end) {
    let value: unknown
    readFields(reader, end, (number) => {
      if (number !== 1) return false
      const raw = reader.bytes()
      value = raw.length === 0 ? undefined : (JSON.parse(Buffer.from(raw).toString()) as unknown)
      return true
    })
    return value
  },
}

/** Named lists of texts, such as ExtraValue. */
const textList: SpecialType = {
  encode(value, writer) {
    for (const item of value as readonly string[]) writer.uint32(10).string(item)
  },
  decode(reader, end) {
    const items: string[] = []
    readFields(reader, end, (number) => {
      if (number === 1) items.push(reader.string())
      return number === 1
    })
    return items
  },
}

const specials: { readonly [type: string]: SpecialType | undefined } = {
  'meta/v1.Time': timeType(false), 'meta/v1.MicroTime': timeType(true), 'api/resource.Quantity': quantity, 'util/intstr.IntOrString': intOrString,
  'runtime.RawExtension': rawJson, 'meta/v1.FieldsV1': rawJson, slice: textList,
}

const wireOfScalar: { readonly [type: string]: number | undefined } = { string: bytesWire, bytes: bytesWire, int32: 0, int64: 0, bool: 0 }

function writeScalar(writer: Writer, number: number, type: string, value: unknown): void {
  writer.uint32((number << 3) | (wireOfScalar[type] ?? 0))
  if (type === 'string') writer.string(String(value))
  else if (type === 'bytes') writer.bytes(Buffer.from(String(value), 'base64'))
  else if (type === 'bool') writer.bool(value === true)
  else writer.int64(Number(value))
}

function readScalar(reader: Reader, type: string): unknown {
  switch (type) {
    case 'string': return reader.string()
    case 'bytes': return Buffer.from(reader.bytes()).toString('base64')
    case 'bool': return reader.bool()
    case 'int32': return reader.int32()
    default: return asNumber(reader.int64())
  }
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false || value === undefined
}

class Codec {
  private readonly fields = new FieldTable()

  encode(type: string, value: JsonObject, writer: Writer): void {
    for (const field of this.fields.of(type)) {
      // An embedded struct has no name in JSON: its fields stand among those of its holder.
      const member = field.name === '' ? value : value[field.name]
      if (member === undefined || member === null) continue
      if (field.shape === 'list') for (const item of member as readonly unknown[]) this.write(writer, field.number, field.type, item)
      else if (field.shape === 'map') this.writeMap(writer, field, member as JsonObject)
      else this.write(writer, field.number, field.type, member)
    }
  }

  private write(writer: Writer, number: number, type: string, value: unknown): void {
    if (wireOfScalar[type] !== undefined) return writeScalar(writer, number, type, value)
    writer.uint32((number << 3) | bytesWire).fork()
    const special = specials[type]
    if (special !== undefined) special.encode(value, writer)
    else this.encode(type, value as JsonObject, writer)
    writer.ldelim()
    return undefined
  }

  private writeMap(writer: Writer, field: Field, map: JsonObject): void {
    for (const key of Object.keys(map).sort()) {
      writer.uint32((field.number << 3) | bytesWire).fork()
      writer.uint32(10).string(key)
      this.write(writer, 2, field.type, map[key])
      writer.ldelim()
    }
  }

  decode(type: string, reader: Reader, end: number, into: JsonObject = {}): JsonObject {
    const fields = this.fields.of(type)
    readFields(reader, end, (number) => {
      const field = fields.find((candidate) => candidate.number === number)
      if (field === undefined) return false
      if (field.name === '') this.decode(field.type, reader, this.lengthOf(reader), into)
      else this.readField(reader, field, into)
      return true
    })
    return into
  }

  private readField(reader: Reader, field: Field, into: JsonObject): void {
    const { name, shape, type } = field
    if (shape === 'map') {
      const [key, value] = this.readEntry(reader, type)
      define(ownObject(into, name), key, value)
      return
    }
    const value = this.read(reader, type)
    if (shape === 'list') {
      if (!Object.hasOwn(into, name)) into[name] = []
      ;(into[name] as unknown[]).push(value)
    } else if (field.isPointer ? value !== undefined : !isZero(value)) into[name] = value
  }

  private read(reader: Reader, type: string): unknown {
    if (wireOfScalar[type] !== undefined) return readScalar(reader, type)
    const end = this.lengthOf(reader)
    const special = specials[type]
    return special === undefined ? this.decode(type, reader, end) : special.decode(reader, end)
  }

  private readEntry(reader: Reader, type: string): [string, unknown] {
    let key = ''
    let value: unknown = type === 'string' || type === 'bytes' ? '' : undefined
    readFields(reader, this.lengthOf(reader), (number) => {
      if (number === 1) key = reader.string()
      else if (number === 2) value = this.read(reader, type)
      else return false
      return true
    })
    return [key, value]
  }

  /** Reads a length; the position behind what it tells. */
  private lengthOf(reader: Reader): number {
    const length = reader.uint32()
    const end = reader.pos + length
    if (end > reader.len) throw new RangeError('unexpected EOF')
    return end
  }
}

function ownObject(into: JsonObject, name: string): JsonObject {
  if (!Object.hasOwn(into, name)) into[name] = {}
  return into[name] as JsonObject
}

/** Sets a key that a client chose; `__proto__` becomes a key like others. */
function define(map: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
}

const codec = new Codec()

/** Whether objects of a kind have a protobuf form; custom kinds and Tables have none. */
export function hasProtobuf(apiVersion: string, kind: string): boolean {
  return kinds[`${apiVersion} ${kind}`] !== undefined
}

/** An object with kind and apiVersion as bytes. @throws Error for a kind without protobuf */
export function encodeObject(object: { readonly apiVersion?: string; readonly kind?: string }): Uint8Array {
  const { apiVersion = '', kind = '' } = object
  const type = kinds[`${apiVersion} ${kind}`]
  if (type === undefined) throw new Error(`${apiVersion} ${kind} has no protobuf form`)
  const inner = protobuf.Writer.create()
  codec.encode(type, object as JsonObject, inner)
  const writer = protobuf.Writer.create()
  writer.uint32(10).fork()
  writer.uint32(10).string(apiVersion)
  writer.uint32(18).string(kind)
  writer.ldelim()
  writer.uint32(18).bytes(inner.finish())
  writer.uint32(26).string('')
  writer.uint32(34).string('')
  return Buffer.concat([magic, writer.finish()])
}

/** A watch event as one frame: its length in four bytes, then the WatchEvent. */
export function encodeWatchFrame(type: string, object: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(10).string(type)
  writer.uint32(18).fork()
  writer.uint32(10).bytes(object)
  writer.ldelim()
  const event = writer.finish()
  const length = Buffer.alloc(4)
  length.writeUInt32BE(event.length)
  return Buffer.concat([length, event])
}

interface Unknown { readonly apiVersion: string; readonly kind: string; readonly raw: Uint8Array }

function readUnknown(bytes: Uint8Array): Unknown {
  const reader = protobuf.Reader.create(bytes)
  const found = { apiVersion: '', kind: '', raw: new Uint8Array() as Uint8Array }
  readFields(reader, reader.len, (number) => {
    if (number === 1) {
      const end = reader.uint32() + reader.pos
      readFields(reader, end, (inner) => {
        if (inner === 1) found.apiVersion = reader.string()
        else if (inner === 2) found.kind = reader.string()
        else return false
        return true
      })
    } else if (number === 2) found.raw = reader.bytes()
    else return false
    return true
  })
  return found
}

/** A body as its JSON value, or why it cannot be read, in the real server's words. */
export function decodeObject(bytes: Uint8Array): { readonly object: JsonObject } | { readonly error: string } {
  if (bytes.length < magic.length || magic.some((byte, index) => bytes[index] !== byte)) {
    return { error: 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]' }
  }
  try {
    const { apiVersion, kind, raw } = readUnknown(bytes.subarray(magic.length))
    const type = kinds[`${apiVersion} ${kind}`] ?? (kind === 'DeleteOptions' ? 'meta/v1.DeleteOptions' : undefined)
    if (type === undefined) return { error: `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"` }
    const reader = protobuf.Reader.create(raw)
    return { object: { kind, apiVersion, ...codec.decode(type, reader, reader.len) } }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { error: `proto: ${error.message}` }
  }
}
