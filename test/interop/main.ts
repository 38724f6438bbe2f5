/**
 * `npm run test:interop`: real clients against a served cluster. What a machine does not have is skipped with its reason.
 * The last line is `N passed, N failed, N skipped`. PODFLIGHT_KUBECTL names a kubectl that is not on the path.
 */

import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { exerciseCases, kubectlCases, kubectlFiles, spdyCases } from './kubectl-cases.ts'
import type { KubectlCase } from './kubectl-cases.ts'
import { clientNodeChecks } from './client-node.ts'
import { serve } from './served.ts'
import type { Served } from './served.ts'

const here = dirname(fileURLToPath(import.meta.url))
const count = { passed: 0, failed: 0, skipped: 0 }
const commandTimeoutMs = 90_000
/** Simulated seconds per second: rollouts need not be waited for in full. */
const speed = '4'
const shownCharacters = 600
/** Tenths of a second for what a busy machine may take long for. */
const tenthsMax = 600
const writesBeforeKill = 50

function report(name: string, problem: string | undefined): void {
  count[problem === undefined ? 'passed' : 'failed']++
  console.log(problem === undefined ? `ok      ${name}` : `FAILED  ${name}\n        ${problem.slice(0, shownCharacters).replaceAll('\n', '\n        ')}`)
}

function skip(name: string, reason: string): void {
  count.skipped++
  console.log(`skipped ${name}: ${reason}`)
}

async function check(name: string, run: () => Promise<string | undefined>): Promise<void> {
  report(name, await run().catch((error: unknown) => String(error)))
}

function findKubectl(): string | undefined {
  const given = process.env['PODFLIGHT_KUBECTL']
  if (given !== undefined) return given
  const onPath = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' })
  if (onPath.status === 0) return 'kubectl'
  const built = join(process.env['PODFLIGHT_ORACLE_BIN'] ?? join(homedir(), '.cache/podflight-oracle'), 'kubectl')
  return existsSync(built) ? built : undefined
}

function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

class Kubectl {
  private readonly program: string
  private readonly folder: string
  private readonly env: NodeJS.ProcessEnv

  constructor(program: string, served: Served) {
    this.program = program
    this.folder = mkdtempSync(join(tmpdir(), 'podflight-kubectl-'))
    this.env = { ...process.env, KUBECONFIG: served.kubeconfig, HOME: this.folder, KUBECACHEDIR: join(this.folder, 'cache') }
    for (const [name, text] of Object.entries(kubectlFiles)) writeFileSync(join(this.folder, name), text)
    copyFileSync(join(here, 'files/mock-inference.yaml'), join(this.folder, 'mock-inference.yaml'))
  }

  run(line: string, timeout = commandTimeoutMs, input = ''): { readonly code: number | null; readonly output: string } {
    const run = spawnSync(this.program, words(line), { cwd: this.folder, env: this.env, encoding: 'utf8', timeout, input, killSignal: 'SIGINT' })
    return { code: run.status, output: run.stdout + run.stderr }
  }

