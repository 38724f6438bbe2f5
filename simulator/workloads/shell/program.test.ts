import { describe, expect, it } from 'vitest'
import type { EffectAnswer, FileView, ProgramContext, ProgramEffect, ProgramSpec, ProgramStep } from '../program.ts'
import { shell } from './program.ts'

type State = Parameters<typeof shell.advance>[0]
interface Happening { readonly atMs: number; readonly signal?: 'TERM' | 'INT'; readonly input?: string }
interface Play {
  readonly argv: readonly string[]
  readonly spec?: Partial<ProgramSpec>
  readonly happenings?: readonly Happening[]
  readonly answer?: (effect: ProgramEffect) => EffectAnswer
  readonly writeError?: (path: string) => string | undefined
}

const resolv = 'search demo.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'

/** Plays a container until its exit or until nothing more happens; every state goes through JSON. */
function play({ argv, spec, happenings = [], answer, writeError }: Play): { out: string; err: string; exit: number | undefined; atMs: number; message: string } {
  const files = new Map([['/etc/resolv.conf', resolv], ['/etc/passwd', 'root:x:0:0\n']])
  const view: FileView = {
    read: (path) => files.get(path),
    list(path) {
      const prefix = path === '/' ? '/' : `${path}/`
      const names = new Set([...files.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length).split('/')[0]))
      return names.size === 0 ? undefined : [...names].sort()
    },
    ...(writeError === undefined ? {} : { writeError }),
  }
  const full: ProgramSpec = {
    image: 'busybox:1.36', parameters: {}, argv, env: { PATH: '/bin', HOSTNAME: 'p' }, workingDir: '/', tty: false, stdin: false, container: 'app', pod: { namespace: 'demo', name: 'p', uid: 'u', ip: '10.244.0.11' },
    node: { name: 'node-1', labels: {} }, gpuCount: 0, seed: 1, ...spec,
  }
  const clock = { nowMs: 0 }
  const seen = { out: '', err: '', exit: undefined as number | undefined, message: '' }
  const open: ProgramEffect[] = []
  const context = (): ProgramContext => ({ spec: full, files: view, nowMs: clock.nowMs })
  const take = (step: ProgramStep<State>): State => {
    for (const effect of step.effects) {
      if (effect.kind === 'log') seen[effect.stream === 'stdout' ? 'out' : 'err'] += effect.text
      else if (effect.kind === 'exit') seen.exit = effect.exitCode
      else if (effect.kind === 'write') files.set(effect.path, effect.text)
      else if (effect.kind === 'remove') files.delete(effect.path)
      else if (effect.kind === 'terminationMessage') seen.message = effect.text
      else open.push(effect)
    }
    return JSON.parse(JSON.stringify(step.state)) as State
  }
  let state = take(shell.init(context()))
  const rest = [...happenings]
  for (let i = 0; i < 200 && seen.exit === undefined; i++) {
    const effect = open.shift()
    if (effect !== undefined && 'id' in effect && answer !== undefined) {
      clock.nowMs += 2
      state = take(shell.resume!(state, effect.id, answer(effect), context()))
      continue
    }
    const nextMs = shell.nextChangeMs(state)
    if (rest.length > 0 && (nextMs === undefined || rest[0].atMs <= nextMs)) {
      const { atMs, signal, input } = rest.shift()!
      clock.nowMs = atMs
      if (signal !== undefined) state = take(shell.signal(state, signal, context()))
      if (input !== undefined) state = take(shell.input!(state, input, context()))
      continue
    }
    if (nextMs === undefined) break
    clock.nowMs = Math.max(nextMs, clock.nowMs)
    state = take(shell.advance(state, context()))
  }
  return { ...seen, atMs: clock.nowMs }
}

const sh = (script: string): readonly string[] => ['sh', '-c', script]

