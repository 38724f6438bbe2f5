import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Cluster, Job, KubeObject } from '../../simulator/index.ts'
import type { ClusterDefinition } from '../content/types.ts'
import { BaseClusters } from './base-clusters.ts'
import { readClusterYaml } from './cluster-yaml.ts'
import { runAsAuthor } from './scenario.ts'

const definitions = parse(readFileSync(new URL('../../scenarios/clusters.yaml', import.meta.url), 'utf8')) as ClusterDefinition[]
const definition = definitions.find(({ id }) => id === 'kueue-gpu')!
const bases = new BaseClusters()

let cluster: Cluster

function run(script: string): string {
  return runAsAuthor(cluster, script).output
}

function wait(seconds: number): void {
  cluster.advanceTo(cluster.nowMs + seconds * 1000)
}

/** Submits a Job of so many GPUs, one for each pod, that runs for so long. */
function submit(team: string, name: string, gpus: number, options: { seconds?: number; priority?: string; nodeSelector?: string } = {}): string {
  const { seconds = 600, priority, nodeSelector = '{}' } = options
  return run(`cat <<'EOF' | kubectl apply -f -
apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  namespace: ${team}
  labels: {kueue.x-k8s.io/queue-name: training${priority === undefined ? '' : `, kueue.x-k8s.io/priority-class: ${priority}`}}
spec:
  parallelism: ${gpus}
  completions: ${gpus}
  template:
    spec:
      restartPolicy: Never
      nodeSelector: ${nodeSelector}
      containers:
      - name: train
        image: busybox:1.36
        command: [sleep, "${seconds}"]
        resources: {requests: {cpu: 2, memory: 4Gi, nvidia.com/gpu: 1}, limits: {nvidia.com/gpu: 1}}
EOF`)
}

function job(team: string, name: string): Job {
  return cluster.peekOne<Job>('jobs.batch', `${team}/${name}`)!
}

interface Condition { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }

function condition(team: string, name: string, type: string): Condition | undefined {
  const workload = cluster.peek<KubeObject>('workloads.kueue.x-k8s.io').find(({ metadata }) => metadata.namespace === team && metadata.name?.startsWith(`job-${name}-`))
  return (workload?.status as { conditions?: Condition[] } | undefined)?.conditions?.find((one) => one.type === type)
}

function runningPods(team: string): number {
  return run(`kubectl get pods -n ${team} --field-selector=status.phase=Running -o name`).split('\n').filter((line) => line.startsWith('pod/')).length
}

beforeEach(() => {
  cluster = bases.fork(definition, { images: {}, historyMinutes: 0 }, 7)
})

