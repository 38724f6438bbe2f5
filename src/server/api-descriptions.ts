/**
 * What the fields of the API mean, for `kubectl explain` and the editor: taken from the comments of the installed
 * @kubernetes/client-node, which carry the descriptions of Kubernetes' OpenAPI, when the app is built or kubectl asks.
 */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fieldsOf, schemaKinds, typeOf } from '../../simulator/admission/schema/schema.ts'
import type { FieldType } from '../../simulator/admission/schema/schema.ts'
import type { ApiDescriptions, TypeDescription } from '../../simulator/api/descriptions.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const client = join(root, 'node_modules', '@kubernetes', 'client-node')
const models = join(client, 'dist', 'gen', 'models')

/** Of the hash that tells which kinds a cached file knows. */
const kindsDigits = 8

type TypeKey = Parameters<typeof fieldsOf>[0]

function structsIn(type: FieldType): TypeKey[] {
  if (type.kind === 'list' || type.kind === 'map') return structsIn(type.of)
  return type.kind === 'struct' ? [type.typeKey] : []
}

/** Every type that a kind of the API leads to. */
function allTypes(): TypeKey[] {
  const queue = schemaKinds().flatMap((entry) => { const [apiVersion = '', kind = ''] = entry.split(' '); const type = typeOf(apiVersion, kind); return type === undefined ? [] : [type.key] })
  const found = new Set<TypeKey>()
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    if (found.has(key)) continue
    found.add(key)
    queue.push(...fieldsOf(key).flatMap(({ type }) => structsIn(type)))
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1))
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** The text of a type's model: `core/v1.Container` is V1Container, or CoreV1Container where groups share a name. */
function modelOf(typeKey: string): string | undefined {
  const [, group = '', version = '', name = ''] = /^(.*)\/([^.]*)\.(.*)$/.exec(typeKey) ?? []
  const short = `${capital(version)}${name}`
  for (const model of [`${capital(group)}${short}`, short]) {
    const path = join(models, `${model}.d.ts`)
    if (existsSync(path)) return readFileSync(path, 'utf8')
  }
  return undefined
}

function commentText(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
  return lines.join('\n').trim().replace(/\\(['"\\])/g, '$1').replace(/\* \//g, '*/')
}

/** What every kind says of its metadata; the models have no comments on fields that are objects. */
const metadataAbout = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata"

function describe(model: string): TypeDescription {
  const about = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare class/.exec(model)?.[1]
  const fields: { [name: string]: string } = {}
  const body = model.slice(model.indexOf('export declare class'))
  for (const [, comment = '', name = ''] of body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([^']+)'\??:/g)) fields[name.replace(/^_/, '')] = commentText(comment)
  if (/'metadata'\?: V1ObjectMeta;/.test(body) && fields['kind'] !== undefined) fields['metadata'] ??= metadataAbout
  return { ...(about === undefined ? {} : { about: commentText(about) }), fields }
}

/** Reads the descriptions of all types from the package. Takes a moment. */
function makeApiDescriptions(): ApiDescriptions {
  return Object.fromEntries(allTypes().flatMap((typeKey) => { const model = modelOf(typeKey); return model === undefined ? [] : [[typeKey, describe(model)]] }))
}

let known: ApiDescriptions | undefined

/** The descriptions, made once for each version of the package and set of kinds, and read once. */
export function readApiDescriptions(): ApiDescriptions {
  known ??= fromCache()
  return known
}

function fromCache(): ApiDescriptions {
  const { version } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8')) as { version: string }
  const known = createHash('sha256').update(schemaKinds().join()).digest('hex').slice(0, kindsDigits)
  const cache = join(root, '.cache', `api-descriptions-${version}-${known}-2.json`)
  if (existsSync(cache)) return JSON.parse(readFileSync(cache, 'utf8')) as ApiDescriptions
  const made = makeApiDescriptions()
  mkdirSync(dirname(cache), { recursive: true })
  writeFileSync(cache, JSON.stringify(made))
  return made
}
