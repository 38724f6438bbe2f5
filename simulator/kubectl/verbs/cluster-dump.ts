/** kubectl cluster-info dump. Models k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go (v1.35). */

import type { KubeObject, Pod } from '../../api/types.ts'
import { attempt, fail, failureText } from '../failures.ts'
import { resolvePath } from '../kubeconfig.ts'
import { podsKind } from '../pods.ts'
import { formatPrinter, unknownFormat } from '../printers/output.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

/** What is dumped of each namespace: file, API version and kind. */
const dumped = [
  ['events', 'v1', 'Event'], ['replication-controllers', 'v1', 'ReplicationController'], ['services', 'v1', 'Service'], ['daemonsets', 'apps/v1', 'DaemonSet'],
  ['deployments', 'apps/v1', 'Deployment'], ['replicasets', 'apps/v1', 'ReplicaSet'], ['pods', 'v1', 'Pod'],
] as const

/** Takes texts by file name; without a directory all of them are printed. */
type Writer = (file: string, text: string) => void

function writerOf(session: Session): Writer {
  const directory = session.flags.text('output-directory')
  if (directory === '' || directory === '-') return (_file, text) => session.out(text)
  const { files } = session.process
  const root = resolvePath(session.process, directory)
  return (file, text) => {
    const path = `${root}/${file}`
    const parts = path.split('/').slice(1, -1)
    parts.forEach((_, index) => {
      const folder = `/${parts.slice(0, index + 1).join('/')}`
      if (!files.isDirectory(folder)) files.makeDirectory(folder)
    })
    files.write(path, text)
  }
}

function* list(session: Session, apiVersion: string, kindName: string, namespace: string | undefined): Run<{ readonly object: KubeObject; readonly items: readonly KubeObject[] }> {
  const kind = session.kinds.byKind(apiVersion, kindName)
  if (kind === undefined) throw fail(`no matches for kind "${kindName}" in version "${apiVersion}"`)
  const found = yield* listObjects(session, kind, { namespace })
  return { object: { ...found, kind: `${kindName}List`, apiVersion } as unknown as KubeObject, items: found.items }
}

function* logsOf(session: Session, pod: Pod): Run<string> {
  const { namespace, name } = pod.metadata
  let text = ''
  for (const container of [...pod.spec.initContainers ?? [], ...pod.spec.containers]) {
    const where = `container ${container.name} of pod ${namespace}/${name}`
    const read = yield* attempt(session.call<string>({ verb: 'get', kind: podsKind(), namespace, name, subresource: 'log', query: { container: container.name } }))
    text += `==== START logs for ${where} ====\n${read.ok ? String(read.value ?? '') : `Request log error: ${failureText(read.failure)}\n`}==== END logs for ${where} ====\n`
  }
  return text
}

function* namespacesOf(session: Session): Run<readonly string[]> {
  if (session.flags.bool('all-namespaces')) return (yield* list(session, 'v1', 'Namespace', undefined)).items.map(({ metadata }) => metadata.name ?? '')
  const named = session.flags.list('namespaces')
  return named.length > 0 ? named : ['kube-system', session.namespace().name]
}

/** kubectl cluster-info dump: nodes, then events, workloads, pods and logs of kube-system and the current namespace (or --namespaces, -A), printed or written below --output-directory. */
export function* dumpCluster(session: Session): Run<number> {
  const { flags } = session
  const format = flags.text('output')
  const makePrinter = (): ((object: KubeObject) => string) => formatPrinter(session, format) ?? ((): never => { throw unknownFormat(format) })()
  const printer = makePrinter()
  const directory = flags.text('output-directory')
  const isSplit = directory !== '' && directory !== '-'
  const print = (object: KubeObject): string => (isSplit ? makePrinter() : printer)(object)
  const extension = format === 'json' || format === 'yaml' ? `.${format}` : '.txt'
  const write = writerOf(session)
  write(`nodes${extension}`, print((yield* list(session, 'v1', 'Node', undefined)).object))
  for (const namespace of yield* namespacesOf(session)) {
    let pods: readonly KubeObject[] = []
    for (const [file, apiVersion, kind] of dumped) {
      const { object, items } = yield* list(session, apiVersion, kind, namespace)
      write(`${namespace}/${file}${extension}`, print(object))
      if (kind === 'Pod') pods = items
    }
    for (const pod of pods) write(`${namespace}/${pod.metadata.name}/logs.txt`, yield* logsOf(session, pod as Pod))
  }
  if (isSplit) session.out(`Cluster info dumped to ${directory}\n`)
  return 0
}
