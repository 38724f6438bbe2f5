/** kubectl api-resources, api-versions, version, cluster-info. Models k8s.io/kubectl/pkg/cmd (v1.35). */

import { apiVersionOf, kindByResource } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { Service } from '../../api/types.ts'
import { toYaml } from '../../api/yaml/emit.ts'
import { compareText } from '../../kernel/text.ts'
import { fail } from '../failures.ts'
import { toIndentedJson } from '../printers/json.ts'
import { alignTabs, tableTabs } from '../printers/tab-writer.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'

const outputs = ['', 'wide', 'name', 'json', 'yaml']

/** Kinds in their preferred version that somebody can ask for. */
function servedKinds({ kinds }: Session): KindInfo[] {
  return kinds.all.filter((kind) => kind.isVirtual !== true || kind.group !== 'metrics.k8s.io').filter((kind) => kinds.byResource(kind.group, kind.resource) === kind && kind.verbs.length > 0)
}

function selectedKinds(session: Session): KindInfo[] {
  const { flags } = session
  return servedKinds(session).filter((kind) =>
    (!flags.isSet('api-group') || kind.group === flags.text('api-group')) && (!flags.isSet('namespaced') || kind.namespaced === flags.bool('namespaced')) &&
    flags.list('verbs').every((verb) => kind.verbs.includes(verb)) && flags.list('categories').every((category) => kind.categories.includes(category)))
}

function sortedKinds(session: Session): KindInfo[] {
  const sortBy = session.flags.text('sort-by')
  const key = (kind: KindInfo) => (sortBy === 'name' ? kind.resource : sortBy === 'kind' ? kind.kind : `${kind.group}\0${kind.resource}`)
  return selectedKinds(session).sort((a, b) => compareText(key(a), key(b)) || compareText(a.group, b.group))
}

/**
 * kubectl api-resources: the served kinds as a table, or names with -o name, narrowed by --api-group, --namespaced and
 * --verbs, in order of --sort-by.
 */
export function* apiResources(session: Session): Run<number> {
  const { flags, args } = session
  const output = flags.text('output')
  if (args.length > 0) throw session.usage(`unexpected arguments: [${args.join(' ')}]`)
  if (!outputs.includes(output)) throw fail(`--output ${output} is not available`)
  if (!['', 'name', 'kind'].includes(flags.text('sort-by'))) throw fail('--sort-by accepts only name or kind')
  const found = sortedKinds(session)
  if (output === 'name') {
    session.out(found.map((kind) => `${kind.resource}${kind.group === '' ? '' : `.${kind.group}`}\n`).join(''))
    return 0
  }
  const isWide = output === 'wide'
  const headers = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(isWide ? ['VERBS', 'CATEGORIES'] : [])]
  const rows = found.map((kind) => [kind.resource, kind.shortNames.join(','), apiVersionOf(kind), String(kind.namespaced), kind.kind, ...(isWide ? [kind.verbs.join(','), kind.categories.join(',')] : [])])
  session.out(alignTabs([...(flags.bool('no-headers') ? [] : [headers]), ...rows].map((cells) => `${cells.join('\t')}\n`).join(''), tableTabs))
  return 0
}

/** kubectl api-versions: each group/version once, sorted. Custom groups count, metrics.k8s.io does not. */
export function* apiVersions(session: Session): Run<number> {
  const versions = session.kinds.all.filter((kind) => kind.group !== 'metrics.k8s.io').map(apiVersionOf)
  session.out([...new Set(versions)].sort(compareText).map((version) => `${version}\n`).join(''))
  return 0
}

const gitVersion = 'v1.35.4'
const kustomizeVersion = 'v5.7.1'

function versionInfo(session: Session): { readonly [key: string]: string } {
  return {
    major: '1', minor: '35', gitVersion, gitCommit: '$Format:%H$', gitTreeState: 'clean', buildDate: session.process.clock.timestamp(0),
    goVersion: 'go1.26.8', compiler: 'gc', platform: 'linux/amd64',
  }
}

/** kubectl version: client and server are the same release; --client leaves the server out. Output is text, json or yaml. */
export function* version(session: Session): Run<number> {
  const { flags, args } = session
  if (args.length > 0) throw fail(`extra arguments: [${args.join(' ')}]`)
  const output = flags.text('output')
  if (output !== '' && output !== 'json' && output !== 'yaml') throw fail("--output must be 'yaml' or 'json'")
  const isClient = flags.bool('client')
  const all = { clientVersion: versionInfo(session), kustomizeVersion, ...(isClient ? {} : { serverVersion: versionInfo(session) }) }
  if (output === 'json') session.out(`${toIndentedJson(all, '  ', false)}\n`)
  else if (output === 'yaml') session.out(`${toYaml(all)}\n`)
  else session.out(`Client Version: ${gitVersion}\nKustomize Version: ${kustomizeVersion}\n${isClient ? '' : `Server Version: ${gitVersion}\n`}`)
  return 0
}

/** kubectl cluster-info: the server of the context, and Services of kube-system with the label kubernetes.io/cluster-service=true. */
export function* clusterInfo(session: Session): Run<number> {
  const kind = kindByResource('', 'services')
  if (kind === undefined) return 1
  const { server } = session.activeContext()
  const { items } = yield* listObjects(session, kind, { namespace: 'kube-system', selector: 'kubernetes.io/cluster-service=true' })
  session.out(`Kubernetes control plane is running at ${server}\n`)
  for (const service of items as Service[]) {
    const name = service.metadata.labels?.['kubernetes.io/name'] ?? service.metadata.name ?? ''
    const port = service.spec.ports?.[0]?.name
    const target = port === undefined ? service.metadata.name : `${service.metadata.name}:${port}`
    session.out(`${name} is running at ${server}/api/v1/namespaces/kube-system/services/${target}/proxy\n`)
  }
  session.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")
  return 0
}
