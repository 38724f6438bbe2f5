import type { CSSProperties } from 'react'
import { Ban, Route, Server } from 'lucide-react'
import type { NodeRow, PodRow, ServiceRow } from '../../../session/host-rows.ts'
import type { SuggestedFix } from '../../../session/explanation.ts'
import { PodGlyph } from '../../ui/Glyphs.tsx'
import { Hidden } from '../../ui/LiveRegion.tsx'
import { Name } from '../../ui/Names.tsx'
import { selectionOfNode, selectionOfPod, useWorkbench } from '../../workbench.tsx'
import { SettledContext, useArrival, useSettled } from './arrival.ts'
import { toneOf, toNodeCard, type BarPart, type CardPod, type MapRows } from './map-rows.view.ts'
import css from './NodeCards.module.css'

interface NodeCardsProps {
  rows: MapRows
  podsByNode: ReadonlyMap<string, ReadonlyMap<string, PodRow>>
  services: readonly ServiceRow[]
  nowMs: number
  isNarrow: boolean
}

/** Level 3: nodes as cards in the DOM. */
export function NodeCards({ rows, podsByNode, services, nowMs, isNarrow }: NodeCardsProps) {
  const isSettled = useSettled()
  const card = (node: NodeRow) => <NodeCardBox key={node.name} node={node} pods={[...(podsByNode.get(node.name)?.values() ?? [])]} nowMs={nowMs} />
  return (
    <SettledContext value={isSettled}><div className={isNarrow ? css.narrow : css.wide}>
      {services.map((service) => <ServiceCard key={`${service.namespace}/${service.name}`} service={service} pods={podsByNode} />)}
      {isNarrow ? rows.pools.flatMap((pool) => pool.nodes.map(card)) : rows.pools.map((pool) => (
        <section key={pool.name} className={css.pool} aria-label={`Pool ${pool.name}`}>
          <h3><b>{pool.name}</b> {pool.note}</h3>
          {pool.nodes.map(card)}
        </section>
      ))}
    </div></SettledContext>
  )
}

function NodeCardBox({ node, pods, nowMs }: { node: NodeRow; pods: readonly PodRow[]; nowMs: number }) {
  const workbench = useWorkbench()
  const card = toNodeCard(node, pods, nowMs)
  const isPicked = (workbench.selection?.kind === 'Node' && workbench.selection.name === node.name) || workbench.ringed.includes(node.name)
  const state = !node.isReady ? css.down : node.isUnschedulable ? css.cordoned : ''
  const whatIf = workbench.whatIf?.landsOnNode === node.name ? workbench.whatIf : undefined
  return (
    <div className={`${css.node} ${state} ${isPicked ? css.picked : ''}`} role="group" aria-label={`Node ${node.name}`} data-moved-key={node.name}>
      <button type="button" tabIndex={-1} className={css.head} onClick={() => { workbench.select(selectionOfNode(node.name)); workbench.showView('details') }}>
        <Server size={12} aria-hidden /><Name>{node.name}</Name><span className={css.space} />
        {card.stateWord !== undefined && <span className={node.isReady ? css.note : css.badWord}>{card.stateWord}</span>}
        <span className={css.note}>{card.note}</span>
      </button>
      {card.taints.map((taint) => <div key={taint} className={css.taint}><Ban size={12} aria-hidden /><span>{taint}</span></div>)}
      <div className={css.bars}>
        <Bar label="CPU" bar={card.cpu} /><Bar label="Mem" bar={card.memory} />
      </div>
      {node.gpuSlots.length > 0 && <GpuRow node={node} pods={pods} freeText={card.gpuFreeText} whatIf={whatIf} />}
      <div className={css.pods}>
        {card.pods.map((pod) => <PodLine key={pod.uid} pod={pod} />)}
        {card.foldedText !== undefined && <div className={css.folded}>{card.foldedText}</div>}
        {whatIf !== undefined && workbench.selection?.kind === 'Pod' && <div className={`${css.pod} ${css.whatIf}`}><PodGlyph shape="pending" isWhatIf /><Name>{workbench.selection.ref.name}</Name><span className={css.doing}>would land here</span></div>}
      </div>
    </div>
  )
}

