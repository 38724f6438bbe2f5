/**
 * Pods of the grader in the namespaces of a task: requests start there, so that names, Services and network policies are
 * real. They are short-lived, small, and go with their namespace.
 */

import type { KubeObject, Pod, Status } from '../../../../simulator/index.ts'
import { isNotAvailable } from '../../../grading/view.ts'
import type { NotAvailable } from '../../../grading/view.ts'
import type { KindDoor } from '../contract.ts'
import { sandboxNames } from '../guard/names.ts'
import { pause } from '../shell/remote-run.ts'
import { noContainers } from './node-facts.ts'
import type { NodeFacts } from './node-facts.ts'

/** Label of the grader's pods; checks do not see them. */
export const probeLabel = 'podflight.dev/probe'

export interface ProbeOptions {
  readonly door: KindDoor
  readonly session: string
  /** An image with python3. */
  readonly image: string
  readonly facts: NodeFacts
  readonly signal?: AbortSignal
}

const startSecondsMax = 90
const execSecondsMax = 60

/** A pod of the grader. It fits Pod Security `restricted` and small quotas. */
export function probePod(name: string, namespace: string, { session, image, facts }: ProbeOptions, command: readonly string[], lifeSeconds: number): KubeObject {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace, labels: { [probeLabel]: 'true', [sandboxNames.sessionLabel]: session } },
    spec: {
      restartPolicy: 'Never', activeDeadlineSeconds: lifeSeconds, terminationGracePeriodSeconds: 0, automountServiceAccountToken: false, enableServiceLinks: false,
      ...(facts.realNode === undefined ? {} : { nodeName: facts.realNode }),
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, runAsGroup: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{
        name: 'probe', image, imagePullPolicy: 'IfNotPresent', command: [...command],
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
      }],
    },
  } as unknown as KubeObject
}

/** The probe pods of one grading, one per namespace, started when they are first needed. */
export class ProbePods {
  private readonly options: ProbeOptions
  private readonly started = new Map<string, Promise<string | NotAvailable>>()

  constructor(options: ProbeOptions) {
    this.options = options
  }

  /** Runs a Python program in a namespace. @returns what it printed */
  async run(namespace: string, program: string, argument: string, secondsMax = execSecondsMax): Promise<string | NotAvailable> {
    const pod = await this.podIn(namespace)
    return isNotAvailable(pod) ? pod : await this.exec(namespace, pod, ['python3', '-c', program, argument], secondsMax)
  }

  private podIn(namespace: string): Promise<string | NotAvailable> {
    const known = this.started.get(namespace)
    if (known !== undefined) return known
    const starting = this.options.facts.realNode === undefined
      ? Promise.resolve({ notAvailable: noContainers })
      : this.create(probePod('podflight-probe', namespace, this.options, ['sleep', '3600'], 3600), namespace)
    this.started.set(namespace, starting)
    return starting
  }

  private async create(pod: KubeObject, namespace: string): Promise<string | NotAvailable> {
    const { door } = this.options
    const answer = await door.send({ verb: 'create', group: '', version: 'v1', resource: 'pods', namespace, body: pod }, 'owner')
    const name = pod.metadata.name ?? ''
    if (answer.code !== 201 && answer.code !== 200 && answer.code !== 409) return { notAvailable: `no probe pod may run in ${namespace}: ${(answer.body as Status).message ?? answer.code}` }
    return await this.untilRunning(namespace, name)
  }

  private async untilRunning(namespace: string, name: string): Promise<string | NotAvailable> {
    const { door, signal } = this.options
    const deadlineMs = Date.now() + startSecondsMax * 1000
    let state = 'it is not there'
    while (Date.now() < deadlineMs && signal?.aborted !== true) {
      const answer = await door.send({ verb: 'get', group: '', version: 'v1', resource: 'pods', namespace, name }, 'owner')
      const { status } = (answer.code === 200 ? answer.body : {}) as Partial<Pod>
      if (status?.phase === 'Running' || status?.phase === 'Succeeded') return name
      const waiting = status?.containerStatuses?.[0]?.state?.waiting
      state = waiting?.message ?? waiting?.reason ?? status?.phase ?? state
      if (waiting?.reason === 'ErrImagePull' || waiting?.reason === 'ImagePullBackOff' || waiting?.reason === 'InvalidImageName' || status?.phase === 'Failed') break
      await pause(250, signal)
    }
    return { notAvailable: `the probe pod in ${namespace} did not start: ${state}` }
  }

  private async exec(namespace: string, name: string, command: readonly string[], secondsMax: number): Promise<string | NotAvailable> {
    const { door, signal } = this.options
    const stream = await door.open({ verb: 'create', group: '', version: 'v1', resource: 'pods', namespace, name, subresource: 'exec', query: { container: 'probe', command, stdout: true, stderr: true } }, 'owner')
    if ('code' in stream) return { notAvailable: `the probe pod in ${namespace} does not answer: ${(stream.body as Status).message ?? stream.code}` }
    const deadlineMs = Date.now() + secondsMax * 1000
    let output = ''
    try {
      while (Date.now() < deadlineMs && signal?.aborted !== true) {
        for (const frame of await stream.read(1000)) {
          if (frame.kind === 'output' && frame.channel === 'stdout') output += frame.text
          if (frame.kind === 'end') return frame.error === undefined || output !== '' ? output : { notAvailable: `the probe pod in ${namespace} failed: ${frame.error}` }
        }
      }
    } finally {
      stream.close()
    }
    return { notAvailable: `the probe pod in ${namespace} did not answer within ${secondsMax} s` }
  }
}
