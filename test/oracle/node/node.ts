/**
 * A real node beside the test stack, in mount and network namespaces of its own: kubelet, containerd, runc, kube-proxy and
 * a name server. Needs root. A program that is to reach the cluster runs in those namespaces, too.
 */

import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCluster, stopCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { clusterName } from '../nodes.ts'
import { controlPlane, missingPrograms, programsFolder, realNode } from '../programs.ts'
import { cgroupOf, nameServer, nodeAddress, nodeFiles, setUpScript } from './configuration.ts'
import { buildImages, missingForImages } from './images.ts'

/** A running node with its control plane. */
export interface TestNode {
  readonly cluster: Cluster
  /** Reference of the Python image that was built here. */
  readonly python: string
}

const nodeName = `${clusterName}-worker`
const tools = ['runc', 'iptables', 'ip', 'nsenter', 'unshare', 'mount', 'ldd', 'conntrack']
const pollMs = 250
const bootTries = 240

/** Why a real node cannot run here; empty when it can. */
export function missingForNode(): string[] {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return ['a real node needs Linux and root']
  const path = (process.env['PATH'] ?? '').split(':')
  const lacking = tools.filter((tool) => !path.some((folder) => existsSync(join(folder, tool)))).map((tool) => `${tool} is not there`)
  if (!existsSync('/usr/lib/cni/ptp')) lacking.push('/usr/lib/cni has no plugins (package containernetworking-plugins)')
  const unbuilt = missingPrograms([...controlPlane, ...realNode])
  if (unbuilt.length > 0) lacking.push(`not built: ${unbuilt.join(', ')} (npm run oracle:build -- --node)`)
  if (lacking.length === 0 && spawnSync('unshare', ['-m', '-n', 'true']).status !== 0) lacking.push('namespaces are not permitted here')
  return [...lacking, ...missingForImages()]
}

function anchorOf(folder: string): string {
  return readFileSync(join(folder, 'anchor.pid'), 'utf8')
}

function insideOf(folder: string): string[] {
  return ['nsenter', '-t', anchorOf(folder), '-m', '-n']
}

