/** Paints levels 0 to 2 of the map on a canvas. Colors come from the tokens; every state also has a shape. */
import type { NodeRow, PodRow, PodShape } from '../../../session/host-rows.ts'
import { splitName } from '../../ui/names.view.ts'
import { toneOf } from './map-rows.view.ts'
import type { MapLayout, Placed } from './map-layout.view.ts'

const tokens = ['surface', 'bg', 'text', 'text-2', 'text-3', 'line', 'line-2', 'control', 'pod', 'pod-2', 'slot', 'ending', 'use', 'move', 'wait', 'bad', 'course', 'on-mark', 'fill-0', 'fill-1', 'fill-2', 'fill-3', 'fill-4'] as const
export type MapColors = Readonly<Record<(typeof tokens)[number], string>> & { readonly sans: string; readonly mono: string }

export function readColors(element: Element): MapColors {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return { ...(Object.fromEntries(tokens.map((name) => [name, read(name)])) as Record<(typeof tokens)[number], string>), sans: read('sans'), mono: read('mono') }
}

export interface MapScene {
  readonly layout: MapLayout
  readonly nodes: ReadonlyMap<string, NodeRow>
  readonly podsByNode: ReadonlyMap<string, ReadonlyMap<string, PodRow>>
  readonly selectedNode: string | undefined
  readonly selectedPod: string | undefined
  readonly ringed: ReadonlySet<string>
  /** Part of the layout that is on the screen. */
  readonly topPx: number
  readonly heightPx: number
}

type Ctx = CanvasRenderingContext2D

/** Draws what is visible; the context is scaled to CSS px and moved so that y 0 is the top of the layout. */
export function drawMap(ctx: Ctx, scene: MapScene, colors: MapColors): void {
  const { layout, topPx, heightPx } = scene
  ctx.clearRect(0, topPx, layout.width, heightPx)
  const isVisible = (y: number, h: number) => y + h >= topPx && y <= topPx + heightPx
  drawLabels(ctx, scene, colors, isVisible)
  for (const block of layout.blocks) if (isVisible(block.y, block.h)) drawBlock(ctx, block, scene, colors)
  for (const placed of layout.nodes) {
    if (!isVisible(placed.y, placed.h)) continue
    const node = scene.nodes.get(placed.node)
    if (node === undefined) continue
    const pods = scene.podsByNode.get(placed.node)
    if (layout.level === 1) drawCell(ctx, placed, node, pods, colors)
    else drawTile(ctx, placed, node, pods, scene, colors)
    if (scene.selectedNode === placed.node || scene.ringed.has(placed.node)) ring(ctx, placed, colors)
  }
}

function drawLabels(ctx: Ctx, scene: MapScene, colors: MapColors, isVisible: (y: number, h: number) => boolean): void {
  ctx.textBaseline = 'alphabetic'
  ctx.fillStyle = colors['text-3']
  ctx.font = `11px ${colors.sans}`
  for (const zone of scene.layout.zones) ctx.fillText(zone.name, zone.x, 13)
  for (const band of scene.layout.bands) {
    if (!isVisible(band.y, band.h)) continue
    ctx.font = `600 11px ${colors.sans}`
    ctx.fillStyle = colors['text-2']
    ctx.fillText(band.pool.name, 12, band.labelY)
    const width = ctx.measureText(band.pool.name).width
    ctx.font = `11px ${colors.sans}`
    ctx.fillStyle = colors['text-3']
    ctx.fillText(band.pool.note, 12 + width + 10, band.labelY)
  }
}

function ring(ctx: Ctx, at: Placed, colors: MapColors): void {
  ctx.strokeStyle = colors.course
  ctx.lineWidth = 2
  ctx.strokeRect(at.x - 2, at.y - 2, at.w + 4, at.h + 4)
}

/** Larger share of CPU and memory that is requested, 0..1. */
export function allocated(node: NodeRow): number {
  return Math.min(1, Math.max(node.cpuRequestMillis / Math.max(1, node.cpuMillis), node.memoryRequestBytes / Math.max(1, node.memoryBytes)))
}

