import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { KindGrade, ParityRow } from '../session/kind-wire.ts'
import { isPassed, junitReport, parityText } from './grade-report.ts'
import { readManifests } from './manifest-folder.ts'

function row(check: string, parity: ParityRow['parity'], passed: boolean, more: Partial<ParityRow> = {}): ParityRow {
  const verdict = { id: check, title: `Title <${check}>`, points: 1, earned: passed ? 1 : 0, passed, expected: 'a & b', actual: `was ${passed}`, why: 'because' }
  return { check, parity, simulator: verdict, kind: verdict, ...more }
}

function grade(...rows: readonly ParityRow[]): KindGrade {
  return { task: 't', context: 'kind-x', points: 3, earnedOnSimulator: 1, earnedOnKind: 1, rows, transcript: '', leftovers: [] }
}

describe('reports of a grading on both clusters', () => {
  it.each([
    { name: 'all hold', rows: [row('a', 'agree', true), row('b', 'not gradable', false)], passed: true },
    { name: 'one fails', rows: [row('a', 'agree', true), row('b', 'agree', false)], passed: false },
    { name: 'one holds in the simulator only', rows: [row('a', 'differ', true, { kind: row('a', 'differ', false).simulator })], passed: false },
  ])('$name', ({ rows, passed }) => {
    expect(isPassed(grade(...rows))).toBe(passed)
  })

  it('JUnit has a case for each check, with its failure or why it was skipped', () => {
    const xml = junitReport(grade(row('a', 'agree', true), row('b', 'agree', false), row('c', 'not gradable', false, { reason: 'no "nodes"\u0007' })))
    expect(xml).toContain('tests="3" failures="1" errors="0" skipped="1"')
    expect(xml).toContain('name="a: Title &lt;a&gt;"/>')
    expect(xml).toContain('<failure message="a &amp; b">')
    expect(xml).toContain('<skipped message="no &quot;nodes&quot;"/>')
  })

  it('the text shows both verdicts, and what is left', () => {
    const text = parityText({ ...grade(row('a', 'differ', true, { kind: row('a', 'differ', false).simulator }), row('b', 'not gradable', false, { reason: 'why not' })), leftovers: ['namespace x'] })
    expect(text).toContain('t: simulator 1, kind-x 1 of 3 points')
    expect(text).toMatch(/differ +a {2}Title <a>\n +simulator: holds {2}was true\n +kind: +fails {2}was false/)
    expect(text).toContain('not gradable here: why not')
    expect(text).toContain('left on the cluster: namespace x')
  })
})

describe('a folder of manifests', () => {
  const folderOf = (files: { readonly [name: string]: string }): string => {
    const folder = mkdtempSync(join(tmpdir(), 'podflight-manifests-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return folder
  }
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'

  it('gives the texts of its manifests, in the order of their names', () => {
    const { files, script } = readManifests(folderOf({ 'b.yml': map, 'a.yaml': map, 'notes.txt': 'x', 'c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}' }))
    expect(Object.keys(files)).toEqual(['manifests/a.yaml', 'manifests/b.yml', 'manifests/c.json'])
    expect(script).toBe('kubectl apply -f manifests/')
  })

  it.each([
    { name: 'empty', files: { 'a.txt': '' }, says: 'there are no manifests' },
    { name: 'a large file', files: { 'a.yaml': `x: ${'y'.repeat(300_000)}` }, says: 'is larger than' },
    { name: 'too much together', files: Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`${i}.yaml`, `x: ${'y'.repeat(80_000)}`])), says: 'the limit is 262144' },
    { name: 'too many documents', files: { 'a.yaml': Array.from({ length: 30 }, () => map).join('---\n'), 'b.yaml': Array.from({ length: 30 }, () => map).join('---\n') }, says: '60 documents' },
    { name: 'too deep', files: { 'a.yaml': '['.repeat(100) + ']'.repeat(100) }, says: 'a.yaml' },
    { name: 'no YAML', files: { 'a.yaml': 'a: [' }, says: 'error converting YAML to JSON' },
  ])('is refused: $name', ({ files, says }) => {
    expect(() => readManifests(folderOf(files))).toThrow(says)
  })
})
