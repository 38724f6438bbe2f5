import { describe, expect, it } from 'vitest'
import { admitCreate } from '../admit.ts'
import { createPod, readerOf, refusalOf, requestFor } from '../testing/requests.ts'

function namespace(labels: { readonly [key: string]: string }, phase = 'Active'): [string, object] {
  return ['namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lab', labels }, status: { phase } }]
}
function limits(limit: object): [string, object] {
  return ['limitranges', { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits', namespace: 'lab' }, spec: { limits: [{ type: 'Container', ...limit }] } }]
}
function quota(hard: object, used: object): [string, object] {
  return ['resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'lab' }, spec: { hard }, status: { hard, used } }]
}
const priorityClass: [string, object] = ['priorityclasses.scheduling.k8s.io', { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000, preemptionPolicy: 'Never' }]

describe('a pod is refused', () => {
  const cases: [name: string, spec: object, objects: [string, object][], refusal: string][] = [
    ['in a namespace that goes away', {}, [namespace({}, 'Terminating')], 'unable to create new content in namespace lab because it is being terminated'],
    ['with an account that does not exist', { serviceAccountName: 'bot' }, [], 'error looking up service account lab/bot: serviceaccount "bot" not found'],
    ['with a priority class that does not exist', { priorityClassName: 'nosuch' }, [], 'no PriorityClass with name nosuch was found'],
    ['with a priority that is not that of its class', { priorityClassName: 'high', priority: 5 }, [priorityClass], 'the integer value of priority (5) must not be provided in pod spec'],
    ['above the maximum of a limit range', { containers: [{ name: 'a', image: 'b', resources: { limits: { cpu: '2' } } }] }, [limits({ max: { cpu: '1' } })], 'maximum cpu usage per Container is 1, but limit is 2'],
    ['when a quota is used up', {}, [quota({ pods: '2' }, { pods: '2' })], 'exceeded quota: quota, requested: pods=1, used: pods=2, limited: pods=2'],
    ['without a request that a quota counts', {}, [quota({ 'requests.cpu': '2' }, { 'requests.cpu': '0' })], 'failed quota: quota: must specify requests.cpu for: app'],
    ['below the Pod Security level of its namespace', { hostPID: true }, [namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' })], 'violates PodSecurity "baseline:latest": host namespaces (hostPID=true)'],
    ['with overhead of its own', { overhead: { cpu: '1' } }, [], 'Pod Overhead set without corresponding RuntimeClass defined Overhead'],
  ]
  it.each(cases)('%s', (_name, spec, objects, refusal) => expect(refusalOf(createPod(spec, objects))).toContain(refusal))
  it('unless the plugin does not run', () => {
    expect(createPod({ hostPID: true }, [namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' })], { disabledPlugins: ['PodSecurity'] }).ok).toBe(true)
  })
})

describe('a pod gets', () => {
  const cases: [name: string, spec: object, objects: [string, object][], expected: object][] = [
    ['the priority of its class', { priorityClassName: 'high' }, [priorityClass], { spec: { priority: 1000, preemptionPolicy: 'Never' } }],
    ['the defaults of a limit range', {}, [limits({ defaultRequest: { cpu: '100m' }, default: { cpu: '200m' } })], { spec: { containers: [{ resources: { requests: { cpu: '100m' }, limits: { cpu: '200m' } } }] } }],
    ['five minutes on a node that fails', {}, [], { spec: { tolerations: [{ key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 }, { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 }] } }],
    ['the zone of the node it names', { nodeName: 'n1' }, [['nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'a', other: 'b' } } }]], { metadata: { labels: { 'topology.kubernetes.io/zone': 'a' } } }],
  ]
  it.each(cases)('%s', (_name, spec, objects, expected) => {
    const admission = createPod(spec, objects)
    expect(refusalOf(admission)).toBe('')
    expect(admission.ok && admission.object).toMatchObject(expected)
  })
  it('a quota charge that the caller stores', () => {
    const admission = createPod({}, [quota({ pods: '2' }, { pods: '1' })])
    expect(admission.ok && admission.quotaCharges).toEqual([{ namespace: 'lab', name: 'quota', used: { pods: '2' } }])
  })
})

describe('a role', () => {
  const jane = { name: 'jane', groups: ['system:authenticated'] }
  const own: [string, object][] = [
    ['roles.rbac.authorization.k8s.io', { kind: 'Role', metadata: { name: 'r', namespace: 'lab' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] }],
    ['rolebindings.rbac.authorization.k8s.io', { kind: 'RoleBinding', metadata: { name: 'b', namespace: 'lab' }, roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' }, subjects: [{ kind: 'User', name: 'jane' }] }],
  ]
  const write = (resources: string[]): string => {
    const body = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'new' }, rules: [{ apiGroups: [''], resources, verbs: ['get'] }] }
    return refusalOf(admitCreate(requestFor('rbac.authorization.k8s.io/v1', 'Role', body, { user: jane }), readerOf(own)))
  }
  it('may grant what its author has', () => expect(write(['pods'])).toBe(''))
  it('may not grant more', () => expect(write(['secrets'])).toContain('is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}'))
})
