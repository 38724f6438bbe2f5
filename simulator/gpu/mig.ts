/** Which MIG devices fit on one GPU together. Models the placement rules of the NVIDIA MIG User Guide. */

import { compareText } from '../kernel/text.ts'
import { gpuErrors } from './errors.ts'
import type { GpuModel, MigGeometry, MigProfile } from './models.ts'
import type { GpuSpec, MigLayout } from './spec.ts'

/** A GPU instance on its GPU: the profile and its first memory slice. */
export interface MigPlacement {
  readonly profile: MigProfile
  readonly start: number
}

/**
 * Places profiles on one GPU, the largest first.
 * @param wanted profiles, largest first
 * @returns a placement for each in the order given, or undefined when none exists
 */
function place(wanted: readonly MigProfile[], used: readonly boolean[]): MigPlacement[] | undefined {
  const [profile, ...rest] = wanted
  if (profile === undefined) return []
  for (const start of profile.starts) {
    const end = start + profile.memorySlices
    if (used.slice(start, end).includes(true)) continue
    const others = place(rest, used.map((isUsed, slice) => isUsed || (slice >= start && slice < end)))
    if (others !== undefined) return [{ profile, start }, ...others]
  }
  return undefined
}

function wantedOf(geometry: MigGeometry, layout: MigLayout): MigProfile[] {
  const wanted: MigProfile[] = []
  for (const profile of geometry.profiles) for (let i = 0; i < (layout.profiles[profile.name] ?? 0); i++) wanted.push(profile)
  return wanted.sort((a, b) => b.memorySlices - a.memorySlices || b.slices - a.slices || compareText(a.name, b.name))
}

/** The MIG devices of a layout on one GPU, by their first memory slice. Empty when they do not fit. */
export function placeLayout(geometry: MigGeometry, layout: MigLayout): MigPlacement[] {
  const placed = place(wantedOf(geometry, layout), Array.from({ length: geometry.memorySlices }, () => false)) ?? []
  return placed.sort((a, b) => a.start - b.start)
}

function layoutText(layout: MigLayout): string {
  return Object.entries(layout.profiles).filter(([, count]) => count > 0).map(([name, count]) => `${count} x ${name}`).join(' and ')
}

function findLayoutConflict(model: GpuModel, geometry: MigGeometry, layout: MigLayout): string | undefined {
  for (const [name, count] of Object.entries(layout.profiles)) {
    const profile = geometry.profiles.find((known) => known.name === name)
    if (profile === undefined) return gpuErrors.unknownProfile(name, model.product, geometry.profiles.map((known) => known.name))
    const max = Math.min(profile.countMax ?? profile.starts.length, Math.floor(geometry.computeSlices / profile.slices))
    if (!Number.isInteger(count) || count < 0 || count > max) return gpuErrors.tooManyOf(name, count, max)
  }
  const wanted = wantedOf(geometry, layout)
  if (wanted.length === 0) return gpuErrors.emptyLayout
  const slices = wanted.reduce((sum, profile) => sum + profile.slices, 0)
  if (slices > geometry.computeSlices) return gpuErrors.tooManySlices(layoutText(layout), slices, geometry.computeSlices)
  return placeLayout(geometry, layout).length === 0 ? gpuErrors.noPlacement(layoutText(layout), model.product) : undefined
}

/** Why GPUs cannot be divided like this, in a sentence; undefined when they can. */
export function findMigConflict(model: GpuModel, count: number, mig: NonNullable<GpuSpec['mig']>): string | undefined {
  if (model.mig === undefined) return gpuErrors.notMigCapable(model.product)
  if (mig.strategy !== 'single' && mig.strategy !== 'mixed') return gpuErrors.unknownStrategy(String(mig.strategy))
  const divided = new Set<number>()
  for (const layout of mig.devices) {
    const conflict = findLayoutConflict(model, model.mig, layout)
    if (conflict !== undefined) return conflict
    for (const index of layout.gpus ?? Array.from({ length: count }, (_, i) => i)) {
      if (!Number.isInteger(index) || index < 0 || index >= count) return gpuErrors.noSuchGpu(index, count)
      if (divided.has(index)) return gpuErrors.dividedTwice(index)
      divided.add(index)
    }
  }
  if (mig.strategy === 'mixed') return undefined
  if (divided.size < count) return gpuErrors.singleNeedsAll
  const names = new Set(mig.devices.flatMap((layout) => Object.keys(layout.profiles).filter((name) => layout.profiles[name] > 0)))
  return names.size > 1 ? gpuErrors.singleNeedsOneProfile([...names]) : undefined
}
