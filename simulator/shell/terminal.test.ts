import { describe, expect, it } from 'vitest'
import type { ApiRequest, StreamFrame, UserInfo } from '../api/request.ts'
import type { MovableCluster } from './driver.ts'
import { ProcessRun, runToEnd } from './driver.ts'
import { immediately } from './commands.ts'
import type { Executable } from './process.ts'
import type { TerminalOptions } from './terminal.ts'
import { Terminal } from './terminal.ts'

const learner: UserInfo = { name: 'learner', groups: ['system:authenticated'] }

/** A cluster with one stream that gives a line each second. */
class FakeCluster implements MovableCluster {
  nowMs = 0
  readonly requests: ApiRequest[] = []
  readonly closed: string[] = []
  readonly inputs: (string | undefined)[] = []
  private line = 0

  request(request: ApiRequest): { code: 200; body: unknown; warnings: string[] } | { code: 200; streamId: string; warnings: string[] } {
    this.requests.push(request)
    return request.verb === 'watch' ? { code: 200, streamId: 's1', warnings: [] } : { code: 200, body: { name: request.name }, warnings: [] }
  }
  authenticate(): UserInfo {
    return learner
  }
  mayImpersonate(): boolean {
    return true
  }
  readStream(): StreamFrame[] {
    const frames: StreamFrame[] = []
    while ((this.line + 1) * 1000 <= this.nowMs) frames.push({ kind: 'output', channel: 'stdout', text: `line ${++this.line}\n` })
    return frames
  }
  writeStream(_streamId: string, text: string | undefined): void {
    this.inputs.push(text)
  }
  closeStream(streamId: string): void {
    this.closed.push(streamId)
  }
  advanceTo(toMs: number): void {
    this.nowMs = toMs
  }
  nextEventMs(): number {
    return (Math.floor(this.nowMs / 250) + 1) * 250
  }
}

/** Stands for kubectl: `get NAME` asks once, `watch` follows the stream, `ask` reads standard input. */
const fakeKubectl: Executable = function* (context) {
  const [, verb, name] = context.argv
  if (verb === '__completeNoDesc') {
    context.out('pods\npodtemplates\n:4\n')
    return 0
  }
  if (verb === 'get') {
    const answer = yield { kind: 'request', request: { verb: 'get', group: '', version: 'v1', resource: 'pods', name } }
    context.out(answer.kind === 'response' && 'body' in answer.response ? `${(answer.response.body as { name: string }).name}\n` : '')
    return 0
  }
  if (verb === 'ask') {
    const answer = yield { kind: 'input', all: true }
    context.out(answer.kind === 'text' ? `[${answer.text}]\n` : '')
    return 0
  }
  if (verb !== 'watch') {
    context.err(`error: unknown command "${verb}"\n`)
    return 1
  }
  const opened = yield { kind: 'request', request: { verb: 'watch', group: '', version: 'v1', resource: 'pods' } }
  const streamId = opened.kind === 'response' && 'streamId' in opened.response ? opened.response.streamId : ''
  for (;;) {
    const answer = yield { kind: 'stream', streamId }
    if (answer.kind === 'frames') for (const frame of answer.frames) if (frame.kind === 'output') context.out(frame.text)
  }
}

function setUp(options: Partial<TerminalOptions> = {}): { cluster: FakeCluster; terminal: Terminal; seen: { out: string; clears: number }; run(line: string): { out: string; code: number } } {
  const cluster = new FakeCluster()
  const seen = { out: '', clears: 0 }
  const terminal = new Terminal({ executables: { kubectl: fakeKubectl }, clock: cluster, aliases: { k: 'kubectl' }, out: (text) => void (seen.out += text), onClear: () => void seen.clears++, ...options })
  const run = (line: string): { out: string; code: number } => {
    seen.out = ''
    const code = runToEnd(terminal.run(line), { user: () => learner, cluster: () => cluster, waitMsMax: 60_000 })
    return { out: seen.out, code }
  }
  return { cluster, terminal, seen, run }
}

