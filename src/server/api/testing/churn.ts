/**
 * A process to be killed: `churn.ts FOLDER PREFIX` makes and deletes ConfigMaps on a journal whose keyframes come often, and
 * prints each name when its write is on disk: `+NAME` made, `-NAME` deleted. The twenty newest are there at any time.
 */

import { writeSync } from 'node:fs'
import { createCluster, isStream } from '../../../../simulator/index.ts'
import type { ApiRequest } from '../../../../simulator/index.ts'
import { clusterOf, Desk } from '../desk.ts'
import { Journal } from '../journal.ts'

const keyframeBytes = 20_000
const [folder = '', prefix = ''] = process.argv.slice(2)
const journal = new Journal(folder, keyframeBytes)
const desk = new Desk(clusterOf(journal, () => createCluster({ seed: 1 })), journal)
const place = { user: { name: 'kubernetes-admin', groups: ['system:masters'] }, group: '', version: 'v1', resource: 'configmaps', namespace: 'default', contentType: 'application/json' } as const
const keptAtOnce = 20

function write(request: ApiRequest, told: string): void {
  const answer = desk.run(request)
  if (isStream(answer) || answer.code >= 300) throw new Error(JSON.stringify(answer))
  desk.settle()
  writeSync(1, `${told}\n`)
}

for (let i = 0; ; i++) {
  write({ ...place, verb: 'create', body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${prefix}-${i}` }, data: { value: 'x'.repeat(200) } }) }, `+${prefix}-${i}`)
  if (i >= keptAtOnce) write({ ...place, verb: 'delete', name: `${prefix}-${i - keptAtOnce}` }, `-${prefix}-${i - keptAtOnce}`)
  desk.cluster.advanceTo(desk.cluster.nowMs + 100)
  desk.tend()
}
