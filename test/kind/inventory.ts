/** Everything that lies in a cluster, to see that nothing is left behind. */

import type { OracleClient } from '../oracle/client.ts'

interface Resource { readonly name: string; readonly namespaced: boolean; readonly verbs: readonly string[] }
interface Item { readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object; readonly annotations?: object }; readonly spec?: object; readonly status?: { readonly capacity?: object; readonly allocatable?: object } }

/** What comes and goes by itself. */
const passing = new Set(['events', 'leases', 'componentstatuses', 'ipaddresses'])

async function groupVersions(client: OracleClient): Promise<string[]> {
  const { body } = await client.request('GET', '/apis')
  const groups = (body as { groups: { preferredVersion: { groupVersion: string } }[] }).groups
  return ['/api/v1', ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)]
}

/** A node's own state is compared too: what it was lent must be gone. */
function lineOf(path: string, resource: string, { metadata, spec, status }: Item): string {
  const own = resource === 'nodes' ? ` ${JSON.stringify([metadata.labels, annotationsOf(metadata.annotations), spec, status?.capacity, status?.allocatable])}` : ''
  return `${path}/${resource} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}${own}`
}

function annotationsOf(annotations: object = {}): object {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => name.includes('podflight')))
}

/** One line an object, sorted. */
export async function inventory(client: OracleClient): Promise<readonly string[]> {
  const lines: string[] = []
  for (const path of await groupVersions(client)) {
    const { body } = await client.request('GET', path)
    for (const { name, verbs } of (body as { resources: readonly Resource[] }).resources) {
      if (name.includes('/') || !verbs.includes('list') || passing.has(name)) continue
      for (const item of await client.list(`${path}/${name}`)) lines.push(lineOf(path, name, item as Item))
    }
  }
  return lines.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Lines that are there now and were not before, and the reverse. */
export function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const [had, has] = [new Set(before), new Set(after)]
  return [...after.filter((line) => !had.has(line)).map((line) => `left behind: ${line}`), ...before.filter((line) => !has.has(line)).map((line) => `gone: ${line}`)]
}
