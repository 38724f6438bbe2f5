/** The pause container: does nothing until it is told to stop. */

import type { Program, Usage } from './program.ts'

const usage: Usage = { cpuMillis: 0, memoryBytes: 524_288, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

/** Stops at once on a signal. */
export const pause: Program<null> = {
  name: 'pause',
  hasShell: false,
  isInert: true,
  init: () => ({ state: null, effects: [] }),
  nextChangeMs: () => undefined,
  advance: (state) => ({ state, effects: [] }),
  signal: (state) => ({ state, effects: [{ kind: 'exit', exitCode: 0 }] }),
  usage: () => usage,
}
