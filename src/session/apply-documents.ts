/** `kubectl apply` document by document, with each answer tied to the line that it is about. */

import { LineCounter, parseAllDocuments } from 'yaml'
import type { Document } from 'yaml'
import { kubectl, runToEnd, Terminal } from '../../simulator/index.ts'
import type { Cluster, UserInfo } from '../../simulator/index.ts'
import { kubeconfigPath, kubeconfigText } from './kubeconfig.ts'
import type { ApplyAnswer } from './host.ts'

/** What kubectl said to one document. Lines and columns count from 1 in the whole text. */
export interface AppliedDocument {
  readonly line: number
  readonly column: number
  readonly exitCode: number
  readonly output: string
  readonly warnings: readonly string[]
  readonly object?: { readonly kind: string; readonly namespace?: string; readonly name: string }
}

/** Applies each document of a text as a user. */
export function applyDocuments(text: string, user: UserInfo, cluster: () => Cluster, namespace: string): AppliedDocument[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines })
  if (!Array.isArray(documents) || documents.length === 0 || documents.some((document) => document.errors.length > 0)) return [applyOne(text, user, cluster, namespace, { line: 1, column: 1 })]
  return documents.filter((document) => document.contents !== null).map((document) => {
    const start = document.contents?.range?.[0] ?? 0
    const place = lines.linePos(start)
    const applied = applyOne(document.toString(), user, cluster, namespace, { line: place.line, column: place.col })
    const object = objectOf(document, namespace)
    if (applied.exitCode === 0) return { ...applied, ...(object === undefined ? {} : { object }) }
    const found = placeOfField(document, lines, applied.output)
    return { ...applied, ...(found === undefined ? {} : { line: found.line, column: found.col }), ...(object === undefined ? {} : { object }) }
  })
}

function applyOne(text: string, user: UserInfo, cluster: () => Cluster, namespace: string, place: { line: number; column: number }): AppliedDocument {
  let stdout = ''
  let stderr = ''
  const terminal = new Terminal({ executables: { kubectl }, clock: cluster().clock, out: (chunk, stream) => (stream === 'stdout' ? (stdout += chunk) : (stderr += chunk)) })
  terminal.files.write(kubeconfigPath, kubeconfigText([{ name: 'editor', namespace }]))
  terminal.files.write('/home/learner/manifest.yaml', text)
  const exitCode = runToEnd(terminal.run('kubectl apply -f manifest.yaml'), { user: () => user, cluster })
  const said = stderr.split('\n').filter((line) => line !== '')
  const warnings = said.filter((line) => line.startsWith('Warning: ')).map((line) => line.slice('Warning: '.length))
  const refusals = said.filter((line) => !line.startsWith('Warning: '))
  return { ...place, exitCode, output: [...stdout.split('\n').filter((line) => line !== ''), ...refusals].join('\n'), warnings }
}

function objectOf(document: Document, namespace: string): AppliedDocument['object'] {
  const object = document.toJS() as { kind?: unknown; metadata?: { name?: unknown; namespace?: unknown } } | null
  if (typeof object?.kind !== 'string' || typeof object.metadata?.name !== 'string') return undefined
  return { kind: object.kind, name: object.metadata.name, namespace: typeof object.metadata.namespace === 'string' ? object.metadata.namespace : namespace }
}

/** The place of the first field path that a message names, such as spec.containers[0].image. */
function placeOfField(document: Document, lines: LineCounter, message: string): { line: number; col: number } | undefined {
  for (const match of message.matchAll(/\b((?:spec|metadata|data|status|roleRef|rules|subjects|webhooks)(?:\.[A-Za-z][\w-]*|\[\d+\])*)/g)) {
    const path = match[1].match(/[A-Za-z][\w-]*|\d+/g)?.map((part) => (/^\d+$/.test(part) ? Number(part) : part)) ?? []
    for (let length = path.length; length > 1; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] | null } | undefined
      if (node?.range != null) return lines.linePos(node.range[0])
    }
  }
  return undefined
}

/** What was applied as rows beside the lines of the text. */
export function applyAnswer(applied: readonly AppliedDocument[]): ApplyAnswer {
  const answers = applied.flatMap(({ line, column, exitCode, output, warnings, object }) => [
    ...warnings.map((message) => ({ line, column, severity: 'warning' as const, message })),
    { line, column, severity: exitCode === 0 ? ('info' as const) : ('refused' as const), message: output, ...(object === undefined ? {} : { object }) },
  ])
  return { isApplied: applied.every((document) => document.exitCode === 0), answers }
}
