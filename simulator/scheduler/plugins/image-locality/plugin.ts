import { nodeTraits } from '../../columns.ts'
import type { Cycle, ScorePlugin } from '../../framework.ts'
import { nodeOf, scoreMax } from '../../framework.ts'
import { success } from '../../status.ts'

const mebibyte = 1024 * 1024
const minThreshold = 23 * mebibyte
const maxContainerThreshold = 1000 * mebibyte

/** An image name with its tag written out. */
function normalizedName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}

/** Image names of all containers, one entry per container. */
type Images = readonly string[]

function imagesOf({ podClass: { pod: { spec }, memo } }: Cycle): Images {
  const known = memo.get('ImageLocality') as Images | undefined
  if (known !== undefined) return known
  const names = [...(spec.initContainers ?? []), ...spec.containers].map((container) => normalizedName(container.image ?? ''))
  memo.set('ImageLocality', names)
  return names
}

/** The score of a node that has the images of which the mask has a bit. */
function scoreOf({ cache }: Cycle, names: readonly string[], mask: number): number {
  let sum = 0
  for (let i = 0; i < names.length; i++) {
    const state = Math.floor(mask / 2 ** i) % 2 === 0 ? undefined : cache.images.find(names[i])
    // An image that few nodes have counts less, so that pods do not flock to them.
    if (state !== undefined) sum += Math.trunc(state.bytes * (state.nodeCount / cache.nodeCount))
  }
  const max = maxContainerThreshold * names.length
  const clamped = Math.min(Math.max(sum, minThreshold), max)
  return Math.floor((scoreMax * (clamped - minThreshold)) / (max - minThreshold))
}

/**
 * Prefers nodes that have the pod's images already.
 * The raw score is the set of images present, which depends on the node alone; how widely they are spread comes last.
 * Models kubernetes/pkg/scheduler/framework/plugins/imagelocality (v1.35).
 */
export const imageLocality: ScorePlugin<Images> = {
  name: 'ImageLocality',
  isNodeLocal: true,
  scoreTraits: nodeTraits.hasImages,
  preScore(cycle) {
    return { status: success, state: imagesOf(cycle) }
  },
  score(_cycle, slot, names) {
    const images = nodeOf(slot).status?.images
    if (images === undefined || images.length === 0) return 0
    let mask = 0
    for (let i = 0; i < names.length; i++) if (images.some((image) => image.names?.includes(names[i]))) mask += 2 ** i
    return mask
  },
  // Small images, and larger ones that few nodes have, count nothing anywhere.
  isIndifferent(cycle) {
    const names = imagesOf(cycle)
    return scoreOf(cycle, names, 2 ** names.length - 1) === 0
  },
  normalize(cycle, scores, _feasible, count, names) {
    let lastMask = 0
    let lastScore = 0
    for (let i = 0; i < count; i++) {
      const mask = scores[i]
      // Most nodes have the same of the images as their neighbor.
      if (mask !== lastMask) {
        lastMask = mask
        lastScore = mask === 0 ? 0 : scoreOf(cycle, names, mask)
      }
      scores[i] = lastScore
    }
  },
}
