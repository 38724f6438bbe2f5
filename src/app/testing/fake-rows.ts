/** Believable rows for development, tests and screenshots. No engine behind them. */
import type { GpuSlot, NodeRow, PodRow, PodShape } from '../../session/host-rows.ts'

const gi = 2 ** 30

export interface FakePod { name: string; namespace?: string; node?: string; shape?: PodShape; status?: string; owner?: string; ageMs?: number; cpu?: number; mem?: number; gpu?: number; doing?: string; reason?: string; restarts?: number; progress?: number; killInMs?: number; qos?: PodRow['qos'] }

export function fakePod(pod: FakePod, nowMs: number): PodRow {
  const shape = pod.shape ?? 'running'
  const isReady = shape === 'running'
  return {
    uid: `uid-${pod.namespace ?? 'default'}-${pod.name}`, namespace: pod.namespace ?? 'default', name: pod.name, shape,
    ...(pod.node === undefined ? {} : { nodeName: pod.node }),
    phase: shape === 'pending' || shape === 'gated' || shape === 'starting' ? 'Pending' : shape === 'succeeded' ? 'Succeeded' : shape === 'failed' ? 'Failed' : 'Running',
    status: pod.status ?? { running: 'Running', starting: 'ContainerCreating', 'not-ready': 'Running', pending: 'Pending', gated: 'SchedulingGated', failing: 'CrashLoopBackOff', failed: 'Error', terminating: 'Terminating', succeeded: 'Completed', unknown: 'Unknown' }[shape],
    readyCount: isReady ? 1 : 0, containerCount: 1, restartCount: pod.restarts ?? 0, qos: pod.qos ?? 'Burstable',
    owner: { kind: 'ReplicaSet', name: pod.owner ?? pod.name.replace(/-[^-]+$/, '') }, labels: { app: pod.name.split('-').slice(0, 2).join('-') },
    createdAtMs: nowMs - (pod.ageMs ?? 120_000), sinceMs: nowMs - (pod.ageMs ?? 120_000),
    ...(pod.progress === undefined ? {} : { progress: pod.progress }),
    ...(pod.killInMs === undefined ? {} : { killAtMs: nowMs + pod.killInMs }),
    ...(pod.doing === undefined ? {} : { doing: pod.doing }), ...(pod.reason === undefined ? {} : { reason: pod.reason }),
    cpuRequestMillis: pod.cpu ?? 50, memoryRequestBytes: (pod.mem ?? 0.0625) * gi, gpuRequest: pod.gpu ?? 0,
    cpuUsageMillis: (pod.cpu ?? 50) * 0.6, memoryUsageBytes: (pod.mem ?? 0.0625) * gi * 0.7, podIP: '10.244.1.7',
  }
}

export interface FakeNode { name: string; pool: string; zone: string; cpu: number; mem: number; gpus?: number; gpuProduct?: string; taints?: string[]; notReady?: boolean; cordoned?: boolean; pressure?: string[]; price?: number; slots?: GpuSlot[] }

export function fakeNode(node: FakeNode, pods: readonly PodRow[], nowMs: number): NodeRow {
  const mine = pods.filter((pod) => pod.nodeName === node.name)
  const slots: GpuSlot[] = node.slots ?? Array.from({ length: node.gpus ?? 0 }, () => ({}))
  let next = slots.findIndex((slot) => slot.podUid === undefined && slot.lost !== true)
  for (const pod of node.slots === undefined ? mine : []) for (let count = 0; count < pod.gpuRequest && next >= 0 && next < slots.length; count++) slots[next++] = { podUid: pod.uid }
  const total = (of: (pod: PodRow) => number) => mine.reduce((sum, pod) => sum + of(pod), 0)
  return {
    name: node.name, pool: node.pool, zone: node.zone, isReady: node.notReady !== true, isUnschedulable: node.cordoned === true,
    taints: node.taints ?? [], pressure: node.pressure ?? [], cpuMillis: node.cpu * 1000, memoryBytes: node.mem * gi, podsMax: 110,
    cpuRequestMillis: total((pod) => pod.cpuRequestMillis), memoryRequestBytes: total((pod) => pod.memoryRequestBytes),
    cpuUsageMillis: total((pod) => pod.cpuUsageMillis ?? 0), memoryUsageBytes: total((pod) => pod.memoryUsageBytes ?? 0),
    ...(node.gpuProduct === undefined ? {} : { gpuProduct: node.gpuProduct }), gpuSlots: slots,
    ...(node.price === undefined ? {} : { pricePerHourCents: node.price }),
    kubeletVersion: 'v1.35.2', labels: { 'kubernetes.io/hostname': node.name, 'topology.kubernetes.io/zone': node.zone }, createdAtMs: nowMs - 86_400_000, sinceMs: nowMs - 86_400_000,
  }
}

export interface FakeCluster { readonly name: string; readonly nowMs: number; readonly nodes: readonly NodeRow[]; readonly pods: readonly PodRow[] }

