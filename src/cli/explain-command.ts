/** `podflight explain`: why a Pod of a cluster file is where it is, after a script if one is given. */

import { readOptions } from './arguments.ts'
import { readUserFile, UsageError } from './user-input.ts'
import { makeFlight, planOf, runScript } from './shell-command.ts'

/** Simulated time that controllers and scheduler get after the script, in steps, until the Pod is there and was tried. */
const settlingMs = 10_000
const stepMs = 500

/** The command. @returns 0 when the Pod was explained, 1 otherwise */
export function explainCommand(argv: readonly string[]): number {
  const { values, flags, rest } = readOptions(argv, { values: ['--cluster', '--scenario', '--file', '--seed', '-n', '--namespace', '--at', '-o', '--output'], flags: ['-e'] })
  if (rest.length === 0) throw new UsageError('explain needs a Pod, such as pod/trainer')
  const seed = Number(values['--seed'] ?? 1)
  if (!Number.isInteger(seed)) throw new UsageError(`--seed takes an integer, not ${values['--seed']}`)
  const plan = planOf(values)
  let transcript = ''
  const flight = makeFlight(plan, seed, (text) => (transcript += text))
  const script = values['--file'] === undefined ? '' : readUserFile(values['--file'])
  const code = runScript(flight, script, flags.has('-e'))
  if (code !== 0 && flags.has('-e')) {
    process.stderr.write(transcript)
    return code
  }
  const words = ['podflight', 'explain', ...rest]
  for (const flag of ['-n', '--namespace', '--at', '-o', '--output']) if (values[flag] !== undefined) words.push(flag, values[flag])
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const { cluster } = flight.current
  for (const endMs = cluster.nowMs + settlingMs; cluster.nowMs < endMs && isUndecided(flight.current.cluster, rest[0], values['-n'] ?? values['--namespace'] ?? flight.namespace);) cluster.advanceTo(cluster.nowMs + stepMs)
  transcript = ''
  const result = flight.runLine(line)
  ;(result === 0 ? process.stdout : process.stderr).write(transcript)
  return result
}

/** True while the Pod is not there, or has neither a node nor a reason why not. */
function isUndecided(cluster: { peekOne(resource: string, key: string): object | undefined }, name: string, namespace: string): boolean {
  const pod = cluster.peekOne('pods', `${namespace}/${name.replace(/^(pods?|po)\//, '')}`) as { spec?: { nodeName?: string }; status?: { conditions?: readonly { type: string }[] } } | undefined
  return pod === undefined || ((pod.spec?.nodeName ?? '') === '' && pod.status?.conditions?.some((condition) => condition.type === 'PodScheduled') !== true)
}
