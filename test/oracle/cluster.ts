/**
 * A real control plane on loopback without Docker: etcd, API server, controllers, scheduler, and KWOK for the nodes.
 * Ports: `port` and the four after it. Everything that it starts has the folder's name in its arguments and is ended by it.
 */

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeClusterCertificates } from './certificates.ts'
import type { ClusterCertificates } from './certificates.ts'
import { OracleClient } from './client.ts'
import { clusterName, machineSize, nodeManifest, nodeNames } from './nodes.ts'
import type { NodeSize } from './nodes.ts'
import { programsFolder } from './programs.ts'

export interface ClusterOptions {
  readonly folder: string
  readonly port: number
  readonly workers: number
  readonly size?: NodeSize
  /** The API server's certificate has expired; nothing but it and its store is started, since nobody would talk to it. */
  readonly expired?: boolean
  /** Folder of etcd's data, when it is another one. */
  readonly data?: string
  /** More arguments of the API server. */
  readonly apiserver?: readonly string[]
}

/** A running stack. */
export interface Cluster {
  readonly folder: string
  readonly kubeconfig: string
  readonly context: string
  readonly client: OracleClient
}

export type Component = 'etcd' | 'apiserver' | 'kcm' | 'scheduler' | 'kwok'

const components: readonly Component[] = ['kwok', 'scheduler', 'kcm', 'apiserver', 'etcd']
const kwokConfiguration = fileURLToPath(new URL('./kwok.yaml', import.meta.url))
const readyTries = 240
const pollMs = 250
const endTries = 40

/** The kubeconfig as `kind` writes it. */
function kubeconfigText(certificates: ClusterCertificates, port: number): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const name = `kind-${clusterName}`
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(certificates.authority)}
    server: https://127.0.0.1:${port}
  name: ${name}
contexts:
- context:
    cluster: ${name}
    user: ${name}
  name: ${name}
current-context: ${name}
kind: Config
users:
- name: ${name}
  user:
    client-certificate-data: ${base64(certificates.owner.certificate)}
    client-key-data: ${base64(certificates.owner.key)}
`
}

function writeFiles(folder: string, certificates: ClusterCertificates, apiPort: number): void {
  mkdirSync(folder, { recursive: true })
  const files = {
    'ca.crt': certificates.authority, 'server.crt': certificates.server.certificate, 'server.key': certificates.server.key,
    'owner.crt': certificates.owner.certificate, 'owner.key': certificates.owner.key, 'server.url': `https://127.0.0.1:${apiPort}`,
    'sa.key': certificates.serviceAccountKey, kubeconfig: kubeconfigText(certificates, apiPort),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
}

