/** Runs recorded tables of a 1.35 API server: which columns and cells it gives for an object in some state. */

import { admitCreate, canAdmit } from '../../../simulator/admission/admit.ts'
import { admissionPlugins } from '../../../simulator/admission/plugins/registry.ts'
import { kindByKind } from '../../../simulator/api/kinds.ts'
import type { KindInfo } from '../../../simulator/api/kinds.ts'
import { applyJsonMergePatch } from '../../../simulator/api/patch/json-merge.ts'
import { tableFor } from '../../../simulator/api/tables/table.ts'
import { toMicroTime, toTimestamp } from '../../../simulator/api/time.ts'
import type { KubeObject } from '../../../simulator/api/types.ts'
import type { Json, JsonObject } from '../../../simulator/kernel/json.ts'
import { jsonEqual } from '../compare.ts'
import type { Row, RowRunner } from '../runner.ts'

const nowMs = 0
const unitMs: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const allPlugins = admissionPlugins.map((plugin) => plugin.name)

/** Writes out `{{now-20m}}` and `{{now-20m.micro}}`. */
function withTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\{\{now(?:-(\d+)([smhd]))?(\.micro)?\}\}/g, (_all, amount: string | undefined, unit: string, micro: string | undefined) => {
    const atMs = nowMs - Number(amount ?? 0) * (unitMs[unit] ?? 0)
    return micro === undefined ? toTimestamp(atMs) : toMicroTime(atMs)
  })) as unknown
}

/** Defaults of kinds that admission does not know. */
const otherDefaults: { readonly [kind: string]: JsonObject } = {
  PersistentVolume: { spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
}

/** The object as created: defaulted by admission where that knows the kind. */
function created(given: KubeObject, kind: KindInfo): KubeObject {
  if (!canAdmit(kind)) return merged((otherDefaults[given.kind] ?? {}) as unknown as KubeObject, given)
  const admission = admitCreate({
    kind, namespace: kind.namespaced ? (given.metadata.namespace ?? 'default') : '', body: given, user: { name: 'admin', groups: ['system:masters'] },
    identity: { suffix: () => 'abcde', timestamp: () => toTimestamp(nowMs) },
  }, { get: () => undefined, list: () => [] }, { disabledPlugins: allPlugins })
  if (!admission.ok) return given
  // What the server allocates: uid, cluster IP.
  const object = JSON.parse(JSON.stringify(admission.object).replaceAll('"batch.kubernetes.io/controller-uid":""', '"batch.kubernetes.io/controller-uid":"UID"')) as KubeObject
  return object
}

function merged(object: KubeObject, patch: unknown): KubeObject {
  const result = applyJsonMergePatch(object as unknown as JsonObject, patch as Json)
  if ('error' in result) throw new Error(result.error)
  return result.result as unknown as KubeObject
}

/** What the server itself adds: addresses of Services, selectors of Jobs, the default phases. */
function allocated(object: KubeObject): KubeObject {
  const spec = (object.spec ?? {}) as { [field: string]: unknown }
  if (object.kind === 'Service' && spec['type'] !== 'ExternalName') return merged(object, { spec: { type: spec['type'] ?? 'ClusterIP', clusterIP: spec['clusterIP'] ?? 'CLUSTER-IP', clusterIPs: [spec['clusterIP'] ?? 'CLUSTER-IP'] } })
  if (object.kind === 'Job' && spec['manualSelector'] !== true) return merged(object, { spec: { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'UID' } } } })
  return object
}

function stored(row: Row, kind: KindInfo): KubeObject {
  const given = withTimes(row['object']) as KubeObject
  let object = allocated(created(given, kind))
  if (row['status'] !== undefined) object = merged(object, { status: withTimes(row['status']) })
  if (row['patch'] !== undefined) object = merged(object, withTimes(row['patch']))
  if (row['delete'] === undefined) return object
  const deleted = merged(object, { metadata: { deletionTimestamp: toTimestamp(nowMs) } })
  return object.kind === 'Namespace' ? merged(deleted, { status: { phase: 'Terminating' } }) : deleted
}

/** Masks of the corpus: the age of the object, times and addresses that the server chose. */
function sameCell(expected: unknown, actual: unknown): boolean {
  return expected === 'AGE' || expected === 'TIME' || jsonEqual(expected, actual)
}

/** Rows of api/table.jsonl. */
export const runTable: RowRunner = (row) => {
  const name = String(row['name'])
  const { apiVersion, kind: kindName } = row['object'] as unknown as KubeObject
  const kind = kindByKind(apiVersion, kindName)
  if (kind === undefined) return { name, ok: false, note: `no kind ${apiVersion} ${kindName}` }
  const table = tableFor(kind, [stored(row, kind)], nowMs)
  const { cells, conditions } = table.rows[0]!
  const columns = table.columnDefinitions.map((column) => column.name)
  const expected = { columns: row['columns'], row: row['row'], rowConditions: row['rowConditions'] ?? [] }
  const actual = { columns, row: cells, rowConditions: conditions ?? [] }
  const expectedCells = row['row'] as unknown[]
  const ok = jsonEqual(expected.columns, columns) && cells.length === expectedCells.length && expectedCells.every((cell, index) => sameCell(cell, cells[index])) && jsonEqual(expected.rowConditions, actual.rowConditions)
  return ok ? { name, ok } : { name, ok, expected, actual }
}
