/** Paths that several keys of a volume would write. Models warningsForOverlappingVirtualPaths of pkg/api/pod/warnings.go (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { FullVolume } from './pod-types.ts'

interface PathOf { readonly path: string; readonly source: string }
interface Keyed { readonly name?: string; readonly items?: readonly { readonly path?: string }[] }
interface Projection {
  readonly configMap?: Keyed; readonly secret?: Keyed; readonly downwardAPI?: Keyed; readonly serviceAccountToken?: { readonly path?: string }
  readonly clusterTrustBundle?: { readonly path?: string; readonly name?: string; readonly signerName?: string }
  readonly podCertificate?: { readonly certificateChainPath?: string; readonly keyPath?: string; readonly credentialBundlePath?: string }
}

function textOf({ path, source }: PathOf): string {
  return source === '' ? goQuote(path) : `${goQuote(path)} (${source})`
}

function overlaps(a: string, b: string): boolean {
  return a !== '' && b !== '' && (`${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`))
}

function collisions(paths: readonly PathOf[]): string[] {
  const seen: PathOf[] = []
  return paths.flatMap((given) => {
    const next = { ...given, path: given.path.replace(/\/+$/, '') }
    const found = seen.filter((other) => overlaps(next.path, other.path)).map((other) => `${textOf(next)} with ${textOf(other)}`)
    seen.push(next)
    return found
  })
}

function itemPaths(items: Keyed['items'], source: string): PathOf[] {
  return (items ?? []).map(({ path = '' }) => ({ path, source }))
}

function certificatePaths({ certificateChainPath, keyPath, credentialBundlePath }: NonNullable<Projection['podCertificate']>): PathOf[] {
  const all: readonly (readonly [string | undefined, string])[] = [[certificateChainPath, 'chain'], [keyPath, 'key'], [credentialBundlePath, 'credential bundle']]
  return all.flatMap(([path, part]) => (path ? [{ path, source: `PodCertificate ${part}` }] : []))
}

/** The paths of a projected source: of the first kind that stands there. */
function projectedPaths(source: Projection): PathOf[] {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle: bundle, podCertificate } = source
  if (configMap?.items !== undefined) return itemPaths(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`)
  if (secret?.items !== undefined) return itemPaths(secret.items, `Secret ${goQuote(secret.name ?? '')}`)
  if (downwardAPI?.items !== undefined) return itemPaths(downwardAPI.items, 'DownwardAPI')
  if (serviceAccountToken !== undefined) return [{ path: serviceAccountToken.path ?? '', source: 'ServiceAccountToken' }]
  if (bundle !== undefined) return [{ path: bundle.path ?? '', source: `ClusterTrustBundle ${goQuote(bundle.name ?? bundle.signerName ?? '')}` }]
  return podCertificate === undefined ? [] : certificatePaths(podCertificate)
}

function volumeWarnings({ name: volumeName = '', configMap, secret, downwardAPI, projected }: FullVolume): string[] {
  const told = (what: string, paths: readonly PathOf[]): string[] => collisions(paths).map((text) => `volume ${goQuote(volumeName)} (${what}): overlapping paths: ${text}`)
  const warnings = [
    ...told(`ConfigMap ${goQuote(configMap?.name ?? '')}`, itemPaths(configMap?.items, '')),
    ...told(`Secret ${goQuote(secret?.secretName ?? '')}`, itemPaths(secret?.items, '')),
    ...told('DownwardAPI', itemPaths((downwardAPI as Keyed | undefined)?.items, '')),
  ]
  const sources = (projected?.sources ?? []) as readonly (Projection | null)[]
  const paths: PathOf[] = []
  for (const source of sources) {
    if (Object.keys(source ?? {}).length === 0) warnings.push(`volume ${goQuote(volumeName)} (Projected) has no sources provided`)
    else {
      const before = collisions(paths).length
      paths.push(...projectedPaths(source!))
      warnings.push(...told('Projected', paths).slice(before))
    }
  }
  return warnings
}

/** Warnings about volumes two of whose files would stand at one path, or one below the other. */
export function overlappingPathWarnings(volumes: readonly FullVolume[] | undefined): string[] {
  return (volumes ?? []).flatMap(volumeWarnings)
}
