/** GPU models and their MIG profiles, for a form. */

import { gpuModels } from '../../../simulator/gpu/models.ts'

export interface GpuChoice { readonly model: string; readonly profiles: readonly string[] }

export const gpuChoices: readonly GpuChoice[] = gpuModels.map(({ product, mig }) => ({ model: product, profiles: mig?.profiles.map(({ name }) => name) ?? [] }))
