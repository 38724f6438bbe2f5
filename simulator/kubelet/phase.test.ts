import { describe, expect, it } from 'vitest'
import type { Container, ContainerState, ContainerStatus, Pod } from '../api/types.ts'
import { phaseOf } from './phase.ts'

const running: ContainerState = { running: { startedAt: '2026-01-05T09:00:00Z' } }
const waiting: ContainerState = { waiting: { reason: 'ContainerCreating' } }
const ended = (exitCode: number): ContainerState => ({ terminated: { exitCode } })

function status(name: string, state: ContainerState, lastState: ContainerState = {}): ContainerStatus {
  return { name, state, lastState, ready: false, started: true, restartCount: 0, image: 'x', imageID: '' }
}

function pod(restartPolicy: string, init: Container[] = []): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { restartPolicy, containers: [{ name: 'a' }, { name: 'b' }], initContainers: init } }
}

const cases: { name: string; policy: string; main: ContainerStatus[]; init?: ContainerStatus[]; initSpec?: Container[]; isTerminal?: boolean; want: string }[] = [
  { name: 'a container that was never started keeps the pod Pending', policy: 'Always', main: [status('a', running), status('b', waiting)], want: 'Pending' },
  { name: 'all containers started, one runs', policy: 'Always', main: [status('a', running), status('b', ended(1))], want: 'Running' },
  { name: 'a pod that restarts its containers is Running while all are dead', policy: 'Always', main: [status('a', ended(0)), status('b', ended(1))], want: 'Running' },
  { name: 'back-off after a crash counts as stopped, not as waiting', policy: 'Always', main: [status('a', { waiting: { reason: 'CrashLoopBackOff' } }, ended(1)), status('b', running)], want: 'Running' },
  { name: 'all ended with 0 and never restarted', policy: 'Never', main: [status('a', ended(0)), status('b', ended(0))], want: 'Succeeded' },
  { name: 'one ended with an error and is never restarted', policy: 'Never', main: [status('a', ended(0)), status('b', ended(3))], want: 'Failed' },
  { name: 'OnFailure runs on after an error', policy: 'OnFailure', main: [status('a', ended(0)), status('b', ended(3))], want: 'Running' },
  { name: 'a pod that is being stopped ends although its policy is Always', policy: 'Always', main: [status('a', ended(0)), status('b', ended(0))], isTerminal: true, want: 'Succeeded' },
  { name: 'a running init container keeps the pod Pending', policy: 'Always', initSpec: [{ name: 'i' }], init: [status('i', running)], main: [status('a', waiting), status('b', waiting)], want: 'Pending' },
  { name: 'a failed init container without restart fails the pod', policy: 'Never', initSpec: [{ name: 'i' }], init: [status('i', ended(1))], main: [status('a', waiting), status('b', waiting)], want: 'Failed' },
  { name: 'a dead sidecar does not keep a finished pod alive', policy: 'Never', initSpec: [{ name: 'i', restartPolicy: 'Always' }], init: [status('i', ended(137))], main: [status('a', ended(0)), status('b', ended(0))], want: 'Succeeded' },
]

describe('phaseOf', () => {
  it.each(cases)('$name', ({ policy, main, init, initSpec, isTerminal = false, want }) => {
    expect(phaseOf(pod(policy, initSpec), main, init, isTerminal, false)).toBe(want)
  })
})