function fillOf(share: number, colors: MapColors): string {
  const fills = [colors['fill-0'], colors['fill-1'], colors['fill-2'], colors['fill-3'], colors['fill-4']]
  return fills[Math.min(4, Math.floor(share * 5))] ?? colors['fill-0']
}

function hasShape(pods: ReadonlyMap<string, PodRow> | undefined, shapes: readonly PodShape[]): boolean {
  if (pods !== undefined) for (const pod of pods.values()) if (shapes.includes(pod.shape)) return true
  return false
}

function drawCell(ctx: Ctx, at: Placed, node: NodeRow, pods: ReadonlyMap<string, PodRow> | undefined, colors: MapColors): void {
  const isFailing = hasShape(pods, ['failing', 'failed'])
  if (!node.isReady) {
    ctx.fillStyle = colors.surface
    ctx.fillRect(at.x, at.y, at.w, at.h)
    ctx.strokeStyle = colors.bad
    ctx.lineWidth = 1.5
    ctx.strokeRect(at.x + 0.75, at.y + 0.75, at.w - 1.5, at.h - 1.5)
    cross(ctx, at.x, at.y, at.w, colors.bad)
    return
  }
  ctx.fillStyle = isFailing ? colors.bad : fillOf(allocated(node), colors)
  ctx.fillRect(at.x, at.y, at.w, at.h)
  if (isFailing) { cross(ctx, at.x, at.y, at.w, colors['on-mark']); return }
  if (node.gpuSlots.length > 0) {
    const used = node.gpuSlots.filter((slot) => slot.podUid !== undefined).length / node.gpuSlots.length
    ctx.fillStyle = colors.surface
    ctx.fillRect(at.x, at.y + at.h - 3, at.w, 3)
    ctx.fillStyle = colors['text-2']
    ctx.fillRect(at.x, at.y + at.h - 3, Math.round(at.w * used), 3)
  }
  if (hasShape(pods, ['starting'])) { ctx.fillStyle = colors.move; ctx.fillRect(at.x, at.y + at.h / 2, at.w, at.h / 2) }
  if (node.isUnschedulable) { ctx.strokeStyle = colors.text; ctx.lineWidth = 1; line(ctx, at.x, at.y + at.h, at.x + at.w, at.y) }
}

function drawTile(ctx: Ctx, at: Placed, node: NodeRow, pods: ReadonlyMap<string, PodRow> | undefined, scene: MapScene, colors: MapColors): void {
  ctx.fillStyle = colors.surface
  ctx.fillRect(at.x, at.y, at.w, at.h)
  ctx.strokeStyle = node.isReady ? (node.isUnschedulable ? colors.control : colors['line-2']) : colors.bad
  ctx.lineWidth = node.isReady ? 1 : 1.5
  ctx.setLineDash(!node.isReady || node.isUnschedulable ? [4, 3] : [])
  ctx.strokeRect(at.x + 0.5, at.y + 0.5, at.w - 1, at.h - 1)
  ctx.setLineDash([])
  if (node.taints.length > 0) hatchEdge(ctx, at, colors)
  const left = at.x + 9
  ctx.font = `${node.isReady ? '' : '600 '}11px ${colors.mono}`
  ctx.fillStyle = node.isReady ? colors.text : colors.bad
  ctx.fillText(splitName(node.name, 4).tail.replace(/^-/, '').slice(-6), left, at.y + 13)
  const state = !node.isReady ? 'NotReady' : node.pressure.includes('MemoryPressure') ? 'mem' : node.isUnschedulable ? 'drain' : ''
  if (state !== '') { ctx.font = `10px ${colors.sans}`; ctx.fillStyle = node.isReady ? colors['text-2'] : colors.bad; ctx.fillText(state, at.x + at.w - 5 - ctx.measureText(state).width, at.y + 13) }
  const width = at.w - 18
  tileBar(ctx, left, at.y + 18, width, node.cpuRequestMillis / Math.max(1, node.cpuMillis), colors, colors.pod)
  tileBar(ctx, left, at.y + 23, width, node.memoryRequestBytes / Math.max(1, node.memoryBytes), colors, node.pressure.includes('MemoryPressure') ? colors.bad : colors.pod)
  tileGpus(ctx, node, pods, left, at.y + 29, width, colors)
  tilePods(ctx, pods, left, at.y + (node.gpuSlots.length > 0 ? 47 : 38), width, scene.selectedPod, colors)
}

