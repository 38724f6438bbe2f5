/**
 * Settled clusters before anything of a scenario is in them. Booting one costs more than most starts, and all scenarios
 * of one definition and seed begin with the same one: it is booted once and forked for each.
 */

import { authorUser } from '../../simulator/index.ts'
import type { Cluster, ClusterConfig } from '../../simulator/index.ts'
import type { ClusterDefinition, Scenario } from '../content/types.ts'
import { applyDocuments } from './apply-documents.ts'
import { bootCluster, settlingMs, usualAgeMs } from './booted-cluster.ts'
import type { BootOptions } from './booted-cluster.ts'

const minuteMs = 60_000
const megabyte = 1_000_000
/** How many definitions are kept; a form has tasks of two or three. */
const keptCount = 4

/** Images of a scenario in the shape of the simulator. */
export function imagesOf(scenario: Pick<Scenario, 'images'>): NonNullable<ClusterConfig['images']> {
  return Object.fromEntries(
    Object.entries(scenario.images).map(([reference, image]) => [reference, { program: image.program, bytes: image.megabytes * megabyte, parameters: image.parameters ?? {}, argv: ['/app'], ports: image.ports }]),
  )
}

/** Applies the objects of a definition. @throws Error when one is refused */
function install(cluster: Cluster, objects: string): void {
  const refused = applyDocuments(objects, authorUser, () => cluster, 'default').find(({ exitCode }) => exitCode !== 0)
  if (refused !== undefined) throw new Error(`an object of the cluster, line ${refused.line}: ${refused.output}`)
}

/**
 * A cache of the last four booted clusters, by nodes, add-ons, objects, age and seed. `fork` throws an Error with the
 * line when an object of the definition is refused.
 */
export class BaseClusters {
  private readonly kept = new Map<string, Cluster>()
  private readonly options: Pick<BootOptions, 'epochMs' | 'rootCertificate'>

  /** @param options what is the same for all clusters */
  constructor(options: Pick<BootOptions, 'epochMs' | 'rootCertificate'> = {}) {
    this.options = options
  }

  /** A cluster of a definition with nothing of the scenario but its images, at the moment when its start begins. */
  fork(definition: ClusterDefinition, scenario: Pick<Scenario, 'images' | 'historyMinutes'>, seed: number): Cluster {
    const historyMs = scenario.historyMinutes * minuteMs
    const ageMs = Math.max(usualAgeMs, historyMs + settlingMs)
    const cluster = this.base(definition, seed, ageMs).fork({ images: imagesOf(scenario) })
    cluster.advanceTo(ageMs - historyMs)
    return cluster
  }

  private base(definition: ClusterDefinition, seed: number, ageMs: number): Cluster {
    const { nodes, addOns, objects = '', apiServer } = definition
    const key = JSON.stringify([seed, ageMs, nodes, addOns, objects, apiServer])
    const known = this.kept.get(key)
    if (known !== undefined) return known
    const base = bootCluster(definition, { seed, ageMs, ...this.options })
    if (objects !== '') install(base, objects)
    if (this.kept.size === keptCount) this.kept.delete([...this.kept.keys()][0])
    this.kept.set(key, base)
    return base
  }
}