function PodLine({ pod }: { pod: CardPod }) {
  const workbench = useWorkbench()
  const hasArrived = useArrival()
  const isPicked = workbench.selection?.kind === 'Pod' && workbench.selection.uid === pod.uid
  return (
    <button type="button" tabIndex={-1} aria-pressed={isPicked} className={`${css.pod} ${isPicked ? css.podPicked : ''} ${hasArrived ? css.arrived : ''}`} onClick={() => { workbench.select(selectionOfPod(pod.row)); workbench.showView('details') }}>
      <Hidden>{pod.label}</Hidden>
      <span className={css.podLine} aria-hidden="true">
        <PodGlyph shape={pod.shape} progress={pod.progress} /><Name>{pod.name}</Name>
        <span className={pod.shape === 'failing' ? `${css.doing} ${css.badWord}` : css.doing}>{pod.doing}</span>
        <span className={css.qos} title={`QoS ${pod.row.qos}`}>{pod.qos}</span>
      </span>
    </button>
  )
}

function Bar({ label, bar }: { label: string; bar: { parts: readonly BarPart[]; usePercent: number | undefined; text: string; isPressed: boolean } }) {
  return (
    <>
      <span className={bar.isPressed ? css.badWord : undefined}>{label}</span>
      <span className={css.bar} aria-hidden="true">
        {bar.parts.map((part) => <i key={part.uid} className={css[bar.isPressed ? 'bad' : part.tone]} style={{ width: `${part.percent}%` }} />)}
        {bar.usePercent !== undefined && <u style={{ width: `${bar.usePercent}%` }} />}
      </span>
      <span className={css.figure}>{bar.text}</span>
    </>
  )
}

function GpuRow({ node, pods, freeText, whatIf }: { node: NodeRow; pods: readonly PodRow[]; freeText: string; whatIf: SuggestedFix | undefined }) {
  return (
    <div className={css.gpus}>
      <span className={css.gpuLabel}>GPU</span>
      {node.gpuSlots.map((slot, index) => {
        const pod = pods.find((candidate) => candidate.uid === slot.podUid)
        const isJoined = slot.podUid !== undefined && slot.mig === undefined && node.gpuSlots[index + 1]?.podUid === slot.podUid
        const wanted = whatIf?.landsOnGpuSlots?.includes(index) === true
        const tone = slot.lost === true ? css.lost : wanted ? css.wanted : slot.podUid === undefined ? '' : css[`gpu-${toneOf(pod?.shape ?? 'running')}`]
        const style: CSSProperties | undefined = slot.mig === undefined ? undefined : { width: 4 + 16 * Number.parseInt(slot.mig, 10) }
        return <span key={index} className={`${css.gpu} ${tone} ${isJoined ? css.joined : ''} ${slot.mig === undefined ? '' : css.mig}`} style={style} aria-hidden="true">{slot.lost === true ? '×' : slot.mig?.split('.')[0] ?? (slot.shared !== undefined ? slot.shared : '')}</span>
      })}
      <span className={css.gpuFree}>{freeText}</span>
    </div>
  )
}

function ServiceCard({ service, pods }: { service: ServiceRow; pods: ReadonlyMap<string, ReadonlyMap<string, PodRow>> }) {
  const workbench = useWorkbench()
  const byName = new Map([...pods.values()].flatMap((group) => [...group.values()]).map((pod) => [`${pod.namespace}/${pod.name}`, pod]))
  const ready = service.endpoints.filter((endpoint) => endpoint.isReady).length
  return (
    <div className={`${css.node} ${css.service}`} role="group" aria-label={`Service ${service.name}`}>
      <button type="button" tabIndex={-1} className={css.head} onClick={() => { workbench.select({ kind: 'other', ref: { kind: 'Service', namespace: service.namespace, name: service.name } }); workbench.showView('details') }}>
        <Route size={12} aria-hidden /><span className={css.serviceName}>Service {service.name}:{service.ports.split('/')[0]}</span><span className={css.space} />
        <span className={css.note}>{service.endpoints.length === 0 ? 'no endpoints' : `${ready} of ${service.endpoints.length} ready endpoints`}</span>
      </button>
      {service.endpoints.length > 0 && <div className={css.endpoints}>
        {service.endpoints.slice(0, 6).map((endpoint) => {
          const pod = byName.get(`${service.namespace}/${endpoint.podName}`)
          return <span key={endpoint.address + endpoint.podName}><PodGlyph shape={pod?.shape ?? 'running'} />{endpoint.podName.split('-').at(-1)}<em>{endpoint.isReady ? (endpoint.sharePercent === undefined ? 'ready' : `${endpoint.sharePercent}%`) : 'not yet'}</em></span>
        })}
      </div>}
    </div>
  )
}
