import type { PodRow, PodShape } from '../../../session/host-rows.ts'
import { counted, thousands } from '../../format.view.ts'
import type { Board } from '../../state/board.ts'
import { view } from '../../state/view.ts'
import { findProblems, type Problem } from '../needs-a-look/needs-a-look.view.ts'

/** One part of the sentence; each is a button that picks what it names. */
export interface SentencePart { readonly id: string; readonly shape: PodShape; readonly strong: string; readonly rest: string; readonly podUids: readonly string[]; readonly nodeNames: readonly string[] }
export interface Sentence {
  readonly tone: 'steady' | 'waiting' | 'wrong'
  readonly parts: readonly SentencePart[]
  /** Whole sentence for readers and as the name of the map. */
  readonly text: string
  /** Count of steady Pods for the right end. */
  readonly steady: string
}

/** More parts than this do not fit one line; the list "Needs a look" has all. */
const partsMax = 3

export function selectSentence(board: Pick<Board, 'nodes' | 'pods'>): Sentence {
  const problems = findProblems(board)
  const pods = [...board.pods.values()]
  const moving = pods.filter((pod) => pod.shape === 'starting' || pod.shape === 'terminating')
  const steadyCount = pods.filter((pod) => pod.shape === 'running' || pod.shape === 'succeeded').length
  const parts = problems.slice(0, partsMax).map((problem) => partOf(problem, board.pods))
  if (moving.length > 0) parts.push(movingPart(moving))
  const tone = problems.some((problem) => problem.tone === 'bad') ? 'wrong' : problems.length > 0 ? 'waiting' : 'steady'
  const steady = `${thousands(steadyCount)} steady`
  const text = parts.length === 0 ? steadyText(board.nodes.size, pods.length) : parts.map((part) => `${part.strong}${part.rest}`).join(' · ')
  return { tone, parts, text, steady }
}

function steadyText(nodeCount: number, podCount: number): string {
  if (podCount === 0) return `${counted(nodeCount, 'node')}, nothing runs yet`
  return `All ${counted(podCount, 'Pod')} on ${counted(nodeCount, 'node')} are steady`
}

function partOf(problem: Problem, pods: ReadonlyMap<string, PodRow>): SentencePart {
  const base = { id: problem.id, shape: problem.shape, podUids: problem.podUids, nodeNames: problem.nodeNames }
  if (problem.id.startsWith('node/')) return { ...base, strong: counted(problem.count, 'node'), rest: ` ${problem.title}` }
  const only = problem.count === 1 ? pods.get(problem.podUids[0] ?? '') : undefined
  if (problem.shape === 'failing' && only !== undefined) return { ...base, strong: only.owner?.name ?? only.name, rest: ` ${failingText(only)}` }
  const [state, ...reason] = problem.title.split(', ')
  const rest = reason.length > 0 ? `, ${reason.join(', ')}` : ''
  if (problem.shape === 'failing') return { ...base, strong: `${counted(problem.count, 'Pod')} failing`, rest: `, ${problem.title}` }
  return { ...base, strong: `${counted(problem.count, 'Pod')} ${problem.shape === 'not-ready' ? 'not ready' : state}`, rest }
}

function failingText(pod: PodRow): string {
  if (pod.reason === 'OOMKilled') return pod.restartCount > 1 ? `was OOMKilled ${pod.restartCount} times` : 'was OOMKilled'
  return `is in ${pod.reason ?? pod.status}`
}

function movingPart(moving: readonly PodRow[]): SentencePart {
  const starting = moving.filter((pod) => pod.shape === 'starting').length
  const stopping = moving.length - starting
  const rest = starting > 0 && stopping > 0 ? `: ${thousands(starting)} starting, ${thousands(stopping)} stopping` : ''
  const verb = starting > 0 && stopping > 0 ? 'moving' : starting > 0 ? 'starting' : 'stopping'
  return { id: 'moving', shape: starting > 0 ? 'starting' : 'terminating', strong: `${thousands(moving.length)} ${verb}`, rest, podUids: moving.map((pod) => pod.uid), nodeNames: [] }
}

export const sentenceView = view<undefined, Sentence>(['nodes', 'pods'], selectSentence)
