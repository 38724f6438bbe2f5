import { useEffect, useMemo, useRef, useState, type RefObject } from 'react'
import { Maximize2, Minus, Plus, Search, Table2 } from 'lucide-react'
import type { ServiceRow } from '../../../session/host-rows.ts'
import { useActions } from '../../actions/action-hub.tsx'
import { useFlight } from '../../flight.tsx'
import { counted } from '../../format.view.ts'
import { view } from '../../state/view.ts'
import { Button } from '../../ui/Button.tsx'
import { PodGlyph, podShapeWords } from '../../ui/Glyphs.tsx'
import { Name } from '../../ui/Names.tsx'
import { PaneHead } from '../../ui/Pane.tsx'
import { useView } from '../../use-view.ts'
import { selectionOfPod, selectionOfNode, useWorkbench } from '../../workbench.tsx'
import { problemsView } from '../needs-a-look/needs-a-look.view.ts'
import { SentenceLine } from '../sentence-line/SentenceLine.tsx'
import { sentenceView } from '../sentence-line/sentence-line.view.ts'
import { fitLevel, layoutMap, type MapLevel } from './map-layout.view.ts'
import { mapRowsView, type MapRows, type QueueGroup } from './map-rows.view.ts'
import { MapCanvas } from './MapCanvas.tsx'
import { MapTree } from './MapTree.tsx'
import { NodeCards } from './NodeCards.tsx'
import { NodeRows } from './NodeRows.tsx'
import css from './ClusterMap.module.css'

const nowView = view<undefined, number>(['second', 'pods'], (board) => board.clock.nowMs)
const servicesView = view<undefined, readonly ServiceRow[]>(['services', 'pods'], (board) => [...board.services.values()].filter((service) => service.namespace !== 'kube-system' && service.name !== 'kubernetes').slice(0, 4))
const nameView = view<undefined, { name: string; isPast: boolean }>(['nodes', 'second'], (board) => ({ name: board.clusterName, isPast: board.clock.isPast }))

interface ClusterMapProps { title?: string; onMaximize?: () => void; hasServices?: boolean }

/** The cluster at all scales: sentence, queue, and nodes as cards, tiles, cells or blocks; the treegrid twin beside. */
export function ClusterMap({ title, onMaximize, hasServices = false }: ClusterMapProps) {
  const [filter, setFilter] = useState('')
  const rows = useView(mapRowsView, filter)
  const sentence = useView(sentenceView)
  const { name } = useView(nameView)
  const [isTable, setTable] = useState(false)
  const [chosenLevel, setLevel] = useState<MapLevel | undefined>(undefined)
  const body = useRef<HTMLDivElement>(null)
  const size = useSize(body)
  const level = chosenLevel ?? fitLevel(rows, size.width, size.height)
  const field = useRef<HTMLInputElement>(null)
  const zoom = (step: 1 | -1) => setLevel(Math.min(3, Math.max(0, level + step)) as MapLevel)
  useMapActions({ zoom, fit: () => setLevel(undefined), filter: () => field.current?.focus(), table: () => setTable((was) => !was) })
  const hasRoom = size.width > 560
  return (
    <>
      <PaneHead title={title ?? (name === '' ? 'Cluster' : name)} note={`${counted(rows.nodeCount, 'node')} · ${counted(rows.podCount, 'Pod')}`}>
        {hasRoom && <label className={css.filter}><Search size={14} aria-hidden /><input ref={field} type="search" aria-label="Filter the map" placeholder="Filter" value={filter} onChange={(event) => setFilter(event.target.value.trim())} /></label>}
        {(level < 3 || rows.nodeCount > 6) && <><Button look="quiet" size="small" icon={Minus} iconOnly aria-label="Zoom out" onClick={() => zoom(-1)} disabled={level === 0} /><Button look="quiet" size="small" icon={Plus} iconOnly aria-label="Zoom in" onClick={() => zoom(1)} disabled={level === 3} /></>}
        <Button look="quiet" size="small" icon={Table2} iconOnly aria-label="Show the map as a table" aria-pressed={isTable} onClick={() => setTable((was) => !was)} />
        {onMaximize !== undefined && <Button look="quiet" size="small" icon={Maximize2} iconOnly aria-label="Maximize the cluster" onClick={onMaximize} />}
      </PaneHead>
      <SentenceLine />
      <div ref={body} className={css.body}>
        {!isTable && rows.queue.length > 0 && <Queue groups={rows.queue} />}
        {!isTable && rows.pools.length === 0 && <Empty filter={filter} onClear={() => setFilter('')} />}
        {!isTable && rows.pools.length > 0 && <Levels level={level} rows={rows} widthPx={size.width} isSmall={size.height < 340 && size.width < 600 && !hasServices} sentence={sentence.text} hasServices={hasServices} onZoom={zoom} />}
        <MapTree rows={rows} filter={filter} sentence={sentence.text} isShown={isTable} />
      </div>
      {!isTable && level < 3 && size.height > 300 && <Legend />}
    </>
  )
}

