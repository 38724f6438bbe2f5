import type { Node } from '../../../api/types.ts'
import type { ReferencePlugin } from './types.ts'

const mebibyte = 1024 * 1024

function sizeOn(node: Node, image: string): number | undefined {
  const found = (node.status?.images ?? []).find(({ names }) => names?.includes(image))
  return found && (found.sizeBytes ?? 0)
}

export const imageLocality: ReferencePlugin = {
  name: 'ImageLocality',
  weight: 1,
  score({ spec }, nodes, cluster) {
    const images = [...(spec.initContainers ?? []), ...spec.containers].map(({ image = '' }) => (image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`))
    const raw = nodes.map((node) => {
      const total = images.filter((image) => sizeOn(node, image) !== undefined).reduce((sum, image) => {
        const sizes = cluster.nodes.flatMap((other) => sizeOn(other, image) ?? [])
        // The size is that which the first node told; an image that few nodes have counts less.
        return sum + Math.trunc(sizes[0] * (sizes.length / cluster.nodes.length))
      }, 0)
      const [low, high] = [23 * mebibyte, 1000 * mebibyte * images.length]
      return Math.floor((100 * (Math.min(Math.max(total, low), high) - low)) / (high - low))
    })
    return { raw, normalized: raw }
  },
}
