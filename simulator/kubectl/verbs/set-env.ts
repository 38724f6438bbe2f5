/** kubectl set env. Models k8s.io/kubectl/pkg/cmd/set set_env (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { ConfigMap, EnvVar, KubeObject, Secret } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { fail } from '../failures.ts'
import { withPodSpec } from '../pod-template.ts'
import { collectAll } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { changeContainers, changeObjects, checkTargets, matchesContainer, needPodSpec } from './set.ts'

interface Changes { readonly set: readonly EnvVar[]; readonly remove: readonly string[] }

function splitArguments(args: readonly string[]): { readonly resources: string[]; readonly env: string[] } {
  const resources: string[] = []
  const env: string[] = []
  for (const arg of args) {
    const isEnv = arg.includes('=') || arg.endsWith('-')
    if (isEnv) env.push(arg)
    else if (env.length > 0) throw fail(`all resources must be specified before environment changes: ${args.join(' ')}`)
    else resources.push(arg)
  }
  return { resources, env }
}

function* readStandardInput(session: Session): Run<string[]> {
  const text = (yield* session.input(true)) ?? ''
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
}

function* parseEnv(session: Session, given: readonly string[]): Run<Changes> {
  const set: EnvVar[] = []
  const remove: string[] = []
  const specs = given.includes('-') ? [...given.filter((one) => one !== '-'), ...(yield* readStandardInput(session))] : given
  for (const spec of specs) {
    const equals = spec.indexOf('=')
    if (equals > 0) set.push({ name: spec.slice(0, equals), value: spec.slice(equals + 1) })
    else if (spec.endsWith('-')) remove.push(spec.slice(0, -1))
    else throw fail(`unknown environment variable spec: ${spec}`)
  }
  const both = remove.filter((name) => set.some((one) => one.name === name))
  if (both.length > 0) throw fail('can not both modify and remove the same environment variable in the same command')
  return { set, remove }
}

function envName(session: Session, key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase()
  if (name !== key) session.err(`Warning: key ${key} transferred to ${name}\n`)
  return name
}

/** Variables that refer to the keys of a ConfigMap or Secret. */
function* fromReference(session: Session, from: string): Run<EnvVar[]> {
  const keys = session.flags.list('keys')
  const infos = yield* collectAll(session, { args: [from], isRead: true })
  return infos.flatMap((info) => {
    const object = info.object as ConfigMap | Secret
    if (object.kind !== 'ConfigMap' && object.kind !== 'Secret') throw fail('unsupported resource specified in --from')
    const reference = object.kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef'
    return Object.keys(object.data ?? {}).sort(compareText).filter((key) => keys.length === 0 || keys.includes(key))
      .map((key): EnvVar => ({ name: envName(session, key), valueFrom: { [reference]: { name: info.name, key } } }))
  })
}

function updated(old: readonly EnvVar[], changes: Changes): EnvVar[] {
  const env = old.map((one) => changes.set.find((set) => set.name === one.name) ?? one)
  for (const set of changes.set) if (!env.some((one) => one.name === set.name)) env.push(set)
  return env.filter((one) => !changes.remove.includes(one.name))
}

/** Where the value of a variable comes from. */
function referenceText(source: NonNullable<EnvVar['valueFrom']>): string {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = source
  if (configMapKeyRef !== undefined) return `configmap ${configMapKeyRef.name}, key ${configMapKeyRef.key}`
  if (secretKeyRef !== undefined) return `secret ${secretKeyRef.name}, key ${secretKeyRef.key}`
  if (fieldRef !== undefined) return `field path ${fieldRef.fieldPath}`
  if (resourceFieldRef !== undefined) return `resource field ${resourceFieldRef.containerName === undefined ? '' : `${resourceFieldRef.containerName}/`}${resourceFieldRef.resource}`
  return 'invalid valueFrom'
}

function checkOverwrites(session: Session, old: readonly EnvVar[], changes: Changes): void {
  if (session.flags.bool('overwrite')) return
  for (const one of old) if (changes.set.some((set) => set.name === one.name)) throw fail(`'${one.name}' already has a value (${one.value ?? ''}), and --overwrite is false`)
}

function changeEnv(session: Session, object: KubeObject, changes: Changes): KubeObject {
  const pattern = session.flags.text('containers')
  const lists = session.flags.bool('list')
  const result = changeContainers(needPodSpec(object), (container) => {
    if (!matchesContainer(container.name, pattern)) return undefined
    checkOverwrites(session, container.env ?? [], changes)
    const env = updated(container.env ?? [], changes)
    if (lists) {
      session.out(`# ${object.kind} ${object.metadata.name}, container ${container.name}\n`)
      for (const one of env) session.out(one.valueFrom === undefined ? `${one.name}=${one.value ?? ''}\n` : `# ${one.name} from ${referenceText(one.valueFrom)}\n`)
    }
    const { env: _old, ...rest } = container
    return env.length === 0 ? rest : { ...rest, env }
  })
  if (result.matched === 0) session.err(`Warning: ${object.kind}/${object.metadata.name} does not have any containers matching ${goQuote(pattern)}\n`)
  return lists ? object : withPodSpec(object, result.spec)
}

/** kubectl set env: NAME=value sets, NAME- removes, --from takes the keys of a ConfigMap or Secret as references, --list prints what is there. */
export function* setEnv(session: Session): Run<number> {
  const { flags } = session
  const { resources, env } = splitArguments(session.args)
  checkTargets(session, resources)
  if (flags.bool('list') && flags.text('output') !== '') throw fail('--list and --output may not be specified together')
  const from = flags.text('from')
  if (flags.list('keys').length > 0 && from === '') throw fail('when specifying --keys, a configmap or secret must be provided with --from')
  const parsed = yield* parseEnv(session, [...flags.list('env'), ...env])
  const referenced = from === '' ? [] : yield* fromReference(session, from)
  const prefix = flags.text('prefix')
  const changes: Changes = { set: [...parsed.set, ...referenced].map((one) => ({ ...one, name: `${prefix}${one.name}` })), remove: parsed.remove }
  return yield* changeObjects(session, { args: resources, operation: 'env updated', patchOf: 'env update to pod template: ', change: (object) => changeEnv(session, object, changes) })
}
