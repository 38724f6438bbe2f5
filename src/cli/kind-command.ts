/** `podflight kind`: looks for kind and what it needs, makes and removes clusters of the course, and shows how they are. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { KubeList, Node } from '../../simulator/index.ts'
import { leftoversOn, removeLeftoverOn } from '../server/bridge/kind-backend.ts'
import { connectKind } from '../server/kind/connection.ts'
import { BridgeError } from '../server/kind/contract.ts'
import { kindContexts, loadTarget } from '../server/kind/guard/kubeconfig-files.ts'
import type { KubeconfigPlace } from '../server/kind/guard/kubeconfig-files.ts'
import { configMark, defaultNodeImage, kindConfig } from '../server/kind/local/cluster-config.ts'
import { kindClusters, lookAtMachine } from '../server/kind/local/doctor.ts'
import type { Finding, Machine } from '../server/kind/local/doctor.ts'
import { follow } from '../server/kind/local/programs.ts'
import { readOptions } from './arguments.ts'
import { readClusterDefinitions } from './cluster-definitions.ts'
import { kubeconfigPlace } from './grade-on-kind.ts'
import { UsageError, userPath } from './user-input.ts'

const ownName = 'podflight'
const defaultCluster = 'cpu3'
/** Only clusters with such names are made and removed; what else kind runs here is nobody's business. */
const namePattern = /^podflight(-[a-z0-9]+)*$/
const imagePattern = /^[a-z0-9][\w./:@-]{0,200}$/

type Values = { readonly [name: string]: string | undefined }

function nameOf(values: Values): string {
  const name = values['--name'] ?? ownName
  if (name.length > 40 || !namePattern.test(name)) throw new UsageError(`--name takes ${ownName} or ${ownName}-SOMETHING in lower case, not ${name}: other clusters are left alone`)
  return name
}

function printFindings(findings: readonly Finding[]): boolean {
  for (const { what, isFine, text, next } of findings) {
    console.log(`${isFine ? 'ok      ' : 'missing '} ${what.padEnd(11)} ${text}`)
    if (next !== undefined) console.log(`                     ${next}`)
  }
  return findings.every(({ isFine }) => isFine)
}

/** What a cluster of kind says of itself, or why it may not be used. */
async function clusterFinding(place: KubeconfigPlace, context: string): Promise<Finding> {
  try {
    const { connection, nodes } = await connectKind(loadTarget(place, context))
    try {
      const ready = nodes.filter(isReady).length
      const versions = [...new Set(nodes.map((node) => node.status?.nodeInfo?.kubeletVersion ?? '?'))].join(', ')
      const { code } = await connection.send({ verb: 'list', group: 'metrics.k8s.io', version: 'v1beta1', resource: 'nodes' }, 'owner')
      const text = `${ready} of ${nodes.length} nodes ready, Kubernetes ${versions}${code === 200 ? ', metrics-server' : ''}`
      if (ready < nodes.length) return { what: context, isFine: false, text, next: 'Wait a minute, then look again.' }
      const isOther = !versions.startsWith('v1.35')
      return { what: context, isFine: true, text, ...(isOther ? { next: 'The course is about Kubernetes 1.35; other versions may answer differently.' } : code === 200 ? {} : { next: 'Without metrics-server checks of autoscalers cannot be graded; docs/guides/kind.md says how to add it.' }) }
    } finally {
      connection.close()
    }
  } catch (error) {
    if (error instanceof BridgeError) return { what: context, isFine: false, text: error.message }
    throw error
  }
}

function isReady(node: KubeList<Node>['items'][number]): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
}

function contextsOf(place: KubeconfigPlace): { readonly names: readonly string[]; readonly problem?: string } {
  try {
    return { names: kindContexts(place) }
  } catch (error) {
    if (error instanceof BridgeError) return { names: [], problem: error.message }
    throw error
  }
}

async function doctor(place: KubeconfigPlace): Promise<number> {
  const machine = await lookAtMachine(process.env)
  const isAble = printFindings(machine.findings)
  const { names, problem } = contextsOf(place)
  const clusters = await Promise.all(names.map((context) => clusterFinding(place, context)))
  const missing: Finding[] = names.length > 0 ? [] : [{ what: 'cluster', isFine: false, text: problem ?? 'the kubeconfig has no context named kind-...', next: isAble ? 'podflight kind up makes one.' : 'When the lines above are ok, podflight kind up makes one.' }]
  const isGradable = printFindings([...clusters, ...missing]) || clusters.some(({ isFine }) => isFine)
  console.log(isGradable ? '\nAttempts can be graded: podflight serve --kind' : '\nNothing was changed.')
  return isGradable ? 0 : 1
}

async function status(place: KubeconfigPlace): Promise<number> {
  const { names, problem } = contextsOf(place)
  if (names.length === 0) {
    console.log(problem ?? 'The kubeconfig has no context named kind-....')
    return 1
  }
  const findings = await Promise.all(names.map((context) => clusterFinding(place, context)))
  printFindings(findings)
  for (const { what, isFine } of findings) {
    if (!isFine) continue
    for (const { session, items } of await leftoversOn(place, what)) console.log(`left     ${what.padEnd(11)} session ${session}: ${items.join(', ')}\n                     podflight kind clean --context ${what} removes it.`)
  }
  return findings.some(({ isFine }) => isFine) ? 0 : 1
}

