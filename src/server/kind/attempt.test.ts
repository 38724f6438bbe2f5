import { describe, expect, it } from 'vitest'
import { readLibrary } from '../../cli/files.ts'
import type { TimedAction } from '../../session/action-log.ts'
import { Flight } from '../../session/flight.ts'
import { attemptOfLog, attemptOfScript } from './attempt.ts'

const library = readLibrary()
const task = library.tasks.find(({ id }) => id === 's01-fix-selector')!

/** What a learner does in a flight, and its log. */
function played(learner: (flight: Flight) => void): readonly TimedAction[] {
  const flight = new Flight({ library, plans: [{ context: task.id, scenario: task }], hasKeyboard: true, out: () => undefined, header: { engine: '', content: '', kind: 'task', id: task.id, seed: 3 } })
  learner(flight)
  return flight.log.entries
}

describe('an attempt for a real cluster', () => {
  it('is the lines of the terminal with what was typed into them, and the files that were applied', () => {
    const entries = played((flight) => {
      flight.startLine('cat > note.txt')
      flight.input('one')
      flight.input('two')
      flight.input(undefined)
      flight.startLine('kubectl get pods -w')
      flight.advanceTo(task.id, flight.current.cluster.nowMs + 2500)
      flight.interrupt()
      flight.apply('/home/learner/cm.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n')
      flight.answer('q1', 'B')
    })
    expect(attemptOfLog(task, library, { seed: 3, entries }).steps).toEqual([
      { kind: 'line', text: 'cat > note.txt', input: ['one', 'two'] },
      { kind: 'line', text: 'kubectl get pods -w', stopAfterSeconds: 3 },
      { kind: 'apply', path: '/home/learner/cm.yaml', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' },
      { kind: 'answer', item: 'q1', value: 'B' },
    ])
  })

  it('keeps what an editor had before it, and brings the verdicts of the simulator', () => {
    const entries = played((flight) => {
      flight.startLine('kubectl edit service features -n reco-prod')
      const { status } = flight
      if (status?.kind !== 'edit') throw new Error('no editor was opened')
      flight.finishEdit(status.path, (flight.terminal.files.read(status.path) ?? '').replace('app: features\n', 'app: features-v2\n'))
    })
    const attempt = attemptOfLog(task, library, { seed: 3, entries })
    const [line] = attempt.steps
    const [edit] = line.kind === 'line' ? (line.edits ?? []) : []
    expect([edit.before.includes('app: features\n'), edit.after?.includes('app: features-v2\n')]).toEqual([true, true])
    expect(attempt.simulator?.map(({ id, passed }) => [id, passed])).toEqual([['c1', true], ['c2', true]])
  })

  it('is a script cut into whole commands where there is no log', () => {
    expect(attemptOfScript('a <<EOF\nb\nEOF\nc\n', 1)).toEqual({ seed: 1, steps: [{ kind: 'line', text: 'a <<EOF\nb\nEOF' }, { kind: 'line', text: 'c' }] })
  })
})
