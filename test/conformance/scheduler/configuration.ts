/** KubeSchedulerConfiguration documents: the real loader's error, or the plugins and arguments of each profile. */

import { loadSchedulerConfiguration } from '../../../simulator/scheduler/configuration/load.ts'
import type { ExtensionPoint, SchedulerProfile } from '../../../simulator/scheduler/configuration/types.ts'
import { jsonEqual } from '../compare.ts'
import type { CaseResult, JsonValue, Row } from '../runner.ts'

function profileOf({ schedulerName, percentageOfNodesToScore, plugins, args }: SchedulerProfile): unknown {
  const lists = Object.entries(plugins).filter(([, list]) => list.length > 0)
  const names = lists.map(([point, list]) => [point, list.map(({ name, weight }) => ((point as ExtensionPoint) === 'score' ? `${name}=${weight}` : name))])
  return { schedulerName, ...(percentageOfNodesToScore !== undefined && { percentageOfNodesToScore }), plugins: Object.fromEntries(names), args }
}

/** One document. */
export function runConfiguration(row: Row): CaseResult {
  const { stage: _stage, errors: _errors, ...expected } = row['expect'] as { [field: string]: JsonValue }
  const loaded = loadSchedulerConfiguration(String(row['document']))
  const actual: unknown = 'error' in loaded ? { error: loaded.error } : { ...loaded, profiles: loaded.profiles.map(profileOf) }
  return { name: String(row['name']), ok: jsonEqual(expected as JsonValue, JSON.parse(JSON.stringify(actual)) as JsonValue), expected: expected as JsonValue, actual }
}
