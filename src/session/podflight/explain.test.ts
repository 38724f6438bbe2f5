import { describe, expect, it } from 'vitest'
import { readLibrary } from '../../cli/files.ts'
import type { PodExplanation } from '../explanation.ts'
import { Flight } from '../flight.ts'
import { InlineHost } from '../inline-host.ts'
import { MemoryStore } from '../store.ts'
import { readMoment, readWanted } from './explain.ts'

const library = readLibrary()
const scenario = { cluster: 'gpu-small', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: [] }

interface Sitting { readonly flight: Flight; run(line: string): { readonly code: number; readonly out: string }; explained(line: string): PodExplanation }

function sit(hidesHelp = false): Sitting {
  let out = ''
  const flight = new Flight({ library, plans: [{ context: 'flight', scenario }], header: { engine: '0', content: '0', kind: 'shell', id: 'x', seed: 1 }, out: (text) => (out += text), hidesHelp: () => hidesHelp })
  const run = (line: string): { code: number; out: string } => {
    out = ''
    const code = flight.runLine(line)
    return { code, out }
  }
  return { flight, run, explained: (line) => JSON.parse(run(`${line} -o json`).out) as PodExplanation }
}

const gpuPod = (name: string, count: number, more = ''): string => `kubectl apply -f - <<E
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  tolerations: [{key: nvidia.com/gpu, operator: Exists}]
  ${more}
  containers: [{name: c, image: nginx:1.27-alpine, resources: {limits: {nvidia.com/gpu: ${count}}}}]
E
sleep 5`