async function clean(place: KubeconfigPlace, context: string | undefined): Promise<number> {
  if (context === undefined) throw new UsageError('kind clean needs --context kind-NAME')
  const leftovers = await leftoversOn(place, context)
  if (leftovers.length === 0) console.log(`${context}: no grading left anything behind.`)
  let isClean = true
  for (const { session, items } of leftovers) {
    const left = await removeLeftoverOn(place, context, session)
    console.log(left.length === 0 ? `removed session ${session}: ${items.join(', ')}` : `session ${session} could not be removed entirely: ${left.join('; ')}`)
    isClean &&= left.length === 0
  }
  return isClean ? 0 : 1
}

function configFor(values: Values): { readonly yaml: string; readonly workers: number; readonly leftOut: readonly string[] } {
  const id = values['--cluster'] ?? defaultCluster
  const image = values['--image'] ?? defaultNodeImage
  if (!imagePattern.test(image)) throw new UsageError(`--image takes an image such as kindest/node:v1.35.0, not ${image}`)
  const clusters = readClusterDefinitions()
  const definition = clusters.find((candidate) => candidate.id === id)
  if (definition === undefined) throw new UsageError(`there is no cluster "${id}"; there are ${clusters.map((candidate) => candidate.id).join(', ')}`)
  return kindConfig(definition, image)
}

/** Writes the configuration into the folder where the command was started; a file of somebody is not written over. */
function keepConfig(name: string, yaml: string): string {
  const path = userPath(`${name}.kind.yaml`)
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(configMark)) throw new UsageError(`${path} is there already and is not of podflight; move it away`)
  try {
    writeFileSync(path, yaml)
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`)
  }
  return path
}

/** A machine that can make clusters; findings are printed when it cannot. */
async function ableMachine(): Promise<(Machine & { readonly kind: string }) | undefined> {
  const machine = await lookAtMachine(process.env)
  if (machine.kind !== undefined && machine.engine !== undefined) return { ...machine, kind: machine.kind }
  printFindings(machine.findings)
  console.log('\nNothing was changed.')
  return undefined
}

async function up(values: Values, isPrint: boolean): Promise<number> {
  const name = nameOf(values)
  const { yaml, workers, leftOut } = configFor(values)
  if (isPrint) {
    process.stdout.write(yaml)
    return 0
  }
  const machine = await ableMachine()
  if (machine === undefined) return 1
  if ((await kindClusters(machine))?.includes(name) === true) {
    console.log(`The cluster ${name} is there already: podflight kind status shows how it is, podflight kind down removes it.`)
    return 1
  }
  const path = keepConfig(name, yaml)
  console.log(`wrote ${path}\nkind create cluster --name ${name} --config ${path} --wait 180s\n${workers + 1} containers as nodes; about ${Math.ceil((workers + 1) * 0.6)} GB of memory. The first time kind downloads about 1 GB.\n`)
  const code = await follow(machine.kind, ['create', 'cluster', '--name', name, '--config', path, '--wait', '180s'], machine.environment)
  if (code !== 0) {
    console.log(`\nkind ended with ${code}; its lines above say why. podflight kind doctor looks at what it needs.`)
    return 1
  }
  for (const label of leftOut) console.log(`left out, because a kubelet must not give itself this label: ${label}`)
  console.log(`\nThe context is kind-${name}. Autoscalers need metrics-server as well; docs/guides/kind.md says how.\n\n  podflight serve --kind`)
  return 0
}

async function down(values: Values): Promise<number> {
  const name = nameOf(values)
  const machine = await ableMachine()
  if (machine === undefined) return 1
  const clusters = await kindClusters(machine)
  if (clusters?.includes(name) !== true) {
    console.log(clusters === undefined ? 'kind does not tell which clusters there are.' : `There is no cluster ${name}. ${clusters.length === 0 ? 'kind has none.' : `kind has ${clusters.join(', ')}.`}`)
    return 1
  }
  return (await follow(machine.kind, ['delete', 'cluster', '--name', name], machine.environment)) === 0 ? 0 : 1
}

/** The command. @returns 0 when it did what was asked, or when attempts can be graded; else 1 */
export async function kindCommand(argv: readonly string[]): Promise<number> {
  const { values, flags, rest } = readOptions(argv, { values: ['--cluster', '--name', '--image', '--kubeconfig', '--context'], flags: ['--print'] })
  const place = kubeconfigPlace((values as Values)['--kubeconfig'])
  const [action, ...others] = rest
  if (others.length > 0) throw new UsageError(`kind ${action} takes no ${others[0]}`)
  try {
    switch (action) {
      case 'up': return await up(values, flags.has('--print'))
      case 'down': return await down(values)
      case 'status': return await status(place)
      case 'doctor': return await doctor(place)
      case 'clean': return await clean(place, (values as Values)['--context'])
      default: throw new UsageError('kind takes up, down, status, doctor or clean')
    }
  } catch (error) {
    throw error instanceof BridgeError ? new UsageError(error.message) : error
  }
}
