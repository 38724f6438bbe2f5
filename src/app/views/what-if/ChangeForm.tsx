import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Plus } from 'lucide-react'
import type { WhatIfChange } from '../../../session/what-if/changes.ts'
import { gpuChoices } from '../../../session/what-if/gpu-choices.ts'
import { view } from '../../state/view.ts'
import { Button } from '../../ui/Button.tsx'
import { useView } from '../../use-view.ts'
import { useWorkbench } from '../../workbench.tsx'
import css from './WhatIf.module.css'

const kinds: readonly { readonly value: WhatIfChange['kind']; readonly text: string }[] = [
  { value: 'add-node', text: 'Add nodes' }, { value: 'remove-node', text: 'Remove a node' }, { value: 'cordon', text: 'Cordon a node' }, { value: 'uncordon', text: 'Uncordon a node' },
  { value: 'taint', text: 'Taint a node' }, { value: 'label', text: 'Label a node' }, { value: 'gpus', text: 'Change the GPUs of a node' },
  { value: 'scale', text: 'Scale a workload' }, { value: 'delete', text: 'Delete an object' }, { value: 'apply', text: 'Add objects' }, { value: 'scheduler', text: 'Configure the scheduler' },
]
const nodeKinds: readonly string[] = ['add-node', 'remove-node', 'cordon', 'uncordon', 'taint', 'label', 'gpus']
const scalable: readonly string[] = ['Deployment', 'StatefulSet', 'ReplicaSet']
const sharings = [{ value: 'none', text: 'Whole GPUs' }, { value: 'time-slicing', text: 'Time slicing' }, { value: 'mps', text: 'MPS' }, { value: 'mig', text: 'MIG' }] as const

/** A configuration to begin with: GPUs near each other, full nodes first. */
const packedProfile = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- schedulerName: default-scheduler\n  plugins:\n    multiPoint:\n      enabled:\n      - name: GpuTopology\n        weight: 10\n'

const namesView = view<undefined, { nodes: string[]; workloads: { target: string; namespace: string }[]; namespace: string }>(['nodes', 'workloads', 'terminal'], (board) => ({
  nodes: [...board.nodes.keys()], namespace: board.terminal.namespace,
  workloads: [...board.workloads.values()].filter(({ kind }) => scalable.includes(kind)).map(({ kind, namespace, name }) => ({ target: `${kind.toLowerCase()}/${name}`, namespace })),
}))

/** What the fields hold, whatever the kind of change. */
interface Fields { kind: WhatIfChange['kind']; node: string; count: number; text: string; target: string; namespace: string; replicas: number; yaml: string; model: string; sharing: (typeof sharings)[number]['value']; profile: string }

/** The change that the fields say; undefined while something is missing. */
function changeOf(fields: Fields): WhatIfChange | undefined {
  const { kind, node, count, text, target, namespace, replicas, yaml } = fields
  if (nodeKinds.includes(kind) && node === '') return undefined
  switch (kind) {
    case 'add-node': return { kind, like: node, count }
    case 'remove-node': case 'cordon': case 'uncordon': return { kind, node }
    case 'taint': return text === '' ? undefined : { kind, node, taint: text }
    case 'label': return text === '' ? undefined : { kind, node, label: text }
    case 'gpus': return { kind, node, gpus: gpusOf(fields) }
    case 'scale': return target === '' ? undefined : { kind, target, replicas, namespace }
    case 'delete': return target === '' ? undefined : { kind, target, namespace }
    case 'scheduler': return yaml.trim() === '' ? undefined : { kind, yaml }
    case 'apply': return yaml.trim() === '' ? undefined : { kind, yaml, namespace }
  }
}

function gpusOf({ model, count, sharing, profile, replicas }: Fields): Extract<WhatIfChange, { kind: 'gpus' }>['gpus'] {
  if (sharing === 'none') return { model, count }
  if (sharing === 'mig') return { model, count, mig: { strategy: 'mixed', devices: [{ profiles: { [profile]: replicas } }] } }
  return { model, count, sharing: { strategy: sharing, replicas } }
}

