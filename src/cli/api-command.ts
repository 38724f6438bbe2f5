/** `podflight api`: the Kubernetes API of a simulated cluster over HTTPS, for a real kubectl and other tools. */

import type { Cluster } from '../../simulator/index.ts'
import { makeSecrets } from '../server/api/accounts.ts'
import type { Secrets } from '../server/api/accounts.ts'
import { ApiHttpServer } from '../server/api/api-server.ts'
import { makeCertificates } from '../server/api/certificates.ts'
import type { Certificates } from '../server/api/certificates.ts'
import { clusterOf } from '../server/api/desk.ts'
import { Journal } from '../server/api/journal.ts'
import { defaultClusterName } from '../server/api/kubeconfig.ts'
import type { ClusterPlan } from './api-cluster.ts'
import { readOptions } from './arguments.ts'
import { writeKubeconfig } from './kubeconfig-file.ts'
import { makePracticeCluster } from './practice-cluster.ts'
import { readUserFile, UsageError, userPath } from './user-input.ts'

const defaultPort = 6443
const speedMax = 10_000
const engineVersion = '0.1.0'
const values = ['--scenario', '--cluster', '--port', '--kubeconfig', '--name', '--speed', '--state', '--seed', '--users', '--audit-log'] as const
type Options = { readonly [name: string]: string | undefined }

/** What a cluster begins with: enough to make it again. */
interface Origin extends ClusterPlan { readonly engine: string }
interface Identity { readonly certificates: Certificates; readonly secrets: Secrets }

function numberOption(options: Options, name: string, fallback: number, isAllowed: (value: number) => boolean, what: string): number {
  const text = options[name]
  if (text === undefined) return fallback
  const value = Number(text)
  if (text.trim() === '' || !isAllowed(value)) throw new UsageError(`${name} takes ${what}, not ${text}`)
  return value
}

/** Users of `--users jane:devs+ops,bob`, behind the administrator. */
export function readUsers(text: string | undefined): { readonly name: string; readonly groups: readonly string[] }[] {
  const others = (text ?? '').split(',').filter((part) => part !== '').map((part) => {
    const [name = '', groups = ''] = part.split(':')
    if (name === '') throw new UsageError(`--users takes NAME[:GROUP+GROUP],..., not ${text}`)
    return { name, groups: groups.split('+').filter((group) => group !== '') }
  })
  return [{ name: 'kubernetes-admin', groups: ['system:masters'] }, ...others]
}

function originOf(options: Options, isManual: boolean, nowMs: number): Origin {
  const { '--scenario': scenario, '--cluster': file } = options
  if (scenario !== undefined && file !== undefined) throw new UsageError('--scenario and --cluster exclude each other')
  const seed = numberOption(options, '--seed', 1, Number.isInteger, 'an integer')
  const clusterText = file === undefined ? undefined : readUserFile(file)
  // Real clients count ages by their own clock, so T+00:00 is now; by hand, it is the usual moment.
  return { engine: engineVersion, ...(scenario === undefined ? {} : { scenario }), ...(clusterText === undefined ? {} : { clusterText }), seed, ...(isManual ? {} : { epochMs: Math.floor(nowMs / 1000) * 1000 }) }
}

/** Reads what an origin needs, and no more. @returns how to make its cluster */
async function makerOf(origin: Origin, rootCertificate: string): Promise<() => Cluster> {
  if (origin.scenario === undefined && origin.clusterText === undefined) return () => makePracticeCluster({ seed: origin.seed, epochMs: origin.epochMs, rootCertificate })
  const { makePlannedCluster } = await import('./api-cluster.ts')
  return () => makePlannedCluster(origin, rootCertificate)
}

