/**
 * What flags of kube-apiserver turn on beyond its defaults: `--feature-gates` and `--runtime-config`.
 * Models kubernetes/pkg/features and pkg/controlplane (v1.35), of which only what changes this API is known.
 */

import type { KindInfo } from './kinds.ts'

/** Settings of the API server, in the words of its flags. */
export interface ApiServerOptions {
  /** `--feature-gates`: gate to on or off. */
  readonly featureGates?: { readonly [gate: string]: boolean }
  /** `--runtime-config`: a group version such as `admissionregistration.k8s.io/v1beta1`, or `api/all`, `api/beta`, `api/alpha`, to on or off. */
  readonly runtimeConfig?: { readonly [groupVersion: string]: boolean }
}

const everyVerb = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const policyGroup = 'admissionregistration.k8s.io'

function policyKinds(version: string): KindInfo[] {
  const common = { group: policyGroup, version, namespaced: false, shortNames: [], categories: ['api-extensions'], verbs: everyVerb, subresources: [] }
  const names = [
    { kind: 'MutatingAdmissionPolicy', resource: 'mutatingadmissionpolicies', singular: 'mutatingadmissionpolicy' },
    { kind: 'MutatingAdmissionPolicyBinding', resource: 'mutatingadmissionpolicybindings', singular: 'mutatingadmissionpolicybinding' },
  ]
  const old = (kind: string): { deprecation?: string } => (version === 'v1alpha1' ? { deprecation: `${policyGroup}/v1alpha1 ${kind} is deprecated in v1.35+, unavailable in v1.38+` } : {})
  return names.map((name) => ({ ...common, ...name, ...old(name.kind) }))
}

/** Kinds of beta and alpha versions, which are not served by default. */
const optionalKinds: readonly KindInfo[] = [...policyKinds('v1beta1'), ...policyKinds('v1alpha1')]

/** Gates that change this API; each is off by default. */
const knownGates = ['MutatingAdmissionPolicy']
const stages = ['api/all', 'api/ga', 'api/beta', 'api/alpha', 'api/legacy']

function isServed({ group, version }: KindInfo, config: NonNullable<ApiServerOptions['runtimeConfig']>): boolean {
  const stage = version.includes('beta') ? 'api/beta' : 'api/alpha'
  return config[`${group}/${version}`] ?? config[stage] ?? config['api/all'] ?? false
}

/** The kinds that these settings add to those of every API server. */
export function addedKinds({ runtimeConfig = {} }: ApiServerOptions): readonly KindInfo[] {
  return optionalKinds.filter((kind) => isServed(kind, runtimeConfig))
}

/** The gates that are on. */
export function openGates({ featureGates = {} }: ApiServerOptions): readonly string[] {
  return knownGates.filter((gate) => featureGates[gate] === true)
}

function readSwitches(value: unknown, unknownText: string, isKnown: (key: string) => boolean): { readonly [key: string]: boolean } | string {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'featureGates and runtimeConfig are maps from a name to true or false'
  const read: { [key: string]: boolean } = {}
  for (const [key, given] of Object.entries(value)) {
    const text = String(given).toLowerCase()
    if (text !== 'true' && text !== 'false') return `invalid value of ${key}=${String(given)}, it must be true or false`
    if (!isKnown(key)) return `${unknownText}: ${key}`
    read[key] = text === 'true'
  }
  return read
}

/** Reads settings from a document: `{featureGates: {...}, runtimeConfig: {...}}`. @returns them, or what is wrong */
export function readApiServerOptions(value: unknown): ApiServerOptions | string {
  if (typeof value !== 'object' || value === null) return 'apiServer has featureGates and runtimeConfig'
  const { featureGates, runtimeConfig, ...others } = value as { readonly [key: string]: unknown }
  const [other] = Object.keys(others)
  if (other !== undefined) return `apiServer has featureGates and runtimeConfig, and no ${other}`
  const gates = readSwitches(featureGates, 'unrecognized feature gate', (key) => knownGates.includes(key))
  if (typeof gates === 'string') return gates
  const versions = readSwitches(runtimeConfig, 'unknown api groups', (key) => stages.includes(key) || optionalKinds.some(({ group, version }) => `${group}/${version}` === key))
  return typeof versions === 'string' ? versions : { featureGates: gates, runtimeConfig: versions }
}