describe('a line', () => {
  const cases = [
    { name: 'runs kubectl by its alias', line: 'k get web', want: { out: 'web\n', code: 0 } },
    { name: 'pipes kubectl into tools', line: 'kubectl get web | tr a-z A-Z', want: { out: 'WEB\n', code: 0 } },
    { name: 'uses the output of kubectl as words', line: 'for n in $(k get a) b; do k get $n; done', want: { out: 'a\nb\n', code: 0 } },
    { name: 'gives a here-document to kubectl', line: 'k ask <<E\nx: 1\nE', want: { out: '[x: 1\n]\n', code: 0 } },
    { name: 'gives a pipe to kubectl', line: 'echo hi | k ask', want: { out: '[hi\n]\n', code: 0 } },
    { name: 'has the exit code of a failing command', line: 'k nosuch', want: { out: 'error: unknown command "nosuch"\n', code: 1 } },
    { name: 'names an unknown command', line: 'nosuch', want: { out: 'bash: nosuch: command not found\n', code: 127 } },
    { name: 'shows a syntax error', line: 'echo )', want: { out: "bash: syntax error near unexpected token `)'\n", code: 2 } },
    { name: 'follows a watch as far as head reads', line: 'k watch | head -2', want: { out: 'line 1\nline 2\n', code: 0 } },
    { name: 'filters a watch line by line', line: 'k watch | grep --line-buffered 3 | head -1', want: { out: 'line 3\n', code: 0 } },
    { name: 'reads a watch in a loop', line: 'k watch | while read a b; do echo "$b:$a"; [ $b = 2 ] && break; done', want: { out: '1:line\n2:line\n', code: 0 } },
    { name: 'keeps colors of output only', line: "printf '\\033[31mred\\033[0m\\033[2J\\033]0;t\\007\\n'", want: { out: '\x1b[31mred\x1b[0m\n', code: 0 } },
    { name: 'refuses background jobs clearly', line: 'sleep 5 &', want: { out: 'bash: sleep 5 &: background jobs are not available in this terminal; run the command in the foreground\n', code: 1 } },
    { name: 'refuses files outside the home directory', line: 'echo x > /etc/x', want: { out: 'bash: /etc/x: Permission denied\n', code: 1 } },
    { name: 'reruns a command under watch', line: 'watch -t -n 1 kubectl get a | head -3', want: { out: 'a\n\na\n', code: 0 } },
    { name: 'stops kubectl at a deadline', line: 'timeout 2 kubectl watch; echo $?', want: { out: 'line 1\nline 2\n124\n', code: 0 } },
  ]
  it.each(cases)('$name', ({ line, want }) => {
    expect(setUp().run(line)).toEqual(want)
  })

  it('keeps variables, directory, functions, aliases and files for the next one', () => {
    const { run, terminal } = setUp()
    run('x=5; export Y=6; mkdir -p d && cd d; f() { echo "f $x $Y"; }; alias ll="ls -l"; echo data > file')
    expect(run('f; pwd; cat file; alias ll')).toEqual({ out: "f 5 6\n/home/learner/d\ndata\nalias ll='ls -l'\n", code: 0 })
    expect(terminal.prompt).toBe('~/d $ ')
  })

  it('goes on from saved state', () => {
    const first = setUp()
    first.run('x=5; echo data > file; cd /tmp')
    const state = JSON.parse(JSON.stringify(first.terminal.save())) as ReturnType<Terminal['save']>
    expect(setUp({ state }).run('echo $x $PWD; cat ~/file').out).toBe('5 /tmp\ndata\n')
  })

  it('asks as the user of the context, or as another one', () => {
    const { run, cluster } = setUp()
    run('k get web')
    expect(cluster.requests[0].user).toEqual(learner)
  })

  it('lets the session end with exit', () => {
    const { run, terminal } = setUp()
    run('exit 3')
    expect(terminal.exitCode).toBe(3)
  })
})

describe('Ctrl+C', () => {
  it('stops a waiting command, closes its stream and keeps the session', () => {
    const { cluster, terminal, run, seen } = setUp()
    const going = new ProcessRun(terminal.run('x=1; k watch; echo never'), { user: () => learner, cluster: () => cluster })
    cluster.advanceTo(1000)
    going.step()
    expect({ status: going.status, out: seen.out }).toEqual({ status: { kind: 'waits', streamId: 's1' }, out: 'line 1\n' })
    expect(going.stop()).toEqual({ kind: 'done', exitCode: 130 })
    expect(cluster.closed).toContain('s1')
    expect(run('echo $? $x').out).toBe('130 1\n')
  })

  it('stops a sleep at once', () => {
    const { cluster, terminal } = setUp()
    const going = new ProcessRun(terminal.run('sleep 100'), { user: () => learner, cluster: () => cluster })
    expect(going.status).toEqual({ kind: 'waits', untilMs: 100_000 })
    going.stop()
    expect(terminal.lastExitCode).toBe(130)
  })
})

describe('a session in a container', () => {
  const exec: Executable = function* (context) {
    const opened = yield { kind: 'request', request: { verb: 'create', group: '', version: 'v1', resource: 'pods', name: 'p', subresource: 'exec', query: { stdin: true, tty: true } } }
    const streamId = opened.kind === 'response' && 'streamId' in opened.response ? opened.response.streamId : ''
    const answer = yield { kind: 'stream', streamId }
    context.out(answer.kind === 'frames' ? `${answer.frames.length} frame\n` : '')
    return 0
  }
  const start = () => {
    const { cluster, terminal } = setUp({ executables: { kexec: exec }, hasKeyboard: true })
    cluster.request = () => ({ code: 200, streamId: 's1', warnings: [] })
    return { cluster, going: new ProcessRun(terminal.run('kexec'), { user: () => learner, cluster: () => cluster }) }
  }

  it('gets what is typed while it is busy', () => {
    const { cluster, going } = start()
    going.provideInput('ls')
    going.provideInput(undefined)
    expect(cluster.inputs).toEqual(['ls\n', undefined])
  })

  it('gets Ctrl+C itself when it has a terminal', () => {
    const { cluster, going } = start()
    going.interrupt()
    expect({ inputs: cluster.inputs, status: going.status.kind }).toEqual({ inputs: ['\x03'], status: 'waits' })
    expect(going.stop()).toEqual({ kind: 'done', exitCode: 130 })
  })
})

