/** Recorded kubectl commands, played in order on one simulated cluster per group. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiErrors } from '../../../simulator/api/errors.ts'
import { isYamlError, parseYaml } from '../../../simulator/api/yaml/documents.ts'
import type { ApiRequest, ApiResponse } from '../../../simulator/api/request.ts'
import type { Pod } from '../../../simulator/api/types.ts'
import { kubectl } from '../../../simulator/bind-kubectl.ts'
import type { ProcessAnswer, ProcessNeed } from '../../../simulator/shell/process.ts'
import { MemoryFiles, splitWords } from '../scenario-player/kubectl-runner.ts'
import { Names } from '../scenario-player/names.ts'
import { Player } from '../scenario-player/player.ts'
import type { CaseResult, Row } from '../runner.ts'
import { dressNodes } from './stage-hands.ts'
import { fieldLines, helpFacts, isHelp, looseForm, recordedForm } from './transcript-text.ts'

const folder = dirname(fileURLToPath(import.meta.url))
const workFolder = '/work'
const commandLimitMs = 60_000
const needsMax = 20_000
/** In these groups' recordings the node had let go of the held pod before the commands began. */
const unheldGroups = ['describe', 'misc', 'mistakes']
/** With this time for each request, chance places most pods as it did in the recordings. */
const transcriptRequestMs = 3
/** Chance placed pods the other way around in the recordings of these groups, and what they evict or move tells. */
const swappedGroups = ['apply', 'misc']
/** After these the recording did not wait for the controllers. */
const quietVerbs = ['get', 'describe', 'explain', 'api-resources', 'help', 'config', 'auth', 'version', 'top', '__complete', '-h']

const serverAddress = 'https://127.0.0.1:6443'
const adminToken = 'admintoken'
const kubeconfig = `apiVersion: v1
clusters:
- cluster:
    insecure-skip-tls-verify: true
    server: ${serverAddress}
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: admin
  name: admin@kubernetes
current-context: admin@kubernetes
kind: Config
users:
- name: admin
  user:
    token: ${adminToken}
`

/** A step that the player of scenarios plays. */
type Step = Parameters<Player['play']>[0]

interface Group { readonly files?: { readonly [name: string]: string }; readonly setup?: readonly Step[]; readonly nodes?: readonly { readonly name: string }[] }

function readGroup(id: string, path: string | undefined): Group {
  const places = [...(path === undefined ? [] : [join(dirname(path), 'kubectl-groups', `${id}.yaml`)]), join(folder, 'kubectl-groups', `${id}.yaml`)]
  const file = places.find((place) => existsSync(place))
  if (file === undefined) throw new Error(`no file for the group ${id}`)
  const read = parseYaml(readFileSync(file, 'utf8'))
  if (isYamlError(read)) throw new Error(`${file}: ${read.error}`)
  return read.value as unknown as Group
}

/** A group's cluster, files and names. */
class GroupRun {
  readonly player: Player
  readonly files = new MemoryFiles()
  readonly names = new Names()

  constructor(id: string, group: Group) {
    this.player = new Player({ namespace: 'default', quiet: 0.8, requestMs: transcriptRequestMs, nodes: group.nodes ?? (swappedGroups.includes(id) ? ['n2', 'n1'] : ['n1', 'n2']).map((name) => ({ name })) })
    this.player.cluster.onCommit(({ before, after }) => { if (before === undefined && after !== undefined) this.names.feed(after) })
    this.files.makeDirectory(workFolder)
    this.files.write(`${workFolder}/kubeconfig`, kubeconfig)
    for (const [name, text] of Object.entries(group.files ?? {})) this.files.write(`${workFolder}/${name}`, text)
    dressNodes(this.player)
    for (const step of group.setup ?? []) {
      this.player.play(step)
      this.settle(800)
    }
    if (unheldGroups.includes(id)) this.player.play({ termination: 'auto' })
    this.settle(800)
  }

  /** Lets the cluster finish what it does. */
  private settle(quietMs: number): void {
    this.player.settle(quietMs, 20_000)
  }