function tileBar(ctx: Ctx, x: number, y: number, width: number, share: number, colors: MapColors, color: string): void {
  ctx.fillStyle = colors.slot
  ctx.fillRect(x, y, width, 3)
  ctx.fillStyle = color
  ctx.fillRect(x, y, width * Math.min(1, share), 3)
}

function tileGpus(ctx: Ctx, node: NodeRow, pods: ReadonlyMap<string, PodRow> | undefined, x: number, y: number, width: number, colors: MapColors): void {
  const slotWidth = Math.min(7, Math.floor(width / Math.max(1, node.gpuSlots.length)) - 1)
  node.gpuSlots.forEach((slot, index) => {
    const at = x + index * (slotWidth + 1)
    const pod = slot.podUid === undefined ? undefined : pods?.get(slot.podUid)
    if (slot.podUid !== undefined) { ctx.fillStyle = pod !== undefined && toneOf(pod.shape) === 'move' ? colors.move : pod !== undefined && toneOf(pod.shape) === 'bad' ? colors.bad : colors.pod; ctx.fillRect(at, y, slotWidth, 12) }
    else { ctx.strokeStyle = slot.lost === true ? colors.bad : colors.control; ctx.lineWidth = 1; ctx.strokeRect(at + 0.5, y + 0.5, slotWidth - 1, 11); if (slot.lost === true) cross(ctx, at, y + 2, slotWidth, colors.bad) }
  })
}

/** More steady Pods than this fold into a count; the others never fold. */
const tilePodsMax = 7

function tilePods(ctx: Ctx, pods: ReadonlyMap<string, PodRow> | undefined, x: number, y: number, width: number, selected: string | undefined, colors: MapColors): void {
  if (pods === undefined) return
  const all = [...pods.values()]
  const steady = all.filter((pod) => pod.shape === 'running')
  const others = all.filter((pod) => pod.shape !== 'running')
  let at = x
  const fits = () => at + 7 <= x + width
  if (steady.length > tilePodsMax) {
    podShape(ctx, 'running', at, y, colors)
    ctx.font = `10px ${colors.sans}`
    ctx.fillStyle = colors['text-2']
    ctx.fillText(String(steady.length), at + 9, y + 7)
    at += 9 + ctx.measureText(String(steady.length)).width + 4
  } else for (const pod of steady) { if (!fits()) return; podShape(ctx, pod.shape, at, y, colors); if (pod.uid === selected) ringSmall(ctx, at, y, colors); at += 9 }
  for (const pod of others) { if (!fits()) return; podShape(ctx, pod.shape, at, y, colors); if (pod.uid === selected) ringSmall(ctx, at, y, colors); at += 9 }
}

function ringSmall(ctx: Ctx, x: number, y: number, colors: MapColors): void {
  ctx.strokeStyle = colors.course
  ctx.lineWidth = 1.5
  ctx.strokeRect(x - 1.75, y - 1.75, 10.5, 10.5)
}