function argumentsOf(component: Component, { folder, port, data, apiserver = [] }: ClusterOptions): string[] {
  const at = (name: string): string => join(folder, name)
  const [etcd, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${port + 1}`]
  const kubeconfig = [`--kubeconfig=${at('kubeconfig')}`, `--authentication-kubeconfig=${at('kubeconfig')}`, `--authorization-kubeconfig=${at('kubeconfig')}`, '--leader-elect=false', '--bind-address=127.0.0.1']
  switch (component) {
    case 'etcd':
      return ['--data-dir', data ?? at('etcd-data'), '--unsafe-no-fsync', '--log-level', 'warn', '--name', 'default', '--listen-client-urls', etcd, '--advertise-client-urls', etcd, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`]
    case 'apiserver':
      return [
        `--etcd-servers=${etcd}`, `--secure-port=${port + 2}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none', `--tls-cert-file=${at('server.crt')}`, `--tls-private-key-file=${at('server.key')}`, `--client-ca-file=${at('ca.crt')}`,
        `--service-account-key-file=${at('sa.key')}`, `--service-account-signing-key-file=${at('sa.key')}`, '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
        '--service-cluster-ip-range=10.96.0.0/16', '--authorization-mode=Node,RBAC', '--allow-privileged=true', ...apiserver,
      ]
    case 'kcm':
      return [...kubeconfig, `--secure-port=${port + 3}`, `--cert-dir=${at('kcm-certificates')}`, `--service-account-private-key-file=${at('sa.key')}`, '--use-service-account-credentials=true', `--root-ca-file=${at('ca.crt')}`]
    case 'scheduler':
      return [...kubeconfig, `--secure-port=${port + 4}`, `--cert-dir=${at('scheduler-certificates')}`]
    case 'kwok':
      return [`--kubeconfig=${at('kubeconfig')}`, '--manage-all-nodes=false', '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake', '--node-lease-duration-seconds=40', `--config=${kwokConfiguration}`]
  }
}

/** Starts one program of the stack in the background. */
export function startComponent(component: Component, options: ClusterOptions): void {
  const log = openSync(join(options.folder, `${component}.log`), 'a')
  const child = spawn(join(programsFolder(), component), argumentsOf(component, options), { cwd: options.folder, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref()
  writeFileSync(join(options.folder, `${component}.pid`), String(child.pid))
}

/** True while the process that the folder started runs; another process may have its number by now. */
function runs(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
  } catch {
    return false
  }
}

/** Ends one program. @param signal the first one; SIGKILL comes when it lingers */
export async function stopComponent(component: Component, folder: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const file = join(folder, `${component}.pid`)
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8'))
  for (let tries = 0; runs(pid, folder); tries++) {
    if (tries === 0 || tries >= endTries) process.kill(pid, tries === 0 ? signal : 'SIGKILL')
    await sleep(pollMs)
  }
  rmSync(file, { force: true })
}

async function untilReady(client: OracleClient, folder: string): Promise<void> {
  for (let tries = 0; tries < readyTries; tries++) {
    const answer = await client.request('GET', '/readyz').catch(() => undefined)
    if (answer?.code === 200) return
    await sleep(pollMs)
  }
  const log = readFileSync(join(folder, 'apiserver.log'), 'utf8').trim().split('\n').slice(-3).join('\n')
  throw new Error(`the API server does not become ready:\n${log}`)
}

async function createNodes(client: OracleClient, workers: number, size: NodeSize): Promise<void> {
  for (const name of nodeNames(workers)) await client.create('/api/v1/nodes', nodeManifest(name, size))
  await client.until('every node is Ready', async () => {
    const { body } = await client.request('GET', '/api/v1/nodes')
    const nodes = (body as { items?: { status: { conditions?: { type: string; status: string }[] } }[] }).items ?? []
    return nodes.length === workers + 1 && nodes.every(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
  })
}

/** Starts a new stack in a folder and waits until its nodes are Ready; what an earlier one stored there is lost. A stack that does not start is ended again. */
export async function startCluster(given: ClusterOptions): Promise<Cluster> {
  const options = { ...given, folder: resolve(given.folder) }
  const certificates = await makeClusterCertificates(options.expired)
  rmSync(options.data ?? join(options.folder, 'etcd-data'), { recursive: true, force: true })
  writeFiles(options.folder, certificates, options.port + 2)
  const client = new OracleClient({ port: options.port + 2, authority: certificates.authority, certificate: certificates.owner.certificate, key: certificates.owner.key, isExpired: options.expired === true })
  try {
    startComponent('etcd', options)
    startComponent('apiserver', options)
    await untilReady(client, options.folder)
    if (options.expired === true) return clusterOf(options.folder, client)
    startComponent('kcm', options)
    startComponent('scheduler', options)
    startComponent('kwok', options)
    await createNodes(client, options.workers, options.size ?? machineSize)
  } catch (error) {
    await stopCluster(options.folder)
    throw error
  }
  return clusterOf(options.folder, client)
}

function clusterOf(folder: string, client: OracleClient): Cluster {
  return { folder, kubeconfig: join(folder, 'kubeconfig'), context: `kind-${clusterName}`, client }
}

/** Ends what `startCluster` started in this folder; the files stay. */
export async function stopCluster(folder: string): Promise<void> {
  for (const component of components) await stopComponent(component, resolve(folder), 'SIGKILL')
}
