/** What goes wrong in the middle of a grading: a clear error or verdict each, no point for nothing, and nothing left behind. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from '../../src/content/types.ts'
import { readLibrary } from '../../src/cli/files.ts'
import type { HttpsConnection } from '../../src/server/kind/connection.ts'
import { BridgeError } from '../../src/server/kind/contract.ts'
import type { KindGrade, Progress } from '../../src/server/kind/contract.ts'
import { gradeOnKind } from '../../src/server/kind/grade.ts'
import { findLeftovers, removeLeftover } from '../../src/server/kind/leftovers.ts'
import { startComponent, stopComponent } from '../oracle/cluster.ts'
import type { Cluster, ClusterOptions, Component } from '../oracle/cluster.ts'
import { faultyProxy } from './faulty-proxy.ts'
import type { Fault } from './faulty-proxy.ts'
import { difference, inventory } from './inventory.ts'
import { check, skip } from './report.ts'
import { connect, untilQuiet, withStack } from './stack.ts'

const library = readLibrary()
const settleSecondsMax = 6
const storeAwayMs = 30_000

/** A task by its id. */
export function taskOf(id: string): Task {
  const task = library.tasks.find((one) => one.id === id)
  if (task === undefined) throw new Error(`no task is named ${id}`)
  return task
}

/** One that makes namespaces only, and one that borrows nodes. */
export const faultTasks = ['s02-fix-target-port', 'g06-taint-gpu-nodes'] as const

interface Outcome { readonly grade?: KindGrade; readonly error?: unknown }

/** Grades; `hit` is called once when the phase begins. */
async function gradeAndHit(connection: HttpsConnection, id: string, phase: Progress['phase'], hit: () => Promise<void> | void, script = taskOf(id).solution.script): Promise<Outcome> {
  let hitting: Promise<void> | undefined
  const report = (progress: Progress): void => {
    if (progress.phase === phase) hitting ??= Promise.resolve(hit())
  }
  try {
    const grade = await gradeOnKind({ task: taskOf(id), library, connection, script, settleSecondsMax, report })
    await hitting
    return { grade }
  } catch (error) {
    await hitting
    return { error }
  }
}

/** Leftovers are found and removed. @returns what is still there */
export async function recover(cluster: Cluster, before: readonly string[]): Promise<string | undefined> {
  const connection = await connect(cluster.kubeconfig, cluster.context)
  try {
    for (const leftover of await findLeftovers(connection)) {
      const left = await removeLeftover(connection, leftover, () => undefined)
      if (left.length > 0) return `cannot be removed: ${left.join('; ')}`
    }
    if ((await findLeftovers(connection)).length > 0) return 'leftovers are still found after they were removed'
  } finally {
    connection.close()
  }
  const left = difference(before, await inventory(cluster.client))
  return left.length === 0 ? undefined : left.join('\n')
}