describe('two teams that share eight GPUs', () => {
  test('a Job with a queue is suspended at its creation and started by its workload', () => {
    expect(submit('team-vision', 'small', 2)).toBe('job.batch/small created\n')
    expect(job('team-vision', 'small').spec.suspend).toBe(true)
    wait(20)
    const { spec } = job('team-vision', 'small')
    expect(spec.suspend).toBe(false)
    expect(spec.template.spec.nodeSelector).toEqual({ 'node-pool': 'a100' })
    expect(spec.template.spec.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }])
    expect(runningPods('team-vision')).toBe(2)
    expect(run('kubectl get clusterqueues -o wide')).toMatch(/team-vision +research +BestEffortFIFO +0 +1/)
    expect(run('kubectl get workloads -n team-vision')).toMatch(/job-small-\w{5} +training +team-vision +True +\d+s/)
  })

  test('one team borrows what the other leaves, and gives it back when asked', () => {
    submit('team-vision', 'first', 4)
    submit('team-vision', 'greedy', 4)
    wait(20)
    expect(runningPods('team-vision')).toBe(8)
    expect(run(`kubectl get cq team-vision -o jsonpath='{.status.flavorsUsage[0].resources[2]}'`)).toBe('{"borrowed":"4","name":"nvidia.com/gpu","total":"8"}')
    submit('team-language', 'mine', 4)
    wait(60)
    expect(runningPods('team-language')).toBe(4)
    expect(runningPods('team-vision')).toBe(4)
    const evicted = ['first', 'greedy'].filter((name) => condition('team-vision', name, 'Evicted')?.status === 'True')
    expect(evicted).toHaveLength(1)
    const preemptor = cluster.peek<KubeObject>('workloads.kueue.x-k8s.io').find(({ metadata }) => metadata.namespace === 'team-language')!.metadata.uid
    const why = `Preempted to accommodate a workload (UID: ${preemptor}) due to reclamation within the cohort`
    expect(condition('team-vision', evicted[0], 'Preempted')).toMatchObject({ status: 'True', reason: 'InCohortReclamation', message: why })
    expect(condition('team-vision', evicted[0], 'QuotaReserved')).toMatchObject({ status: 'False', reason: 'Pending' })
    const loser = job('team-vision', evicted[0])
    expect([loser.spec.suspend, loser.status?.startTime, loser.spec.template.spec.nodeSelector]).toEqual([true, undefined, undefined])
    const events = run(`kubectl get events -n team-vision --field-selector involvedObject.kind=Job,involvedObject.name=${evicted[0]} -o custom-columns=R:.reason,M:.message --no-headers`)
    for (const text of ['Suspended +Job suspended', 'CreatedWorkload +Created Workload: team-vision/job-', 'Started +Admitted by clusterQueue team-vision', 'Resumed +Job resumed', 'Stopped +Preempted to accommodate']) expect(events).toMatch(new RegExp(text))
  })

  test('an evicted Job runs to its end when there is room again, and its workload is declared finished', () => {
    submit('team-vision', 'long', 6, { seconds: 100 })
    wait(10)
    submit('team-language', 'short', 4, { seconds: 60 })
    wait(30)
    expect(condition('team-vision', 'long', 'Admitted')).toMatchObject({ status: 'False', reason: 'NoReservation' })
    wait(300)
    expect(condition('team-vision', 'long', 'Finished')).toMatchObject({ status: 'True', reason: 'Succeeded', message: 'Reached expected number of succeeded pods' })
    expect(condition('team-vision', 'long', 'Evicted')).toMatchObject({ status: 'False', reason: 'QuotaReserved' })
    expect(run('kubectl get events -n team-vision')).toMatch(/FinishedWorkload +job\/long +Workload 'team-vision\/job-long-\w{5}' is declared finished/)
    expect(run('kubectl delete job long -n team-vision')).toMatch(/deleted/)
    wait(5)
    expect(run('kubectl get workloads -n team-vision')).toBe('No resources found in team-vision namespace.\n')
  })

  test('a Job of a higher class takes the place of another of its own queue', () => {
    submit('team-language', 'other', 4)
    submit('team-vision', 'usual', 4)
    wait(10)
    submit('team-vision', 'urgent', 4, { priority: 'deadline' })
    wait(60)
    expect(condition('team-vision', 'urgent', 'Admitted')?.status).toBe('True')
    expect(condition('team-vision', 'usual', 'Preempted')).toMatchObject({ status: 'True', reason: 'InClusterQueue' })
    expect(condition('team-vision', 'usual', 'QuotaReserved')?.message).toBe("couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor a100, 4 more needed")
  })

  test('a Job that can never fit, or goes where no flavor is, is told why', () => {
    submit('team-vision', 'huge', 9)
    submit('team-vision', 'elsewhere', 1, { nodeSelector: '{node-pool: h100}' })
    wait(10)
    expect(condition('team-vision', 'huge', 'QuotaReserved')?.message).toBe("couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in flavor a100, request > maximum capacity (9 > 8)")
    expect(condition('team-vision', 'elsewhere', 'QuotaReserved')?.message).toBe("couldn't assign flavors to pod set main: flavor a100 doesn't match node affinity")
  })

  test('a workload that waits says what it asks for, until it has it', () => {
    submit('team-vision', 'first', 8)
    wait(5)
    submit('team-vision', 'second', 2)
    wait(5)
    const requests = `kubectl get workloads -n team-vision -o jsonpath='{range .items[*]}{.status.resourceRequests}{"\\n"}{end}'`
    expect(run(requests)).toBe('\n[{"name":"main","resources":{"cpu":"4","memory":"8Gi","nvidia.com/gpu":"2"}}]\n')
    run('kubectl delete job first -n team-vision')
    wait(60)
    expect(run(requests)).toBe('\n')
  })

  test('a queue that does not exist leaves the workload inadmissible until it is there', () => {
    run('kubectl delete localqueue training -n team-vision')
    submit('team-vision', 'early', 1)
    wait(5)
    expect(condition('team-vision', 'early', 'QuotaReserved')).toMatchObject({ status: 'False', reason: 'Inadmissible', message: "LocalQueue training doesn't exist" })
    run(`cat <<'EOF' | kubectl apply -f -
apiVersion: kueue.x-k8s.io/v1beta1
kind: LocalQueue
metadata: {name: training, namespace: team-vision}
spec: {clusterQueue: team-vision}
EOF`)
    wait(10)
    expect(condition('team-vision', 'early', 'Admitted')?.status).toBe('True')
  })

  test('HoldAndDrain stops what runs, and opening the queue starts it again', () => {
    submit('team-vision', 'work', 2)
    wait(10)
    run(`kubectl patch clusterqueue team-vision --type merge -p '{"spec":{"stopPolicy":"HoldAndDrain"}}'`)
    wait(60)
    expect(runningPods('team-vision')).toBe(0)
    expect(condition('team-vision', 'work', 'Evicted')).toMatchObject({ status: 'True', reason: 'ClusterQueueStopped', message: 'The ClusterQueue is stopped' })
    expect(run('kubectl get events -n team-vision')).toMatch(/EvictedDueToClusterQueueStopped +workload\/job-work-\w{5} +The ClusterQueue is stopped/)
    expect(run(`kubectl get localqueue training -n team-vision -o jsonpath='{.status.conditions[0].reason}'`)).toBe('ClusterQueueIsInactive')
    run(`kubectl patch clusterqueue team-vision --type merge -p '{"spec":{"stopPolicy":"None"}}'`)
    wait(20)
    expect(condition('team-vision', 'work', 'Requeued')).toMatchObject({ status: 'True', reason: 'ClusterQueueRestarted' })
    expect(runningPods('team-vision')).toBe(2)
  })

  test('deactivating a workload stops its Job', () => {
    submit('team-vision', 'work', 2)
    wait(10)
    run(`kubectl patch $(kubectl get workloads -n team-vision -o name) -n team-vision --type merge -p '{"spec":{"active":false}}'`)
    wait(60)
    expect(runningPods('team-vision')).toBe(0)
    expect(condition('team-vision', 'work', 'Evicted')).toMatchObject({ reason: 'Deactivated', message: 'The workload is deactivated' })
  })

  test('a Job that states only limits is counted by them', () => {
    run(`kubectl create job limits --image=busybox:1.36 -n team-vision --dry-run=client -o json -- sleep 9 | jq '.metadata.labels={"kueue.x-k8s.io/queue-name":"training"} | .spec.template.spec.containers[0].resources={"limits":{"nvidia.com/gpu":3}}' | kubectl apply -f -`)
    wait(5)
    expect(run(`kubectl get workloads -n team-vision -o jsonpath='{.items[0].status.admission.podSetAssignments[0].resourceUsage}'`)).toBe('{"nvidia.com/gpu":"3"}')
  })

  test('pods that do not become ready in time send their Job back to the queue, with back-off', () => {
    const file = 'apiVersion: config.kueue.x-k8s.io/v1beta1\\nkind: Configuration\\nwaitForPodsReady:\\n  enable: true\\n  timeout: 1m\\n  requeuingStrategy:\\n    backoffBaseSeconds: 30\\n    backoffLimitCount: 1\\n'
    run(`kubectl patch configmap kueue-manager-config -n kueue-system --type merge -p '{"data":{"controller_manager_config.yaml":"${file}"}}'`)
    run('kubectl cordon gpu-1 gpu-2')
    submit('team-vision', 'stuck', 2)
    wait(2)
    submit('team-vision', 'behind', 1)
    wait(10)
    expect(condition('team-vision', 'stuck', 'PodsReady')).toMatchObject({ status: 'False', message: 'Not all pods are ready or succeeded' })
    expect(condition('team-vision', 'behind', 'QuotaReserved')).toMatchObject({ reason: 'Waiting', message: 'waiting for all admitted workloads to be in PodsReady condition' })
    wait(60)
    expect(condition('team-vision', 'stuck', 'Evicted')).toMatchObject({ status: 'True', reason: 'PodsReadyTimeout', message: expect.stringMatching(/^Exceeded the PodsReady timeout team-vision\/job-stuck-\w{5}$/) as string })
    expect(condition('team-vision', 'stuck', 'Requeued')).toMatchObject({ status: 'False', reason: 'PodsReadyTimeout' })
    run('kubectl uncordon gpu-1 gpu-2')
    wait(40)
    expect(condition('team-vision', 'stuck', 'Requeued')).toMatchObject({ status: 'True', reason: 'BackoffFinished', message: 'The workload backoff was finished' })
    expect(condition('team-vision', 'stuck', 'PodsReady')).toMatchObject({ status: 'True', message: 'All pods were ready or succeeded since the workload admission' })
    expect(condition('team-vision', 'behind', 'Admitted')?.status).toBe('True')
  })

  test('a Job may run no longer than its label allows', () => {
    submit('team-vision', 'work', 1)
    run('kubectl delete job work -n team-vision')
    run(`kubectl create job limited --image=busybox:1.36 -n team-vision --dry-run=client -o json -- sleep 900 | jq '.metadata.labels={"kueue.x-k8s.io/queue-name":"training","kueue.x-k8s.io/max-exec-time-seconds":"60"}' | kubectl apply -f -`)
    wait(120)
    expect(condition('team-vision', 'limited', 'Evicted')).toMatchObject({ status: 'True', reason: 'DeactivatedDueToMaximumExecutionTimeExceeded', message: 'The workload is deactivated due to exceeding the maximum execution time' })
    expect(job('team-vision', 'limited').spec.suspend).toBe(true)
  })

  test('a fork and a replay of the same lines come to the same trace', () => {
    const other = bases.fork(definition, { images: {}, historyMinutes: 0 }, 7)
    for (const copy of [cluster, other]) {
      cluster = copy
      submit('team-vision', 'first', 6)
      wait(10)
      submit('team-language', 'mine', 4)
      wait(60)
    }
    const [a, b] = [bases.fork(definition, { images: {}, historyMinutes: 0 }, 7), other.fork()]
    expect(a.traceHash).not.toBe(other.traceHash)
    expect(b.traceHash).toBe(other.traceHash)
    expect(cluster.traceHash).toBe(other.traceHash)
  })
})