describe('process 1', () => {
  const cases: (Play & { name: string; want: Partial<ReturnType<typeof play>> })[] = [
    { name: 'echo prints and ends with 0', argv: ['echo', 'hi'], want: { out: 'hi\n', exit: 0 } },
    { name: 'false ends with 1', argv: ['false'], want: { exit: 1 } },
    { name: 'pwd prints the working directory', argv: ['pwd'], spec: { workingDir: '/srv/model' }, want: { out: '/srv/model\n', exit: 0 } },
    { name: 'a script has its exit code and both streams', argv: sh('echo loading; echo "CUDA error" >&2; exit 5'), want: { out: 'loading\n', err: 'CUDA error\n', exit: 5 } },
    { name: 'an unknown command is 127', argv: sh('python3 serve.py'), want: { err: 'sh: python3: not found\n', exit: 127 } },
    { name: 'a file that is no program is 126', argv: sh('/etc/passwd'), want: { err: 'sh: /etc/passwd: Permission denied\n', exit: 126 } },
    { name: 'a broken script is 2', argv: sh('if true; then'), want: { err: 'sh: syntax error: unexpected end of file (expecting "fi")\n', exit: 2 } },
    { name: 'a loop ticks each second', argv: sh('i=0; while [ $i -lt 3 ]; do echo tick $i; i=$((i+1)); sleep 1; done'), want: { out: 'tick 0\ntick 1\ntick 2\n', exit: 0, atMs: 3000 } },
    { name: 'sleep as process 1 ignores TERM', argv: ['sleep', '10'], happenings: [{ atMs: 2500, signal: 'TERM' }], want: { exit: 0, atMs: 10_000 } },
    { name: 'a shell without trap ignores TERM', argv: sh('sleep 10; echo end'), happenings: [{ atMs: 2500, signal: 'TERM' }], want: { out: 'end\n', exit: 0, atMs: 10_000 } },
    { name: 'a trap on TERM runs after the sleep in the foreground', argv: sh("trap 'exit 143' TERM; while true; do sleep 1; done"), happenings: [{ atMs: 2500, signal: 'TERM' }], want: { exit: 143, atMs: 3000 } },
    { name: 'a trap on TERM interrupts wait', argv: sh("trap 'echo bye; exit 0' TERM; sleep 1000 & wait"), happenings: [{ atMs: 2500, signal: 'TERM' }], want: { out: 'bye\n', exit: 0, atMs: 2500 } },
    { name: 'a child that is killed gives its signal', argv: sh("sh -c 'kill -SEGV $$'; exit $?"), want: { exit: 139 } },
    { name: 'process 1 cannot kill itself', argv: sh('kill -9 $$; echo still here'), want: { out: 'still here\n', exit: 0 } },
    { name: 'a termination message is written', argv: sh("echo 'model checksum mismatch' > /dev/termination-log; exit 4"), want: { message: 'model checksum mismatch\n', exit: 4 } },
    { name: 'a read-only file system refuses writes', argv: sh('touch /tmp/ok && echo tmp writable; touch /cache'), writeError: (path) => (path.startsWith('/tmp/') ? undefined : 'Read-only file system'), want: { out: 'tmp writable\n', err: 'touch: /cache: Read-only file system\n', exit: 1 } },
    { name: 'cat ends with its input', argv: ['cat'], spec: { stdin: true }, happenings: [{ atMs: 5, input: 'one\n' }, { atMs: 9, input: 'two\x04' }], want: { out: 'one\ntwo', exit: 0, atMs: 9 } },
    { name: 'an interactive shell prompts, joins lines and exits', argv: ['sh'], spec: { stdin: true, tty: true }, happenings: [{ atMs: 1, input: 'if true; then\n' }, { atMs: 2, input: 'echo y; fi\n' }, { atMs: 3, input: 'exit 3\n' }], want: { out: '/ # > y\n/ # ', exit: 3 } },
    { name: 'Ctrl+C ends the command of an interactive shell, not the shell', argv: ['sh'], spec: { stdin: true, tty: true }, happenings: [{ atMs: 1, input: 'sleep 100\n' }, { atMs: 50, input: '\x03' }, { atMs: 60, input: 'echo $?; exit\n' }], want: { out: '/ # / # 130\n', exit: 0, atMs: 60 } },
    { name: 'a command of exec can be killed', argv: sh('kill -9 $$'), spec: { isExec: true }, want: { exit: 137 } },
  ]
  it.each(cases)('$name', ({ name: _name, want, ...plan }) => {
    expect(play(plan)).toMatchObject(want)
  })

  it('a script that never waits uses its CPU and goes on', () => {
    const spec: ProgramSpec = { image: 'busybox:1.36', parameters: {}, argv: sh('while :; do :; done'), env: {}, workingDir: '/', tty: false, stdin: false, container: 'c', pod: { namespace: 'd', name: 'p', uid: 'u', ip: '' }, node: { name: 'n', labels: {} }, cpuLimitMillis: 200, gpuCount: 0, seed: 1 }
    const context: ProgramContext = { spec, files: { read: () => undefined, list: () => undefined }, nowMs: 0 }
    const { state } = shell.init(context)
    expect({ next: shell.nextChangeMs(state), ...shell.usage(state, undefined, context) }).toMatchObject({ next: 1000, cpuMillis: 200, throttledShare: 1 })
  })
})

