/** nginx in a container: reads its configuration at the start, answers by it, writes its access log. */

import { toCalendar, defaultEpochMs, timestampMs } from '../../api/time.ts'
import { utf8Length } from '../../api/go-text.ts'
import type { FlowOutcome, HttpRequest, HttpResponse, LoadOnContainer, Program, ProgramContext, ProgramEffect, ProgramStep, Usage } from '../program.ts'
import { answer, portsOf, serverHeader, serversOf } from './answer.ts'
import { parseConfig } from './config.ts'
import type { Directive } from './config.ts'

interface State {
  readonly [key: string]: readonly Directive[]
  readonly directives: readonly Directive[]
}

/** Modelling assumptions of the curriculum: 1 ms for a request, 6 MiB. */
const serviceMs = 1
const memoryBytes = 6 * 1024 * 1024
const cpuMillisPerRequest = 0.1

const months: readonly string[] = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** Unix ms of the present moment. */
function unixMsOf({ nowMs, timestamp }: ProgramContext): number {
  return timestamp === undefined ? defaultEpochMs + nowMs : timestampMs(timestamp(nowMs), 0)
}

function errorTime(context: ProgramContext): string {
  const { year, month, day, hour, minute, second } = toCalendar(unixMsOf(context))
  return `${year}/${two(month)}/${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

function accessTime(context: ProgramContext): string {
  const { year, month, day, hour, minute, second } = toCalendar(unixMsOf(context))
  return `${two(day)}/${months[month - 1]}/${year}:${two(hour)}:${two(minute)}:${two(second)} +0000`
}

function log(stream: 'stdout' | 'stderr', text: string): ProgramEffect {
  return { kind: 'log', stream, text: `${text}\n` }
}

function entrypointLines(context: ProgramContext): string[] {
  const isReadOnly = context.files.writeError?.('/etc/nginx/conf.d/default.conf') !== undefined
  const hasDefault = context.files.read('/etc/nginx/conf.d/default.conf') !== undefined
  const ipv6 = !hasDefault
    ? ['10-listen-on-ipv6-by-default.sh: info: /etc/nginx/conf.d/default.conf is not a file or does not exist']
    : isReadOnly
      ? ['10-listen-on-ipv6-by-default.sh: info: can not modify /etc/nginx/conf.d/default.conf (read-only file system?)']
      : ['10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf', '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf']
  const entry = '/docker-entrypoint.sh:'
  return [
    `${entry} /docker-entrypoint.d/ is not empty, will attempt to perform configuration`,
    `${entry} Looking for shell scripts in /docker-entrypoint.d/`,
    `${entry} Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh`,
    ...ipv6,
    `${entry} Sourcing /docker-entrypoint.d/15-local-resolvers.envsh`,
    `${entry} Launching /docker-entrypoint.d/20-envsubst-on-templates.sh`,
    `${entry} Launching /docker-entrypoint.d/30-tune-worker-processes.sh`,
    `${entry} Configuration complete; ready for start up`,
  ]
}

function configPath(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('-c')
  return at < 0 ? undefined : argv[at + 1]
}

function start(context: ProgramContext): ProgramStep<State> {
  const { argv } = context.spec
  const effects = argv[0] === '/docker-entrypoint.sh' ? entrypointLines(context).map((line) => log('stdout', line)) : []
  const parsed = parseConfig(context.files, configPath(argv))
  const time = errorTime(context)
  if (argv.includes('-t')) return { state: { directives: [] }, effects: [...effects, ...tested('error' in parsed ? parsed.error : undefined, configPath(argv))] }
  if (argv.includes('-v')) return { state: { directives: [] }, effects: [log('stderr', `nginx version: ${serverHeader}`), { kind: 'exit', exitCode: 0 }] }
  if ('error' in parsed) {
    const failed: ProgramEffect[] = [log('stderr', `${time} [emerg] 1#1: ${parsed.error}`), log('stderr', `nginx: [emerg] ${parsed.error}`), { kind: 'exit', exitCode: 1 }]
    return { state: { directives: [] }, effects: [...effects, ...failed] }
  }
  for (const line of ['using the "epoll" event method', serverHeader, 'OS: Linux 6.12.0', 'start worker processes', 'start worker process 29']) effects.push(log('stderr', `${time} [notice] 1#1: ${line}`))
  const ports = new Set(serversOf(parsed.directives).servers.flatMap(portsOf))
  for (const port of ports) effects.push({ kind: 'listen', port })
  return { state: parsed, effects }
}

