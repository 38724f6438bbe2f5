/** Tab completion in the terminal. It asks a copy of the cluster, so that looking changes nothing. */

import { ProcessRun } from '../../simulator/index.ts'
import type { Flight } from './flight.ts'
import type { Completion } from './host.ts'
import { learnerUser } from './kubeconfig.ts'

/** What may stand at the cursor of a line. */
export function completeLine({ terminal, current }: Flight, line: string, cursor: number): Completion {
  let answer: Completion = { from: cursor, to: cursor, candidates: [] }
  const copy = current.cluster.fork()
  const run = new ProcessRun(
    (function* complete() {
      const found = yield* terminal.complete(line, cursor)
      answer = { from: found.from, to: found.to, candidates: [...found.candidates] }
      return 0
    })(),
    { user: () => learnerUser, cluster: () => copy },
  )
  if (run.status.kind !== 'done') run.stop()
  return answer
}
