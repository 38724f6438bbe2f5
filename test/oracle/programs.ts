/** The real programs that the kind bridge is tested against: where they are, what is missing, how they are built. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('./go', import.meta.url))
const kubernetesVersion = '1.35.4'
const kwok = 'sigs.k8s.io/kwok/cmd/kwok@v0.7.0'
const containerd = 'github.com/containerd/containerd/v2/cmd'
const containerdVersion = 'v2.2.3'

/** Programs of the control plane with its fake nodes, and what a real node needs beside them. */
export const controlPlane = ['etcd', 'apiserver', 'kcm', 'scheduler', 'kwok'] as const
export const realNode = ['kubelet', 'kube-proxy', 'containerd', 'containerd-shim-runc-v2', 'ctr', 'node-app'] as const

/** Folder of the built programs; PODFLIGHT_ORACLE_BIN names another one. */
export function programsFolder(): string {
  return process.env['PODFLIGHT_ORACLE_BIN'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'podflight-oracle')
}

/** Programs that are not built yet. */
export function missingPrograms(names: readonly string[]): string[] {
  return names.filter((name) => !existsSync(join(programsFolder(), name)))
}

/** One `go` command of the build. */
interface Build { readonly programs: readonly string[]; readonly args: readonly string[]; readonly folder: string; readonly env?: { readonly [name: string]: string } }

function versionFlags(): string {
  const at = 'k8s.io/component-base/version.git'
  const [major, minor] = kubernetesVersion.split('.')
  return `-s -w -X ${at}Version=v${kubernetesVersion} -X ${at}Major=${major} -X ${at}Minor=${minor} -X ${at}TreeState=clean`
}

function own(programs: readonly string[]): Build {
  return { programs, folder: source, args: ['build', '-ldflags', versionFlags(), '-o', '{out}/', ...programs.map((name) => `./${name}`)] }
}

const planeBuilds: readonly Build[] = [
  own(['etcd', 'apiserver', 'kcm', 'scheduler', 'kubectl']),
  { programs: ['kwok'], folder: '/', args: ['install', '-ldflags', '-s -w', kwok] },
]
const nodeBuilds: readonly Build[] = [
  own(['kubelet', 'kube-proxy']),
  { ...own(['node-app']), env: { CGO_ENABLED: '0' } },
  { programs: ['containerd', 'containerd-shim-runc-v2', 'ctr'], folder: '/', args: ['install', '-ldflags', '-s -w', ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => `${containerd}/${name}@${containerdVersion}`)] },
]

function filesOf(program: string): string[] {
  const folder = join(source, program)
  return existsSync(folder) ? readdirSync(folder).map((file) => `${program}/${file}`) : []
}

/** What a build is made of: the same text, the same programs. */
function fingerprint(build: Build): string {
  const hash = createHash('sha256').update(JSON.stringify([build.programs, build.args]))
  for (const file of ['go.mod', 'go.sum', ...build.programs.flatMap((name) => filesOf(name))]) {
    const path = join(source, file)
    if (build.folder === source && existsSync(path)) hash.update(readFileSync(path))
  }
  return hash.digest('hex')
}

function run(build: Build, out: string): string | undefined {
  const env = { ...process.env, GOBIN: out, ...build.env }
  const { status, stderr, error } = spawnSync('go', build.args.map((arg) => arg.replace('{out}', out)), { cwd: build.folder, env, encoding: 'utf8', stdio: ['ignore', 'inherit', 'pipe'], maxBuffer: 1 << 26 })
  if (error !== undefined) return error.message
  return status === 0 ? undefined : stderr.trim().split('\n').slice(-5).join('\n')
}

function buildOne(build: Build, folder: string): string | undefined {
  const stamp = join(folder, `.${build.programs[0]}.built`)
  const wanted = fingerprint(build)
  if (missingPrograms(build.programs).length === 0 && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  const out = mkdtempSync(join(folder, 'build-'))
  try {
    const problem = run(build, out)
    if (problem !== undefined) return problem
    // Renamed, not written over: a running program keeps its file.
    for (const name of readdirSync(out)) renameSync(join(out, name), join(folder, name))
    writeFileSync(stamp, wanted)
    return undefined
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** Builds what is not built. @returns why it cannot, in words, or undefined */
export function buildPrograms(withNode: boolean, tell: (line: string) => void): string | undefined {
  const go = spawnSync('go', ['version'], { encoding: 'utf8' })
  if (go.status !== 0) return 'there is no Go here; https://go.dev/dl has it (1.26 or later)'
  const folder = programsFolder()
  mkdirSync(folder, { recursive: true })
  for (const build of withNode ? [...planeBuilds, ...nodeBuilds] : planeBuilds) {
    const started = performance.now()
    const problem = buildOne(build, folder)
    if (problem !== undefined) return `${build.programs.join(', ')} cannot be built: ${problem}`
    tell(`${build.programs.join(', ')}: ${Math.round((performance.now() - started) / 1000)} s`)
  }
  return undefined
}
