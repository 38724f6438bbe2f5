/** Looks whether this machine can run clusters of kind, and says in plain words what is missing. Installs nothing. */

import { ask, findProgram } from './programs.ts'
import type { Outcome, Program } from './programs.ts'

/** One thing that is needed. */
export interface Finding {
  readonly what: string
  readonly isFine: boolean
  readonly text: string
  /** What to do next. */
  readonly next?: string
}

/** What was found: the paths of what can be used, and a finding for each thing that is needed. */
export interface Machine {
  readonly findings: readonly Finding[]
  readonly kind?: string
  /** Runs the nodes of kind as containers; its service answers. */
  readonly engine?: Program
  /** For programs that are started: kind is told to use podman when that is what runs. */
  readonly environment: { readonly [name: string]: string | undefined }
}

type Environment = { readonly [name: string]: string | undefined }

/** The first kind whose images are Kubernetes 1.35. */
const kindMinor = 31
const engines: readonly { readonly program: 'docker' | 'podman'; readonly title: string; readonly args: readonly string[] }[] = [
  { program: 'docker', title: 'Docker', args: ['info', '--format', '{{.ServerVersion}}'] },
  { program: 'podman', title: 'Podman', args: ['info', '--format', '{{.Version.Version}}'] },
]

async function kindFinding(path: string | undefined, environment: Environment): Promise<Finding> {
  if (path === undefined) return { what: 'kind', isFine: false, text: 'not on your PATH', next: 'Install it as https://kind.sigs.k8s.io/docs/user/quick-start/ says; v0.31 or later.' }
  const { code, output } = await ask(path, ['version'], environment)
  const match = /v(\d+)\.(\d+)\.\d+/.exec(output)
  if (code !== 0 || match === null) return { what: 'kind', isFine: false, text: `${path} does not tell its version: ${shortened(output)}`, next: 'Install it anew.' }
  const isOld = Number(match[1]) === 0 && Number(match[2]) < kindMinor
  return isOld ? { what: 'kind', isFine: false, text: `${match[0]} at ${path} is older than v0.${kindMinor}, whose nodes run Kubernetes 1.35`, next: 'Install a later one.' } : { what: 'kind', isFine: true, text: `${match[0]} at ${path}` }
}

function shortened(output: string): string {
  const [line = ''] = output.split('\n').filter((each) => each.trim() !== '')
  return line === '' ? 'it says nothing' : line.slice(0, 200)
}

/** Why an engine that is installed does not answer. */
function silence(title: string, { output, isLate }: Outcome): Pick<Finding, 'text' | 'next'> {
  if (isLate) return { text: `${title} is installed but does not answer within 15 s`, next: `Start ${title} anew and try again.` }
  if (/permission denied/i.test(output)) return { text: `${title} is installed, but you may not use it: ${shortened(output)}`, next: `Let your user use ${title} (on Linux with Docker: be in the group docker, then log in anew), or use rootless ${title}.` }
  return { text: `${title} is installed, but its service does not run: ${shortened(output)}`, next: title === 'Docker' ? 'Start Docker Desktop, or on Linux: sudo systemctl start docker.' : 'Start it: podman machine start, or on Linux: systemctl --user start podman.socket.' }
}

async function engineFinding(environment: Environment): Promise<{ readonly finding: Finding; readonly engine?: 'docker' | 'podman' }> {
  const what = 'containers'
  let installed: Finding | undefined
  for (const { program, title, args } of engines) {
    const path = findProgram(program, environment)
    if (path === undefined) continue
    const outcome = await ask(path, args, environment)
    const isRunning = outcome.code === 0 && /^\d+\.\d+/m.test(outcome.output)
    if (isRunning) return { engine: program, finding: { what, isFine: true, text: `${title} ${/^\d+\.\d+[\w.-]*/m.exec(outcome.output)?.[0] ?? ''} at ${path} runs` } }
    installed ??= { what, isFine: false, ...silence(title, outcome) }
  }
  return { finding: installed ?? { what, isFine: false, text: 'neither docker nor podman is on your PATH', next: 'Install Docker (https://docs.docker.com/get-started/get-docker/) or Podman (https://podman.io/docs/installation). kind runs its nodes as containers.' } }
}

/** Looks for kind and for what runs its containers. Starts them only to ask for their version. */
export async function lookAtMachine(environment: Environment): Promise<Machine> {
  const path = findProgram('kind', environment)
  const [kind, { finding, engine }] = await Promise.all([kindFinding(path, environment), engineFinding(environment)])
  return {
    findings: [kind, finding],
    ...(path !== undefined && kind.isFine ? { kind: path } : {}), ...(engine === undefined ? {} : { engine }),
    environment: engine === 'podman' ? { ...environment, KIND_EXPERIMENTAL_PROVIDER: 'podman' } : environment,
  }
}

/** Names of the clusters that kind made on this machine. @returns undefined when kind does not tell */
export async function kindClusters({ kind, environment }: Machine): Promise<readonly string[] | undefined> {
  if (kind === undefined) return undefined
  const { code, output } = await ask(kind, ['get', 'clusters'], environment)
  return code === 0 ? output.split('\n').map((line) => line.trim()).filter((line) => /^[a-z0-9][a-z0-9.-]*$/.test(line)) : undefined
}
