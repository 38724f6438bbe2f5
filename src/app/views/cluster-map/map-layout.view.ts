import type { MapRows, Pool } from './map-rows.view.ts'

/** 0 block, 1 cell, 2 tile, 3 card. */
export type MapLevel = 0 | 1 | 2 | 3

export interface Placed { readonly node: string; readonly x: number; readonly y: number; readonly w: number; readonly h: number }
export interface PoolBand { readonly pool: Pool; readonly y: number; readonly h: number; readonly labelY: number }
export interface BlockCell { readonly pool: Pool; readonly zone: string; readonly x: number; readonly y: number; readonly w: number; readonly h: number }
export interface MapLayout {
  readonly level: MapLevel
  readonly width: number
  readonly height: number
  readonly zones: readonly { readonly name: string; readonly x: number }[]
  readonly bands: readonly PoolBand[]
  readonly nodes: readonly Placed[]
  readonly blocks: readonly BlockCell[]
}

const margin = 12
const zoneLabelHeight = 18
const poolLabelHeight = 17
const bandGap = 12
const zoneGap = 14
const sizes = { 1: { w: 9, h: 9, gap: 1 }, 2: { w: 84, h: 62, gap: 5 } } as const
const blockHeight = 44

/** Places all nodes of a level in a viewport of this width. Rows are pools, columns are zones, in creation order. */
export function layoutMap(rows: MapRows, level: MapLevel, widthPx: number): MapLayout {
  const zones = rows.zones.length === 0 ? [''] : rows.zones
  const columnWidth = Math.max(100, (widthPx - margin * 2 - zoneGap * (zones.length - 1)) / zones.length)
  const zoneX = zones.map((_, index) => margin + index * (columnWidth + zoneGap))
  const layout: { bands: PoolBand[]; nodes: Placed[]; blocks: BlockCell[] } = { bands: [], nodes: [], blocks: [] }
  let y = zoneLabelHeight + 4
  for (const pool of rows.pools) {
    const top = y + poolLabelHeight
    let bottom = top
    zones.forEach((zone, index) => {
      const nodes = pool.byZone.get(zone) ?? []
      const x = zoneX[index] ?? margin
      if (level === 0) {
        if (nodes.length > 0) layout.blocks.push({ pool, zone, x, y: top, w: columnWidth, h: blockHeight })
        bottom = Math.max(bottom, top + blockHeight)
        return
      }
      const size = sizes[level === 1 ? 1 : 2]
      const perRow = Math.max(1, Math.floor((columnWidth + size.gap) / (size.w + size.gap)))
      nodes.forEach((node, at) => {
        const placed = { node: node.name, x: x + (at % perRow) * (size.w + size.gap), y: top + Math.floor(at / perRow) * (size.h + size.gap), w: size.w, h: size.h }
        layout.nodes.push(placed)
        bottom = Math.max(bottom, placed.y + size.h)
      })
    })
    layout.bands.push({ pool, y, h: bottom - y, labelY: y + 12 })
    y = bottom + bandGap
  }
  return { level, width: widthPx, height: y + margin, zones: zones.map((name, index) => ({ name, x: zoneX[index] ?? margin })), ...layout }
}

/** The largest level at which everything fits the viewport; few nodes are always cards. */
export function fitLevel(rows: MapRows, widthPx: number, heightPx: number): MapLevel {
  if (rows.nodeCount <= 12) return 3
  // A few screens of tiles say more than one screen of cells.
  if (rows.nodeCount <= 120 || layoutMap(rows, 2, widthPx).height <= heightPx * 1.15) return 2
  return rows.nodeCount <= 8000 && layoutMap(rows, 1, widthPx).height <= heightPx * 3 ? 1 : 0
}

/** The node under a point, or undefined. */
export function nodeAt(layout: MapLayout, x: number, y: number): string | undefined {
  return layout.nodes.find((node) => x >= node.x && x < node.x + node.w && y >= node.y && y < node.y + node.h)?.node
}

/** The next node in a direction of the matrix, for the arrow keys. */
export function neighbor(layout: MapLayout, from: string, key: string): string | undefined {
  const at = layout.nodes.find((node) => node.node === from)
  if (at === undefined) return layout.nodes[0]?.node
  const [dx, dy] = key === 'ArrowLeft' ? [-1, 0] : key === 'ArrowRight' ? [1, 0] : key === 'ArrowUp' ? [0, -1] : [0, 1]
  let best: { name: string; cost: number } | undefined
  for (const node of layout.nodes) {
    const along = (node.x - at.x) * dx + (node.y - at.y) * dy
    if (along <= 0) continue
    const across = Math.abs((node.x - at.x) * dy) + Math.abs((node.y - at.y) * dx)
    const cost = along + across * 3
    if (best === undefined || cost < best.cost) best = { name: node.node, cost }
  }
  return best?.name
}