  command(row: Row): { readonly exit: number; readonly stdout: string; readonly stderr: string } {
    const run = String(row['run'])
    const argv = splitWords(run).slice(1)
    const result = this.execute(argv, row['stdin'] as string | undefined, (row['env'] ?? {}) as { [name: string]: string })
    if (!quietVerbs.includes(argv[0] ?? '-h') && !run.includes('--dry-run') && !run.endsWith('-h')) this.settle(Number(row['settle'] ?? 0.8) * 1000)
    const shown = (text: string): string => recordedForm(text, (one) => this.names.text(one), workFolder)
    return { exit: result.exit, stdout: shown(result.stdout), stderr: shown(result.stderr) }
  }

  private execute(argv: readonly string[], stdin: string | undefined, env: { [name: string]: string }): { exit: number; stdout: string; stderr: string } {
    let [stdout, stderr] = ['', '']
    const { cluster } = this.player
    const endMs = cluster.nowMs + commandLimitMs
    const process = kubectl({
      argv: ['kubectl', ...argv], env: { HOME: '/home', KUBECONFIG: `${workFolder}/kubeconfig`, ...env }, workingDirectory: workFolder, files: this.files,
      clock: { get nowMs() { return cluster.nowMs }, timestamp: (atMs) => cluster.clock.timestamp(atMs), parse: (text) => cluster.clock.parse(text) },
      out: (text) => { stdout += text }, err: (text) => { stderr += text }, isTerminal: false, hasInput: stdin !== undefined,
    })
    let input: string | undefined = stdin
    let step = process.next()
    for (let needs = 0; step.done !== true; needs++) {
      if (needs > needsMax || cluster.nowMs > endMs) {
        process.return(124)
        return { exit: 124, stdout, stderr }
      }
      if (step.value.kind === 'input') {
        step = process.next({ kind: 'text', text: input ?? '' })
        input = undefined
      } else step = process.next(this.answer(step.value, endMs, env))
    }
    return { exit: step.value, stdout, stderr }
  }

  private answer(need: ProcessNeed, endMs: number, env: { [name: string]: string }): ProcessAnswer {
    const { cluster } = this.player
    switch (need.kind) {
      case 'request': {
        const { as, asGroups, server, credentials, ...request } = need.request
        if (server !== serverAddress) return { kind: 'none' }
        const own = credentials?.token === adminToken ? { name: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] } : cluster.authenticate(credentials ?? {})
        if (own === undefined) return { kind: 'response', response: { code: 401, body: apiErrors.unauthorized('Unauthorized'), warnings: [] } }
        const user = as === undefined ? own : { name: as, groups: [...(asGroups ?? []), 'system:authenticated'] }
        return { kind: 'response', response: this.request({ ...request, user }) }
      }
      case 'stream': {
        let frames = cluster.readStream(need.streamId)
        if (frames.length === 0) this.player.advance(Math.min(need.untilMs ?? endMs + 1, endMs + 1), () => { frames = cluster.readStream(need.streamId); return frames.length > 0 })
        return { kind: 'frames', frames }
      }
      case 'sleep': this.player.advance(need.untilMs); return { kind: 'none' }
      case 'closeStream': cluster.closeStream(need.streamId); return { kind: 'none' }
      case 'edit': return { kind: 'saved', isSaved: this.edit(need.path, env['SED'] ?? '') }
      default: return { kind: 'none' }
    }
  }

  /** The recorded editor: one `s/a/b/` on every line. */
  private edit(path: string, script: string): boolean {
    const [, from = '', to = ''] = script.split('/')
    const text = this.files.read(path) ?? ''
    if (from === '') return true
    this.files.write(path, text.split('\n').map((line) => line.replace(from, to)).join('\n'))
    return true
  }

  /** No kubelet listened while the transcripts were recorded: what needs one ends in a failed connection. */
  private request(request: ApiRequest): ApiResponse {
    const response = this.player.cluster.request(request)
    const { subresource, namespace, name, query = {} } = request
    if (!['log', 'exec', 'attach', 'portforward'].includes(subresource ?? '')) return response
    const pod = this.player.cluster.peekOne<Pod>('pods', `${namespace}/${name}`)
    const node = pod?.spec.nodeName
    const dial = `dial tcp: lookup ${node} on <dns>`
    if (subresource === 'portforward') return { code: 500, warnings: [], body: { kind: 'Status', status: 'Failure', message: `error dialing backend: ${dial}`, code: 500 } }
    const isKnown = pod !== undefined && [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some((container) => container.name === query.container)
    if (!isKnown) return response
    if (node === undefined) return subresource === 'log' ? { code: 200, body: '', warnings: [] } : { code: 400, warnings: [], body: { kind: 'Status', status: 'Failure', reason: 'BadRequest', message: `pod ${name} does not have a host assigned`, code: 400 } }
    if (subresource === 'log') {
      const parameters = [...(query.previous === true ? ['previous=true'] : []), ...(query.tailLines === undefined ? [] : [`tailLines=${query.tailLines}`])].join('&')
      const message = `Get "https://${node}:10250/containerLogs/${namespace}/${name}/${query.container}${parameters === '' ? '' : `?${parameters}`}": ${dial}`
      return { code: 500, warnings: [], body: { kind: 'Status', status: 'Failure', message, code: 500 } }
    }
    const command = (query.command ?? []).map((word) => `command=${encodeURIComponent(word)}&`).join('')
    const message = `Internal error occurred: error sending request: Post "https://${node}:10250/${subresource}/${namespace}/${name}/${query.container}?${command}error=1&output=1": ${dial}`
    return { code: 500, warnings: [], body: { kind: 'Status', status: 'Failure', reason: 'InternalError', message, code: 500 } }
  }
}

