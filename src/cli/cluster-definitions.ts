/** The clusters of the course alone: a command that needs no labs and tasks is quicker so. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { ClusterDefinition } from '../content/types.ts'

const path = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'scenarios', 'clusters.yaml')

/** All cluster definitions. The file is part of this installation; the content test checks it. */
export function readClusterDefinitions(): readonly ClusterDefinition[] {
  return parse(readFileSync(path, 'utf8')) as readonly ClusterDefinition[]
}