function cluster(name: string, nowMs: number, nodes: readonly FakeNode[], podList: readonly FakePod[]): FakeCluster {
  const pods = podList.map((pod) => fakePod(pod, nowMs))
  return { name, nowMs, pods, nodes: nodes.map((node) => fakeNode(node, pods, nowMs)) }
}

/** Three CPU nodes with a rollout under way: the cluster of a lab. */
export function labCluster(): FakeCluster {
  const a = 'flight-worker-cpu-a'
  const b = 'flight-worker-cpu-b'
  const plane = 'flight-control-plane'
  return cluster('kind-flight', 222_150, [
    { name: a, pool: 'workers', zone: 'zone a', cpu: 4, mem: 8 }, { name: b, pool: 'workers', zone: 'zone b', cpu: 4, mem: 8 },
    { name: plane, pool: 'control plane', zone: 'zone a', cpu: 4, mem: 8, taints: ['node-role.kubernetes.io/control-plane:NoSchedule'] },
  ], [
    { name: 'mock-inference-7b54d9f6c9-hxq2m', namespace: 'ml-k8s-lab', node: a, ageMs: 8000 },
    { name: 'mock-inference-6d9c7f5b8d-9zj4t', namespace: 'ml-k8s-lab', node: a, shape: 'terminating', killInMs: 26_000 },
    { name: 'metrics-server-6f94bc8694-wnq7b', namespace: 'kube-system', node: a, cpu: 100, mem: 0.2 },
    { name: 'mock-inference-7b54d9f6c9-w5k8n', namespace: 'ml-k8s-lab', node: b, shape: 'starting', doing: 'starting', ageMs: 3000 },
    { name: 'mock-inference-6d9c7f5b8d-k2xvq', namespace: 'ml-k8s-lab', node: b, shape: 'not-ready', doing: 'readiness answers 404', ageMs: 150_000 },
    { name: 'coredns-7c65d6cfc9-tmz5s', namespace: 'kube-system', node: b, cpu: 100, mem: 0.07 },
    { name: 'coredns-7c65d6cfc9-9ggtr', namespace: 'kube-system', node: plane, cpu: 100, mem: 0.07 },
    { name: 'kube-proxy-xk8vd', namespace: 'kube-system', node: plane, qos: 'BestEffort' },
    { name: 'kube-apiserver-flight-control-plane', namespace: 'kube-system', node: plane, cpu: 250, mem: 0.5 },
  ])
}

