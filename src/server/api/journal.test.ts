import { spawn } from 'node:child_process'
import { mkdtempSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createCluster, isStream } from '../../../simulator/index.ts'
import type { ApiRequest, Cluster } from '../../../simulator/index.ts'
import { clusterOf, Desk } from './desk.ts'
import { Journal } from './journal.ts'

const admin = { name: 'kubernetes-admin', groups: ['system:masters'] }
const maps = { user: admin, group: '', version: 'v1', resource: 'configmaps', namespace: 'default', contentType: 'application/json' } as const
const smallKeyframeBytes = 50_000

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'podflight-journal-'))
}

function newCluster(): Cluster {
  return createCluster({ seed: 1, nodes: [{ name: 'n', resources: { cpu: '4', memory: '8Gi', pods: '110' } }], cachedImages: ['busybox'] })
}

function sizeOf(folder: string): number {
  return statSync(join(folder, 'cluster.sqlite')).size
}

function run(desk: Desk, request: ApiRequest): ReturnType<Desk['run']> {
  const answer = desk.run(request)
  if (!isStream(answer) && answer.code >= 300) throw new Error(JSON.stringify(answer))
  return answer
}

/** Makes and deletes ConfigMaps of ever new names. */
function churn(desk: Desk, from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    run(desk, { ...maps, verb: 'create', body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c-${i}` }, data: { value: 'x'.repeat(500) } }) })
    run(desk, { ...maps, verb: 'delete', name: `c-${i}` })
    desk.cluster.advanceTo(desk.cluster.nowMs + 1000)
    desk.settle()
    desk.tend()
  }
}

describe('a journal that goes on for long', () => {
  it('does not grow with what has gone, and brings back the same cluster', () => {
    const folder = newFolder()
    const journal = new Journal(folder, smallKeyframeBytes)
    const desk = new Desk(clusterOf(journal, newCluster), journal)
    churn(desk, 0, 1200)
    expect([...journal.entries()].length).toBeLessThan(2000)
    expect(sizeOf(folder)).toBeLessThan(8 * JSON.stringify(desk.cluster.snapshot()).length)
    const again = clusterOf(new Journal(folder, smallKeyframeBytes), () => { throw new Error('the keyframe was not used') })
    again.advanceTo(desk.cluster.nowMs)
    expect([again.traceHash, again.resourceVersion]).toEqual([desk.cluster.traceHash, desk.cluster.resourceVersion])
  })

  it('keeps a session that is open at a keyframe, and leaves no watch behind', () => {
    const folder = newFolder()
    const journal = new Journal(folder)
    const desk = new Desk(clusterOf(journal, newCluster), journal)
    desk.cluster.advanceTo(10_000)
    run(desk, { ...maps, resource: 'pods', verb: 'create', body: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] } }) })
    desk.cluster.advanceTo(60_000)
    const watch = run(desk, { ...maps, verb: 'watch' })
    const shell = run(desk, { ...maps, resource: 'pods', verb: 'create', name: 'p', subresource: 'exec', query: { command: ['sh', '-c', 'read word; echo $word > /tmp/said'], stdin: true, stdout: true } })
    if (!isStream(watch) || !isStream(shell)) throw new Error('these are no streams')
    desk.keepKeyframe()
    desk.write(shell.streamId, 'hello\n')
    desk.cluster.advanceTo(61_000)
    desk.settle()
    const restored = new Journal(folder)
    const again = new Desk(clusterOf(restored, newCluster), restored)
    again.cluster.advanceTo(desk.cluster.nowMs)
    const reading = run(again, { ...maps, resource: 'pods', verb: 'create', name: 'p', subresource: 'exec', query: { command: ['cat', '/tmp/said'], stdout: true } })
    if (!isStream(reading)) throw new Error('this is no stream')
    again.cluster.advanceTo(again.cluster.nowMs + 1000)
    expect(again.read(reading.streamId)[0]).toMatchObject({ kind: 'output', text: 'hello\n' })
    expect([watch, shell].map(({ streamId }) => again.read(streamId))).toEqual([[{ kind: 'end' }], [{ kind: 'end' }]])
  })

  it('loses no write that was acknowledged, whenever its process is killed', async () => {
    const folder = newFolder()
    for (const [prefix, writes] of [['a', 45], ['b', 301]] as const) {
      const told = await killedChurn(folder, prefix, writes)
      const deleted = new Set(told.filter((line) => line.startsWith('-')).map((line) => line.slice(1)))
      // The delete that comes next may be on disk already.
      const oldest = told.filter((line) => line.startsWith('+')).length - 21
      const kept = told.filter((line) => line.startsWith('+')).map((line) => line.slice(1)).filter((name) => !deleted.has(name) && name !== `${prefix}-${oldest}`)
      const found = new Set(namesIn(folder))
      expect(kept.length).toBeGreaterThan(15)
      expect([kept.filter((name) => !found.has(name)), [...deleted].filter((name) => found.has(name))]).toEqual([[], []])
    }
  }, 60_000)
})

function namesIn(folder: string): string[] {
  return clusterOf(new Journal(folder), () => createCluster({ seed: 1 })).peek('configmaps').map(({ metadata }) => metadata.name ?? '')
}

/** Runs the process until it has told so many writes, then kills it without a warning. @returns what it had told */
function killedChurn(folder: string, prefix: string, writes: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('testing/churn.ts', import.meta.url)), folder, prefix], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').length > writes) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', () => resolve(text.split('\n').filter((line) => line !== '')))
  })
}
