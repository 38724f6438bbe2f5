/** Builds a kustomization: its objects as YAML. Models kustomize api/krusty and internal/target (0.20.1). */

import { goQuote } from '../../api/go-text.ts'
import type { Mutable } from '../../api/patch/common.ts'
import { isObject } from '../../api/patch/common.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import { resolvePlain } from '../../api/yaml/resolve.ts'
import { compareText } from '../../kernel/text.ts'
import { resourcesOf } from './documents.ts'
import { absorb, contentHash, generate } from './generate.ts'
import { KustomizeFailure, within } from './ids.ts'
import { readKustomization } from './kustomization.ts'
import type { Kustomization } from './kustomization.ts'
import { joinPath, rootLoader } from './loader.ts'
import type { FileTree, Loader } from './loader.ts'
import { fixNameReferences } from './name-references.ts'
import { sortResources } from './order.ts'
import { metadataOf, nameOf, ResourceList, setTextMap, storePreviousId, textMap } from './resource.ts'
import type { Resource } from './resource.ts'
import { transformersOf } from './transform.ts'

/** How a build is asked for. */
export interface BuildOptions {
  /** Files outside of the directory may be read (--load-restrictor LoadRestrictionsNone). */
  readonly isUnrestricted?: boolean
  /** Every object says that kustomize manages it. */
  readonly isManagedByLabel?: boolean
  /** The version that this label tells. Default: that of kubectl 1.35. */
  readonly version?: string
}

/** A finished build. `warnings` are lines about old fields. */
export type BuildResult = { readonly yaml: string; readonly warnings: readonly string[] } | { readonly error: string; readonly warnings: readonly string[] }

const originKey = 'config.kubernetes.io/origin'
const transformationsKey = 'alpha.config.kubernetes.io/transformations'
const localKey = 'config.kubernetes.io/local-config'
const kustomizeVersion = 'v5.7.1'

