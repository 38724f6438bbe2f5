/** Answers of the FakeHost that are longer than a line. */
import type { EventRow, TimelineMark, TrackerRow } from '../../session/host-rows.ts'
import type { PodExplanation } from '../../session/explanation.ts'
import type { CheckResult, GradeReport, ObjectDetails, Overview, StepReport } from '../../session/host.ts'

export const fakeYaml = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: mock-inference
  namespace: ml-k8s-lab
  labels:
    app: mock-inference
spec:
  replicas: 2
  selector:
    matchLabels:
      app: mock-inference
  template:
    metadata:
      labels:
        app: mock-inference
    spec:
      containers:
      - name: server
        image: nginx:1.27-alpine
        ports:
        - containerPort: 8000
        resources:
          requests: { cpu: 50m, memory: 64Mi }
          limits: { cpu: 250m, memory: 128Mi }
        readinessProbe:
          httpGet:
            path: /ready        # was /readyz
            port: 8000
          periodSeconds: 5
        livenessProbe:
          httpGet:
            path: /live
            port: 8000
          periodSeconds: 10
`

export const fakeMarks: readonly TimelineMark[] = [
  { id: 'm1', lane: 'you', kind: 'action', atMs: 0, label: 'k create namespace ml-k8s-lab' },
  { id: 'm2', lane: 'control', kind: 'event', atMs: 1500, label: 'Scheduled mock-inference-6d9c7f5b8d-9zj4t' },
  { id: 'm3', lane: 'control', kind: 'event', atMs: 3000, label: 'Scheduled mock-inference-6d9c7f5b8d-k2xvq' },
  { id: 'm4', lane: 'nodes', kind: 'lasts', atMs: 4500, endMs: 12_000, label: 'Pulling image "nginx:1.27-alpine"' },
  { id: 'm5', lane: 'nodes', kind: 'event', atMs: 13_000, label: 'Started container server' },
  { id: 'm6', lane: 'findings', kind: 'waits', atMs: 20_000, label: 'Readiness probe failed: HTTP probe failed with statuscode: 404' },
  { id: 'm7', lane: 'findings', kind: 'waits', atMs: 30_000, label: 'Readiness probe failed: HTTP probe failed with statuscode: 404' },
  { id: 'm8', lane: 'you', kind: 'action', atMs: 54_000, label: 'k get pods -n ml-k8s-lab' },
  { id: 'm9', lane: 'you', kind: 'action', atMs: 112_000, label: 'k describe pod -l app=mock-inference' },
  { id: 'm10', lane: 'findings', kind: 'wrong', atMs: 121_000, label: 'No ready endpoints for 2 min' },
  { id: 'm11', lane: 'you', kind: 'action', atMs: 201_000, label: 'k apply -f mock-inference.yaml' },
  { id: 'm12', lane: 'control', kind: 'event', atMs: 202_000, label: 'Scaled up replica set mock-inference-7b54d9f6c9 from 0 to 1' },
  { id: 'm13', lane: 'nodes', kind: 'lasts', atMs: 207_000, endMs: 214_000, label: 'Starting mock-inference-7b54d9f6c9-hxq2m' },
  { id: 'm14', lane: 'findings', kind: 'holds', atMs: 214_500, label: 'Check holds: the readiness probe asks a path that answers 200' },
]

export const fakeEvents: readonly EventRow[] = [
  { id: 'e1', type: 'Warning', reason: 'Unhealthy', object: { kind: 'Pod', namespace: 'ml-k8s-lab', name: 'mock-inference-6d9c7f5b8d-k2xvq' }, from: 'kubelet', message: 'Readiness probe failed: HTTP probe failed with statuscode: 404', count: 22, firstMs: 20_000, lastMs: 220_000 },
  { id: 'e2', type: 'Normal', reason: 'ScalingReplicaSet', object: { kind: 'Deployment', namespace: 'ml-k8s-lab', name: 'mock-inference' }, from: 'deployment-controller', message: 'Scaled up replica set mock-inference-7b54d9f6c9 from 0 to 1', count: 1, firstMs: 202_000, lastMs: 202_000 },
  { id: 'e3', type: 'Normal', reason: 'Started', object: { kind: 'Pod', namespace: 'ml-k8s-lab', name: 'mock-inference-7b54d9f6c9-hxq2m' }, from: 'kubelet', message: 'Started container server', count: 1, firstMs: 214_000, lastMs: 214_000 },
]

export const fakeTracker: readonly TrackerRow[] = [
  { id: 'ready', label: 'Replicas ready / wanted', start: '–', bySteps: ['0 / 2', '0 / 2', '0 / 2'], now: '1 / 2', goal: '2 / 2' },
  { id: 'running', label: 'Pods running', start: '0', bySteps: ['2', '2', '2'], now: '3', goal: '2' },
  { id: 'endpoints', label: 'Ready endpoints', start: '0', bySteps: ['0', '0', '0'], now: '1', goal: '2' },
  { id: 'revision', label: 'Revision', start: '–', bySteps: ['1', '1', '1'], now: '2', goal: '2' },
]

export const fakeStepReport: StepReport = {
  stepId: 's4', passed: false, atMs: 222_000, evidenceBeforeMs: 112_000,
  checks: [
    check('c1', 'The readiness probe asks a path that answers 200', true),
    check('c2', 'The change is in the Deployment, not in a Pod', true),
    { ...check('c3', 'Service mock-inference has 2 ready endpoints', false), expected: '2 ready endpoints', actual: '1 of 2 now', why: 'A Service sends requests to ready Pods alone.' },
  ],
  evidence: [
    { label: 'Ready replicas', before: '0 of 2', after: '1 of 2' }, { label: 'Endpoints', before: '<none>', after: '10.244.1.7:8000' },
    { label: 'Probe answer', before: '404 /readyz', after: '200 /ready', beforeIsBad: true }, { label: 'GET /predict', before: 'refused', after: '0.91 in 3 ms', beforeIsBad: true },
  ],
}

function check(id: string, title: string, passed: boolean, points = 1): CheckResult {
  return { id, title, points, earned: passed ? points : 0, passed, expected: '', actual: '', why: '' }
}

export function fakeGrade(attemptId: string): GradeReport {
  const task = (taskId: string, points: number, earned: number, checks: readonly CheckResult[]) => ({ taskId, points, earned, checks, spentMs: 310_000, commands: [{ atMs: 542_000, line: 'k get pods -n vision-training' }, { atMs: 571_000, line: 'k get job -n vision-training -o yaml > job.yaml' }, { atMs: 708_000, line: 'k delete job resnet50-imagenet-finetune' }, { atMs: 760_000, line: 'k apply -f job.yaml' }] })
  const tasks = [
    task('t1', 15, 15, [check('a', 'The server runs for 2 min without a restart', true, 10), check('b', 'The memory limit covers the peak', true, 5)]),
    task('t2', 20, 20, [check('a', 'The rollout is complete', true, 12), check('b', 'No request failed meanwhile', true, 8)]),
    task('t3', 15, 9, [check('a', 'The selector matches the Pods', true, 9), { ...check('b', 'The port is named', false, 6), expected: 'targetPort: http', actual: 'targetPort: 80', why: 'A name survives a change of the container port.' }]),
    task('t4', 20, 14, [
      check('a', 'The Pod runs on a node of pool a100-40gb-mig-disabled', true, 6), check('b', 'It has exactly 2 GPUs', true, 4),
      { ...check('c', 'It cannot land on the time-sliced pool', false, 4), expected: 'no node of t4-shared-timeslice is feasible', actual: 'gpu-west-t4-shared-9d1b-c is feasible', why: 'Your toleration accepts both GPU pools and nothing draws the Pod to one of them. It landed on an A100 by score alone; its next Pod may land on a shared T4 and train 11 times slower.', atMs: 760_000 },
      { ...check('d', 'The memory limit is unchanged', false, 2), expected: 'limits.memory: 48Gi', actual: 'limits.memory: 32Gi', why: 'At batch size 256 the trainer peaks at 41 Gi. In the trial it was OOMKilled at step 1,184, exit code 137.', atMs: 760_000 },
      check('e', 'The taint is still on all 4 GPU nodes', true, 4),
    ]),
    task('t5', 20, 8, [check('a', 'The HPA targets CPU', true, 8), { ...check('b', 'p95 stays under 300 ms at 60 requests/s', false, 12), expected: 'p95 at most 300 ms', actual: '1,240 ms', why: 'The Pods have no CPU request, so the HPA has nothing to compare with.' }]),
    task('t6', 10, 8, [check('a', 'No plain Pod runs on the GPU node', true, 8), { ...check('b', 'The DaemonSet still runs there', false, 2), expected: '1 Pod of dcgm-exporter', actual: '0', why: 'Without metrics nobody sees a lost GPU.' }]),
  ]
  return { attemptId, formId: 'form-1', mode: 'exam', seed: 4417, extraTimeFactor: 1, startedAtWallMs: Date.now() - 1_800_000, endedAtWallMs: Date.now() - 65_000, usedMs: 1_735_000, durationMs: 1_800_000, points: 100, earned: 74, scorePercent: 74, passPercent: 66, passed: true, tasks, actionCount: 63, gradedInMs: 140, logHash: '8c1f0a77e20a' }
}

const filterNames = ['NodeUnschedulable', 'TaintToleration', 'NodeAffinity', 'NodePorts', 'NodeResourcesFit']

export const fakeExplanation: PodExplanation = {
  pod: { kind: 'Pod', namespace: 'research-nlp', name: 'llama-3-8b-sft-worker-2-zx4kd' }, kind: 'pending', basis: 'now', atMs: 2_467_000, never: [], best: [], attempt: 9, attemptCount: 9, attemptAtMs: 2_467_000,
  sentence: 'It needs 4 GPUs on one node. 5 are free, split 3 and 2.',
  message: "0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s), 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/4 nodes are available: 2 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
  nodes: [
    verdict('ml-a100-80gb-nvlink-7c9d4f2b-p7wz', 4, 'GPU: 4 wanted, 3 free of 8', ['Insufficient nvidia.com/gpu']), verdict('ml-a100-80gb-nvlink-7c9d4f2b-x3kq', 4, 'GPU: 4 wanted, 2 free of 8', ['Insufficient nvidia.com/gpu']),
    verdict('ml-a100-mig-mixed-5f7b8d6c-9rtw', 2, 'pool is ml-a100-mig-mixed', ["node(s) didn't match Pod's node affinity/selector"]), verdict('flight-gpu-west-control-plane', 1, 'control-plane:NoSchedule', ['node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }']),
  ],
  wakes: "A Pod with GPUs is deleted, a node is added, a node's GPU count grows. Nothing of that for 22 min; the queue looks again in 4 min 53 s.",
  fixes: [
    { id: 'f1', label: "Ask for 2 GPUs instead of 4 in the Job's Pod template", outcome: 'binds to …x3kq', landsOnNode: 'ml-a100-80gb-nvlink-7c9d4f2b-x3kq', landsOnGpuSlots: [6, 7] },
    { id: 'f2', label: 'Wait 14 min. clip-embed-backfill-2m4kc ends and frees 2 GPUs', outcome: 'binds to …x3kq', landsOnNode: 'ml-a100-80gb-nvlink-7c9d4f2b-x3kq' },
    { id: 'f3', label: 'Add a node to ml-a100-80gb-nvlink at $32.77 an hour', outcome: 'binds to a new node' },
  ],
}

function verdict(node: string, failsAt: number, why: string, reasons: readonly string[]): PodExplanation['nodes'][number] {
  return { node, rejectedBy: filterNames[failsAt] ?? '', reasons, why, filters: filterNames.map((plugin, index) => ({ plugin, verdict: index < failsAt ? 'yes' : index === failsAt ? 'no' : 'not-asked' })) }
}

/** Why a Pod that runs is where it is. */
export function fakePlacement(name: string, namespace: string, nodes: readonly string[]): PodExplanation {
  const plugins = [['TaintToleration', 3, 100], ['NodeResourcesFit', 1, 28], ['NodeResourcesBalancedAllocation', 1, 99], ['ImageLocality', 1, 0]] as const
  const scored = nodes.slice(0, 2).map((node, index) => {
    const scores = plugins.map(([plugin, weight, raw]) => ({ plugin, raw: raw + (plugin === 'ImageLocality' && index === 0 ? 100 : 0), normalized: raw + (plugin === 'ImageLocality' && index === 0 ? 100 : 0), weight, weighted: weight * (raw + (plugin === 'ImageLocality' && index === 0 ? 100 : 0)) }))
    return { node, scores, total: scores.reduce((sum, score) => sum + score.weighted, 0), isChosen: index === 0, filters: filterNames.map((plugin) => ({ plugin, verdict: 'yes' as const })) }
  })
  return { pod: { kind: 'Pod', namespace, name }, kind: 'placed', basis: 'attempt', atMs: 60_000, never: [], best: [nodes[0]], attempt: 1, attemptCount: 1, attemptAtMs: 201_400, sentence: `It runs on ${nodes[0] ?? ''}: the image is already there.`, message: `Successfully assigned ${namespace}/${name} to ${nodes[0] ?? ''}`, nodes: [...scored, ...nodes.slice(2).map((node) => verdict(node, 1, 'control-plane:NoSchedule', ['node(s) had untolerated taint(s)']))], scoreNote: `${nodes[0] ?? ''} wins because it already has the image.`, fixes: [] }
}

export function fakeDetails(kind: string, namespace: string | undefined, name: string): ObjectDetails {
  return {
    ref: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
    yaml: `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}  labels:\n    app: mock-inference\nspec:\n  nodeName: flight-worker-cpu-a\nstatus:\n  phase: Running\n`,
    describe: `Name:             ${name}\nNamespace:        ${namespace ?? ''}\nPriority:         0\nService Account:  default\nStatus:           Running\n`,
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [server]', sinceMs: 72_000 },
      { type: 'PodScheduled', status: 'True', reason: '', message: '', sinceMs: 1500 },
    ],
    events: fakeEvents,
  }
}

export function fakeOverview(): Overview {
  const day = 86_400_000
  return {
    last: { kind: 'lab', id: 'l23', atWallMs: Date.now() - day, nowMs: 222_000, stepIndex: 3, sentence: 'The rollout of mock-inference is under way, 1 of 2 replicas ready.' },
    labs: { l11: { stepsDone: 5, isDone: true }, l12: { stepsDone: 6, isDone: true }, l13: { stepsDone: 4, isDone: true }, l21: { stepsDone: 8, isDone: true }, l22: { stepsDone: 8, isDone: true }, l23: { stepsDone: 3, isDone: false } },
    attempts: [{ attemptId: 'a1', formId: 'form-1', mode: 'exam', endedAtWallMs: Date.now() - 7 * day, scorePercent: 61, passed: false, seed: 11 }, { attemptId: 'a0', formId: 'form-1', mode: 'exam', endedAtWallMs: Date.now() - 12 * day, scorePercent: 48, passed: false, seed: 7 }],
    sandboxes: [{ id: 'gpu-west', name: 'flight-gpu-west', nodeCount: 4, podCount: 19, nowMs: 2_467_000, savedAtWallMs: Date.now() - 2 * day }],
    domains: { serving: { points: 15, earned: 12 }, scaling: { points: 13, earned: 7 }, observability: { points: 14, earned: 10 }, delivery: { points: 8, earned: 3 } },
  }
}
