import { lazy, Suspense } from 'react'
import type { SavedLog } from '../../session/action-log.ts'
import { useServices } from '../services.tsx'
import { savedAttempt } from './saved-attempt.ts'

const KindPanel = lazy(async () => ({ default: (await import('./KindPanel.tsx')).KindPanel }))

interface KindPaneProps {
  attemptId: string
  taskId: string
  /** Simulated ms since T+00:00 at the end of the attempt. */
  usedMs: () => number
  exportLog: (attemptId: string) => Promise<string>
}

/** The panel for a task of an attempt; its code comes when it is first opened. */
export function KindPane({ attemptId, taskId, usedMs, exportLog }: KindPaneProps) {
  const { kind } = useServices()
  const run = kind.of(attemptId, taskId, async () => {
    const log = JSON.parse(await exportLog(attemptId)) as SavedLog | null
    if (log === null) throw new Error('This browser does not have the log of the attempt any more.')
    return savedAttempt(log, taskId, usedMs())
  })
  return <Suspense fallback={null}><KindPanel key={`${attemptId}/${taskId}`} run={run} /></Suspense>
}
