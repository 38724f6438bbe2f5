import { useEffect, useState } from 'react'
import type { ExamForm } from '../../content-types.ts'
import { useFlight } from '../../flight.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { endSentence, selectClock, type ExamView } from './exam.view.ts'
import { useWall } from './use-wall.ts'

interface EndDialogProps { form: ExamForm; view: ExamView; onClose: () => void; onEnd: () => void }

/** Asks before the end, and says what is still moving. */
export function EndDialog({ form, view, onClose, onEnd }: EndDialogProps) {
  const { host } = useFlight()
  const wallMs = useWall()
  const [moving, setMoving] = useState<readonly { taskId: string; text: string }[]>([])
  useEffect(() => { host.stillMoving().then(setMoving, (error: unknown) => { console.error('stillMoving failed', error) }) }, [host])
  const clock = view.progress === undefined ? undefined : selectClock(view.progress, wallMs)
  const title = clock === undefined || view.progress?.endsAtWallMs === undefined ? 'End the exam?' : `End the exam with ${clock.leftText} left?`
  const number = (taskId: string) => form.tasks.findIndex((task) => task.id === taskId) + 1
  return (
    <Dialog title={title} onClose={onClose} actions={<><Button onClick={onClose}>Go back to task {view.taskNumber}</Button><Button look="warn" onClick={onEnd}>End and grade</Button></>}>
      <p>{endSentence(view.chips, view.progress)} Grading takes less than a second and cannot be undone.</p>
      {moving.length > 0 && <p>Still moving: {moving.map((row) => `task ${number(row.taskId)}, ${row.text}`).join('; ')}. Grading waits up to 2 simulated minutes for it.</p>}
    </Dialog>
  )
}
