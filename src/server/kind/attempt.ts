/**
 * What "the same manifests" means on a real cluster: the lines of the attempt's terminal and the files that its editor
 * applied, in their order, run in Podflight's own shell. A saved attempt is played on the simulator once, to find what
 * each saved editor had before it; without an attempt, a script stands for it.
 */

import { splitScript } from '../../../simulator/index.ts'
import type { Library, Task } from '../../content/types.ts'
import type { CheckVerdict } from '../../grading/check.ts'
import type { Action } from '../../session/action-log.ts'
import { Flight } from '../../session/flight.ts'
import type { SavedAttempt } from '../../session/kind-wire.ts'

/** One thing that the learner did, without what belongs to the simulated cluster alone. Paths are of the virtual home. */
export type AttemptStep =
  | {
    readonly kind: 'line'
    readonly text: string
    /** Typed standard input, line by line; it ends after the last one. */
    readonly input?: readonly string[]
    /** Ctrl+C after so many seconds. */
    readonly stopAfterSeconds?: number
    /** What an editor that the line opened (kubectl edit, vim) had and what was saved; `after` left out: closed without saving. */
    readonly edits?: readonly { readonly before: string; readonly after?: string }[]
  }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  /** Writes the file and does what `kubectl apply -f` of it does. */
  | { readonly kind: 'apply'; readonly path: string; readonly text: string }
  | { readonly kind: 'answer'; readonly item: string; readonly value: string }

/** An attempt as it is graded on both clusters. */
export interface Attempt {
  readonly seed: number
  readonly steps: readonly AttemptStep[]
  /** The simulator's verdicts of the attempt as it was played; without them the simulator plays the steps. */
  readonly simulator?: readonly CheckVerdict[]
}

/** A script for the terminal as an attempt. */
export function attemptOfScript(script: string, seed: number): Attempt {
  return { seed, steps: splitScript(script).map(({ text }) => ({ kind: 'line', text })) }
}

/** Plays a saved attempt on the simulator. @returns its steps, and the simulator's verdicts on what it left */
export function attemptOfLog(task: Task, library: Library, saved: SavedAttempt): Attempt {
  const flight = new Flight({
    library, plans: [{ context: task.id, scenario: task }], hasKeyboard: true, out: () => undefined,
    header: { engine: '', content: '', kind: 'task', id: task.id, seed: saved.seed },
  })
  const steps = new Steps()
  for (const { atMs, action } of saved.entries) {
    steps.add(action, atMs, openFile(flight))
    flight.replay([{ atMs, action }])
  }
  const { start, cluster } = flight.lineOf(task.id)
  flight.advanceTo(task.id, Math.max(start.nowMs + (saved.usedMs ?? 0), cluster.nowMs))
  return { seed: saved.seed, steps: steps.list, simulator: flight.grade(task.checks, task.id, task.settleSeconds) }
}

/** Text of the file that a command wants edited. */
function openFile(flight: Flight): string | undefined {
  const { status } = flight
  return status?.kind === 'edit' ? (flight.terminal.files.read(status.path) ?? '') : undefined
}

type Line = Extract<AttemptStep, { kind: 'line' }>

/** Gathers actions: what was typed into a running line belongs to that line. */
class Steps {
  readonly list: AttemptStep[] = []
  private lineMs = 0

  /** @param before text of the file that the running line wants edited */
  add(action: Action, atMs: number, before: string | undefined): void {
    switch (action.kind) {
      case 'line':
        this.lineMs = atMs
        this.list.push({ kind: 'line', text: action.text })
        return
      case 'input':
        this.addToLine((line) => ({ input: [...(line.input ?? []), action.text] }))
        return
      case 'key':
        this.addToLine((line) => (action.key === 'interrupt' ? { stopAfterSeconds: Math.max(1, Math.ceil((atMs - this.lineMs) / 1000)) } : { input: line.input ?? [] }))
        return
      case 'edited':
        if (before !== undefined) this.addToLine((line) => ({ edits: [...(line.edits ?? []), { before, ...(action.text === null ? {} : { after: action.text }) }] }))
        return
      case 'write':
      case 'apply':
      case 'answer':
        this.list.push(action)
        return
      case 'schedulerConfiguration':
      case 'note':
    }
  }

  private addToLine(change: (line: Line) => Partial<Line>): void {
    const last = this.list.at(-1)
    if (last?.kind === 'line') this.list[this.list.length - 1] = { ...last, ...change(last) }
  }
}
