/**
 * Reads a KubeSchedulerConfiguration document strictly: unknown and repeated fields are errors.
 * Models cmd/kube-scheduler/app/options/configfile.go and kube-scheduler/config/v1 DecodeNestedObjects (v1.35).
 */

import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { goQuote } from '../../api/go-text.ts'
import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import { decodeObject } from '../../admission/schema/decode.ts'
import type { Mutable } from '../../admission/schema/decode.ts'
import type { PluginRegistry } from './plugin-points.ts'
import { configurationKind, configurationType, configurationVersion, typeOfConfigurationKind } from './schema.ts'

/** A plugin's arguments as the document has them; undefined for a plugin that is not known to take any. */
export interface DecodedArgs { readonly name: string; readonly args: Mutable | undefined }
/** A decoded document. */
export interface DecodedConfiguration {
  readonly document: Mutable
  /** Arguments by profile, in the order of the document. */
  readonly args: readonly (readonly DecodedArgs[])[]
}

export interface LoadError { readonly error: string }
/** True when loading failed. */
export function isLoadError(result: object): result is LoadError {
  return 'error' in result
}

const goKindStruct = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

interface TypeMeta { readonly apiVersion: string; readonly kind: string }

function jsonTypeName(value: Json): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

function readTypeMeta(value: Json): TypeMeta | LoadError {
  const problem = (what: Json, target: string): LoadError => ({ error: `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonTypeName(what)} into Go ${target}` })
  if (value === null) return { apiVersion: '', kind: '' }
  if (!isJsonObject(value)) return problem(value, `value of type ${goKindStruct}`)
  const { apiVersion = null, kind = null } = value
  if (apiVersion !== null && typeof apiVersion !== 'string') return problem(apiVersion, 'struct field .apiVersion of type string')
  if (kind !== null && typeof kind !== 'string') return problem(kind, 'struct field .kind of type string')
  const version = apiVersion ?? ''
  if (version.split('/').length > 2) return { error: `unexpected GroupVersion string: ${version}` }
  return { apiVersion: version, kind: kind ?? '' }
}

function notRegistered({ apiVersion, kind }: TypeMeta): LoadError {
  return { error: `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"` }
}

function isKnownKind(kind: string, plugins: PluginRegistry): boolean {
  return kind === configurationKind || (kind.endsWith('Args') && plugins[kind.slice(0, -4)]?.takesArgs === true)
}

/** Arguments of one plugin, with complaints of strict mode; an error that ends everything comes as text. */
function decodeArgs(name: string, raw: Json, plugins: PluginRegistry): { readonly args: Mutable; readonly strict: readonly string[] } | LoadError {
  const wanted = `${name}Args`
  const meta = readTypeMeta(raw)
  const failed = (error: string): LoadError => ({ error: `decoding args for plugin ${name}: ${error}` })
  if ('error' in meta) return failed(meta.error)
  const actual: TypeMeta = { kind: meta.kind === '' ? wanted : meta.kind, apiVersion: meta.apiVersion === '' ? configurationVersion : meta.apiVersion }
  const schema = actual.apiVersion === configurationVersion && isKnownKind(actual.kind, plugins) ? typeOfConfigurationKind(actual.kind) : undefined
  if (schema === undefined) return failed(notRegistered(actual).error)
  const decoded = decodeObject(raw ?? {}, schema, { find: configurationType })
  if (decoded.error !== undefined || decoded.object === undefined) return failed(decoded.error ?? '')
  if (actual.kind !== wanted) {
    const group = configurationVersion.split('/')[0]!
    return { error: `args for plugin ${name} were not of type ${wanted}.${group}, got ${actual.kind}.${group}` }
  }
  const strict = decoded.strictErrors.length === 0 ? [] : [`strict decoding error: decoding args for plugin ${name}: strict decoding error: ${decoded.strictErrors.join(', ')}`]
  return { args: decoded.object, strict }
}

function decodeNested(document: Mutable, plugins: PluginRegistry): { readonly args: DecodedArgs[][]; readonly strict: readonly string[] } | LoadError {
  const strict: string[] = []
  const args: DecodedArgs[][] = []
  for (const [i, profile] of ((document['profiles'] ?? []) as { pluginConfig?: { name?: string; args?: Json }[] }[]).entries()) {
    const list: DecodedArgs[] = []
    for (const [j, { name = '', args: raw = null }] of (profile.pluginConfig ?? []).entries()) {
      if (!isKnownKind(`${name}Args`, plugins)) {
        list.push({ name, args: undefined })
        continue
      }
      const decoded = decodeArgs(name, raw, plugins)
      const where = `decoding .profiles[${i}].pluginConfig[${j}]: `
      if (isLoadError(decoded)) return { error: where + decoded.error }
      strict.push(...decoded.strict.map((text) => where + text))
      list.push({ name, args: decoded.args })
    }
    args.push(list)
  }
  return { args, strict }
}

function wrongKind(meta: TypeMeta, plugins: PluginRegistry, text: string): LoadError | undefined {
  if (meta.kind === '') return { error: `Object 'Kind' is missing in '${text}'` }
  if (meta.apiVersion === '') return { error: `Object 'apiVersion' is missing in '${text}'` }
  if (meta.apiVersion !== configurationVersion || !isKnownKind(meta.kind, plugins)) return notRegistered(meta)
  return undefined
}

/** Reads a document. @returns what it says, or the real loader's error text */
export function decodeConfiguration(text: string, plugins: PluginRegistry): DecodedConfiguration | LoadError {
  const read = parseYaml(text)
  if (isYamlError(read)) return read
  const meta = readTypeMeta(read.value)
  if ('error' in meta) return meta
  const wrong = wrongKind(meta, plugins, text)
  if (wrong !== undefined) return wrong
  const decoded = decodeObject(read.value as JsonObject, typeOfConfigurationKind(meta.kind)!, { find: configurationType })
  if (decoded.error !== undefined || decoded.object === undefined) return { error: decoded.error ?? '' }
  const nested = decodeNested(decoded.object, plugins)
  if (isLoadError(nested)) return nested
  const again = parseYaml(text, { strict: true })
  const strict = [...(isYamlError(again) ? [again.error] : []), ...decoded.strictErrors, ...nested.strict]
  if (strict.length > 0) return { error: `strict decoding error: ${strict.join(', ')}` }
  if (meta.kind !== configurationKind) return { error: `couldn't decode as KubeSchedulerConfiguration, got ${meta.apiVersion}, Kind=${meta.kind}: ` }
  return { document: decoded.object, args: nested.args }
}
