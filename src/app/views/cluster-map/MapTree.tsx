import { useRef, useState, type KeyboardEvent } from 'react'
import { ChevronRight } from 'lucide-react'
import { useFlight } from '../../flight.tsx'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { useView } from '../../use-view.ts'
import { view } from '../../state/view.ts'
import { selectionOfNode, selectionOfPod, useWorkbench } from '../../workbench.tsx'
import type { MapRows } from './map-rows.view.ts'
import { treeKey, treeRows, type TreeRow } from './tree.view.ts'
import css from './MapTree.module.css'

const secondView = view<undefined, number>(['second', 'pods'], (board) => board.clock.nowMs)
/** Up to this many nodes all pools are open at first. */
const openAllMax = 60

interface MapTreeProps { rows: MapRows; filter: string; sentence: string; isShown: boolean }

/** The treegrid twin of the map: always in the page, seen when it is asked for; the active row is plum on the map too. */
export function MapTree({ rows, filter, sentence, isShown }: MapTreeProps) {
  const { store } = useFlight()
  const workbench = useWorkbench()
  const nowMs = useView(secondView)
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState('')
  const grid = useRef<HTMLDivElement>(null)
  const initiallyOpen = rows.nodeCount <= openAllMax
  const open = new Set<string>()
  for (const id of ['queue', ...rows.pools.map((pool) => `pool/${pool.name}`), ...(rows.nodeCount <= 12 ? [...store.board.nodes.keys()].map((name) => `node/${name}`) : [])]) if (initiallyOpen !== toggled.has(id)) open.add(id)
  for (const id of toggled) if (id.startsWith('node/') && rows.nodeCount > 12) open.add(id)
  const shown = treeRows(rows, store.board.podsByNode, open, nowMs, filter)
  const current = shown.some((row) => row.id === active) ? active : shown[0]?.id ?? ''
  const choose = (row: TreeRow | undefined) => {
    if (row?.pod !== undefined) workbench.select(selectionOfPod(row.pod))
    else if (row?.node !== undefined) workbench.select(selectionOfNode(row.node.name))
  }
  const flip = (id: string) => setToggled((before) => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') { choose(shown.find((row) => row.id === current)); workbench.showView('details'); return }
    const result = treeKey(shown, current, event.key)
    const id = result.move ?? result.open ?? result.close
    if (id === undefined) return
    event.preventDefault()
    event.stopPropagation()
    if (result.move === undefined) flip(id)
    setActive(id)
    choose(shown.find((row) => row.id === id))
    queueMicrotask(() => grid.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus())
  }
  return (
    <div ref={grid} role="treegrid" aria-label={`Cluster: ${sentence}`} aria-readonly="true" className={isShown ? css.tree : `${css.tree} ${css.clipped}`} onKeyDown={onKeyDown}>
      <div role="row" className={css.head}>{['Name', 'State', 'Ready', 'CPU', 'Memory', 'GPU'].map((title) => <span key={title} role="columnheader">{title}</span>)}</div>
      {shown.map((row) => (
        <div key={row.id} role="row" data-row={row.id} aria-level={row.level} aria-expanded={row.isExpanded} aria-posinset={row.position} aria-setsize={row.setSize}
          aria-selected={isSelected(row, workbench.selection)} tabIndex={row.id === current ? 0 : -1} className={css.row}
          onFocus={() => setActive(row.id)} onClick={() => { choose(row); if (row.isExpanded !== undefined) flip(row.id) }}>
          <span role="gridcell" className={css[`level${row.level}`]}>{row.isExpanded !== undefined && <ChevronRight size={12} aria-hidden className={row.isExpanded ? css.open : undefined} />}{row.pod !== undefined && <PodGlyph shape={row.pod.shape} size={9} />}{row.name}</span>
          <span role="gridcell">{row.state}</span><span role="gridcell">{row.ready}</span><span role="gridcell">{row.cpu}</span><span role="gridcell">{row.memory}</span><span role="gridcell">{row.gpu}</span>
        </div>
      ))}
    </div>
  )
}

function isSelected(row: TreeRow, selection: ReturnType<typeof useWorkbench>['selection']): boolean {
  if (selection?.kind === 'Pod') return row.pod?.uid === selection.uid
  return selection?.kind === 'Node' && row.node?.name === selection.name
}
