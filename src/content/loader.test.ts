import { describe, expect, it } from 'vitest'
import { readLibrary } from '../cli/files.ts'
import { loadLibrary, openLibrary } from './loader.ts'
import type { ContentError } from './types.ts'

const checkText = `
  - id: c1
    title: It is there
    points: 2
    kind: object
    all: [{ kind: object, object: { resource: configmaps, namespace: default, name: a }, op: exists }]
    expected: e
    actual: a
    why: w
    onKind: 'yes'`

const good: { readonly [path: string]: string } = {
  'labs/index.yaml': '[]',
  'scenarios/index.yaml': 'domains: [{ id: core, title: Core }]\ntasks: [t1]\n',
  'scenarios/forms.yaml': '[]',
  'scenarios/clusters.yaml': "- id: one\n  title: One\n  addOns: []\n  nodes:\n    - { name: n1, resources: { cpu: '2', memory: 4Gi } }\n",
  'scenarios/t1/task.yaml': `id: t1\ntitle: A task\ndomain: core\ntier: quick\nminutes: 4\nrealCluster: 'yes'\ncluster: one\nhistoryMinutes: 5\nnamespace: default\nsettleSeconds: 10\nchecks:${checkText}\nhints: [h]\ndocs: []\n`,
  'scenarios/t1/task.md': 'Make it.',
  'scenarios/t1/start.yaml': '[]',
  'scenarios/t1/solution/solution.sh': 'kubectl create configmap a\n',
  'scenarios/t1/wrong-nothing/answer.yaml': 'title: Nothing\nloses: [c1]\n',
  'scenarios/t1/wrong-nothing/script.sh': 'true\n',
}

function errorsOf(changes: { readonly [path: string]: string | undefined }): readonly ContentError[] {
  const files = new Map(Object.entries({ ...good, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const result = loadLibrary(files)
  return 'errors' in result ? result.errors : []
}

const task = good['scenarios/t1/task.yaml']

describe('the library', () => {
  it('of this repository loads', () => {
    const { tasks, labs, clusters } = readLibrary()
    expect([tasks.length > 0, labs.length > 0, clusters.length > 0]).toEqual([true, true, true])
  })

  it('of one good task loads, with its points and answers', () => {
    const result = loadLibrary(new Map(Object.entries(good)))
    expect(result).toMatchObject({ library: { tasks: [{ id: 't1', points: 2, prompt: 'Make it.', solution: { script: 'kubectl create configmap a\n' }, wrong: [{ name: 'wrong-nothing', loses: ['c1'] }] }] } })
  })

  it('that was opened reads a task when it is looked at, and is the same', () => {
    const opened = openLibrary(new Map(Object.entries(good)))
    const loaded = loadLibrary(new Map(Object.entries(good)))
    if (!('library' in opened) || !('library' in loaded)) throw new Error('the good library is not good')
    expect({ ...opened.library.tasks[0] }).toEqual(loaded.library.tasks[0])
  })

  it('that was opened with a broken task tells so when it is looked at', () => {
    const opened = openLibrary(new Map(Object.entries({ ...good, 'scenarios/t1/task.yaml': task.replace('minutes: 4', 'minutes: long') })))
    if (!('library' in opened)) throw new Error('it was read at once')
    const [broken] = opened.library.tasks
    expect(broken.id).toBe('t1')
    expect(() => broken.prompt).toThrow('Task t1 is broken: scenarios/t1/task.yaml')
  })

  it.each<[string, { readonly [path: string]: string | undefined }, Partial<ContentError>]>([
    ['a missing file', { 'scenarios/t1/task.md': undefined }, { file: 'scenarios/t1/task.md', message: 'the file is missing' }],
    ['an id that is not the folder', { 'scenarios/t1/task.yaml': task.replace('id: t1', 'id: t2') }, { file: 'scenarios/t1/task.yaml', message: 'id is "t2" but the folder is "t1"' }],
    ['a check that no wrong answer loses', { 'scenarios/t1/wrong-nothing/answer.yaml': undefined }, { file: 'scenarios/t1/task.yaml', message: 'no wrong answer loses check "c1", so nothing shows that it can fail' }],
    ['a wrong answer that loses nothing', { 'scenarios/t1/wrong-nothing/answer.yaml': 'title: Nothing\nloses: []\n' }, { file: 'scenarios/t1/wrong-nothing/answer.yaml', message: 'a wrong answer must name the checks that it loses' }],
    ['a wrong answer that loses an unknown check', { 'scenarios/t1/wrong-nothing/answer.yaml': 'title: Nothing\nloses: [c1, c9]\n' }, { file: 'scenarios/t1/wrong-nothing/answer.yaml', message: 'there is no check "c9"' }],
    ['an unknown cluster', { 'scenarios/t1/task.yaml': task.replace('cluster: one', 'cluster: two') }, { file: 'scenarios/clusters.yaml', message: '"t1" runs on cluster "two", which is not defined' }],
    ['a value of the wrong type, with its place', { 'scenarios/t1/task.yaml': task.replace('minutes: 4', 'minutes: long') }, { file: 'scenarios/t1/task.yaml', line: 5, column: 10 }],
    ['YAML that does not parse, with its place', { 'scenarios/index.yaml': 'domains: [\ntasks: ]\n' }, { file: 'scenarios/index.yaml', line: 2 }],
  ])('tells %s', (_what, changes, expected) => {
    expect(errorsOf(changes)).toContainEqual(expect.objectContaining(expected))
  })

  it('names a field that nobody knows', () => {
    const [error] = errorsOf({ 'scenarios/t1/task.yaml': `${task}colour: red\n` })
    expect([error.file, error.message.includes('colour')]).toEqual(['scenarios/t1/task.yaml', true])
  })
})
