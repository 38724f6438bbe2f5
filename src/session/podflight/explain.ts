/** `podflight explain pod/NAME`: why a Pod is where it is, or why it is Pending. */

import type { Cluster } from '../../../simulator/index.ts'
import { explanationText } from '../explain/explanation-text.ts'
import { momentText } from '../explain/wake-texts.ts'
import { explain as explainPod } from '../explain-pod.ts'
import type { FlightPort, PodflightCommand } from './command.ts'
import { immediately } from '../../../simulator/shell/commands.ts'

const usage = 'usage: podflight explain pod/NAME [-n NAMESPACE] [--at T] [-o json]\n  T is a time since the start, such as T+02:30, 90s or 1h5m\n'

interface Wanted { readonly name: string; readonly namespace: string | undefined; readonly at: string | undefined; readonly isJson: boolean }

/** The arguments after `podflight explain`, or what is wrong with them. */
export function readWanted(argv: readonly string[]): Wanted | string {
  let name: string | undefined
  let namespace: string | undefined
  let at: string | undefined
  let output: string | undefined
  for (let i = 0; i < argv.length; i++) {
    const [flag, inline] = splitFlag(argv[i])
    const value = (): string | undefined => inline ?? argv[++i]
    if (flag === '-n' || flag === '--namespace') namespace = value()
    else if (flag === '--at') at = value()
    else if (flag === '-o' || flag === '--output') output = value()
    else if (argv[i].startsWith('-')) return `unknown flag: ${argv[i]}`
    else if (/^(pods?|po)$/.test(argv[i])) continue
    else if (name === undefined) name = argv[i].replace(/^(pods?|po)\//, '')
    else return `name one Pod, not ${name} and ${argv[i]}`
  }
  if (name === undefined || name === '') return 'name a Pod, such as pod/trainer'
  if (name.includes('/')) return `only Pods can be explained, not ${name}`
  if (output !== undefined && output !== 'json') return `unable to match a printer suitable for the output format "${output}", allowed formats are: json`
  return { name, namespace, at, isJson: output === 'json' }
}

/** `-njson` and `--at=5s` carry their value. */
function splitFlag(word: string): [string, string | undefined] {
  if (word.startsWith('--')) {
    const at = word.indexOf('=')
    return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
  }
  return /^-[no]./.test(word) ? [word.slice(0, 2), word.slice(2).replace(/^=/, '')] : [word, undefined]
}

/** Simulated ms since T+00:00 of `T+MM:SS`, `HH:MM:SS`, `90s` or `1h5m`; undefined for other texts. */
export function readMoment(text: string): number | undefined {
  const clock = /^(?:T\+)?(?:(\d+):)?(\d+):(\d{2})(?:\.(\d{1,3}))?$/.exec(text)
  if (clock !== null) return ((Number(clock[1] ?? 0) * 60 + Number(clock[2])) * 60 + Number(clock[3])) * 1000 + Number((clock[4] ?? '0').padEnd(3, '0'))
  const duration = /^(?:T\+)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d{1,3})?)s)?$/.exec(text)
  if (duration === null || duration.slice(1).every((part) => part === undefined)) return undefined
  return Math.round(((Number(duration[1] ?? 0) * 60 + Number(duration[2] ?? 0)) * 60 + Number(duration[3] ?? 0)) * 1000)
}

/** The cluster to look at, a fork of its own, or why there is none. */
function clusterAt(port: FlightPort, at: string | undefined): Cluster | string {
  const cluster = port.cluster()
  if (at === undefined) return cluster.fork()
  const shownMs = readMoment(at)
  if (shownMs === undefined) return `invalid time "${at}": use T+02:30, 90s or 1h5m`
  const shiftMs = cluster.config.historyMs ?? 0
  if (shownMs + shiftMs > cluster.nowMs) return `${momentText(shownMs)} has not come yet; it is ${momentText(cluster.nowMs - shiftMs)}`
  return port.past.at(shownMs + shiftMs) ?? `the past is not kept as far back as ${momentText(shownMs)}`
}

export const explain: PodflightCommand = {
  name: 'explain',
  make: (port) => immediately((context) => {
    const fail = (text: string): number => {
      context.err(`error: ${text}\n`)
      return 1
    }
    if (port.hidesHelp()) return fail('explanations are not available in an exam')
    const words = context.argv.slice(2)
    if (words.includes('-h') || words.includes('--help')) {
      context.out(usage)
      return 0
    }
    const wanted = readWanted(words)
    if (typeof wanted === 'string') {
      context.err(`error: ${wanted}\n${usage}`)
      return 1
    }
    const cluster = clusterAt(port, wanted.at)
    if (typeof cluster === 'string') return fail(cluster)
    const namespace = wanted.namespace ?? port.namespace()
    const found = explainPod(cluster, { kind: 'Pod', namespace, name: wanted.name }, port.past)
    if (found === undefined) {
      context.err(`Error from server (NotFound): pods "${wanted.name}" not found\n`)
      return 1
    }
    context.out(wanted.isJson ? `${JSON.stringify(found, null, 2)}\n` : explanationText(found))
    return 0
  }),
}