function tested(error: string | undefined, path = '/etc/nginx/nginx.conf'): ProgramEffect[] {
  if (error !== undefined) return [log('stderr', `nginx: [emerg] ${error}`), log('stderr', `nginx: configuration file ${path} test failed`), { kind: 'exit', exitCode: 1 }]
  return [log('stderr', `nginx: the configuration file ${path} syntax is ok`), log('stderr', `nginx: configuration file ${path} test is successful`), { kind: 'exit', exitCode: 0 }]
}

/** The access log line; probes of the kubelet are left out, since steady ones are not played one by one. */
function accessLine(context: ProgramContext, request: HttpRequest, response: HttpResponse): ProgramEffect[] {
  const agent = request.headers['User-Agent'] ?? '-'
  if (agent.startsWith('kube-probe/')) return []
  const uri = request.url.replace(/^[a-z]+:\/\/[^/?]*/, '') || '/'
  const client = request.headers['X-Forwarded-For'] ?? '10.244.0.1'
  const line = `${client} - - [${accessTime(context)}] "${request.method} ${uri} HTTP/1.1" ${response.status} ${utf8Length(response.body)} "-" "${agent}" "-"`
  return [log('stdout', line)]
}

function usage(load: LoadOnContainer | undefined, context: ProgramContext): Usage {
  const wanted = 1 + (load?.requestsPerSecond ?? 0) * cpuMillisPerRequest
  const limit = context.spec.cpuLimitMillis ?? wanted
  return { cpuMillis: Math.min(wanted, limit), memoryBytes, memoryBytesPerSecond: 0, throttledShare: wanted > limit ? 1 - limit / wanted : 0, gpuUtilization: 0, gpuMemoryBytes: 0 }
}

function flow(state: State, load: LoadOnContainer, context: ProgramContext): FlowOutcome {
  const port = portsOf(serversOf(state.directives).servers[0] ?? { name: '', args: [], file: '', line: 0 })[0]
  const { status } = answer(state.directives, port, { method: 'GET', url: `http://localhost${load.path}`, headers: {}, body: '' }, context.files)
  const isOk = status < 400
  return {
    okPerSecond: isOk ? load.requestsPerSecond : 0, perStatus: { [String(status)]: load.requestsPerSecond }, failedPerSecond: 0,
    p50Ms: serviceMs, p95Ms: serviceMs * 2, p99Ms: serviceMs * 3, inFlight: (load.requestsPerSecond * serviceMs) / 1000,
  }
}

/** Serves by `server`, `listen`, `location`, `return`, `default_type`, `root`, `index`, `try_files` and `add_header`; other directives are checked only. */
export const nginx: Program<State> = {
  name: 'nginx',
  hasShell: true,
  init: start,
  nextChangeMs: () => undefined,
  advance: (state) => ({ state, effects: [] }),
  signal(state, signal, context) {
    if (signal === 'HUP') {
      const parsed = parseConfig(context.files)
      return 'error' in parsed ? { state, effects: [log('stderr', `${errorTime(context)} [emerg] 1#1: ${parsed.error}`)] } : { state: parsed, effects: [] }
    }
    // The image's stop signal is SIGQUIT, so that is what containerd sends for a stop.
    const text = signal === 'INT' ? 'signal 2 (SIGINT) received, exiting' : 'signal 3 (SIGQUIT) received, shutting down'
    return { state, effects: [log('stderr', `${errorTime(context)} [notice] 1#1: ${text}`), { kind: 'exit', exitCode: 0 }] }
  },
  handle(state, port, request, context) {
    const response = answer(state.directives, port, request, context.files)
    return { step: { state, effects: accessLine(context, request, response) }, response, serviceMs }
  },
  usage: (_state, load, context) => usage(load, context),
  flow,
}
