/** Where kubeconfigs lie: --kubeconfig, KUBECONFIG, ~/.kube/config. No other file of this machine is read. */

import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { BridgeError } from '../contract.ts'
import { yamlLimits } from '../../../../simulator/api/yaml/documents.ts'
import { kindContextsOf, readTarget } from './kubeconfig.ts'
import type { KindTarget } from './kubeconfig.ts'

/** What decides which files are read. */
export interface KubeconfigPlace {
  /** --kubeconfig. */
  readonly path?: string
  /** KUBECONFIG: paths in a row. */
  readonly environment?: string
}

/** Keeps out devices, pipes and folders, and files too large for a kubeconfig. */
export function refuseOddFile({ isFile, size }: { readonly isFile: boolean; readonly size: number }): string | undefined {
  if (!isFile) return 'is no file'
  return size <= yamlLimits.bytesMax ? undefined : `is larger than ${yamlLimits.bytesMax / 1024} KB`
}

function pathsOf({ path, environment }: KubeconfigPlace): readonly string[] {
  if (path !== undefined) return [path]
  const listed = (environment ?? '').split(delimiter).filter((each) => each !== '')
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]
}

function readOne(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const refusal = refuseOddFile({ isFile: stat.isFile(), size: stat.size })
  if (refusal !== undefined) throw new BridgeError(`kubeconfig ${path} ${refusal}`)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new BridgeError(`kubeconfig ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Texts of the kubeconfigs that are there, in order. @throws BridgeError when there is none */
export function readKubeconfigs(place: KubeconfigPlace): readonly string[] {
  const paths = pathsOf(place)
  const texts = paths.map(readOne).filter((text) => text !== undefined)
  if (texts.length === 0) throw new BridgeError(`there is no kubeconfig at ${paths.join(', ')}. kind writes it when it creates a cluster: kind create cluster`)
  return texts
}

/** Names of contexts that may be kind's. @throws BridgeError */
export function kindContexts(place: KubeconfigPlace): readonly string[] {
  return kindContextsOf(readKubeconfigs(place))
}

/** The cluster of a context after the guards. Nothing is connected. @throws BridgeError in words */
export function loadTarget(place: KubeconfigPlace, context: string): KindTarget {
  return readTarget(readKubeconfigs(place), context, new Date())
}