describe('refusals', () => {
  test.each<[string, string, RegExp]>([
    ['an unknown field', 'spec: {clusterQueu: x}', /LocalQueue in version "v1beta1" cannot be handled as a LocalQueue: strict decoding error: unknown field "spec.clusterQueu"/],
    ['a name that is none', 'spec: {clusterQueue: "_"}', /spec\.clusterQueue: Invalid value: "_": spec\.clusterQueue in body should match/],
  ])('of %s come in the words of the API', (_name, spec, expected) => {
    expect(run(`cat <<'EOF' | kubectl apply -f -\napiVersion: kueue.x-k8s.io/v1beta1\nkind: LocalQueue\nmetadata: {name: q, namespace: team-vision}\n${spec}\nEOF`)).toMatch(expected)
  })

  test('of a ClusterQueue whose resources are named in another order come from its webhook', () => {
    const queue = 'apiVersion: kueue.x-k8s.io/v1beta1\nkind: ClusterQueue\nmetadata: {name: q}\nspec: {resourceGroups: [{coveredResources: [cpu, memory], flavors: [{name: a, resources: [{name: memory, nominalQuota: 1Gi}, {name: cpu, nominalQuota: 1}]}]}]}'
    expect(run(`cat <<'EOF' | kubectl apply -f -\n${queue}\nEOF`)).toMatch(/^Error from server \(Forbidden\): error when creating "STDIN": admission webhook "vclusterqueue\.kb\.io" denied the request: \[spec\.resourceGroups\[0\]\.flavors\[0\]\.resources\[0\]\.name: Invalid value: "memory": must match the name in coveredResources, /)
  })
  test('of a strategic patch names the patches that custom resources take', () => {
    expect(run(`kubectl patch clusterqueue team-vision -p '{"spec":{}}'`)).toBe('error: application/strategic-merge-patch+json is not supported by kueue.x-k8s.io/v1beta1, Kind=ClusterQueue: the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml\n')
  })
  test('of a change of queue while the Job runs', () => {
    submit('team-vision', 'work', 1)
    wait(10)
    expect(run('kubectl label job work -n team-vision kueue.x-k8s.io/queue-name=other --overwrite')).toMatch(/admission webhook "vjob\.kb\.io" denied the request: metadata\.labels\[kueue\.x-k8s\.io\/queue-name\]: Invalid value: "other": field is immutable/)
  })
})

describe('a cluster file', () => {
  test('lists add-ons in a document of kind Cluster', () => {
    const read = readClusterYaml('apiVersion: podflight.dev/v1\nkind: Cluster\naddOns: [kueue]\n---\napiVersion: v1\nkind: Node\nmetadata: {name: a}\n')
    expect(read).toMatchObject({ definition: { addOns: ['coredns', 'metrics-server', 'kueue'] }, objects: '' })
  })
  test('with an unknown add-on is refused with those that there are', () => {
    expect(readClusterYaml('apiVersion: v1\nkind: Node\nmetadata: {name: a}\n---\napiVersion: podflight.dev/v1\nkind: Cluster\naddOns: [kue]\n')).toMatchObject({ line: 5, error: expect.stringMatching(/^There is no add-on "kue"; there are coredns, .*kueue, metrics-server\.$/) as string })
  })
  test('without the add-on does not know its kinds', () => {
    const plain = bases.fork({ ...definition, addOns: ['coredns'], objects: undefined }, { images: {}, historyMinutes: 0 }, 7)
    expect(runAsAuthor(plain, 'kubectl get workloads').output).toBe('error: the server doesn\'t have a resource type "workloads"\n')
  })
})
