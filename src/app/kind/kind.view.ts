/** What the panel of the kind bridge says, in words. */

import type { DeclaredAccess, KindGrade, NodeLoan, ParityRow, Progress, SandboxPlan } from '../../session/kind-wire.ts'
import type { NoBridge } from './bridge-client.ts'
import type { KindState } from './kind-run.ts'

/** A row of the plan: what it is about and each thing as it stands in Kubernetes. */
export interface PlanRow { readonly title: string; readonly note?: string; readonly items: readonly string[] }

export interface PlanView { readonly sentence: string; readonly rows: readonly PlanRow[]; readonly images: readonly { readonly course: string; readonly real: string }[] }

/** `3 namespaces`, `1 image`. */
function counted(count: number, one: string): string { return `${count} ${one}${count === 1 ? '' : 's'}` }

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function accessText({ group, resource, verbs }: DeclaredAccess): string { return `${verbs.join(', ')} ${resource}${group === '' ? '' : `.${group}`}` }

function loanText({ node, labels, taints, resources }: NodeLoan): string {
  const parts = [
    ...Object.entries(resources).map(([resource, amount]) => `${resource}: ${amount}`),
    ...taints.map(({ key, value, effect }) => `taint ${key}${value === undefined ? '' : `=${value}`}:${effect}`),
    ...Object.entries(labels).map(([label, value]) => (value === '' ? label : `${label}=${value}`)),
  ]
  return `${node} · ${parts.join(', ')}`
}

/** The plan as the owner reads it before saying yes. */
export function selectPlan(plan: SandboxPlan, context: string): PlanView {
  const images = Object.entries(plan.images).map(([course, real]) => ({ course, real }))
  const lent = plan.loans.length === 0 ? [] : [`lends labels, taints or GPUs to ${counted(plan.loans.length, 'worker')}`]
  return {
    sentence: `Grading ${joined([`creates ${counted(plan.namespaces.length, 'namespace')} in ${context}`, ...lent, 'runs your commands there'])}. Everything is removed at the end.`,
    rows: [
      { title: 'Namespaces', note: `Pod Security ${plan.podSecurity}, quota, network policies, a service account`, items: plan.namespaces },
      ...(plan.access.length === 0 ? [] : [{ title: 'Rights beyond them', note: 'for your commands, while grading lasts', items: plan.access.map(accessText) }]),
      ...(plan.loans.length === 0 ? [] : [{ title: 'Lent to workers', note: 'what stood there before is kept and put back', items: plan.loans.map(loanText) }]),
      { title: 'Label on all of it', items: [`podflight.dev/session=${plan.session}`] },
    ],
    images,
  }
}

const phases: readonly { readonly phase: Progress['phase']; readonly title: string }[] = [
  { phase: 'preflight', title: 'Look at the cluster' }, { phase: 'create', title: 'Create the sandbox' }, { phase: 'start', title: 'Play the start of the task' }, { phase: 'script', title: 'Run your commands' },
  { phase: 'wait', title: 'Wait for the checks' }, { phase: 'checks', title: 'Check' }, { phase: 'clean-up', title: 'Clean up' },
]

export interface PhaseView { readonly title: string; readonly state: 'done' | 'now' | 'open'; readonly text: string; readonly count: number }

/** Each phase with its last line. A grading that is stopped skips to the clean-up. */
export function selectPhases(steps: readonly Progress[]): readonly PhaseView[] {
  const last = steps.at(-1)?.phase
  return phases.map(({ phase, title }) => {
    const own = steps.filter((step) => step.phase === phase)
    return { title, state: phase === last ? 'now' : own.length > 0 ? 'done' : 'open', text: own.at(-1)?.text ?? '', count: own.length }
  })
}

/** Read out when a phase begins. */
export function phaseNews(before: readonly Progress[], now: readonly Progress[]): string | undefined {
  const phase = now.at(-1)?.phase
  return phase === undefined || phase === before.at(-1)?.phase ? undefined : phases.find((row) => row.phase === phase)?.title
}

export const parityWords: Readonly<Record<ParityRow['parity'], string>> = { agree: 'both agree', differ: 'they differ', 'not gradable': 'not gradable here' }

export interface GradeView { readonly sentence: string; readonly note: string; readonly isAlike: boolean }

/** The outcome in a sentence: whether the two clusters agree, before the points. */
export function selectGrade(grade: KindGrade): GradeView {
  const of = (parity: ParityRow['parity']) => grade.rows.filter((row) => row.parity === parity).length
  const [agree, differ, not] = [of('agree'), of('differ'), of('not gradable')]
  const sentence = differ > 0 ? `The clusters differ on ${differ} of ${counted(grade.rows.length, 'check')}.` : agree === 0 ? 'Nothing of this task could be graded there.' : not === 0 ? `Both clusters agree on ${agree === 1 ? 'the check' : `all ${agree} checks`}.` : `Both clusters agree on ${agree} of ${counted(grade.rows.length, 'check')}.`
  const gradable = grade.rows.filter((row) => row.parity !== 'not gradable').reduce((sum, row) => sum + row.simulator.points, 0)
  return {
    sentence, isAlike: differ === 0,
    note: `${grade.earnedOnSimulator} of ${grade.points} points on the simulator, ${grade.earnedOnKind} of ${gradable} that can be graded on ${grade.context}.${not > 0 ? ' What cannot be graded there is never counted as passed.' : ''}`,
  }
}

/** Why there is no bridge, as a hint that does not ask for anything. */
export function offlineText(why: NoBridge): { readonly title: string; readonly text: string } {
  switch (why) {
    case 'none': return { title: 'Not connected to a kind cluster', text: 'Your commands can also be graded on a real cluster of kind on this machine, check by check beside the simulator. Start Podflight with the bridge and open the address that it prints:' }
    case 'old-key': return { title: 'The bridge was started anew', text: 'This tab holds the key of an earlier start. Open the address that the running one printed:' }
    case 'gone': return { title: 'The server does not answer', text: 'Your work is safe in this browser. Start the server again and open the address that it prints:' }
  }
}

/** Words of the server as a sentence. */
export function sentence(text: string): string { return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}` }

/** What the panel shows when a failure came: a stop that was asked for is none. */
export function failureView(state: KindState): { readonly tone: 'info' | 'bad'; readonly title: string; readonly text: string } {
  const { isStopped = false, message = '' } = state
  const isBefore = state.steps.length === 0
  if (isStopped) return { tone: 'info', title: 'Stopped and cleaned up', text: 'Nothing was graded on kind.' }
  return { tone: 'bad', title: isBefore ? 'It cannot be graded on this cluster' : 'The grading did not finish', text: `${sentence(message)}${isBefore ? ' Nothing was created.' : ' No check was counted.'}` }
}