/** A kept cluster may be asked for again, but not another one in its place. */
function checkSame(kept: Origin, asked: Origin, options: Options): void {
  if (kept.engine !== engineVersion) throw new UsageError(`the state was written by version ${kept.engine}; this is ${engineVersion}`)
  const isOther = (options['--scenario'] !== undefined && asked.scenario !== kept.scenario) || (options['--cluster'] !== undefined && asked.clusterText !== kept.clusterText)
  if (isOther) throw new UsageError('the state is of another cluster; name another folder, or leave --scenario and --cluster out')
}

function identityOf(journal: Journal | undefined, options: Options, nowMs: number): Identity {
  const kept = journal?.read('identity') as Identity | undefined
  if (kept !== undefined) return kept
  const made = { certificates: makeCertificates(nowMs), secrets: makeSecrets(readUsers(options['--users'])) }
  journal?.keep('identity', made)
  return made
}

/** The cluster of a state folder where it was left, or a new one. */
async function openCluster(journal: Journal | undefined, asked: Origin, options: Options, rootCertificate: string): Promise<Cluster> {
  const kept = journal?.read('origin') as Origin | undefined
  if (journal === undefined || kept === undefined) {
    journal?.keep('origin', asked)
    return (await makerOf(asked, rootCertificate))()
  }
  checkSame(kept, asked, options)
  const cluster = clusterOf(journal, await makerOf(kept, rootCertificate))
  cluster.advanceTo(Math.max(cluster.nowMs, Number(journal.read('nowMs') ?? 0)))
  return cluster
}

function lateMsOf(cluster: Cluster, speed: number, nowMs: number): number {
  return speed === 1 ? Math.max(0, nowMs - (cluster.clock.epochMs + cluster.nowMs)) : 0
}

function untilStopped(server: ApiHttpServer): Promise<number> {
  return new Promise((done) => {
    const stop = (): void => void server.stop().then(() => done(0))
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

/** The command. @returns the exit code, when the server was stopped */
export async function apiCommand(argv: readonly string[]): Promise<number> {
  const { values: options, flags }: { values: Options; flags: ReadonlySet<string> } = readOptions(argv, { values, flags: ['--manual'] })
  const isManual = flags.has('--manual')
  if (isManual && options['--speed'] !== undefined) throw new UsageError('--speed and --manual exclude each other')
  const speed = isManual ? 0 : numberOption(options, '--speed', 1, (value) => value > 0 && value <= speedMax, `a number above 0 and up to ${speedMax}`)
  const port = numberOption(options, '--port', defaultPort, (value) => Number.isInteger(value) && value >= 0 && value < 65_536, 'a port number')
  const name = options['--name'] ?? defaultClusterName
  if (!/^[\w.-]+$/.test(name)) throw new UsageError(`--name takes letters, digits, dots and dashes, not ${name}`)
  const origin = originOf(options, isManual, Date.now())
  const folder = options['--state']
  const journal = folder === undefined ? undefined : new Journal(userPath(folder))
  const identity = identityOf(journal, options, Date.now())
  const cluster = await openCluster(journal, origin, options, identity.certificates.authority)
  const auditPath = options['--audit-log']
  const server = new ApiHttpServer({ cluster, ...identity, port, speed, lateMs: lateMsOf(cluster, speed, Date.now()), journal, ...(auditPath === undefined ? {} : { auditPath: userPath(auditPath) }) })
  await server.start().catch((error: Error) => {
    throw new UsageError(`cannot listen on port ${port}: ${error.message}`)
  })
  const kubeconfig = userPath(options['--kubeconfig'] ?? 'podflight.kubeconfig')
  const isNew = await writeKubeconfig(kubeconfig, { port: server.port, authority: identity.certificates.authority, accounts: identity.secrets.accounts, name }).catch(async (error: Error) => {
    await server.stop()
    throw error
  })
  console.log(`Kubernetes API: https://127.0.0.1:${server.port}\n${isNew ? 'wrote' : 'added to'} ${kubeconfig}\n\n  export KUBECONFIG=${kubeconfig}\n  kubectl get nodes\n`)
  return untilStopped(server)
}
