/** Content for development and screenshots: one lab, one form, a few cards. */
import type { Block, Catalog, ContentSource, DocsCard, ExamForm, ExamTask, Inline, Lab, LabStep } from '../content-types.ts'

const p = (...text: Inline[]): Block => ({ type: 'p', text })
const code = (text: string): Inline => ({ code: text })
const strong = (text: string): Inline => ({ strong: [text] })

function step(id: string, title: string): LabStep {
  return { id, title, body: [p('Apply the file and read what the cluster answers.'), { type: 'code', lang: 'sh', text: 'k apply -f mock-inference.yaml\nk get pods' }], quiz: [], checks: [{ id: 'c1', title: 'The Deployment exists', points: 1 }], hints: [['Read the events of the Pod.']] }
}

const rollout: LabStep = {
  id: 's4', title: 'Correct the probe, then watch the rollout',
  body: [
    p('The kubelet asks ', code('/readyz'), ', but the server answers only on ', code('/ready'), '. A Pod can be ', strong('Running'), ' and still get no traffic: a Service sends requests to ', strong('ready'), ' Pods alone.'),
    p('Change line 32 and apply the file. The Deployment starts a new ReplicaSet and removes the old Pods as the new ones pass.'),
    { type: 'code', lang: 'sh', text: 'k apply -f mock-inference.yaml\nk rollout status deployment/mock-inference -n ml-k8s-lab' },
  ],
  prediction: { id: 'p4', kind: 'prediction', question: ['What happens first?'], options: [{ key: 'A', text: ['The first new Pod is ready before any old Pod stops.'] }, { key: 'B', text: ['One old Pod stops before a new one is ready.'] }, { key: 'C', text: ['All old Pods stop at once.'] }], correct: 'A', whyCorrect: ['maxUnavailable 25% of 2 rounds down to 0.'], whyWrong: { B: ['maxUnavailable rounds down to 0 here.'], C: ['Only strategy Recreate does that.'] } },
  quiz: [], hints: [['The path is in the readiness probe.'], ['Line 32.'], [code('path: /ready')]],
  checks: [{ id: 'c1', title: 'The readiness probe asks a path that answers 200', points: 1 }, { id: 'c2', title: 'The change is in the Deployment, not in a Pod', points: 1 }, { id: 'c3', title: 'Service mock-inference has 2 ready endpoints', points: 1 }],
  solution: [{ type: 'code', lang: 'sh', text: 'sed -i s,/readyz,/ready, mock-inference.yaml\nk apply -f mock-inference.yaml' }],
}

const lab: Lab = {
  id: 'l23', number: '2.3', title: 'Readiness that means ready', moduleId: 'm2', moduleTitle: 'Serving', minutes: 15, goal: ['Tell running from ready.'],
  steps: [step('s1', 'Apply the broken file'), step('s2', 'Look at the Pods'), step('s3', 'Find the failing probe'), { ...rollout, body: [...rollout.body, { type: 'fold', title: 'Key moment: why a Running Pod gets no requests', body: [p('An endpoint is ready when its Pod is.')] }, { type: 'fold', title: 'Asked in interviews: readiness or liveness?', body: [p('Readiness takes a Pod out of the Service; liveness restarts the container.')] }] },
    step('s5', 'Send requests'), step('s6', 'Break liveness'), { ...step('s7', 'Clean up'), quiz: [{ id: 'q1', kind: 'quiz', question: ['Which probe takes a Pod out of a Service?'], options: [{ key: 'A', text: ['Readiness'] }, { key: 'B', text: ['Liveness'] }, { key: 'C', text: ['Startup'] }], correct: 'A', whyWrong: { B: ['It restarts the container.'], C: ['It holds the others back.'] }, hints: [['Think of endpoints.']] }] }],
  quiz: [], openFiles: ['/home/learner/mock-inference.yaml', '/home/learner/load.yaml'],
}

function task(id: string, title: string, points: number, domainId: string): ExamTask {
  return { id, title, points, domainId, minutes: 6, checkCount: 2, context: id, realCluster: 'yes', prompt: [p('Restore the service.')], hints: [['Read the events.']], docs: [], solution: [{ type: 'code', lang: 'yaml', text: 'spec:\n  selector:\n    app: web' }], solutionNote: ['The selector must match the labels of the Pods.'] }
}