/** Joins paths that stay relative. */
function joinRelative(base: string, path: string): string {
  const parts: string[] = []
  for (const part of `${base}/${path}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}

function annotate(resource: Resource, key: string, value: string): void {
  setTextMap(resource, 'annotations', { ...textMap(resource, 'annotations'), [key]: value })
}

/** The annotations that a build asks for: where objects come from, and what changed them. */
interface Origins { readonly isWanted: boolean; readonly warn: (line: string) => void }

/** One kustomization at its directory. */
class Target {
  private readonly loader: Loader
  readonly kustomization: Kustomization
  private readonly fileName: string
  private readonly origins: Origins
  private readonly path: string

  constructor(loader: Loader, origins: Origins | undefined, path: string, warn: (line: string) => void) {
    this.loader = loader
    const read = readKustomization(loader, warn)
    this.kustomization = read.kustomization
    this.fileName = read.fileName
    this.origins = origins ?? { isWanted: (read.kustomization.buildMetadata ?? []).length > 0, warn }
    this.path = path
  }

  /** Reads, generates and changes; a component works on the objects of its parent. */
  accumulate(list: ResourceList): ResourceList {
    const { kustomization } = this
    let all = within('accumulating resources', () => this.accumulateResources(list))
    this.refuseExtensions()
    for (const { plugin, resource } of generate(this.loader, kustomization)) {
      if (this.origins.isWanted) annotate(resource, originKey, this.configuredText(plugin, ''))
      this.absorbGenerated(all, resource)
    }
    all = within('accumulating components', () => this.accumulateComponents(all))
    this.transform(all)
    return all
  }

  /** Files of extensions must be there; what they say is not supported here. */
  private refuseExtensions(): void {
    const { configurations = [], crds = [], helmCharts = [], generators = [], transformers = [], validators = [], vars = [] } = this.kustomization
    for (const path of configurations) this.loader.load(path)
    within(`loading CRDs [${crds.join(' ')}]`, () => { for (const path of crds) this.loader.load(path) })
    for (const chart of helmCharts) throw new KustomizeFailure(`trouble configuring builtin HelmChartInflationGenerator with config: \`\n${toYaml(chart)}\`: must specify --enable-helm`)
    const asResources = (paths: readonly string[]): void => { for (const path of paths) { const problem = this.accumulateFile(new ResourceList(), path); if (problem !== undefined) this.accumulateBase(new ResourceList(), path, problem) } }
    within('loading generator plugins', () => asResources(generators))
    asResources([...transformers, ...validators])
    for (const [field, entries] of Object.entries({ configurations, crds, generators, transformers, validators, vars })) if (entries.length > 0) throw new KustomizeFailure(`the field '${field}' is not supported here`)
  }

  private absorbGenerated(list: ResourceList, resource: Resource): void {
    within('merging from generator &{}', () => absorb(list, resource))
  }

  private configuredText(plugin: string, indent: string): string {
    const lines = [`configuredIn: ${joinRelative(this.path, this.fileName)}`, 'configuredBy:', '  apiVersion: builtin', `  kind: ${plugin}`]
    return lines.map((line, index) => `${index > 0 ? indent : ''}${line}\n`).join('')
  }

  private transform(list: ResourceList): void {
    for (const { plugin, run } of transformersOf(this.loader, this.kustomization)) {
      run(list)
      list.dropEmpty()
      if (this.origins.isWanted) for (const resource of list.items) annotate(resource, transformationsKey, `${textMap(resource, 'annotations')[transformationsKey] ?? ''}- ${this.configuredText(plugin, '  ')}`)
    }
  }

  private accumulateResources(list: ResourceList): ResourceList {
    for (const path of this.kustomization.resources ?? []) {
      const problem = this.accumulateFile(list, path)
      if (problem !== undefined) this.accumulateBase(list, path, problem)
    }
    return list
  }

  /** @returns why the path is no file of resources */
  private accumulateFile(list: ResourceList, path: string): string | undefined {
    try {
      const resources = within(`accumulating resources from '${path}'`, () => this.readFile(path))
      if (this.origins.isWanted) for (const resource of resources) annotate(resource, originKey, `path: ${joinRelative(this.path, path)}\n`)
      within(`merging resources from '${path}'`, () => list.appendAll(resources))
      return undefined
    } catch (failure) {
      if (failure instanceof KustomizeFailure) return failure.message
      throw failure
    }
  }

  private readFile(path: string): Resource[] {
    const content = this.loader.load(path)
    try {
      const resources = resourcesOf(content)
      new ResourceList().appendAll(resources)
      return resources
    } catch (failure) {
      if (failure instanceof KustomizeFailure && failure.message.includes('MalformedYAMLError')) throw new KustomizeFailure(`${failure.message} in File: ${path}`)
      throw failure
    }
  }

  private accumulateBase(list: ResourceList, path: string, problem: string): void {
    let loader: Loader
    try {
      loader = this.loader.enter(path)
    } catch (failure) {
      if (!(failure instanceof KustomizeFailure)) throw failure
      if (problem.includes('MalformedYAMLError')) throw new KustomizeFailure(problem)
      throw new KustomizeFailure(`accumulation err='${problem}': ${failure.message}`)
    }
    within(`accumulation err='${problem}'`, () => this.accumulateDirectory(list, loader, path, false))
  }

  private accumulateComponents(list: ResourceList): ResourceList {
    let all = list
    for (const path of this.kustomization.components ?? []) {
      const loader = quoted('loader.New', () => this.loader.enter(path))
      all = quoted('accumulateDirectory:', () => this.accumulateDirectory(all, loader, path, true))
    }
    return all
  }

  private accumulateDirectory(list: ResourceList, loader: Loader, path: string, isComponent: boolean): ResourceList {
    const sub = within(`couldn't make target for path '${loader.root}'`, () => new Target(loader, this.origins, joinRelative(this.path, path), this.origins.warn))
    const { kind } = sub.kustomization
    if (isComponent && kind !== 'Component') throw new KustomizeFailure(`expected kind 'Component' for path '${loader.root}' but got '${kind}'`)
    if (!isComponent && kind === 'Component') throw new KustomizeFailure(`expected kind != 'Component' for path '${loader.root}'`)
    const inner = within(`recursed accumulation of path '${loader.root}'`, () => sub.accumulate(isComponent ? list : new ResourceList()))
    if (isComponent) return inner
    within(`recursed merging from path '${loader.root}'`, () => list.appendAll(inner.items))
    return list
  }
}

/** An error that is quoted behind the words for its step. */
function quoted<T>(prefix: string, step: () => T): T {
  try {
    return step()
  } catch (failure) {
    if (failure instanceof KustomizeFailure) throw new KustomizeFailure(`${prefix} ${goQuote(failure.message)}`)
    throw failure
  }
}

