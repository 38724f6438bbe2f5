/** A cluster FILE of the command line: YAML of Nodes and any other objects. */

import type { ClusterDefinition, Scenario } from '../content/types.ts'
import { readClusterYaml } from '../session/cluster-yaml.ts'
import { practiceClusterId } from './practice-cluster.ts'
import { UsageError } from './user-input.ts'

/** The scenario of a shell without a scenario: an empty practice cluster. */
export const emptyScenario: Scenario = { cluster: practiceClusterId, seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: [] }

/** Nodes and start of a cluster file. @throws UsageError for YAML that does not parse or has no Node */
export function readClusterFile(text: string): { readonly definition: ClusterDefinition; readonly scenario: Scenario } {
  const read = readClusterYaml(text)
  if ('error' in read) throw new UsageError(`the cluster file, line ${read.line}: ${read.error}`)
  return { definition: read.definition, scenario: { ...emptyScenario, cluster: read.definition.id, start: read.objects === '' ? [] : [{ apply: read.objects }] } }
}
