import { Ban, Server } from 'lucide-react'
import type { NodeRow, PodRow } from '../../../session/host-rows.ts'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Name } from '../../ui/Names.tsx'
import { selectionOfNode, selectionOfPod, useWorkbench } from '../../workbench.tsx'
import { toNodeCard, type MapRows } from './map-rows.view.ts'
import css from './NodeRows.module.css'

interface NodeRowsProps { rows: MapRows; podsByNode: ReadonlyMap<string, ReadonlyMap<string, PodRow>>; nowMs: number }

/** Cards for a small pane: two lines a node, Pods as squares. */
export function NodeRows({ rows, podsByNode, nowMs }: NodeRowsProps) {
  return <>{rows.pools.flatMap((pool) => pool.nodes.map((node) => <NodeLine key={node.name} node={node} pods={[...(podsByNode.get(node.name)?.values() ?? [])]} nowMs={nowMs} />))}</>
}

function NodeLine({ node, pods, nowMs }: { node: NodeRow; pods: readonly PodRow[]; nowMs: number }) {
  const workbench = useWorkbench()
  const card = toNodeCard(node, pods, nowMs)
  const isPicked = (workbench.selection?.kind === 'Node' && workbench.selection.name === node.name) || workbench.ringed.includes(node.name)
  const taint = node.taints[0]?.split(/[=:]/)[0]?.replace('node-role.kubernetes.io/', '')
  const pick = () => { workbench.select(selectionOfNode(node.name)); workbench.showView('details') }
  return (
    <div role="group" aria-label={`Node ${node.name}`} className={isPicked ? `${css.node} ${css.picked}` : css.node}>
      <button type="button" tabIndex={-1} className={css.head} onClick={pick}>
        <Server size={12} aria-hidden /><Name>{node.name}</Name><span className={css.space} />
        {card.stateWord !== undefined && <span className={css.bad}>{card.stateWord}</span>}
        {taint !== undefined && <span className={css.taint} title={node.taints.join(', ')}><Ban size={12} aria-hidden /><span>{taint}</span></span>}
      </button>
      <div className={css.line}>
        <span className={css.bar} role="img" aria-label={`CPU ${card.cpu.text}, memory ${card.memory.text}`}>{card.cpu.parts.map((part) => <i key={part.uid} className={css[part.tone]} style={{ width: `${part.percent}%` }} />)}</span>
        {node.gpuSlots.length > 0 && <span className={css.gpus} role="img" aria-label={`GPUs: ${node.gpuSlots.filter((slot) => slot.podUid !== undefined).length} of ${node.gpuSlots.length} used`}>{node.gpuSlots.map((slot, index) => <i key={index} className={slot.lost === true ? css.lost : slot.podUid === undefined ? undefined : css.used} />)}</span>}
        <span className={css.pods}>
          {card.pods.map((pod) => (
            <button key={pod.uid} type="button" tabIndex={-1} title={pod.name} aria-pressed={workbench.selection?.kind === 'Pod' && workbench.selection.uid === pod.uid} onClick={() => { workbench.select(selectionOfPod(pod.row)); workbench.showView('details') }}>
              <Hidden>{pod.label}</Hidden><PodGlyph shape={pod.shape} size={9} progress={pod.progress} />
            </button>
          ))}
          {card.foldedText !== undefined && <span className={css.folded}>+{card.foldedText.split(' ')[0]}</span>}
        </span>
      </div>
    </div>
  )
}