describe('standard input', () => {
  it('is asked for line by line, and ended', () => {
    const { cluster, terminal, seen } = setUp({ hasKeyboard: true })
    const going = new ProcessRun(terminal.run('read name; echo "hello $name"; cat'), { user: () => learner, cluster: () => cluster })
    expect(going.status).toEqual({ kind: 'input', all: false })
    going.provideInput('you')
    going.provideInput('more')
    expect(going.provideInput(undefined)).toEqual({ kind: 'done', exitCode: 0 })
    expect(seen.out).toBe('hello you\nmore\n')
  })

  it('is all that was typed up to its end for a program that wants everything', () => {
    const { cluster, terminal, seen } = setUp({ hasKeyboard: true })
    const going = new ProcessRun(terminal.run('k ask'), { user: () => learner, cluster: () => cluster })
    for (const line of ['a: 1', 'b: 2', undefined]) going.provideInput(line)
    expect(seen.out).toBe('[a: 1\nb: 2\n]\n')
  })

  it('is empty in a script', () => {
    expect(setUp().run('cat; read x; echo "[$x] $?"')).toEqual({ out: '[] 1\n', code: 0 })
  })
})

describe('commands of the terminal', () => {
  it('open the editor on a file and wait for it', () => {
    const { cluster, terminal } = setUp()
    const going = new ProcessRun(terminal.run('vim d.yaml && echo edited'), { user: () => learner, cluster: () => cluster })
    expect(going.status).toEqual({ kind: 'edit', path: '/home/learner/d.yaml' })
    expect(going.finishEdit(true)).toEqual({ kind: 'done', exitCode: 0 })
  })

  it('list history and find in it', () => {
    const { run, terminal } = setUp()
    run('echo a')
    run('echo b')
    run('echo b')
    expect(run('history 2').out).toBe('    2  echo b\n    3  history 2\n')
    expect(terminal.searchHistory('echo')).toBe(1)
    expect(run('!1').out).toBe('echo a\na\n')
  })

  it('wipe the screen', () => {
    const { run, seen } = setUp()
    run('clear')
    expect(seen.clears).toBe(1)
  })

  it('say that curl is outside of the cluster', () => {
    expect(setUp().run('curl http://web').code).toBe(6)
  })

  it('list the tools that exist', () => {
    const tools = setUp().run('podflight list tools').out.split('\n')
    expect(['awk', 'grep', 'jq', 'kubectl', 'sed', 'vim', 'watch'].filter((name) => !tools.includes(name))).toEqual([])
  })

  it('run the hooks of podflight', () => {
    const explain = immediately((context) => {
      context.out(`why ${context.argv[2]}\n`)
      return 0
    })
    expect(setUp({ podflight: { explain } }).run('podflight explain pod/x')).toEqual({ out: 'why pod/x\n', code: 0 })
    expect(setUp().run('podflight fly').code).toBe(1)
  })
})

describe('completion', () => {
  const cases = [
    { name: 'of commands', line: 'kub', want: { from: 0, candidates: ['kubectl'] } },
    { name: 'after a pipe', line: 'k get x | gr', want: { from: 10, candidates: ['grep'] } },
    { name: 'by kubectl itself through an alias', line: 'k get po', want: { from: 6, candidates: ['pods', 'podtemplates'] } },
    { name: 'of the value of a flag', line: 'k get --namespace=pod', want: { from: 6, candidates: ['--namespace=pods', '--namespace=podtemplates'] } },
    { name: 'of files', line: 'cat dir', want: { from: 4, candidates: ['dir/', 'dir2.yaml'] } },
    { name: 'of files in a directory', line: 'cat dir/', want: { from: 4, candidates: ['dir/a.txt'] } },
    { name: 'of directories only for cd', line: 'cd d', want: { from: 3, candidates: ['dir/'] } },
    { name: 'of redirection targets', line: 'echo x > dir2', want: { from: 9, candidates: ['dir2.yaml'] } },
    { name: 'of variables', line: 'echo $HO', want: { from: 5, candidates: ['$HOME'] } },
  ]
  it.each(cases)('$name', ({ line, want }) => {
    const { terminal, run } = setUp()
    run('mkdir dir; touch dir/a.txt dir2.yaml')
    const search = terminal.complete(line, line.length)
    const found = search.next()
    expect(found.done === true ? found.value : undefined).toEqual({ ...want, to: line.length })
  })
})
