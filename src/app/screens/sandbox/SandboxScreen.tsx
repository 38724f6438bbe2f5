import { useCallback, useEffect, useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import type { OpenRequest } from '../../../session/host.ts'
import { FlightGate } from '../../FlightGate.tsx'
import { TopBar } from '../../ui/TopBar.tsx'
import { pendingCluster } from './pending-cluster.ts'
import { SandboxWorkbench } from './SandboxWorkbench.tsx'
import css from '../shell.module.css'

/** An open sandbox cluster. */
export function SandboxScreen() {
  const { id = '' } = useParams()
  const [query, setQuery] = useSearchParams()
  const navigate = useNavigate()
  const [request] = useState<OpenRequest>(() => ({
    kind: 'sandbox', id, start: query.get('start') === 'fresh' || (id === 'custom' && pendingCluster.text !== undefined) ? 'fresh' : 'resume',
    ...(id === 'custom' && pendingCluster.text !== undefined ? { clusterYaml: pendingCluster.text } : {}),
  }))
  useEffect(() => { if (query.get('start') !== null) setQuery({}, { replace: true }) }, [query, setQuery])
  useEffect(() => { document.title = 'Sandbox · Podflight' }, [])
  const onRefused = useCallback((messages: readonly string[]) => { pendingCluster.refused = messages; void navigate('/sandbox', { replace: true }) }, [navigate])
  return (
    <div className={css.app}>
      <TopBar />
      <FlightGate request={request} onRefused={onRefused}><SandboxWorkbench /></FlightGate>
    </div>
  )
}
