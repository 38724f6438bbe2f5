/**
 * A task for nodes that run containers: a check for each kind of condition that needs one and that few tasks of the course
 * use. Its checks are expected as `expected` says, on the simulator and on the real cluster.
 */

import type { Task } from '../../src/content/types.ts'
import type { Check } from '../../src/grading/check.ts'
import type { TrialStep } from '../../src/grading/view.ts'

const namespace = 'probe-lab'
const url = 'http://server.probe-lab'
const objects = `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: server, namespace: ${namespace} }
spec:
  replicas: 2
  selector: { matchLabels: { app: server } }
  template:
    metadata: { labels: { app: server } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: server
          image: registry.example.com/probe-lab:1.0.0
          env: [{ name: MAX_BODY_KB, value: '100' }]
          ports: [{ containerPort: 8080 }]
          resources: { requests: { cpu: 20m, memory: 64Mi } }
          readinessProbe: { httpGet: { path: /ready, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: server, namespace: ${namespace} }
spec:
  selector: { app: server }
  ports: [{ port: 80, targetPort: 8080 }]
`

function check(id: string, all: Check['all'], let_: Check['let'] = {}): Check {
  const names = Object.keys(let_).map((name) => `${name} {${name}}`).join(', ')
  return { id, title: id, points: 1, kind: 'request', all, let: let_, expected: id, actual: names === '' ? id : names, why: id, onKind: 'yes' }
}

const service = { namespace, url: `${url}/health` }
const pods = { resource: 'pods', namespace, selector: 'app=server' }
const load: readonly TrialStep[] = [{ load: { id: 'flow', namespace, url: `${url}/predict`, requestsPerSecond: 10, payloads: [{ share: 1, kilobytes: 2 }] } }, { advanceSeconds: 6 }]
const restart: readonly TrialStep[] = [{ kubectl: `delete pod -n ${namespace} -l app=server --wait=false` }, { kubectl: `wait -n ${namespace} --for=condition=Available deployment/server --timeout=60s` }, { advanceSeconds: 8 }]

const checks: readonly Check[] = [
  check('request', [{ kind: 'request', request: service, status: 200, body: 'ready' }], { status: { request: service, field: 'status' } }),
  check('distinct', [{ kind: 'request', request: { ...service, url: `${url}/predict` }, status: 200, times: 20, distinctPods: 2 }]),
  check('small', [{ kind: 'request', request: { namespace, method: 'POST', url: `${url}/predict`, bodyKilobytes: 100 }, status: 200, body: 'positive' }]),
  check('large', [{ kind: 'request', request: { namespace, method: 'POST', url: `${url}/predict`, bodyKilobytes: 101 }, status: 413 }]),
  check('unknown path', [{ kind: 'request', request: { namespace, url: `${url}/nothing` }, status: 404 }]),
  check('unknown host', [{ kind: 'request', request: { namespace, url: 'http://nobody.probe-lab' }, failure: 'Could not resolve host' }], { outcome: { request: { namespace, url: 'http://nobody.probe-lab' }, field: 'outcome' } }),
  check('closed port', [{ kind: 'connect', namespace, host: 'server.probe-lab', port: 81, accepted: false }]),
  check('open port', [{ kind: 'connect', namespace, host: 'server.probe-lab', port: 80, accepted: true }]),
  check('logs', [{ kind: 'logs', object: pods, contains: 'loading model 1.0.0', missing: 'Traceback' }]),
  check('lost logs', [{ kind: 'logs', object: pods, contains: 'never written' }]),
  check('event', [{ kind: 'event', namespace, reason: 'Started', object: 'server' }]),
  check('slo', [{ kind: 'trial', steps: load, flows: [{ flow: 'flow', field: 'failedShare', op: 'lte', value: 0.05 }, { flow: 'flow', field: 'sent', op: 'gte', value: 40 }] }], { failed: { trial: load, flow: 'flow', field: 'failed' } }),
  check('restart', [{ kind: 'trial', steps: restart, all: [{ kind: 'object', object: { resource: 'deployments.apps', namespace, name: 'server' }, path: 'status.readyReplicas', op: 'eq', value: 2 }, { kind: 'request', request: service, status: 200 }] }]),
  check('file', [{ kind: 'file', path: '~/answer.txt', op: 'eq', value: 'ready' }]),
]

/** Checks that must not hold; all others must. */
export const lostChecks: readonly string[] = ['lost logs']

export const containerTask: Task = {
  id: 'container-checks', title: 'Checks that need running containers', domain: 'serving', tier: 'quick', minutes: 1, points: checks.length, realCluster: 'yes', kind: { podSecurity: 'baseline' },
  prompt: '', checks, settleSeconds: 60, hints: [], docs: [], solutionNote: '', cluster: 'cpu3', seed: 1, historyMinutes: 20, namespace, files: {},
  images: { 'registry.example.com/probe-lab:1.0.0': { program: 'inference-server', megabytes: 10, parameters: { port: 8080, load_s: 2, mem_loaded_mib: 60 } } },
  start: [{ apply: objects }, { until: [{ kind: 'object', object: { resource: 'deployments.apps', namespace, name: 'server' }, path: 'status.readyReplicas', op: 'eq', value: 2 }], withinSeconds: 120 }],
  solution: { name: 'solution', title: 'Asks from inside', loses: [...lostChecks], script: `kubectl exec -n ${namespace} deploy/server -- sh -c 'echo ready' > answer.txt` },
  right: [], wrong: [],
}
