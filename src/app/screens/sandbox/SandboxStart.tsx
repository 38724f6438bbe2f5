import { useEffect, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Overview } from '../../../session/host.ts'
import type { Catalog } from '../../content-types.ts'
import { clockText, counted } from '../../format.view.ts'
import { useServices } from '../../services.tsx'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { pendingCluster } from './pending-cluster.ts'
import css from './SandboxStart.module.css'

const example = `apiVersion: v1
kind: Node
metadata:
  name: worker-a
  labels:
    topology.kubernetes.io/zone: zone-a
status:
  capacity: { cpu: "8", memory: 32Gi, pods: "110", nvidia.com/gpu: "2" }
`

/** Choose a cluster, or write one. */
export function SandboxStart() {
  const { host, content } = useServices()
  const navigate = useNavigate()
  const [data, setData] = useState<{ catalog: Catalog; overview: Overview } | undefined>(undefined)
  const [yaml, setYaml] = useState(() => pendingCluster.text ?? example)
  const [refused] = useState(() => pendingCluster.refused)
  useEffect(() => { document.title = 'Sandbox · Podflight'; pendingCluster.refused = undefined }, [])
  useEffect(() => { Promise.all([content.catalog(), host.overview()]).then(([catalog, overview]) => setData({ catalog, overview }), (error: unknown) => { console.error('loading presets failed', error) }) }, [content, host])
  const open = () => { pendingCluster.text = yaml; void navigate('/sandbox/custom') }
  return (
    <div className={css.page}>
      <TopBar />
      <main className={css.main}>
        <h1>Sandbox</h1>
        {refused !== undefined && <Notice tone="bad" title="The cluster was refused"><pre>{refused.join('\n')}</pre></Notice>}
        {data !== undefined && data.overview.sandboxes.length > 0 && (
          <section><h2>Saved</h2>{data.overview.sandboxes.map((saved) => <div key={saved.id} className={css.row}><div><b>{saved.name}</b><p>{counted(saved.nodeCount, 'node')}, {counted(saved.podCount, 'Pod')}, saved at {clockText(saved.nowMs)}</p></div><Link to={`/sandbox/${encodeURIComponent(saved.id)}`} aria-label={`Open ${saved.name}`}>Open</Link></div>)}</section>
        )}
        <section>
          <h2>New from a preset</h2>
          {data?.catalog.presets.map((preset) => <div key={preset.id} className={css.row}><div><b>{preset.title}</b><p>{preset.about}</p></div><span>{preset.yaml !== undefined && <Button onClick={() => setYaml(preset.yaml ?? '')}>Edit</Button>}<Link to={`/sandbox/${encodeURIComponent(preset.id)}?start=fresh`} aria-label={`Open ${preset.title}`}>Open</Link></span></div>)}
        </section>
        <section>
          <h2><label htmlFor="cluster-yaml">New from YAML</label></h2>
          <p className={css.note}>Nodes and any other objects, as documents. Each Node gets a simulated kubelet.</p>
          <textarea id="cluster-yaml" className={css.yaml} value={yaml} onChange={(event) => setYaml(event.target.value)} spellCheck={false} rows={14} />
          <Button look="primary" onClick={open}>Open this cluster</Button>
        </section>
      </main>
    </div>
  )
}
