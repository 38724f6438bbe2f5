import { useEffect, useLayoutEffect, useRef, type MouseEvent } from 'react'
import { useFlight } from '../../flight.tsx'
import { onTheme } from '../../settings.ts'
import { selectionOfNode, useWorkbench } from '../../workbench.tsx'
import { drawMap, readColors, type MapColors } from './map-draw.ts'
import { nodeAt, type MapLayout } from './map-layout.view.ts'
import css from './MapCanvas.module.css'

interface MapCanvasProps { layout: MapLayout; sentence: string; onZoom: (step: 1 | -1) => void }

/** Levels 0 to 2. The canvas sticks to the viewport; the page scrolls under it and only what is visible is drawn. */
export function MapCanvas({ layout, sentence, onZoom }: MapCanvasProps) {
  const { store } = useFlight()
  const workbench = useWorkbench()
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const colors = useRef<MapColors | undefined>(undefined)
  const draw = useRef(() => {})
  useLayoutEffect(() => {
    draw.current = () => {
      if (box.current === null || canvas.current === null) return
      colors.current ??= readColors(box.current)
      paint(canvas.current, box.current, (ctx, topPx, heightPx) => drawMap(ctx, {
        layout, topPx, heightPx, nodes: store.board.nodes, podsByNode: store.board.podsByNode, ringed: new Set(workbench.ringed),
        selectedNode: workbench.selection?.kind === 'Node' ? workbench.selection.name : workbench.selection?.kind === 'Pod' ? store.board.pods.get(workbench.selection.uid)?.nodeName : undefined,
        selectedPod: workbench.selection?.kind === 'Pod' ? workbench.selection.uid : undefined,
      }, colors.current as MapColors))
    }
    draw.current()
  })
  useEffect(() => {
    let frame = 0
    const later = () => { if (frame === 0) frame = requestAnimationFrame(() => { frame = 0; draw.current() }) }
    const unsubscribe = store.subscribe(later)
    const offTheme = onTheme(() => { colors.current = undefined; later() })
    const element = box.current
    element?.addEventListener('scroll', later, { passive: true })
    return () => { unsubscribe(); offTheme(); element?.removeEventListener('scroll', later); cancelAnimationFrame(frame) }
  }, [store])
  useEffect(() => {
    const element = box.current
    const onWheel = (event: WheelEvent) => { if (event.ctrlKey) { event.preventDefault(); onZoom(event.deltaY < 0 ? 1 : -1) } }
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  }, [onZoom])
  const onClick = (event: MouseEvent) => {
    const rect = box.current?.getBoundingClientRect()
    if (rect === undefined) return
    const node = nodeAt(layout, event.clientX - rect.left, event.clientY - rect.top + (box.current?.scrollTop ?? 0))
    if (node === undefined) return
    workbench.select(selectionOfNode(node))
    workbench.showView('details')
  }
  return (
    <div ref={box} className={css.box} onClick={onClick}>
      <canvas ref={canvas} className={css.canvas} role="img" aria-label={sentence} />
      <div style={{ height: layout.height }} className={css.spacer} />
    </div>
  )
}

function paint(canvas: HTMLCanvasElement, box: HTMLElement, draw: (ctx: CanvasRenderingContext2D, topPx: number, heightPx: number) => void): void {
  const { clientWidth, clientHeight, scrollTop } = box
  const ratio = Math.min(2, window.devicePixelRatio)
  const width = Math.round(clientWidth * ratio)
  const height = Math.round(clientHeight * ratio)
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height }
  canvas.style.width = `${clientWidth}px`
  canvas.style.height = `${clientHeight}px`
  const ctx = canvas.getContext('2d')
  if (ctx === null) return
  ctx.setTransform(ratio, 0, 0, ratio, 0, -scrollTop * ratio)
  draw(ctx, scrollTop, clientHeight)
}
