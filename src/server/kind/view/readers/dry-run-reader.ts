/** Sends manifests as server-side dry runs, to see what the API says to them. */

import type { KindTable } from '../../../../../simulator/api/kinds.ts'
import type { KubeObject, Status } from '../../../../../simulator/index.ts'
import { decodeDocuments } from '../../../../../simulator/api/yaml/documents.ts'
import type { DryRunAttempt } from '../../../../grading/view.ts'
import type { KindDoor } from '../../contract.ts'
import type { Reader } from '../question.ts'

interface Said { readonly message: string; readonly warnings: readonly string[]; readonly stored?: KubeObject }

/** Applies each object with dryRun=All, forced. Somebody else's right to it is asked of the authorizer first. */
export function dryRunReader(door: KindDoor, kinds: KindTable, can: Reader<'can'>): Reader<'dryRun'> {
  return async ({ attempt }) => {
    const { documents, error } = decodeDocuments(attempt.manifest)
    const objects = documents.filter((document) => document !== undefined) as unknown as KubeObject[]
    if (error !== undefined || objects.length === 0) return { accepted: false, message: error ?? 'no objects', warnings: [] }
    const said: Said[] = []
    for (const object of objects) said.push(await dryApply(door, kinds, can, object, attempt))
    const refusal = said.find(({ message }) => message !== '')
    return { accepted: refusal === undefined, message: refusal?.message ?? '', warnings: said.flatMap(({ warnings }) => warnings), objects: said.flatMap(({ stored }) => (stored === undefined ? [] : [stored])) }
  }
}

async function dryApply(door: KindDoor, kinds: KindTable, can: Reader<'can'>, object: KubeObject, attempt: DryRunAttempt): Promise<Said> {
  const kind = kinds.byKind(String(object.apiVersion), String(object.kind))
  if (kind === undefined) return { message: `no matches for kind "${object.kind}" in version "${object.apiVersion}"`, warnings: [] }
  const namespace = kind.namespaced ? (object.metadata?.namespace ?? attempt.namespace) : undefined
  const name = object.metadata?.name ?? ''
  const { user, groups = [] } = attempt
  const resource = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
  if (user !== undefined && (await can({ kind: 'can', access: { user, groups, verb: 'patch', resource, name, ...(namespace === undefined ? {} : { namespace }) } })) !== true) {
    const place = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
    return { message: `${resource} "${name}" is forbidden: User "${user}" cannot patch resource "${kind.resource}" in API group "${kind.group}" ${place}`, warnings: [] }
  }
  const answer = await door.send({
    verb: 'patch', group: kind.group, version: kind.version, resource: kind.resource, name, ...(namespace === undefined ? {} : { namespace }),
    contentType: 'application/apply-patch+yaml', body: JSON.stringify(object), query: { dryRun: 'All', force: true, fieldManager: 'podflight', fieldValidation: 'Strict' },
  }, 'owner')
  if (answer.code < 300) return { message: '', warnings: answer.warnings, stored: answer.body as KubeObject }
  return { message: (answer.body as Status).message ?? `code ${answer.code}`, warnings: answer.warnings }
}