/** Four nodes with A100s, one Pod that fits nowhere: the sandbox. */
export function gpuCluster(): FakeCluster {
  const x = 'ml-a100-80gb-nvlink-7c9d4f2b-x3kq'
  const p = 'ml-a100-80gb-nvlink-7c9d4f2b-p7wz'
  const mig = 'ml-a100-mig-mixed-5f7b8d6c-9rtw'
  const plane = 'flight-gpu-west-control-plane'
  const taints = ['nvidia.com/gpu=present:NoSchedule']
  const migSlots: GpuSlot[] = [{ mig: '3g.40gb', podUid: 'uid-serving-fraud-scorer-triton-5c7d9f8b6-jx2vw' }, { mig: '2g.20gb', podUid: 'uid-serving-reranker-bge-m3-84f6c7d9b5-mvz8c' }, { mig: '1g.10gb', podUid: 'uid-serving-tabular-xgb-server-7d8f9c6b5-n4k2r' }, { mig: '1g.10gb' }, { mig: '1g.10gb', podUid: 'uid-serving-sentiment-distilbert-66c8f-q9d7t' }, { mig: '1g.10gb' }, { mig: '1g.10gb' }]
  return cluster('flight-gpu-west', 2_467_320, [
    { name: x, pool: 'ml-a100-80gb-nvlink', zone: 'us-west-1a', cpu: 96, mem: 1133, gpus: 8, taints, price: 3277 },
    { name: p, pool: 'ml-a100-80gb-nvlink', zone: 'us-west-1b', cpu: 96, mem: 1133, gpus: 8, taints, price: 3277 },
    { name: mig, pool: 'ml-a100-mig-mixed', zone: 'us-west-1a', cpu: 48, mem: 378, slots: migSlots, taints, price: 1638 },
    { name: plane, pool: 'control plane', zone: 'us-west-1a', cpu: 4, mem: 16, taints: ['node-role.kubernetes.io/control-plane:NoSchedule'] },
  ], [
    { name: 'mistral-7b-instruct-vllm-6f5c9d8b7-tq4zn', namespace: 'serving', node: x, cpu: 32_000, mem: 480, gpu: 4, qos: 'Guaranteed' },
    { name: 'clip-embed-backfill-2m4kc', namespace: 'research-nlp', node: x, cpu: 16_000, mem: 200, gpu: 2, doing: '14 min left' },
    { name: 'dcgm-exporter-v8s4x', namespace: 'gpu-operator', node: x, cpu: 2000, mem: 40 },
    { name: 'resnet50-imagenet-finetune-x7k2p', namespace: 'vision-training', node: p, cpu: 24_000, mem: 400, gpu: 4, qos: 'Guaranteed' },
    { name: 'whisper-large-v3-batch-scoring-9wqlm', namespace: 'research-nlp', node: p, shape: 'starting', doing: 'pulling', progress: 0.61, cpu: 8000, mem: 100, gpu: 1, ageMs: 20_000 },
    { name: 'dcgm-exporter-kq2jp', namespace: 'gpu-operator', node: p, cpu: 2000, mem: 40 },
    { name: 'fraud-scorer-triton-5c7d9f8b6-jx2vw', namespace: 'serving', node: mig, cpu: 10_000, mem: 120, gpu: 1, qos: 'Guaranteed' },
    { name: 'reranker-bge-m3-84f6c7d9b5-mvz8c', namespace: 'serving', node: mig, cpu: 5000, mem: 60 },
    { name: 'tabular-xgb-server-7d8f9c6b5-n4k2r', namespace: 'serving', node: mig, shape: 'failing', status: 'CrashLoopBackOff', reason: 'OOMKilled', restarts: 3, cpu: 4000, mem: 40, owner: 'tabular-xgb-server' },
    { name: 'sentiment-distilbert-66c8f-q9d7t', namespace: 'serving', node: mig, shape: 'not-ready', doing: 'loading model', cpu: 3000, mem: 25 },
    { name: 'kube-apiserver-flight-gpu-west-control-plane', namespace: 'kube-system', node: plane, cpu: 500, mem: 1 },
    { name: 'kube-scheduler-flight-gpu-west-control-plane', namespace: 'kube-system', node: plane, cpu: 300, mem: 0.5 },
    { name: 'coredns-7c65d6cfc9-9ggtr', namespace: 'kube-system', node: plane, cpu: 100, mem: 0.07 },
    { name: 'llama-3-8b-sft-worker-2-zx4kd', namespace: 'research-nlp', shape: 'pending', reason: 'Insufficient nvidia.com/gpu', cpu: 32_000, mem: 240, gpu: 4, ageMs: 2_467_000, owner: 'llama-3-8b-sft' },
  ])
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
function suffix(seed: number): string {
  let value = (seed * 2654435761) >>> 0
  let text = ''
  for (let index = 0; index < 4; index++) { text += alphabet[value % 27]; value = Math.floor(value / 27) + seed * 7 }
  return text
}

/** A fleet of any size over three zones, with some trouble in it. */
export function fleetCluster(nodeCount: number): FakeCluster {
  const pools = [{ name: 'ml-h100-sxm-nvlink', share: 0.1, gpus: 8, price: 9800 }, { name: 'ml-a100-80gb-nvlink', share: 0.2, gpus: 8, price: 3277 }, { name: 'ml-l4-inference', share: 0.25, gpus: 4, price: 410 }, { name: 'cpu-general', share: 0.45, gpus: 0, price: 190 }]
  const nowMs = 22_360_000
  const nodes: FakeNode[] = []
  const pods: FakePod[] = []
  let seed = 1
  for (const pool of pools) for (let index = 0; index < Math.round(nodeCount * pool.share); index++) {
    seed += 1
    const name = `${pool.name}-${suffix(1000 + Math.floor(seed / 40))}-${suffix(seed)}`
    const zone = `us-west-1${'abc'[seed % 3]}`
    const isLost = seed % 211 === 7
    nodes.push({ name, pool: pool.name, zone, cpu: pool.gpus > 0 ? 96 : 48, mem: pool.gpus > 0 ? 768 : 192, gpus: pool.gpus, price: pool.price, notReady: isLost, cordoned: seed % 97 === 3, taints: pool.gpus > 0 ? ['nvidia.com/gpu=present:NoSchedule'] : [] })
    for (let at = 0; at < 3 + (seed % 6); at++) {
      const shape: PodShape = isLost ? 'unknown' : (seed * 7 + at) % 131 === 0 ? 'failing' : (seed * 5 + at) % 43 === 0 ? 'starting' : 'running'
      pods.push({ name: `app-${seed % 9}-6f5c9d8b7-${suffix(seed * 31 + at)}${at}`, namespace: 'serving', node: name, shape, cpu: 2000 + (seed % 5) * 2500, mem: 12, gpu: pool.gpus > 0 && at < 3 ? 1 + (seed % 3) : 0, ...(shape === 'failing' ? { reason: 'CrashLoopBackOff', restarts: 4 } : {}), owner: `app-${seed % 9}` })
    }
  }
  for (let index = 0; index < 16; index++) pods.push({ name: `llama-3-70b-pretrain-worker-${index}-${suffix(index)}`, namespace: 'research', shape: 'pending', owner: 'llama-3-70b-pretrain', reason: 'Insufficient nvidia.com/gpu', gpu: 1, cpu: 8000, mem: 100 })
  const rows = pods.map((pod) => fakePod(pod, nowMs))
  const byNode = new Map<string, PodRow[]>()
  for (const row of rows) if (row.nodeName !== undefined) byNode.set(row.nodeName, [...(byNode.get(row.nodeName) ?? []), row])
  return { name: `fleet-us-west-${nodeCount}`, nowMs, pods: rows, nodes: nodes.map((node) => fakeNode(node, byNode.get(node.name) ?? [], nowMs)) }
}