function Levels({ level, rows, widthPx, isSmall, sentence, hasServices, onZoom }: { level: MapLevel; rows: MapRows; widthPx: number; isSmall: boolean; sentence: string; hasServices: boolean; onZoom: (step: 1 | -1) => void }) {
  const { store } = useFlight()
  const nowMs = useView(nowView)
  const services = useView(servicesView)
  const layout = useMemo(() => (level === 3 ? undefined : layoutMap(rows, level, widthPx)), [rows, level, widthPx])
  if (layout !== undefined) return <MapCanvas layout={layout} sentence={sentence} onZoom={onZoom} />
  if (isSmall) return <div className={css.rows}><NodeRows rows={rows} podsByNode={store.board.podsByNode} nowMs={nowMs} /></div>
  return <div className={css.cards}><NodeCards rows={rows} podsByNode={store.board.podsByNode} services={hasServices ? services : []} nowMs={nowMs} isNarrow={widthPx < 720} /></div>
}

interface MapHandlers { zoom: (step: 1 | -1) => void; fit: () => void; filter: () => void; table: () => void }

function useMapActions({ zoom, fit, filter, table }: MapHandlers): void {
  const workbench = useWorkbench()
  const { store } = useFlight()
  const problems = useView(problemsView)
  const at = useRef(-1)
  useActions({
    'zoom-in': () => zoom(1), 'zoom-out': () => zoom(-1), 'zoom-fit': fit, filter, 'map-table': table,
    'next-problem': () => {
      if (problems.length === 0) return
      at.current = (at.current + 1) % problems.length
      const problem = problems[at.current]
      if (problem === undefined) return
      workbench.ring(problem.nodeNames)
      const pod = store.board.pods.get(problem.podUids[0] ?? '')
      workbench.select(pod === undefined ? selectionOfNode(problem.nodeNames[0] ?? '') : selectionOfPod(pod))
    },
  })
}

/** Pods without a node, by owner, with the reason. */
function Queue({ groups }: { groups: readonly QueueGroup[] }) {
  const workbench = useWorkbench()
  const count = groups.reduce((total, group) => total + group.pods.length, 0)
  return (
    <section className={css.queue} aria-label="Queue">
      <h3><b>Queue</b> {count === 1 ? '1 Pod has no node' : `${count} Pods have no node`}</h3>
      {groups.map((group) => {
        const first = group.pods[0]
        const isPicked = workbench.selection?.kind === 'Pod' && group.pods.some((pod) => workbench.selection?.kind === 'Pod' && workbench.selection.uid === pod.uid)
        return (
          <button key={group.id} type="button" tabIndex={-1} className={isPicked ? `${css.lane} ${css.picked}` : css.lane} aria-pressed={isPicked}
            onClick={() => { if (first !== undefined) { workbench.select(selectionOfPod(first)); workbench.showView('why') } }}>
            {group.pods.slice(0, 8).map((pod) => <PodGlyph key={pod.uid} shape={pod.shape} />)}
            <Name>{group.name}</Name><span className={css.wants}>{group.wants}</span><span className={css.space} /><span className={css.reason}>{group.reason}</span>
          </button>
        )
      })}
    </section>
  )
}

function Empty({ filter, onClear }: { filter: string; onClear: () => void }) {
  if (filter === '') return <p className={css.empty}>No node yet. Apply a Node, or open another cluster.</p>
  return <div className={css.empty}><p><b>No Pod or node matches</b> <code>{filter}</code></p><Button onClick={onClear}>Clear filter</Button></div>
}

function Legend() {
  return (
    <div className={css.legend}>
      {(['running', 'starting', 'not-ready', 'pending', 'failing', 'terminating', 'succeeded', 'unknown'] as const).map((shape) => <span key={shape}><PodGlyph shape={shape} size={9} />{podShapeWords[shape]}</span>)}
      <span className={css.space} />
      <span className={css.help}>Scroll to pan · + − 0 to zoom · / filter · N next problem</span>
    </div>
  )
}

function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 800, height: 600 })
  useEffect(() => {
    const element = ref.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return size
}
