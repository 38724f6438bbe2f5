import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOptions } from './arguments.ts'
import { readClusterFile } from './cluster-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'podflight-cli-'))

function podflight(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/cli/main.ts', ...args], { encoding: 'utf8', input })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const exercise = `alias k=kubectl
k create namespace ml-k8s-lab
k apply -f mock-inference.yaml
k rollout status deployment/mock-inference -n ml-k8s-lab --timeout=120s
k run probe -n ml-k8s-lab --rm -i --restart=Never --image=curlimages/curl:8.10.1 -- curl -s http://mock-inference/predict
`

describe('podflight', () => {
  it('plays the exercise of the local mock to its answer', () => {
    const { code, out } = podflight(['shell', '--scenario', 'l04-local-mock', '-e', '--file', file('exercise.sh', exercise)])
    expect(out).toContain('deployment "mock-inference" successfully rolled out')
    expect(out).toContain('{"label":"positive","score":0.91}')
    expect(code).toBe(0)
  }, 60_000)

  it('runs a shell on the nodes of a file', () => {
    const nodes = "apiVersion: v1\nkind: Node\nmetadata:\n  name: solo\nstatus:\n  capacity: { cpu: '2', memory: 4Gi, pods: '10' }\n  allocatable: { cpu: '2', memory: 4Gi, pods: '10' }\n"
    const { code, out } = podflight(['shell', '--cluster', file('cluster.yaml', nodes), '--file', file('nodes.sh', 'kubectl get nodes -o name\nfalse\n')])
    expect([out, code]).toEqual(['node/cp-0\nnode/solo\n', 1])
  }, 60_000)

  it('grades a script and says so as JSON', () => {
    const { code, out } = podflight(['grade', '--task', 's01-fix-selector', '--json'])
    expect(code).toBe(1)
    const report = JSON.parse(out) as { task: string; points: number; earned: number; checks: object[]; logHash: string }
    expect(report).toMatchObject({ task: 's01-fix-selector', earned: 0 })
    expect(report.checks[0]).toMatchObject({ passed: false, earned: 0 })
    expect(report.logHash).toMatch(/^[0-9a-f]{64}$/)
  }, 60_000)

  it('explains a Pod of a cluster file, as a table and as JSON', () => {
    const nodes = "apiVersion: v1\nkind: Node\nmetadata: {name: solo}\nstatus: {capacity: {cpu: '2', memory: 4Gi, pods: '10'}, allocatable: {cpu: '2', memory: 4Gi, pods: '10'}}\n"
    const pod = '---\napiVersion: v1\nkind: Pod\nmetadata: {name: big, namespace: default}\nspec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 3}}}]}\n'
    const path = file('explained.yaml', nodes + pod)
    const { code, out } = podflight(['explain', 'pod/big', '--cluster', path])
    expect(code).toBe(0)
    expect(out).toContain('It can never fit on this cluster as it is written. It asks for 3 CPU; the largest node has 2.')
    expect(out).toContain('1. Ask for CPU 2 instead of 3 in the Pod: binds to solo')
    expect(JSON.parse(podflight(['explain', 'pod/late', '--cluster', path, '--file', file('late.sh', 'kubectl run late --image=nginx'), '-o', 'json']).out)).toMatchObject({ kind: 'placed', basis: 'attempt', best: ['solo'] })
    expect(podflight(['explain', 'pod/none', '--cluster', path])).toEqual({ code: 1, out: '', err: 'Error from server (NotFound): pods "none" not found\n' })
  }, 60_000)

  it.each<[string, string[], string]>([
    ['an unknown option', ['shell', '--colour'], 'podflight: unknown option --colour; there are: --scenario, --cluster, --file, --seed, -e\n'],
    ['an unknown task', ['grade', '--task', 'nope'], 'podflight: there is no task "nope"; podflight list names them\n'],
  ])('ends with 2 for %s', (_what, args, err) => {
    expect(podflight(args)).toEqual({ code: 2, out: '', err })
  }, 60_000)
})

describe('options', () => {
  it('take values after them or after an equals sign', () => {
    const { values, flags, rest } = readOptions(['--seed=4', '-e', '--file', 'x', 'more'], { values: ['--seed', '--file'], flags: ['-e'] })
    expect([values, [...flags], rest]).toEqual([{ '--seed': '4', '--file': 'x' }, ['-e'], ['more']])
    expect(() => readOptions(['--seed'], { values: ['--seed'], flags: [] })).toThrow('--seed needs a value')
  })

  it('a cluster file must parse and have a node', () => {
    expect(() => readClusterFile('a: [')).toThrow('the cluster file, line')
    expect(() => readClusterFile('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n')).toThrow('the cluster file, line')
  })
})
