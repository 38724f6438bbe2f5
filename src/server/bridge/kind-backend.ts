/** The kind side of the bridge: contexts of the kubeconfig, plans, gradings and what they left. */

import type { Library, Task } from '../../content/types.ts'
import type { KindContexts, KindGrade, Leftover, PlanOrder, Progress, SandboxPlan } from '../../session/kind-wire.ts'
import { attemptOfLog } from '../kind/attempt.ts'
import { connectKind } from '../kind/connection.ts'
import { BridgeError } from '../kind/contract.ts'
import type { ImageTable, KindConnection } from '../kind/contract.ts'
import { gradeOnKind } from '../kind/grade.ts'
import { kindContexts, loadTarget } from '../kind/guard/kubeconfig-files.ts'
import type { KubeconfigPlace } from '../kind/guard/kubeconfig-files.ts'
import { findLeftovers, removeLeftover } from '../kind/leftovers.ts'
import { planOf } from '../kind/plan.ts'
import type { KindBackend } from './backend.ts'

export interface RealBackendOptions {
  readonly library: Library
  /** Where kubeconfigs lie; they are read anew each time, so that a cluster that was just made is seen. */
  readonly place: KubeconfigPlace
  /** In place of the course's own table. */
  readonly images?: ImageTable
}

/** Grades on clusters that pass the guards; each piece of work connects anew and closes. */
export class RealBackend implements KindBackend {
  private readonly options: RealBackendOptions

  constructor(options: RealBackendOptions) {
    this.options = options
  }

  contexts(): Promise<KindContexts> {
    const { place } = this.options
    const names = attempted(() => kindContexts(place))
    if ('refused' in names) return Promise.resolve({ contexts: [], problem: names.refused })
    return Promise.resolve({ contexts: names.value.map((name) => {
      const target = attempted(() => loadTarget(place, name))
      return { name, ...('refused' in target ? { refused: target.refused } : {}) }
    }) })
  }

  async plan({ context, task: id, attempt }: PlanOrder): Promise<SandboxPlan> {
    const task = this.taskOf(id)
    const attemptText = attempt.entries.flatMap(({ action }) => (action.kind === 'line' || action.kind === 'write' || action.kind === 'apply' ? [action.text] : [])).join('\n')
    return connected(this.options.place, context, () => Promise.resolve(planOf({ task, attemptText, ...this.common() })))
  }

  grade({ context, task: id, attempt }: PlanOrder, { session }: SandboxPlan, report: (progress: Progress) => void, signal: AbortSignal): Promise<KindGrade> {
    const task = this.taskOf(id)
    report({ phase: 'preflight', text: `connects to ${context}` })
    return connected(this.options.place, context, (connection) => {
      const played = attemptOfLog(task, this.options.library, attempt)
      return gradeOnKind({ task, connection, script: '', attempt: played, session, report, signal, ...this.common() })
    })
  }

  leftovers(context: string): Promise<readonly Leftover[]> {
    return leftoversOn(this.options.place, context)
  }

  remove(context: string, session: string): Promise<readonly string[]> {
    return removeLeftoverOn(this.options.place, context, session)
  }

  private common(): { readonly library: Library; readonly images?: ImageTable } {
    const { library, images } = this.options
    return { library, ...(images === undefined ? {} : { images }) }
  }

  private taskOf(id: string): Task {
    const task = this.options.library.tasks.find((candidate) => candidate.id === id)
    if (task === undefined) throw new BridgeError(`there is no task ${JSON.stringify(id)}`)
    return task
  }
}

async function connected<Value>(place: KubeconfigPlace, context: string, work: (connection: KindConnection) => Promise<Value>): Promise<Value> {
  const { connection } = await connectKind(loadTarget(place, context))
  try {
    return await work(connection)
  } finally {
    connection.close()
  }
}

/** What earlier gradings left in a cluster; one that still goes on is no leftover. @throws BridgeError */
export function leftoversOn(place: KubeconfigPlace, context: string): Promise<readonly Leftover[]> {
  return connected(place, context, async (connection) => (await findLeftovers(connection)).flatMap(({ session, task, things, isRunning }) => (isRunning ? [] : [{ context, session, ...(task === undefined ? {} : { task }), items: things }])))
}

/** Removes a leftover. @returns what is left, in words. @throws BridgeError */
export function removeLeftoverOn(place: KubeconfigPlace, context: string, session: string): Promise<readonly string[]> {
  return connected(place, context, async (connection) => {
    const leftover = (await findLeftovers(connection)).find((each) => each.session === session && !each.isRunning)
    return leftover === undefined ? [] : removeLeftover(connection, leftover, () => undefined)
  })
}

/** What a guard let through, or why not. */
function attempted<Value>(read: () => Value): { readonly value: Value } | { readonly refused: string } {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof BridgeError) return { refused: error.message }
    throw error
  }
}
