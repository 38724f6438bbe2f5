/** Controllers over time: recorded scenarios played on a simulated cluster, and the hashes of pod templates. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isYamlError, parseYaml } from '../../simulator/api/yaml/documents.ts'
import type { PodTemplateSpec } from '../../simulator/api/types.ts'
import { computeHash, revisionHash } from '../../simulator/controllers/pod-template-hash.ts'
import { compareStep } from './scenario-player/compare.ts'
import type { RecordedStep, Unstable } from './scenario-player/compare.ts'
import { Player } from './scenario-player/player.ts'
import type { Scenario } from './scenario-player/player.ts'
import { runTranscript } from './controllers/transcripts.ts'
import { verdict } from './compare.ts'
import type { AreaRunner, CaseResult, Row, RowRunner } from './runner.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'controllers')

/** The scenario file of a recording lies beside it, or in the folder `scenarios` beside its folder. */
function readScenario(id: string, path: string | undefined): Scenario {
  const beside = path === undefined ? [] : [join(dirname(path), `${id}.yaml`), join(dirname(path), '..', 'scenarios', `${id}.yaml`)]
  const file = [...beside, join(folder, 'scenarios', `${id}.yaml`)].find((candidate) => existsSync(candidate))
  if (file === undefined) return {}
  const parsed = parseYaml(readFileSync(file, 'utf8'))
  if (isYamlError(parsed)) throw new Error(`${file}: ${parsed.error}`)
  return parsed.value as unknown as Scenario
}

function withoutHashes<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replace(/-[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, '-HASH')) as T
}

/** One recording: a verdict on its settled states, its Events, the course of its sizes and what its steps recorded of them. */
export const runScenario = (row: Row, _fileName: string, path?: string): CaseResult[] => {
  const id = String(row['id'])
  const player = new Player(readScenario(id, path))
  const unstable = (row['secondRunDiffers'] ?? []) as unknown as Unstable[]
  const failures = new Map<string, { step: number; expected: unknown; actual: unknown }>()
  const aspects = new Set(['settled', 'events', 'log'])
  const steps = row['steps'] as unknown as RecordedStep[]
  const all = steps.map((step) => player.play(step.do))
  // A restart writes the time into the template, so the hashes after it cannot be reproduced.
  const hasRestart = steps.some((step) => String(step.do['kubectl']).startsWith('rollout restart'))
  for (const [index, given] of steps.entries()) {
    const step = hasRestart ? withoutHashes(given) : given
    const played = hasRestart ? withoutHashes(player.named(all[index]!)) : player.named(all[index]!)
    if (step.output !== undefined && typeof step.output === 'object' && 'sizes' in step.output) aspects.add('sizes')
    for (const difference of compareStep(step, played, unstable.find((entry) => (typeof entry === 'number' ? entry : entry.step) === index))) {
      if (!failures.has(difference.aspect)) failures.set(difference.aspect, { step: index, ...difference })
    }
  }
  return [...aspects].map((aspect) => {
    const failure = failures.get(aspect)
    if (failure === undefined) return { name: `${id} ${aspect}`, ok: true }
    return { name: `${id} ${aspect}`, ok: false, expected: failure.expected, actual: failure.actual, note: `step ${failure.step}: ${JSON.stringify(steps[failure.step]?.do).slice(0, 200)}` }
  })
}

/** Rows of podhash.jsonl. */
const runPodHash: RowRunner = (row) => {
  const template = row['defaulted'] as unknown as PodTemplateSpec
  // A StatefulSet's revisions are hashed with its collision count, which starts at 0.
  const hash = row['kind'] === 'StatefulSet' ? revisionHash(template, 0) : computeHash(template)
  const owner = row['kind'] === 'Deployment' ? 'replicaSet' : 'controllerRevision'
  return verdict(row, { hash, [owner]: `web-${hash}` }, { hash: row['hash'], [owner]: row[owner] })
}

export const runner: AreaRunner = {
  area: 'controllers',
  files: {
    podhash: runPodHash,
    recorded: runScenario,
    scenarios: runScenario,
    transcripts: runTranscript,
  },
}
