/** `podflight scheduler`: the KubeSchedulerConfiguration of the cluster, and another one in its place. */

import type { Cluster, Executable, ProcessContext } from '../../../simulator/index.ts'
import type { Process, ProcessAnswer, ProcessNeed } from '../../../simulator/shell/process.ts'
import type { PodflightCommand } from './command.ts'

const usage = `usage: podflight scheduler show
       podflight scheduler configure -f FILE   a KubeSchedulerConfiguration; - reads standard input
`

/** What the command needs: the cluster, and to tell that it changed beside its API. */
interface SchedulerPort {
  cluster(): Cluster
  changed(): void
}

/** The text of a file, or of standard input; undefined when there is no such file. */
function* readText({ files, workingDirectory }: ProcessContext, path: string): Generator<ProcessNeed, string | undefined, ProcessAnswer> {
  if (path !== '-') return files.read(path.startsWith('/') ? path : `${workingDirectory}/${path.replace(/^\.\//, '')}`)
  const answer = yield { kind: 'input', all: true }
  return answer.kind === 'text' ? (answer.text ?? '') : ''
}

function* configure(port: SchedulerPort, context: ProcessContext, path: string): Process {
  const text = yield* readText(context, path)
  const { scheduler } = port.cluster().components
  const error = text === undefined ? `the path "${path}" does not exist` : scheduler === undefined ? 'the cluster has no scheduler' : scheduler.configure(text)
  if (error !== undefined) {
    context.err(`error: ${error}\n`)
    return 1
  }
  port.changed()
  context.out('scheduler configured\n')
  return 0
}

/** The command for a cluster: a flight's own, or a fork that tries something. */
export function schedulerExecutable(port: SchedulerPort): Executable {
  return function* scheduler(context) {
    const [, , action, flag, path] = context.argv
    if (action === 'show' && flag === undefined) {
      context.out(port.cluster().components.scheduler?.configuration() ?? '')
      return 0
    }
    if (action === 'configure' && (flag === '-f' || flag === '--filename') && path !== undefined) return yield* configure(port, context, path)
    context.err(usage)
    return 1
  }
}

export const schedulerCommand: PodflightCommand = {
  name: 'scheduler',
  make: (port) => {
    const run = schedulerExecutable(port)
    return function* scheduler(context) {
      if (!port.isExam) return yield* run(context)
      context.err('error: scheduler is not available in an exam\n')
      return 1
    }
  },
}