function run(command: readonly string[], input?: string): void {
  const [program = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', input })
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`)
}

function start(folder: string, name: string, command: readonly string[]): void {
  const log = openSync(join(folder, `${name}.log`), 'a')
  const [program = '', ...args] = command
  const env = { ...process.env, PATH: `${programsFolder()}:${process.env['PATH'] ?? ''}` }
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', log, log], env })
  closeSync(log)
  child.unref()
  writeFileSync(join(folder, `${name}.pid`), String(child.pid))
}

/** Folders of the node's control group: one a controller (version 1), or one. */
function cgroupFolders(node: string): string[] {
  const cgroup = cgroupOf(node)
  const root = '/sys/fs/cgroup'
  if (existsSync(join(root, 'cgroup.controllers'))) return [join(root, cgroup)]
  return readdirSync(root).map((name) => join(root, name, cgroup))
}

function makeCgroups(node: string): void {
  for (const folder of cgroupFolders(node)) {
    mkdirSync(folder, { recursive: true })
    const cpus = join(dirname(folder), 'cpuset.cpus')
    if (!existsSync(cpus) || !existsSync(join(folder, 'cpuset.mems')) || existsSync(join(dirname(folder), 'cgroup.controllers'))) continue
    for (const file of ['cpuset.cpus', 'cpuset.mems']) writeFileSync(join(folder, file), readFileSync(join(dirname(folder), file)))
  }
}

/** Every folder below, the deepest first. */
function foldersBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return [...readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((entry) => foldersBelow(join(folder, entry.name))), folder]
}

async function removeCgroups(node: string): Promise<void> {
  for (const root of cgroupFolders(node)) {
    for (const folder of foldersBelow(root)) for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n')) if (pid !== '') end(Number(pid), 'SIGKILL')
  }
  await sleep(pollMs)
  for (const root of cgroupFolders(node)) for (const folder of foldersBelow(root)) rmdirSync(folder)
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The shims that the node's containerd started: they have its socket among their arguments. */
function shimsOf(folder: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words[0]?.endsWith('/containerd-shim-runc-v2') === true && words.includes(join(folder, 'containerd.sock'))
    } catch {
      return false
    }
  })
}

async function until(what: string, tries: number, isTrue: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < tries; i++) {
    if (await isTrue()) return
    await sleep(pollMs)
  }
  throw new Error(`still not so: ${what}`)
}

async function startPrograms(folder: string, cluster: Cluster, archive: Buffer): Promise<void> {
  const own = (name: string): string => join(programsFolder(), name)
  start(folder, 'containerd', [own('containerd'), '-c', join(folder, 'containerd.toml')])
  await until('containerd listens', bootTries, () => existsSync(join(folder, 'containerd.sock')))
  run([own('ctr'), '-a', join(folder, 'containerd.sock'), '-n', 'k8s.io', 'image', 'import', importFile(folder, archive)])
  start(folder, 'dns', [own('node-app'), 'dns', `${nameServer}:53`, join(folder, 'cluster')])
  start(folder, 'kube-proxy', [own('kube-proxy'), `--config=${join(folder, 'kube-proxy.yaml')}`, `--hostname-override=${nodeName}`])
  start(folder, 'kubelet', [
    own('kubelet'), `--config=${join(folder, 'kubelet.yaml')}`, `--kubeconfig=${join(folder, 'cluster/kubeconfig')}`, `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`, `--cert-dir=${join(folder, 'kubelet-certificates')}`, `--root-dir=${join(folder, 'kubelet')}`,
  ])
  await until(`${nodeName} is Ready`, bootTries, async () => {
    const { code, body } = await cluster.client.request('GET', `/api/v1/nodes/${nodeName}`)
    const { status } = body as { status?: { conditions?: { type: string; status: string }[] } }
    return code === 200 && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
  })
}

function importFile(folder: string, archive: Buffer): string {
  const file = join(folder, 'images.tar')
  writeFileSync(file, archive)
  return file
}

/** Starts control plane and node. Call it in a process inside the namespaces that `openNode` opened. What does not start is ended again. */
export async function startNode(given: string, port: number): Promise<TestNode> {
  const folder = resolve(given)
  const images = buildImages()
  for (const [path, text] of Object.entries(nodeFiles(folder, `kind://docker/${clusterName}/${nodeName}`))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  makeCgroups(folder)
  try {
    const apiserver = ['--kubelet-preferred-address-types=InternalIP', `--kubelet-client-certificate=${join(folder, 'cluster/owner.crt')}`, `--kubelet-client-key=${join(folder, 'cluster/owner.key')}`]
    const cluster = await startCluster({ folder: join(folder, 'cluster'), port, workers: 0, apiserver })
    await startPrograms(folder, cluster, images.archive)
    return { cluster, python: images.python }
  } catch (error) {
    await stopNode(folder)
    throw error
  }
}

/** Opens the namespaces of a node. @returns words before a command that is to run in them */
export async function openNode(given: string): Promise<readonly string[]> {
  const folder = resolve(given)
  mkdirSync(folder, { recursive: true })
  for (const name of ['one', 'ten']) writeFileSync(join(folder, name), name === 'one' ? '1\n' : '10\n')
  start(folder, 'anchor', ['unshare', '-m', '-n', '--propagation', 'private', 'sleep', '1000000'])
  await sleep(2 * pollMs)
  run([...insideOf(folder), 'bash', '-eu'], setUpScript(folder))
  return insideOf(folder)
}

/** Ends everything that belongs to the folder's node and takes its control groups away; its files stay. */
export async function stopNode(given: string): Promise<void> {
  const folder = resolve(given)
  await stopCluster(join(folder, 'cluster'))
  for (const name of ['kubelet', 'kube-proxy', 'dns']) endNamed(folder, name)
  await removeCgroups(folder)
  endNamed(folder, 'containerd')
  await sleep(pollMs)
  for (const pid of shimsOf(folder)) end(pid, 'SIGKILL')
  if (existsSync(join(folder, 'anchor.pid'))) end(Number(anchorOf(folder)), 'SIGKILL')
  rmSync(join(folder, 'anchor.pid'), { force: true })
}

function endNamed(folder: string, name: string): void {
  const file = join(folder, `${name}.pid`)
  if (existsSync(file)) end(Number(readFileSync(file, 'utf8')), 'SIGTERM')
  rmSync(file, { force: true })
}
