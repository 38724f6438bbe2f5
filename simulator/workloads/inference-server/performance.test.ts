import { describe, expect, it } from 'vitest'
import { flowOutcome, performanceAt } from './performance.ts'
import { settingsOf } from './settings.ts'
import type { ServerSettings } from './settings.ts'

function settings(env: { readonly [name: string]: string } = {}, cpuLimitMillis?: number): ServerSettings {
  return settingsOf({
    image: 'registry.example.com/fraud-model:1.4.2', parameters: { port: 8080, cpu_ms_per_request: 20 }, argv: ['serve'], env, workingDir: '/', tty: false, stdin: false, container: 'c',
    pod: { namespace: 'default', name: 'p', uid: 'u', ip: '10.0.0.1' }, node: { name: 'n', labels: {} }, gpuCount: 0, seed: 1, ...(cpuLimitMillis === undefined ? {} : { cpuLimitMillis }),
  })
}

const always = (): string => '200'

describe('an inference server', () => {
  it('reads its figures from the image, and the environment over them', () => {
    expect(settings()).toMatchObject({ port: 8080, version: '1.4.2', workers: 1, cores: 4, loadMs: 20_000 })
    expect(settings({ PORT: '9000', WORKERS: '3', MODEL_VERSION: 'x', LOAD_SECONDS: '5' }, 500)).toMatchObject({ port: 9000, version: 'x', workers: 3, cores: 0.5, loadMs: 5000 })
  })

  it('can do more with workers, and no more than its cores allow', () => {
    const capacity = (workers: number, cpu?: number): number => Math.round(performanceAt(settings({ WORKERS: String(workers) }, cpu), 1).capacity)
    expect([capacity(1), capacity(2), capacity(4), capacity(1, 500)]).toEqual([50, 100, 200, 24])
    expect(capacity(8, 1000)).toBeLessThanOrEqual(50)
  })

  it('gets slower towards its capacity and is throttled at its limit', () => {
    const waits = [5, 25, 45, 49].map((rate) => performanceAt(settings(), rate).waitMs)
    expect(waits.every((wait, i) => i === 0 || wait > waits[i - 1])).toBe(true)
    const limited = settings({}, 500)
    expect([performanceAt(limited, 1).throttledShare, performanceAt(limited, 25).throttledShare]).toEqual([0, 1])
    expect(performanceAt(limited, 100).cpuMillis).toBe(500)
  })

  it('answers what it can; the rest gets no answer', () => {
    const outcome = flowOutcome(settings(), { requestsPerSecond: 80, path: '/predict', payloads: [] }, always)
    expect(outcome).toMatchObject({ okPerSecond: 50, failedPerSecond: 30, perStatus: { 200: 50 } })
    expect(outcome.p50Ms < outcome.p95Ms && outcome.p95Ms < outcome.p99Ms).toBe(true)
  })

  it('counts refused payloads by their status, beside the work', () => {
    const load = { requestsPerSecond: 40, path: '/predict', payloads: [{ share: 0.25, kilobytes: 900 }, { share: 0.75, kilobytes: 1 }] }
    expect(flowOutcome(settings(), load, (kilobytes) => (kilobytes > 100 ? '413' : '200'))).toMatchObject({ okPerSecond: 30, failedPerSecond: 0, perStatus: { 200: 30, 413: 10 } })
  })
})