describe('the network', () => {
  const body = '{"label":"positive","score":0.91}\n'
  const answer = (effect: ProgramEffect): EffectAnswer => {
    if (effect.kind === 'lookup') return { kind: 'addresses', addresses: effect.name === 'nope' ? [] : ['10.96.0.5'] }
    const url = effect.kind === 'request' ? effect.request.url : ''
    if (url.includes(':81')) return { kind: 'failure', failure: { failure: 'refused', message: 'Failed to connect' } }
    if (url.includes('slow')) return { kind: 'failure', failure: { failure: 'timeout', message: 'Operation timed out' } }
    if (url.includes('gone')) return { kind: 'response', response: { status: 404, headers: {}, body: 'no' }, latencyMs: 1 }
    return { kind: 'response', response: { status: 200, headers: {}, body }, latencyMs: 1 }
  }
  const cases = [
    { name: 'wget prints a body', script: 'wget -qO- http://web/predict', want: { out: body, err: '', exit: 0 } },
    { name: 'wget saves a file and says so', script: 'wget http://web/predict; cat predict', want: { out: body, err: "Connecting to web (10.96.0.5:80)\nsaving to 'predict'\npredict              100% |********************************|    34  0:00:00 ETA\n'predict' saved\n", exit: 0 } },
    { name: 'wget names a bad address', script: 'wget -qO- nope', want: { err: "wget: bad address 'nope'\n", exit: 1 } },
    { name: 'wget names a refused connection with its address', script: 'wget -qO- http://web:81/', want: { err: "wget: can't connect to remote host (10.96.0.5): Connection refused\n", exit: 1 } },
    { name: 'wget names the status of a server', script: 'wget -qO- http://web/gone', want: { err: 'wget: server returned error: HTTP/1.1 404 Not Found\n', exit: 1 } },
    { name: 'wget with a timeout says that the download timed out', script: 'wget -qO- -T 2 http://slow/', want: { err: 'wget: download timed out\n', exit: 1 } },
    { name: 'nslookup prints the full name', script: 'nslookup web', want: { out: 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tweb.demo.svc.cluster.local\nAddress: 10.96.0.5\n\n', exit: 0 } },
    { name: 'nslookup of nothing is NXDOMAIN', script: 'nslookup nope', want: { out: "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n** server can't find nope.demo.svc.cluster.local: NXDOMAIN\n\n", exit: 1 } },
    { name: 'nc tells an open port', script: 'nc -zv web 80', want: { err: 'web (10.96.0.5:80) open\n', exit: 0 } },
    { name: 'nc tells a closed port', script: 'nc -zv web 81', want: { err: 'nc: web (10.96.0.5:81): Connection refused\n', exit: 1 } },
    { name: 'requests of a loop follow each other', script: 'for i in 1 2; do wget -qO- web | head -c 9; echo; done', want: { out: '{"label":\n{"label":\n', exit: 0 } },
    { name: 'curl is not in busybox', script: 'curl web', want: { err: 'sh: curl: not found\n', exit: 127 } },
  ]
  it.each(cases)('$name', ({ script, want }) => {
    expect(play({ argv: sh(script), answer })).toMatchObject(want)
  })

  it('curl in its image prints the body and what -w asks for', () => {
    expect(play({ argv: sh("curl -s -w '%{http_code}\\n' http://web/; curl -sS http://web:81/"), spec: { image: 'curlimages/curl:8.10.1' }, answer })).toMatchObject({ out: `${body}200\n`, err: 'curl: (7) Failed to connect\n', exit: 7 })
  })
})
