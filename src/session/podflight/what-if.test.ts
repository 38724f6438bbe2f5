import { describe, expect, test } from 'vitest'
import { Flight } from '../flight.ts'
import type { WhatIfReport } from '../what-if/what-if.ts'

const definition = {
  id: 'two', title: 'Two nodes', addOns: [],
  nodes: [{ name: 'a', resources: { cpu: '4', memory: '16Gi' } }, { name: 't4-1', resources: { cpu: '8', memory: '32Gi' }, gpus: { model: 'Tesla-T4', count: 1 } }],
}

/** A terminal with two nodes; `run` gives what a line prints and its exit code. */
function terminal(isExam = false): { run(line: string): { out: string; code: number }; flight: Flight } {
  let out = ''
  const flight = new Flight({
    library: { clusters: [definition], labs: [], tasks: [], forms: [] } as never, out: (text) => (out += text),
    plans: [{ context: 'flight', scenario: { cluster: 'two', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: [] } }],
    header: { engine: '1', content: '1', kind: isExam ? 'exam' : 'sandbox', id: 'x', seed: 1 },
  })
  const run = (line: string): { out: string; code: number } => {
    out = ''
    const code = flight.runLine(line)
    return { out, code }
  }
  return { run, flight }
}

const gpuPods = `cat > pods.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: one}
spec: {containers: [{name: c, image: busybox:1.36, command: [sleep, '9000'], resources: {limits: {nvidia.com/gpu: 1}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec: {containers: [{name: c, image: busybox:1.36, command: [sleep, '9000'], resources: {limits: {nvidia.com/gpu: 1}}}]}
EOF`

describe('podflight what-if', () => {
  test('prints who moves, the figures and the commands, and changes nothing', () => {
    const { run, flight } = terminal()
    run(gpuPods)
    run('kubectl apply -f pods.yaml')
    run('sleep 60')
    const before = flight.current.cluster.traceHash
    const { out, code } = run('podflight what-if --gpus t4-1=Tesla-T4:1:time-slicing:2')
    expect(code).toBe(0)
    expect(out).toMatch(/^CHANGE +NAMESPACE +POD +FROM +TO +WHY\nnewly-running +default +two +<none> +t4-1\n/)
    expect(out).toMatch(/\nPods pending +1 +0\n/)
    expect(out).toContain('kubectl annotate node t4-1')
    expect(flight.current.cluster.traceHash).toBe(before)
  })

  test('its commands make the change for real', () => {
    const { run, flight } = terminal()
    run(gpuPods)
    run('kubectl apply -f pods.yaml')
    const report = JSON.parse(run('podflight what-if --add-node t4-1=1 -o json').out) as WhatIfReport
    expect(report.placements.map(({ pod, to }) => [pod, to])).toEqual([['two', 't4-2']])
    for (const command of report.commands) expect(run(command).code).toBe(0)
    run('sleep 60')
    expect(flight.current.cluster.peekOne('pods', 'default/two')).toMatchObject({ spec: { nodeName: 't4-2' } })
  })

  test('prices are the learner\'s', () => {
    const { out } = terminal().run(`podflight what-if --add-node t4-1 --price '1 x Tesla-T4=2.50'`)
    expect(out).toMatch(/\n {2}1 x Tesla-T4 at 2\.50 +1 +2\n/)
    expect(terminal().run('podflight what-if --cordon a --price x=cheap').out).toContain('--price takes dollars, not "cheap"')
  })

  test('a file is applied, in the namespace that is named', () => {
    const { run } = terminal()
    run(gpuPods)
    run('kubectl create namespace other')
    run('sleep 5')
    const report = JSON.parse(run('podflight what-if -f pods.yaml -n other -o json').out) as WhatIfReport
    expect(report.placements.map(({ namespace, pod, change }) => `${namespace}/${pod} ${change}`)).toEqual(['other/one added', 'other/two added'])
  })

  test.each([
    { name: 'without a change', line: 'podflight what-if', code: 1, text: 'name at least one change' },
    { name: 'with an unknown flag', line: 'podflight what-if --drop a', code: 1, text: 'unknown flag "--drop"' },
    { name: 'with a number that is none', line: 'podflight what-if --add-node a=many', code: 1, text: '--add-node takes a whole number, not "many"' },
    { name: 'with a file that is not there', line: 'podflight what-if -f nope.yaml', code: 1, text: 'the file "nope.yaml" does not exist' },
    { name: 'with what the API refuses', line: 'podflight what-if --cordon nope', code: 1, text: 'Change 1 was refused:\nError from server (NotFound): nodes "nope" not found' },
  ])('fails $name', ({ line, code, text }) => {
    const answer = terminal().run(line)
    expect(answer.code).toBe(code)
    expect(answer.out).toContain(text)
  })

  test('is not available in an exam', () => {
    expect(terminal(true).run('podflight what-if --cordon a')).toEqual({ out: 'error: what-if is not available in an exam\n', code: 1 })
  })
})
