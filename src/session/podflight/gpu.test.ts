import { describe, expect, test } from 'vitest'
import type { Node } from '../../../simulator/index.ts'
import { Flight } from '../flight.ts'

const definition = {
  id: 'one', title: 'One node', addOns: [],
  nodes: [{ name: 'cpu-1', resources: { cpu: '4', memory: '16Gi' } }, { name: 'a100-1', resources: { cpu: '8', memory: '32Gi' }, gpus: { model: 'NVIDIA-A100-SXM4-80GB', count: 2, islands: [[0], [1]] } }],
}

function terminal(isExam = false): { run(line: string): { out: string; code: number }; gpus(): (string | undefined)[] } {
  let out = ''
  const flight = new Flight({
    library: { clusters: [definition], labs: [], tasks: [], forms: [] } as never, out: (text) => (out += text),
    plans: [{ context: 'flight', scenario: { cluster: 'one', seed: 1, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: [{ kubectl: 'annotate node a100-1 podflight.dev/gpu-faults=1=48' }] } }],
    header: { engine: '1', content: '1', kind: isExam ? 'exam' : 'sandbox', id: 'x', seed: 1 },
  })
  return {
    run: (line) => {
      out = ''
      const code = flight.runLine(line)
      return { out, code }
    },
    gpus: () => {
      const status = flight.current.cluster.peekOne<Node>('nodes', 'a100-1')?.status
      return [status?.capacity?.['nvidia.com/gpu'], status?.allocatable?.['nvidia.com/gpu']]
    },
  }
}

describe('podflight gpu', () => {
  test('lists GPUs with their health; a scenario can begin with a broken one', () => {
    const { run, gpus } = terminal()
    expect(run('podflight gpu list').out).toMatch(/^NODE +GPU +MODEL +ISLAND +HEALTH +UUID\na100-1 +0 +NVIDIA-A100-SXM4-80GB +0 +Healthy +GPU-\S+\na100-1 +1 +NVIDIA-A100-SXM4-80GB +1 +Unhealthy, Xid 48 +GPU-\S+\n$/)
    expect(gpus()).toEqual(['2', '1'])
  })

  test('breaks and repairs', () => {
    const { run, gpus } = terminal()
    expect(run('podflight gpu break a100-1 0')).toEqual({ out: 'node/a100-1 GPU 0 broken: Xid 79\n', code: 0 })
    run('sleep 15')
    expect(gpus()).toEqual(['2', '0'])
    run('podflight gpu repair a100-1 0')
    expect(run('podflight gpu repair a100-1 1')).toEqual({ out: 'node/a100-1 GPU 1 repaired\n', code: 0 })
    run('sleep 15')
    expect(gpus()).toEqual(['2', '2'])
  })

  test.each([
    { name: 'nothing', line: 'podflight gpu', code: 1, text: 'usage: podflight gpu list' },
    { name: 'a node that does not exist', line: 'podflight gpu break nope 0', code: 1, text: 'Error from server (NotFound): nodes "nope" not found' },
    { name: 'a node without GPUs', line: 'podflight gpu break cpu-1 0', code: 1, text: 'node cpu-1 names no GPUs' },
    { name: 'a GPU that is not there', line: 'podflight gpu break a100-1 2', code: 1, text: 'node a100-1 has GPUs 0 to 1' },
  ])('refuses $name', ({ line, code, text }) => {
    const answer = terminal().run(line)
    expect(answer.code).toBe(code)
    expect(answer.out).toContain(text)
  })

  test('is not available in an exam', () => {
    expect(terminal(true).run('podflight gpu list').code).toBe(1)
  })
})