/** An error must be one for people; a verdict must not give points for what was not seen. */
function problemOf({ grade, error }: Outcome): string | undefined {
  if (error !== undefined) return error instanceof BridgeError ? undefined : `it is no error for people: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  const unseen = (grade?.rows ?? []).filter(({ parity, kind }) => kind?.passed === true && parity !== 'agree')
  return unseen.length === 0 ? undefined : `passed without agreement: ${unseen.map((row) => row.check).join(', ')}`
}

/** Starts a program again and waits until the whole API answers: a server whose store was away needs a while. */
async function restart(component: Component, cluster: Cluster, options: ClusterOptions): Promise<void> {
  await stopComponent(component, cluster.folder, 'SIGKILL')
  startComponent(component, { ...options, folder: cluster.folder })
  await cluster.client.until('the API answers', () => inventory(cluster.client).then(() => true, () => false))
}

/** How a grading may end: with an error; during clean-up with its verdict and the words of what is left. */
async function whileDown(phase: Progress['phase'], id: string, cluster: Cluster, options: ClusterOptions): Promise<string | undefined> {
  const connection = await connect(cluster.kubeconfig, cluster.context)
  const outcome = await gradeAndHit(connection, id, phase, () => stopComponent('apiserver', cluster.folder, 'SIGKILL'))
  connection.close()
  await restart('apiserver', cluster, options)
  const isTold = outcome.error !== undefined || (phase === 'clean-up' && (outcome.grade?.leftovers ?? []).length > 0)
  return problemOf(outcome) ?? (isTold ? undefined : 'nothing tells that the cluster was gone')
}

/** The store is away for half a minute: requests hang, then fail. */
async function withoutStore(id: string, cluster: Cluster, options: ClusterOptions): Promise<string | undefined> {
  const connection = await connect(cluster.kubeconfig, cluster.context)
  let back = Promise.resolve()
  const outcome = await gradeAndHit(connection, id, 'script', async () => {
    await stopComponent('etcd', cluster.folder, 'SIGKILL')
    back = sleep(storeAwayMs).then(() => restart('etcd', cluster, options))
  })
  connection.close()
  await back
  return problemOf(outcome)
}

async function throughProxy(fault: Fault, id: string, cluster: Cluster, mustGrade: boolean): Promise<string | undefined> {
  const proxy = await faultyProxy(cluster, fault)
  let outcome: Outcome
  try {
    const connection = await connect(proxy.kubeconfig, cluster.context)
    outcome = await gradeAndHit(connection, id, 'script', () => proxy.begin())
    connection.close()
  } catch (error) {
    outcome = { error }
  } finally {
    await proxy.close()
  }
  if (mustGrade && outcome.grade === undefined) return `it did not grade: ${String(outcome.error)}`
  return problemOf(outcome)
}

/** Somebody's finalizer holds a namespace: clean-up frees it, or says that it is stuck and the next start removes it. */
async function stuckNamespace(cluster: Cluster): Promise<string | undefined> {
  const path = '/apis/coordination.k8s.io/v1/namespaces/reco-prod/leases'
  const connection = await connect(cluster.kubeconfig, cluster.context)
  const { grade, error } = await gradeAndHit(connection, 's02-fix-target-port', 'checks', async () => {
    await cluster.client.create(path, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'stuck', finalizers: ['example.com/held'] } })
  })
  const said = [...(grade?.leftovers ?? []), ...(error instanceof BridgeError ? [error.message] : [])].join('\n')
  connection.close()
  const { code } = await cluster.client.request('GET', '/api/v1/namespaces/reco-prod')
  await cluster.client.request('PATCH', `${path}/stuck`, { metadata: { finalizers: null } }, 'application/merge-patch+json')
  return code === 404 || said.includes('reco-prod') ? undefined : `nothing says that the namespace is stuck: ${said}${String(error ?? '')}`
}

/** Objects that hold on with finalizers or come back: the allow-list or clean-up deals with them. */
const fighting = `kubectl create configmap held -n reco-prod --from-literal=a=b
kubectl patch configmap held -n reco-prod --type=merge -p '{"metadata":{"finalizers":["example.com/held"]}}'
kubectl create cronjob again -n reco-prod --image=busybox:1.36 --schedule='* * * * *' -- true
kubectl create deployment many -n reco-prod --image=busybox:1.36 --replicas=20
kubectl delete namespace reco-prod --wait=false`

async function fightsCleanUp(cluster: Cluster): Promise<string | undefined> {
  const before = await inventory(cluster.client)
  const connection = await connect(cluster.kubeconfig, cluster.context)
  const outcome = await gradeAndHit(connection, 's02-fix-target-port', 'script', () => undefined, fighting)
  connection.close()
  if (outcome.grade !== undefined && outcome.grade.rows.some(({ kind }) => kind?.passed === true && kind.points > 1)) return 'the fight earned points'
  const left = difference(before, await inventory(cluster.client))
  return problemOf(outcome) ?? (left.length === 0 ? undefined : left.join('\n'))
}

async function imageNotPulled(cluster: Cluster): Promise<string | undefined> {
  const connection = await connect(cluster.kubeconfig, cluster.context)
  const { grade, error } = await gradeAndHit(connection, 's02-fix-target-port', 'script', () => undefined, 'kubectl set image deployment/ranker -n reco-prod "*=registry.example.com/no-such:1"')
  connection.close()
  if (grade === undefined) return String(error)
  const won = grade.rows.filter(({ kind, parity }) => kind?.passed === true && parity !== 'agree')
  return won.length > 0 ? `passed: ${won.map((row) => row.check).join(', ')}` : undefined
}

async function expiredCertificate(): Promise<string | undefined> {
  return withStack(async ({ kubeconfig, context }) => {
    const error = await connect(kubeconfig, context).then(() => undefined, (reason: unknown) => reason)
    if (!(error instanceof BridgeError)) return `it is no error for people: ${String(error)}`
    return /expired/.test(error.message) ? undefined : `it does not say that the certificate has expired: ${error.message}`
  }, { expired: true })
}

/** etcd on a small disk that somebody fills in the middle of a grading and clears half a minute later. */
async function diskFull(): Promise<string | undefined> {
  const disk = mkdtempSync(join(tmpdir(), 'podflight-disk-'))
  try {
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=260m', 'tmpfs', disk])
    return await withStack(async (cluster, options) => {
      await untilQuiet(cluster.client)
      const before = await inventory(cluster.client)
      const connection = await connect(cluster.kubeconfig, cluster.context)
      let back = Promise.resolve()
      const outcome = await gradeAndHit(connection, 'g06-taint-gpu-nodes', 'script', () => {
        spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=64k'])
        back = sleep(storeAwayMs).then(() => {
          writeFileSync(join(disk, 'filler'), '')
          return restart('etcd', cluster, options)
        })
      })
      connection.close()
      await back
      return problemOf(outcome) ?? await recover(cluster, before)
    }, { data: join(disk, 'etcd') })
  } finally {
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  }
}

function mayMount(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
}

/** All faults, on one stack where one will do. After each, leftovers are found and removed, and nothing is left behind. */
export async function testFaults(cluster: Cluster, options: ClusterOptions): Promise<void> {
  const before = await inventory(cluster.client)
  const claim = (name: string, run: () => Promise<string | undefined>): Promise<void> => check(name, async () => {
    const problem = await run().catch((error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)))
    const left = await recover(cluster, before)
    return problem ?? left
  })
  await claim('API server killed while the task is set up', () => whileDown('start', 's02-fix-target-port', cluster, options))
  await claim('API server killed while the script runs, with borrowed nodes', () => whileDown('script', 'g06-taint-gpu-nodes', cluster, options))
  await claim('API server killed during clean-up', () => whileDown('clean-up', 'g06-taint-gpu-nodes', cluster, options))
  await claim('etcd is away for half a minute while the script runs', () => withoutStore('s02-fix-target-port', cluster, options))
  await claim('every third request is answered with 429', () => throughProxy({ kind: 'status', code: 429, every: 3 }, 's02-fix-target-port', cluster, true))
  await claim('every request is answered with 500', () => throughProxy({ kind: 'status', code: 500, every: 1 }, 'g06-taint-gpu-nodes', cluster, false))
  await claim('the fifth request is never answered', () => throughProxy({ kind: 'silence', every: 5, times: 1 }, 's02-fix-target-port', cluster, false))
  await claim('connections are cut off', () => throughProxy({ kind: 'cut', every: 4 }, 's02-fix-target-port', cluster, false))
  await claim('a namespace is stuck in its deletion', () => stuckNamespace(cluster))
  await claim('manifests that fight the clean-up', () => fightsCleanUp(cluster))
  await claim('an image that is not pulled', () => imageNotPulled(cluster))
  await check('the API server\'s certificate has expired', expiredCertificate)
  if (mayMount()) await check('the disk of etcd is full', diskFull)
  else skip('the disk of etcd is full', 'a small disk needs root and mounts')
}
