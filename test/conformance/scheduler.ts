/** The scheduler: what the real one decides about one pod, a queue of pods, an event, or a sequence of them. */

import { runAttempt } from './scheduler/attempt.ts'
import { runConfiguration } from './scheduler/configuration.ts'
import { runQueue, runSampling, runSequence, runWake } from './scheduler/others.ts'
import type { AreaRunner } from './runner.ts'

export const runner: AreaRunner = {
  area: 'scheduler',
  files: {
    fit: runAttempt, taints: runAttempt, 'node-affinity': runAttempt, gpu: runAttempt, images: runAttempt, ports: runAttempt, mixed: runAttempt,
    preemption: runAttempt, 'pod-affinity': runAttempt, 'topology-spread': runAttempt, dra: runAttempt, volumes: runAttempt, random: runAttempt,
    queue: runQueue, sampling: runSampling, wake: runWake, sequences: runSequence, configuration: runConfiguration, profiles: runAttempt,
  },
}
