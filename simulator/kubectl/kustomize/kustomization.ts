/** Reads the kustomization file of a directory. Models kustomize internal/target and api/types (0.20.1). */

import { isYamlError, parseYaml } from '../../api/yaml/documents.ts'
import type { Json } from '../../kernel/json.ts'
import { KustomizeFailure } from './ids.ts'
import type { Loader } from './loader.ts'
import { decodeShape } from './shape.ts'

type TextMap = { readonly [key: string]: string }
/** Which objects are meant: patterns in a patch's target, exact names in a replacement. */
export interface Selector { readonly group?: string; readonly version?: string; readonly kind?: string; readonly name?: string; readonly namespace?: string; readonly labelSelector?: string; readonly annotationSelector?: string }
export interface PatchEntry { readonly path?: string; readonly patch?: string; readonly target?: Selector; readonly options?: { readonly [key: string]: boolean } }
export interface ImageEntry { readonly name?: string; readonly newName?: string; readonly newTag?: string; readonly tagSuffix?: string; readonly digest?: string }
export interface GeneratorOptions { readonly labels?: TextMap; readonly annotations?: TextMap; readonly disableNameSuffixHash?: boolean; readonly immutable?: boolean }
export interface GeneratorEntry { readonly name?: string; readonly namespace?: string; readonly behavior?: string; readonly type?: string; readonly literals?: readonly string[]; readonly files?: readonly string[]; readonly envs?: readonly string[]; readonly env?: string; readonly options?: GeneratorOptions }
export interface FieldOptions { readonly delimiter?: string; readonly index?: number; readonly create?: boolean }
export interface Replacement {
  readonly source?: Selector & { readonly fieldPath?: string; readonly options?: FieldOptions }
  readonly sourceValue?: string
  readonly targets?: readonly { readonly select?: Selector; readonly reject?: readonly Selector[]; readonly fieldPaths?: readonly string[]; readonly options?: FieldOptions }[]
}
export interface FieldSpecEntry { readonly group?: string; readonly version?: string; readonly kind?: string; readonly path?: string; readonly create?: boolean }

/** A kustomization file. */
export interface Kustomization {
  readonly apiVersion: string
  readonly kind: string
  readonly namePrefix?: string
  readonly nameSuffix?: string
  readonly namespace?: string
  readonly commonLabels?: TextMap
  readonly commonAnnotations?: TextMap
  readonly labels?: readonly { readonly pairs?: TextMap; readonly includeSelectors?: boolean; readonly includeTemplates?: boolean; readonly fields?: readonly FieldSpecEntry[] }[]
  readonly patchesStrategicMerge?: readonly string[]
  readonly patchesJson6902?: readonly PatchEntry[]
  readonly patches?: readonly PatchEntry[]
  readonly images?: readonly ImageEntry[]
  readonly imageTags?: readonly ImageEntry[]
  readonly replacements?: readonly (Replacement & { readonly path?: string })[]
  readonly replicas?: readonly { readonly name?: string; readonly count?: number }[]
  readonly vars?: readonly Json[]
  readonly sortOptions?: { readonly order?: string; readonly legacySortOptions?: { readonly orderFirst?: readonly string[]; readonly orderLast?: readonly string[] } }
  readonly resources?: readonly string[]
  readonly bases?: readonly string[]
  readonly components?: readonly string[]
  readonly configMapGenerator?: readonly GeneratorEntry[]
  readonly secretGenerator?: readonly GeneratorEntry[]
  readonly generatorOptions?: GeneratorOptions
  readonly buildMetadata?: readonly string[]
  readonly helmCharts?: readonly Json[]
  readonly generators?: readonly string[]
  readonly transformers?: readonly string[]
  readonly validators?: readonly string[]
  readonly configurations?: readonly string[]
  readonly crds?: readonly string[]
  readonly openapi?: TextMap
}

/** Names that a kustomization file may have. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

const group = 'kustomize.config.k8s.io'
const replaceBy = "Run 'kustomize edit fix' to update your Kustomization automatically."
const deprecated: readonly (readonly [field: keyof Kustomization, instead: string, run: string])[] = [
  ['bases', 'resources', replaceBy], ['commonLabels', 'labels', replaceBy], ['imageTags', 'images', replaceBy], ['patchesJson6902', 'patches', replaceBy],
  ['patchesStrategicMerge', 'patches', replaceBy], ['vars', 'replacements', `[EXPERIMENTAL] ${replaceBy}`],
]

function findFile(loader: Loader): { readonly name: string; readonly content: string } {
  const found = kustomizationNames.flatMap((name) => { const content = loader.tryLoad(name); return content === undefined ? [] : [{ name, content }] })
  const quoted = kustomizationNames.map((name) => `'${name}'`)
  if (found.length === 0) throw new KustomizeFailure(`unable to find one of ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)} in directory '${loader.root}'`)
  if (found.length > 1) throw new KustomizeFailure(`Found multiple kustomization files under: ${loader.root}\n`)
  return found[0]!
}

function enforce(kustomization: Kustomization, root: string): void {
  const problems: string[] = []
  const { kind, apiVersion } = kustomization
  if (kind !== 'Kustomization' && kind !== 'Component') problems.push('kind should be Kustomization or Component')
  const required = `${group}/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`
  if (apiVersion !== required) problems.push(`apiVersion for ${kind} should be ${required}`)
  if (problems.length > 0) throw new KustomizeFailure(`Failed to read kustomization file under ${root}:\n${problems.join('\n')}`)
}

/** Reads the file of a directory; complains in kustomize's words. `warn` takes lines about old fields. */
export function readKustomization(loader: Loader, warn: (line: string) => void): { readonly kustomization: Kustomization; readonly fileName: string } {
  const { name: fileName, content } = findFile(loader)
  const parsed = parseYaml(content)
  if (isYamlError(parsed)) throw new KustomizeFailure(`invalid Kustomization: ${parsed.error}`)
  const decoded = decodeShape(parsed.value)
  if ('error' in decoded) throw new KustomizeFailure(`invalid Kustomization: ${decoded.error}`)
  const raw = decoded.value as unknown as Partial<Kustomization>
  for (const [field, instead, run] of deprecated) if (raw[field] !== undefined) warn(`# Warning: '${field}' is deprecated. Please use '${instead}' instead. ${run}`)
  if (Object.keys(raw).every((key) => key === 'apiVersion' || key === 'kind')) throw new KustomizeFailure('kustomization.yaml is empty')
  const kind = raw.kind ?? 'Kustomization'
  const kustomization: Kustomization = {
    ...raw, kind, apiVersion: raw.apiVersion ?? `${group}/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`,
    resources: [...raw.resources ?? [], ...raw.bases ?? []], images: [...raw.images ?? [], ...raw.imageTags ?? []],
  }
  enforce(kustomization, loader.root)
  const schemaPath = kustomization.openapi?.['path']
  if (schemaPath !== undefined) loader.load(schemaPath)
  return { kustomization, fileName }
}