describe('podflight explain', () => {
  it('prints a table of nodes, what wakes the Pod and what helps', () => {
    const { run } = sit()
    run('kubectl run p --image=nginx:1.27-alpine --overrides=\'{"spec":{"nodeSelector":{"node-pool":"gpus"}}}\'; sleep 5')
    const { code, out } = run('podflight explain pod/p')
    expect(code).toBe(0)
    expect(out).toContain('pod/p -n default: pending, 1 attempt; as of T+00:05\nNone of 5 nodes fits.')
    expect(out).toMatch(/\n {2}NODE +PLUGIN +WHY\n/)
    expect(out).toMatch(/\n {2}worker-1 +NodeAffinity +node\(s\) didn't match Pod's node affinity\/selector\n/)
    expect(out).toContain('What wakes it up\n  A node is added that its node selector and affinity allow')
    expect(out).toMatch(/Smallest changes that make it fit \(each was tried\)\n {2}1\. Select nodes by node-pool=/)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it('explains a Pod on a node as it was when it was bound, whatever came after', () => {
    const { flight, run, explained } = sit()
    run(gpuPod('first', 1))
    run(gpuPod('second', 1))
    const { traceHash } = flight.current.cluster
    const then = explained('podflight explain pod/first')
    expect(then).toMatchObject({ kind: 'placed', basis: 'attempt', best: ['gpu-t4-1', 'gpu-t4-2'] })
    expect(then.atMs).toBeLessThan(1000)
    expect(then.nodes.filter((node) => node.isChosen)).toHaveLength(1)
    expect(then.scoreNote).toMatch(/^2 nodes share the highest score; gpu-t4-[12] was drawn\.$/)
    expect(explained('podflight explain pod/second')).toMatchObject({ basis: 'attempt', best: [expect.stringMatching(/^gpu-t4-[12]$/)], sentence: expect.stringMatching(/is the one node that fits/) as string })
    expect(flight.current.cluster.traceHash).toBe(traceHash)
  })

  it('goes back to a moment at which the Pod still waited', () => {
    const { run, explained } = sit()
    for (const name of ['a', 'b', 'c']) run(gpuPod(name, 1))
    run('kubectl delete pod a --now; sleep 60')
    expect(explained('podflight explain pod/c').kind).toBe('placed')
    const then = explained('podflight explain pod/c --at 12s')
    expect(then).toMatchObject({ kind: 'pending', basis: 'now', atMs: 12_000, wakeUp: { queue: 'unschedulable' } })
    expect(then.fixes.map((fix) => fix.label).some((label) => label.startsWith('Free 1 GPU on gpu-t4-'))).toBe(true)
  })

  it('tells of the preemption that made room for a Pod', () => {
    const { run, explained } = sit()
    run('kubectl create priorityclass urgent --value=1000')
    for (const name of ['a', 'b']) run(gpuPod(name, 1))
    run(gpuPod('vip', 1, 'priorityClassName: urgent'))
    run('sleep 60')
    const { kind, preemption, sentence } = explained('podflight explain pod/vip')
    expect(kind).toBe('placed')
    expect(sentence).toMatch(/^gpu-t4-[12] was freed for it by preemption, and it fits there\.$/)
    expect(preemption?.candidates.map(({ isChosen, why, highestPriority }) => [isChosen, why, highestPriority])).toEqual([[true, 'the best candidate', 0], [false, 'its most important victim has run for longer', 0]])
  })

  it.each<[string, string, number]>([
    ['podflight explain', 'error: name a Pod, such as pod/trainer\n', 1],
    ['podflight explain deployment/x', 'error: only Pods can be explained, not deployment/x\n', 1],
    ['podflight explain pod/x', 'Error from server (NotFound): pods "x" not found\n', 1],
    ['podflight explain pod/x -o yaml', 'error: unable to match a printer suitable for the output format "yaml", allowed formats are: json\n', 1],
    ['podflight explain pod/x --at soon', 'error: invalid time "soon": use T+02:30, 90s or 1h5m\n', 1],
    ['podflight explain pod/x --at 10h', 'error: T+10:00:00 has not come yet; it is T+00:00\n', 1],
    ['podflight explain --help', 'usage: podflight explain pod/NAME', 0],
  ])('%s', (line, text, code) => {
    const result = sit().run(line)
    expect(result.out.slice(0, text.length)).toBe(text)
    expect(result.code).toBe(code)
  })

  it('is silent in an exam', () => {
    expect(sit(true).run('podflight explain pod/x')).toEqual({ code: 1, out: 'error: explanations are not available in an exam\n' })
  })

  it('is silent in an exam of the app', async () => {
    const output: string[] = []
    const host = new InlineHost({ library, store: new MemoryStore(), nowWallMs: () => 1_767_600_000_000, newSeed: () => 7 })
    host.subscribe((delta) => output.push(delta.terminal?.output ?? ''))
    await host.open({ kind: 'exam', id: library.forms[0].id, examMode: 'exam' })
    await host.terminalRun('podflight explain pod/x')
    expect(output.join('')).toContain('explanations are not available in an exam')
  })
})

describe('arguments', () => {
  it.each<[readonly string[], ReturnType<typeof readWanted>]>([
    [['pod/a'], { name: 'a', namespace: undefined, at: undefined, isJson: false }],
    [['pod', 'a', '-nml', '-ojson'], { name: 'a', namespace: 'ml', at: undefined, isJson: true }],
    [['pods/a', '--namespace=ml', '--at', 'T+01:00', '--output=json'], { name: 'a', namespace: 'ml', at: 'T+01:00', isJson: true }],
    [['a', 'b'], 'name one Pod, not a and b'],
    [['a', '--now'], 'unknown flag: --now'],
  ])('%j', (argv, wanted) => {
    expect(readWanted(argv)).toEqual(wanted)
  })

  it.each<[string, number | undefined]>([
    ['T+02:30', 150_000], ['2:30', 150_000], ['T+01:00:05.250', 3_605_250], ['90s', 90_000], ['1.5s', 1_500], ['1h5m', 3_900_000], ['', undefined], ['5', undefined], ['now', undefined],
  ])('%s is a moment', (text, ms) => {
    expect(readMoment(text)).toBe(ms)
  })
})