function addHashes(list: ResourceList): void {
  for (const resource of list.items) {
    if (!resource.needsHash) continue
    const hash = contentHash(resource)
    storePreviousId(resource)
    metadataOf(resource)['name'] = `${nameOf(resource)}-${hash}`
  }
}

/** Takes out annotations that were not asked for. What is left is text, whatever it was written as. */
function dropMetadata(list: ResourceList, wanted: readonly string[]): void {
  for (const resource of list.items) setTextMap(resource, 'annotations', textMap(resource, 'annotations'))
  for (const [option, key] of [['originAnnotations', originKey], ['transformerAnnotations', transformationsKey]] as const) {
    if (wanted.includes(option)) continue
    for (const resource of list.items) {
      const { [key]: dropped, ...rest } = textMap(resource, 'annotations')
      if (dropped !== undefined) setTextMap(resource, 'annotations', rest)
    }
  }
}

/** A key that a generator wrote without quotes and that is read back as something else than text: it breaks the output, as it does in kustomize. */
function brokenKeyOf(key: string): { readonly rank: number; readonly text: string } | undefined {
  const { tag, value } = oldWords.has(key.toLowerCase()) ? { tag: 'str', value: key } : resolvePlain(key)
  if (tag === 'str' || tag === 'timestamp') return undefined
  return { rank: value === null ? 0 : tag === 'bool' ? 3 : 2, text: value === null ? 'interface {}(nil)' : String(value) }
}

const oldWords: ReadonlySet<string> = new Set(['y', 'yes', 'on', 'n', 'no', 'off'])

/** An object as Go's %#v prints it; maps with a broken key have another type, and its keys come by their types. */
function goSyntax(value: Mutable, broken: ReadonlySet<string>): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map((item) => goSyntax(item, broken)).join(', ')}}`
  if (isObject(value)) {
    const keys = Object.keys(value).map((key) => ({ key, odd: broken.has(key) ? brokenKeyOf(key) : undefined }))
    keys.sort((a, b) => (a.odd?.rank ?? 1) - (b.odd?.rank ?? 1) || compareText(a.key, b.key))
    return `map[${keys.some(({ odd }) => odd !== undefined) ? 'interface {}' : 'string'}]interface {}{${keys.map(({ key, odd }) => `${odd?.text ?? JSON.stringify(key)}:${goSyntax(value[key]!, broken)}`).join(', ')}}`
  }
  return value === null ? 'interface {}(nil)' : JSON.stringify(value)
}

function emit(list: ResourceList): string {
  return list.items.map((resource) => {
    if (resource.flaw !== undefined) throw new KustomizeFailure(`map[string]interface {}(nil): yaml: unmarshal errors:\n  ${resource.flaw}`)
    const broken = new Set(resource.generatedKeys.filter((key) => brokenKeyOf(key) !== undefined))
    if (broken.size > 0) throw new KustomizeFailure(`${goSyntax(resource.object, broken)}: json: unsupported type: map[interface {}]interface {}`)
    return toYaml(resource.object)
  }).join('---\n')
}

function run(tree: FileTree, path: string, options: BuildOptions, warn: (line: string) => void): string {
  const target = new Target(rootLoader(tree, joinPath('/', path), options.isUnrestricted !== true), undefined, '', warn)
  const list = target.accumulate(new ResourceList())
  addHashes(list)
  fixNameReferences(list)
  list.items = list.items.filter((resource) => { const local = textMap(resource, 'annotations')[localKey]; return local === undefined || local === 'false' })
  sortResources(list, target.kustomization.sortOptions)
  const wanted = target.kustomization.buildMetadata ?? []
  if (options.isManagedByLabel === true || wanted.includes('managedByLabel')) for (const resource of list.items) setTextMap(resource, 'labels', { ...textMap(resource, 'labels'), 'app.kubernetes.io/managed-by': `kustomize-${options.version ?? kustomizeVersion}` })
  dropMetadata(list, wanted)
  return emit(list)
}

/** Builds the kustomization in a directory. `path` is absolute. Errors are kustomize's texts. */
export function buildKustomization(tree: FileTree, path: string, options: BuildOptions = {}): BuildResult {
  const warnings: string[] = []
  try {
    return { yaml: run(tree, path, options, (line) => warnings.push(line)), warnings }
  } catch (failure) {
    if (failure instanceof KustomizeFailure) return { error: failure.message, warnings }
    throw failure
  }
}
