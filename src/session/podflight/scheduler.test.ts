import { describe, expect, test } from 'vitest'
import { Flight } from '../flight.ts'

const packed = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- plugins:
    multiPoint:
      enabled:
      - {name: GpuTopology, weight: 5}
`

function terminal(isExam = false): { run(line: string): { out: string; code: number }; flight: Flight } {
  let out = ''
  const flight = new Flight({
    library: { clusters: [{ id: 'one', title: 'One node', addOns: [], nodes: [{ name: 'a', resources: { cpu: '4', memory: '16Gi' } }] }], labs: [], tasks: [], forms: [] } as never,
    plans: [{ context: 'flight', scenario: { cluster: 'one', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: { 'packed.yaml': packed }, start: [] } }],
    header: { engine: '1', content: '1', kind: isExam ? 'exam' : 'sandbox', id: 'x', seed: 1 }, out: (text) => (out += text),
  })
  return {
    flight,
    run: (line) => {
      out = ''
      const code = flight.runLine(line)
      return { out, code }
    },
  }
}

describe('podflight scheduler', () => {
  test('takes a configuration from a file or standard input, and shows it', () => {
    const { run } = terminal()
    expect(run('podflight scheduler show').out).toBe('apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n')
    expect(run('podflight scheduler configure -f packed.yaml')).toEqual({ out: 'scheduler configured\n', code: 0 })
    expect(run('podflight scheduler show').out).toBe(packed)
    expect(run('podflight scheduler configure -f - < packed.yaml')).toEqual({ out: 'scheduler configured\n', code: 0 })
  })

  test('a configured scheduler comes back with the past', () => {
    const { run, flight } = terminal()
    run('podflight scheduler configure -f packed.yaml')
    run('sleep 30')
    const { cluster, moments } = flight.current
    expect(moments.at(cluster.nowMs - 10_000)?.components.scheduler?.configuration()).toBe(packed)
  })

  test('refuses in the words of the real loader, and the old one stays', () => {
    const { run } = terminal()
    run(`sed 's/GpuTopology/Nope/' packed.yaml > nope.yaml`)
    const answer = run('podflight scheduler configure -f nope.yaml')
    expect(answer.code).toBe(1)
    expect(answer.out).toContain('Nope')
    expect(run('podflight scheduler show').out).toBe('apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n')
    expect(run('podflight scheduler configure -f gone.yaml').out).toBe('error: the path "gone.yaml" does not exist\n')
  })

  test('is not available in an exam', () => {
    expect(terminal(true).run('podflight scheduler show').code).toBe(1)
  })
})