function Field({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId()
  return <div className={css.field}><label htmlFor={id}>{label}</label>{children(id)}</div>
}

function Choice({ label, value, options, onChange }: { label: string; value: string; options: readonly { readonly value: string; readonly text: string }[]; onChange: (value: string) => void }) {
  return <Field label={label}>{(id) => <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>{options.map((option) => <option key={option.value} value={option.value}>{option.text}</option>)}</select>}</Field>
}

function Count({ label, value, min = 0, onChange }: { label: string; value: number; min?: number; onChange: (value: number) => void }) {
  return <Field label={label}>{(id) => <input id={id} type="number" min={min} max={1000} value={value} onChange={(event) => onChange(Math.max(min, Math.trunc(event.target.valueAsNumber || 0)))} className={css.count} />}</Field>
}

function Text({ label, value, placeholder, onChange }: { label: string; value: string; placeholder: string; onChange: (value: string) => void }) {
  return <Field label={label}>{(id) => <input id={id} value={value} placeholder={placeholder} onChange={(event) => onChange(event.target.value.trim())} spellCheck={false} autoComplete="off" />}</Field>
}

function GpuFields({ fields, set }: { fields: Fields; set: (change: Partial<Fields>) => void }) {
  const profiles = gpuChoices.find(({ model }) => model === fields.model)?.profiles ?? []
  const shares = sharings.filter(({ value }) => value !== 'mig' || profiles.length > 0)
  const isMig = fields.sharing === 'mig'
  return (
    <>
      <Choice label="Model" value={fields.model} options={gpuChoices.map(({ model }) => ({ value: model, text: model }))} onChange={(model) => set({ model, sharing: 'none', profile: gpuChoices.find((choice) => choice.model === model)?.profiles[0] ?? '' })} />
      <Count label="GPUs" min={1} value={fields.count} onChange={(count) => set({ count })} />
      <Choice label="Shared by" value={fields.sharing} options={shares} onChange={(sharing) => set({ sharing: sharing as Fields['sharing'], replicas: Math.max(2, fields.replicas) })} />
      {isMig && <Choice label="MIG profile" value={fields.profile} options={profiles.map((profile) => ({ value: profile, text: profile }))} onChange={(profile) => set({ profile })} />}
      {fields.sharing !== 'none' && <Count label={isMig ? 'Of each GPU' : 'Replicas'} min={isMig ? 1 : 2} value={fields.replicas} onChange={(replicas) => set({ replicas })} />}
    </>
  )
}

/** Puts a change together; "Add change" hands it over. */
export function ChangeForm({ onAdd }: { onAdd: (change: WhatIfChange) => void }) {
  const { nodes, workloads, namespace } = useView(namesView)
  const { selection } = useWorkbench()
  const chosenNode = selection?.kind === 'Node' ? selection.name : ''
  const [held, setFields] = useState<Fields>({ kind: 'add-node', node: '', count: 1, text: '', target: '', namespace: '', replicas: 2, yaml: '', model: gpuChoices[0]?.model ?? '', sharing: 'none', profile: gpuChoices[0]?.profiles[0] ?? '' })
  const node = nodes.includes(held.node) ? held.node : nodes.includes(chosenNode) ? chosenNode : nodes.find((name) => !name.startsWith('cp-')) ?? nodes[0] ?? ''
  const firstWorkload = workloads[0]
  const target = held.kind === 'scale' && !workloads.some((row) => row.target === held.target) ? firstWorkload?.target ?? '' : held.target
  const ownNamespace = held.kind === 'scale' ? workloads.find((row) => row.target === target)?.namespace ?? namespace : held.namespace === '' ? namespace : held.namespace
  const fields: Fields = { ...held, node, target, namespace: ownNamespace }
  const set = (change: Partial<Fields>) => setFields((before) => ({ ...before, ...change }))
  const change = changeOf(fields)
  const submit = (event: FormEvent) => { event.preventDefault(); if (change === undefined) return; onAdd(change); set({ text: '', target: '', yaml: fields.kind === 'scheduler' ? packedProfile : '' }) }
  return (
    <form className={css.form} onSubmit={submit} aria-label="New change">
      <Choice label="Change" value={fields.kind} options={kinds} onChange={(kind) => set({ kind: kind as Fields['kind'], text: '', target: '', yaml: kind === 'scheduler' ? packedProfile : '' })} />
      {nodeKinds.includes(fields.kind) && <Choice label={fields.kind === 'add-node' ? 'Like' : 'Node'} value={node} options={nodes.map((name) => ({ value: name, text: name }))} onChange={(value) => set({ node: value })} />}
      {fields.kind === 'add-node' && <Count label="How many" min={1} value={fields.count} onChange={(count) => set({ count })} />}
      {fields.kind === 'taint' && <Text label="Taint" placeholder="KEY=VALUE:NoSchedule, KEY:NoSchedule-" value={fields.text} onChange={(text) => set({ text })} />}
      {fields.kind === 'label' && <Text label="Label" placeholder="KEY=VALUE, KEY-" value={fields.text} onChange={(text) => set({ text })} />}
      {fields.kind === 'gpus' && <GpuFields fields={fields} set={set} />}
      {fields.kind === 'scale' && <Choice label="Workload" value={target} options={workloads.map((row) => ({ value: row.target, text: `${row.namespace}/${row.target}` }))} onChange={(value) => set({ target: value })} />}
      {fields.kind === 'scale' && <Count label="Replicas" value={fields.replicas} onChange={(replicas) => set({ replicas })} />}
      {fields.kind === 'delete' && <Text label="Object" placeholder="pod/NAME" value={fields.target} onChange={(value) => set({ target: value })} />}
      {(fields.kind === 'delete' || fields.kind === 'apply') && <Text label="Namespace" placeholder="default" value={ownNamespace} onChange={(value) => set({ namespace: value })} />}
      {(fields.kind === 'apply' || fields.kind === 'scheduler') && <div className={css.wide}><Field label="YAML">{(id) => <textarea id={id} rows={6} value={fields.yaml} onChange={(event) => set({ yaml: event.target.value })} spellCheck={false} />}</Field></div>}
      <Button type="submit" icon={Plus} disabled={change === undefined}>Add change</Button>
    </form>
  )
}