/** The 7 px square of a Pod. */
function podShape(ctx: Ctx, shape: PodShape, x: number, y: number, colors: MapColors): void {
  const color = { running: colors.pod, starting: colors.move, 'not-ready': colors.wait, pending: colors.wait, gated: colors.ending, failing: colors.bad, failed: colors.bad, terminating: colors.ending, succeeded: colors['pod-2'], unknown: colors.ending }[shape]
  ctx.fillStyle = color
  ctx.strokeStyle = color
  ctx.lineWidth = 1
  if (shape === 'running' || shape === 'failing') ctx.fillRect(x, y, 7, 7)
  else { ctx.setLineDash(shape === 'pending' || shape === 'gated' ? [2, 1.5] : shape === 'unknown' ? [1, 1] : []); ctx.strokeRect(x + 0.5, y + 0.5, 6, 6); ctx.setLineDash([]) }
  if (shape === 'starting') ctx.fillRect(x, y + 3.5, 7, 3.5)
  if (shape === 'not-ready') ctx.fillRect(x, y, 3.5, 7)
  if (shape === 'gated') ctx.fillRect(x + 1, y + 3, 5, 1)
  if (shape === 'succeeded') ctx.fillRect(x + 2.5, y + 2.5, 2, 2)
  if (shape === 'terminating') { line(ctx, x, y + 7, x + 7, y); line(ctx, x, y + 3.5, x + 3.5, y) }
  if (shape === 'failing') cross(ctx, x, y, 7, colors['on-mark'])
  if (shape === 'failed') cross(ctx, x, y, 7, colors.bad)
}

function cross(ctx: Ctx, x: number, y: number, size: number, color: string): void {
  ctx.strokeStyle = color
  ctx.lineWidth = 1.3
  const inset = size * 0.28
  line(ctx, x + inset, y + inset, x + size - inset, y + size - inset)
  line(ctx, x + size - inset, y + inset, x + inset, y + size - inset)
}

function line(ctx: Ctx, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
  ctx.stroke()
}

function hatchEdge(ctx: Ctx, at: Placed, colors: MapColors): void {
  ctx.strokeStyle = colors['control']
  ctx.lineWidth = 1
  for (let y = at.y + 3; y < at.y + at.h - 4; y += 4) line(ctx, at.x + 1.5, y + 4, at.x + 4.5, y)
}

/** Level 0: allocation of the nodes of a pool in a zone as a histogram of five steps, with the counts of bad and moving. */
function drawBlock(ctx: Ctx, block: { pool: { name: string; byZone: ReadonlyMap<string, readonly NodeRow[]> }; zone: string; x: number; y: number; w: number; h: number }, scene: MapScene, colors: MapColors): void {
  const nodes = block.pool.byZone.get(block.zone) ?? []
  const steps = [0, 0, 0, 0, 0]
  let bad = 0
  let moving = 0
  for (const node of nodes) {
    const step = Math.min(4, Math.floor(allocated(node) * 5))
    steps[step] = (steps[step] ?? 0) + 1
    const pods = scene.podsByNode.get(node.name)
    if (!node.isReady || hasShape(pods, ['failing', 'failed'])) bad += 1
    else if (hasShape(pods, ['starting'])) moving += 1
  }
  ctx.fillStyle = colors.surface
  ctx.fillRect(block.x, block.y, block.w, block.h)
  ctx.strokeStyle = colors['line-2']
  ctx.lineWidth = 1
  ctx.strokeRect(block.x + 0.5, block.y + 0.5, block.w - 1, block.h - 1)
  const top = Math.max(1, ...steps)
  const barWidth = Math.min(28, (block.w - 110) / 5)
  steps.forEach((count, index) => {
    const h = (count / top) * (block.h - 10)
    ctx.fillStyle = fillOf(index / 5 + 0.01, colors)
    ctx.fillRect(block.x + 6 + index * (barWidth + 2), block.y + block.h - 5 - h, barWidth, h)
  })
  ctx.font = `11px ${colors.sans}`
  const right = block.x + block.w - 8
  const text = (value: string, y: number, color: string) => { ctx.fillStyle = color; ctx.fillText(value, right - ctx.measureText(value).width, y) }
  text(`${nodes.length} nodes`, block.y + 14, colors['text-2'])
  if (bad > 0) text(`× ${bad} bad`, block.y + 28, colors.bad)
  if (moving > 0) text(`${moving} moving`, block.y + (bad > 0 ? 41 : 28), colors.move)
}