const gpuTask: ExamTask = {
  ...task('t4', 'Place the GPU training Job', 20, 'scaling'), checkCount: 5, context: 'flight-gpu-west', realCluster: 'fakes',
  prompt: [
    p('The Job ', code('resnet50-imagenet-finetune'), ' in namespace ', code('vision-training'), ' has been waiting for a node since it was created. The GPU nodes of pool ', code('a100-40gb-mig-disabled'), ' carry a taint that keeps ordinary work away.'),
    { type: 'list', ordered: true, items: [[p("Let the Job's Pod run on a node of that pool, with exactly ", strong('2 GPUs'), ' of type ', code('nvidia.com/gpu'), '.')], [p('Keep the taint on every node. Do not add GPUs, nodes or labels.')], [p('The Pod must not be allowed onto nodes of the pool ', code('t4-shared-timeslice'), '.')], [p('Keep the image and the memory limit as they are.')]] },
    p('You may delete and create the Job again under the same name. The state counts, not the way there.'),
  ],
  docs: [{ title: 'Taints and tolerations', href: 'card:taints' }, { title: 'Assign Pods to nodes', href: 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/' }, { title: 'Schedule GPUs', href: 'https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/' }],
  solution: [{ type: 'code', lang: 'yaml', text: '      tolerations:\n      - key: nvidia.com/gpu\n        operator: Equal\n        value: a100-training\n        effect: NoSchedule\n      nodeSelector:\n        gpu.flight.dev/pool: a100-40gb-mig-disabled\n      containers:\n      - name: trainer\n        resources:\n          limits:\n            nvidia.com/gpu: 2\n            memory: 48Gi' }],
  solutionNote: ['A toleration names the taint it accepts. ', code('Equal'), ' with the value ', code('a100-training'), ' leaves the T4 pool closed, and the node selector draws the Pod to the right pool. Other ways earn the same points.'],
}

const form: ExamForm = {
  id: 'form-1', title: 'Form 1, Serving and GPU', about: ['Six tasks on simulated clusters. You work in a terminal and an editor, as you would on the job. What counts is the state and behavior of the cluster when the time is up, whatever way you took.'],
  durationMinutes: 30, passPercent: 66, alertsMinutesLeft: [30, 15, 5], extraTimeFactors: [1.25, 1.5, 2],
  tasks: [task('t1', 'Free an OOMKilled server', 15, 'serving'), task('t2', 'Unstick the rollout', 20, 'serving'), task('t3', 'Fill the empty endpoints', 15, 'foundations'), gpuTask, task('t5', 'Scale under load', 20, 'observability'), task('t6', 'Keep the GPU node free', 10, 'scaling')],
}

const card: DocsCard = {
  id: 'taints', title: 'Tolerations', keywords: ['toleration', 'taint', 'operator', 'effect', 'NoSchedule'], source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/',
  body: [p('A toleration matches a taint when key and effect match, and the operator is ', code('Exists'), ' (no value) or ', code('Equal'), ' (same value). Without effect it matches every effect of the key.'), { type: 'code', lang: 'yaml', text: 'tolerations:\n- key: example.com/team\n  operator: Equal\n  value: research\n  effect: NoSchedule' }, p('A toleration allows. It does not attract: use a node selector or affinity for that.')],
}

const labs = (moduleNumber: number, rows: readonly [string, number][]) => rows.map(([title, minutes], index) => ({ id: `l${moduleNumber}${index + 1}`, number: `${moduleNumber}.${index + 1}`, title, minutes, stepCount: moduleNumber === 2 && index === 2 ? 7 : 6, ...(moduleNumber > 3 ? { isPlanned: true } : {}) }))

const catalog: Catalog = {
  domains: [{ id: 'foundations', title: 'Foundations' }, { id: 'serving', title: 'Serving and rollouts' }, { id: 'scaling', title: 'GPU and scaling' }, { id: 'observability', title: 'Observability' }, { id: 'delivery', title: 'Delivery' }],
  modules: [
    { id: 'm1', number: 1, title: 'Pods and how they live', labs: labs(1, [['What the kubelet does with a Pod', 12], ['Requests, limits and QoS classes', 15], ['OOMKilled: find the limit that is too small', 10]]) },
    { id: 'm2', number: 2, title: 'Serving', labs: labs(2, [['Deploy a local inference mock', 25], ['Eight steps from YAML to a prediction', 10], ['Readiness that means ready', 15], ['Rolling a 14 GB model without an error', 25], ['40 replicas load one model', 20]]) },
    { id: 'm3', number: 3, title: 'GPU and scheduling', labs: labs(3, [['Taints keep the A100 nodes free', 15], ['MIG slices and time slicing', 20], ['Why is my Pod Pending?', 15], ['Gangs: sixteen workers or none', 30]]) },
    { id: 'm4', number: 4, title: 'Scaling', labs: labs(4, [['HPA on CPU, and why it waits', 20], ['Scale on queue depth', 25]]) },
    { id: 'm5', number: 5, title: 'Storage and loading models', labs: labs(5, [['One model, many Pods', 20]]) },
  ],
  forms: [{ id: 'form-1', title: 'Form 1, Serving and GPU', taskCount: 6, durationMinutes: 30, passPercent: 66 }],
  presets: [{ id: 'cpu3', title: '3 CPU nodes', about: 'A small cluster for serving' }, { id: 'gpu-west', title: 'GPU nodes', about: '2 A100 nodes, 1 MIG node' }, { id: 'fleet-60', title: '60-node fleet', about: 'Four pools over three zones' }, { id: 'fleet-5000', title: '5,000 nodes', about: 'The same at scale' }],
}

export const fakeContent: ContentSource = {
  catalog: async () => catalog,
  lab: async (id) => (id === 'l23' ? lab : { ...lab, id }),
  form: async (id) => (id === form.id ? form : undefined),
  docs: async () => [card, { ...card, id: 'jobs', title: 'Jobs', keywords: ['job', 'backoffLimit', 'completions'], source: 'https://kubernetes.io/docs/concepts/workloads/controllers/job/', body: [p('A Job runs Pods until a number of them succeed.')] }],
  simulated: async () => [{ type: 'h', level: 2, text: ['The engine'] }, p('Podflight behaves as Kubernetes 1.35 does; where it differs, the difference stands here.'), { type: 'table', head: [['Part'], ['How it is checked']], rows: [[['Scheduler'], ['Recorded answers of the real scheduler']], [['kubectl'], ['Transcripts']]] }],
}