const groups = new Map<string, GroupRun>()

/** The run of a group: a new one for its first row, then the one that the rows before left behind. */
function runOf(row: Row, path: string | undefined): GroupRun {
  const id = `${path ?? ''} ${String(row['group'])}`
  let run = row['n'] === 1 ? undefined : groups.get(id)
  if (run === undefined) {
    run = new GroupRun(String(row['group']), readGroup(String(row['group']), path))
    groups.set(id, run)
  }
  return run
}

interface Channel { readonly expected: unknown; readonly actual: unknown; readonly ok: boolean }

/** Compares one output: as text, by the facts of a help text, or by the fields of an explanation. */
function compareChannel(row: Row, name: 'stdout' | 'stderr', actual: string): Channel {
  const run = String(row['run'])
  const help = row[`${name}Help`]
  if (help !== undefined) {
    const facts = helpFacts(actual)
    return { expected: help, actual: facts, ok: JSON.stringify(facts) === JSON.stringify(help) }
  }
  if (row[`${name}Fields`] !== undefined) {
    const fields = fieldLines(actual)
    return { expected: row[`${name}Fields`], actual: fields, ok: JSON.stringify(fields) === JSON.stringify(row[`${name}Fields`]) }
  }
  const expected = String(row[name] ?? '')
  if (isHelp(expected)) {
    const [wanted, got] = [helpFacts(expected), helpFacts(actual)]
    return { expected: wanted, actual: got, ok: JSON.stringify(wanted) === JSON.stringify(got) }
  }
  if (run.includes('__complete')) {
    const [wanted, got] = [expected, actual].map((text) => looseForm(text.replace(/\t.*$/gm, ''), run))
    return { expected, actual, ok: wanted === got }
  }
  return { expected, actual, ok: expected === actual || looseForm(expected, run) === looseForm(actual, run) }
}

/** One recorded command: exit code, standard output and standard error. */
export const runTranscript = (row: Row, _fileName: string, path?: string): CaseResult => {
  const name = String(row['name'])
  const result = runOf(row, path).command(row)
  const channels = (['stdout', 'stderr'] as const).map((channel) => ({ channel, ...compareChannel(row, channel, result[channel]) }))
  const ok = result.exit === row['exit'] && channels.every((one) => one.ok)
  if (ok) return { name, ok }
  const wrong = channels.filter((one) => !one.ok)
  return {
    name, ok,
    expected: { exit: row['exit'], ...Object.fromEntries(wrong.map((one) => [one.channel, one.expected])) },
    actual: { exit: result.exit, ...Object.fromEntries(wrong.map((one) => [one.channel, one.actual])) },
  }
}
