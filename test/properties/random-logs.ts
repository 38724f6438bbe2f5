/**
 * Random work on a small cluster: lines of kubectl and pauses, drawn from a seed. Pure, so that a browser plays the same.
 */

import type { ClusterConfig } from '../../simulator/index.ts'

/** One line after a pause, in simulated ms. */
export interface RandomStep {
  readonly afterMs: number
  readonly line: string
}

/** The cluster that all logs of one seed begin with. */
export function smallCluster(seed: number): ClusterConfig {
  return {
    seed,
    addOns: ['coredns', 'metrics-server'],
    nodes: [
      { name: 'cp-0', resources: { cpu: '4', memory: '8Gi' }, labels: { 'node-role.kubernetes.io/control-plane': '' }, taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
      { name: 'node-1', resources: { cpu: '2', memory: '4Gi' }, labels: { zone: 'a' } },
      { name: 'node-2', resources: { cpu: '2', memory: '4Gi', 'nvidia.com/gpu': '1' }, labels: { zone: 'b' } },
    ],
  }
}

/** Pauses, in ms; the last one lets probes, leases and back-offs act. */
const pausesMs = [0, 1, 250, 1700, 4000, 12_345, 40_000]

const images = ['nginx:1.27-alpine', 'busybox:1.36', 'registry.example.com/fraud-model:1.4.2', 'nginx:nosuch', 'mlmodel:v1']
const names = ['web', 'model']

/** Texts with places for a name {n}, an image {i}, a number {d} and a node {m}. */
const templates: readonly string[] = [
  'kubectl create deployment {n} --image={i} --replicas={d}',
  'kubectl create deployment {n} --image={i} --replicas={d}',
  'kubectl create job {n} --image=busybox:1.36 -- sh -c "sleep {d}; echo {n}"',
  'kubectl run {n} --image={i} --restart=Never --requests=cpu=100m -- sleep {d}',
  'kubectl scale deployment {n} --replicas={d}',
  'kubectl scale deployment {n} --replicas={d}',
  'kubectl set image deployment/{n} *={i}',
  'kubectl set resources deployment {n} --requests=cpu={d}00m,memory={d}00Mi',
  'kubectl rollout undo deployment/{n}',
  'kubectl rollout restart deployment/{n}',
  'kubectl rollout status deployment/{n} --timeout={d}s',
  'kubectl expose deployment {n} --port=80 --target-port=8080',
  'kubectl autoscale deployment {n} --min=1 --max={d} --cpu=50%',
  'kubectl label pods --all tier={n} --overwrite',
  'kubectl annotate deployment {n} note={d} --overwrite',
  `kubectl patch deployment {n} -p '{"spec":{"minReadySeconds":{d}}}'`,
  'kubectl taint nodes {m} key={n}:NoExecute --overwrite',
  'kubectl taint nodes {m} key-',
  'kubectl cordon {m}',
  'kubectl uncordon {m}',
  'kubectl drain {m} --ignore-daemonsets --force --delete-emptydir-data --timeout={d}s',
  'kubectl delete deployment {n}',
  'kubectl delete pods --all --wait=false',
  'kubectl delete pod {n} --now',
  'kubectl delete job {n} --cascade=orphan',
  'kubectl get pods -o wide',
  'kubectl get events',
  'kubectl logs {n} --tail={d}',
  'kubectl top pods',
  'kubectl create quota {n} --hard=pods={d}',
  'kubectl delete quota --all',
  'kubectl create poddisruptionbudget {n} --selector=app={n} --min-available={d}',
  'kubectl wait --for=condition=Available deployment/{n} --timeout={d}s',
  'kubectl create configmap {n} --from-literal=d={d}',
  'kubectl exec deploy/{n} -- sh -c "echo {d}; sleep {d}"',
  `kubectl apply -f - <<EOF
{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"{n}-{d}"},"spec":{"parallelism":2,"completions":{d},"backoffLimit":2,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"busybox:1.36","command":["sh","-c","sleep {d}; exit $(( {d} % 2 ))"]}]}}}}
EOF`,
  `kubectl apply -f - <<EOF
{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"{n}"},"spec":{"serviceName":"{n}","replicas":{d},"selector":{"matchLabels":{"set":"{n}"}},"template":{"metadata":{"labels":{"set":"{n}"}},"spec":{"containers":[{"name":"c","image":"{i}","resources":{"requests":{"cpu":"200m"}}}]}}}}
EOF`,
  `kubectl apply -f - <<EOF
{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"{n}"},"spec":{"selector":{"matchLabels":{"ds":"{n}"}},"template":{"metadata":{"labels":{"ds":"{n}"}},"spec":{"containers":[{"name":"c","image":"{i}"}]}}}}
EOF`,
]

/** What the first lines do, so that the later ones find something. */
const makers = templates.filter((template) => template.startsWith('kubectl create deployment') || template.startsWith('kubectl apply'))

/** A source of integers from 0 to `bound` - 1 (a 32-bit counter through a mixer). */
export function drawsOf(seed: number): (bound: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b9)
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

/** The log of a seed. */
export function randomLog(seed: number, stepCount = 8): readonly RandomStep[] {
  const draw = drawsOf(seed)
  const pick = (list: readonly (string | number)[]): string => String(list[draw(list.length)])
  return Array.from({ length: stepCount }, (_, index) => {
    const afterMs = Number(pick(pausesMs))
    const [name, image, number, node] = [pick(names), pick(images), String(draw(5)), `node-${1 + draw(2)}`]
    return { afterMs, line: pick(index < 2 ? makers : templates).replaceAll('{n}', name).replaceAll('{i}', image).replaceAll('{d}', number).replaceAll('{m}', node) }
  })
}