  /** The same client as it was before WebSocket. */
  overSpdy(): Kubectl {
    Object.assign(this.env, { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' })
    return this
  }

  start(line: string): ReturnType<typeof spawn> {
    return spawn(this.program, words(line), { cwd: this.folder, env: this.env, stdio: 'ignore' })
  }

  /** Runs a command that does not end by itself until it has printed what is expected. */
  private until(line: string, prints: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const child = spawn(this.program, words(line), { cwd: this.folder, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      const timer = setTimeout(() => child.kill('SIGINT'), commandTimeoutMs)
      const take = (chunk: Buffer): void => {
        output += chunk.toString()
        if (prints.test(output)) child.kill('SIGINT')
      }
      child.stdout.on('data', take)
      child.stderr.on('data', take)
      child.once('close', () => {
        clearTimeout(timer)
        resolve(output)
      })
    })
  }

  async check({ line, prints, ends = 0, stdin }: KubectlCase): Promise<string | undefined> {
    const pod = line.includes('{pod}') ? this.run("get pods -l app=web --field-selector=status.phase=Running -o jsonpath={.items[0].metadata.name}").output : ''
    const full = line.replace('{pod}', pod)
    const { code, output } = ends === 'stopped' ? { code: ends, output: await this.until(full, prints) } : this.run(full, commandTimeoutMs, stdin)
    if (code !== ends) return `it ended with ${code}, not ${ends}:\n${output}`
    return prints.test(output) ? undefined : `it printed what does not match ${String(prints)}:\n${output}`
  }
}

async function forwardedPort(kubectl: Kubectl): Promise<string | undefined> {
  kubectl.run('run forwarded --image=nginx:1.27')
  kubectl.run('wait --for=condition=Ready pod/forwarded --timeout=60s')
  const port = 20_000 + (process.pid % 10_000)
  const child = kubectl.start(`port-forward pod/forwarded ${port}:80`)
  try {
    for (let i = 0; i < tenthsMax; i++) {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
      if (response !== undefined) return (await response.text()).includes('Welcome to nginx') ? undefined : `it answered ${response.status}`
      await sleep(100)
    }
    return 'the forwarded port never answered'
  } finally {
    child.kill('SIGINT')
    kubectl.run('delete pod forwarded --wait=false')
  }
}

async function withKubectl(program: string): Promise<void> {
  const served = await serve(undefined, ['--speed', speed, '--users', 'jane'])
  try {
    const kubectl = new Kubectl(program, served)
    for (const one of [...kubectlCases, ...exerciseCases]) await check(`kubectl ${one.line}`, () => kubectl.check(one))
    await check('kubectl port-forward', () => forwardedPort(kubectl))
    const old = kubectl.overSpdy()
    for (const one of spdyCases) await check(`kubectl ${one.line} over SPDY`, () => old.check(one))
    await check('kubectl port-forward over SPDY', () => forwardedPort(old))
  } finally {
    await served.stop()
  }
}

function goProgram(name: string, binary: string, served: Served, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): void {
  const run = spawnSync(binary, args, { encoding: 'utf8', timeout: commandTimeoutMs * 2, env: { ...process.env, KUBECONFIG: served.kubeconfig, HOME: served.folder, ...env } })
  report(name, run.status === 0 && run.stdout.trimEnd().endsWith('OK') ? undefined : `${run.stdout}${run.stderr}`)
}

async function withGo(): Promise<void> {
  const names = ['client-go informers, JSON', 'client-go informers, protobuf', 'Helm 3']
  const go = spawnSync('go', ['version'], { encoding: 'utf8' })
  if (go.status !== 0) return names.forEach((name) => skip(name, 'there is no Go here'))
  const folder = mkdtempSync(join(tmpdir(), 'podflight-go-'))
  const build = spawnSync('go', ['build', '-o', `${folder}/`, './informer', './helm'], { cwd: join(here, 'go'), encoding: 'utf8' })
  if (build.status !== 0) return names.forEach((name) => skip(name, `its modules cannot be built here: ${build.stderr.trim().split('\n').at(-1)}`))
  const served = await serve(undefined, ['--speed', speed])
  try {
    goProgram(names[0]!, join(folder, 'informer'), served, [], { CONTENT_TYPE: 'application/json' })
    goProgram(names[1]!, join(folder, 'informer'), served, [], { CONTENT_TYPE: 'application/vnd.kubernetes.protobuf' })
    goProgram(names[2]!, join(folder, 'helm'), served, [join(here, 'go/helm/chart')])
  } finally {
    await served.stop()
  }
  return undefined
}

/** Kills the server in the middle of writes; what it acknowledged must be there when it starts again. */
async function survivesKill(): Promise<string | undefined> {
  const first = await serve()
  const { createUntilRefused, namesOf } = await import('./client-node.ts')
  const acknowledged: string[] = []
  const writing = createUntilRefused(first.kubeconfig, acknowledged)
  for (let i = 0; i < tenthsMax && acknowledged.length < writesBeforeKill; i++) await sleep(100)
  await first.stop('SIGKILL')
  await writing
  const second = await serve(first.folder)
  try {
    if (readFileSync(first.kubeconfig, 'utf8').includes('token') === false) return 'the kubeconfig has no token'
    const names = new Set(await namesOf(second.kubeconfig))
    const lost = acknowledged.filter((name) => !names.has(name))
    if (acknowledged.length === 0) return 'nothing was acknowledged'
    return lost.length === 0 ? undefined : `${lost.length} of ${acknowledged.length} acknowledged writes are lost`
  } finally {
    await second.stop()
  }
}

async function withClientNode(): Promise<void> {
  const served = await serve(undefined, ['--speed', speed])
  try {
    for (const [name, run] of clientNodeChecks(served.kubeconfig)) await check(`client-node: ${name}`, run)
  } finally {
    await served.stop()
  }
}

async function withKubectlIfThere(): Promise<void> {
  const kubectl = findKubectl()
  if (kubectl === undefined) skip('kubectl', 'there is no kubectl here; PODFLIGHT_KUBECTL may name one')
  else await withKubectl(kubectl)
}

const groups: readonly (readonly [string, () => Promise<void>])[] = [
  ['kubectl', withKubectlIfThere], ['client-node', withClientNode], ['go', withGo], ['kill', () => check('kill -9 loses no acknowledged write', survivesKill)],
]
const only = process.argv[2]
for (const [name, run] of groups) {
  if (only === undefined || only === name) await run().catch((error: unknown) => report(name, String(error)))
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exit(count.failed === 0 ? 0 : 1)
