import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../simulator/kernel/json.ts'
import type { BridgeRequest, SandboxPlan } from '../contract.ts'
import { learnerRequest } from './allow-list.ts'

const plan: SandboxPlan = {
  session: 's1', task: 't', namespaces: ['serving', 'data'], podSecurity: 'baseline', loans: [], images: {},
  access: [
    { group: '', resource: 'nodes', verbs: ['get', 'list', 'patch'] }, { group: '', resource: 'namespaces', verbs: ['patch'] },
    ...['persistentvolumes'].map((resource) => ({ group: '', resource, verbs: ['create', 'patch', 'delete'] })),
    { group: 'scheduling.k8s.io', resource: 'priorityclasses', verbs: ['create', 'patch', 'delete'] }, { group: 'storage.k8s.io', resource: 'storageclasses', verbs: ['create'] },
    { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', verbs: ['create'] }, { group: 'rbac.authorization.k8s.io', resource: 'clusterrolebindings', verbs: ['create', 'patch'] },
    ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'].map((resource) => ({ group: 'admissionregistration.k8s.io', resource, verbs: ['create', 'patch'] })),
    // What no plan should say; the table of declarable kinds keeps it out all the same.
    { group: 'admissionregistration.k8s.io', resource: 'validatingwebhookconfigurations', verbs: ['create'] },
  ],
}
/** Labels of the objects outside namespaces that the cluster of these tests has. */
const labels: { readonly [name: string]: { readonly [label: string]: string } } = { 'podflight-worker': { 'podflight.dev/session': 's1' }, 'podflight-worker2': {}, serving: { 'podflight.dev/session': 's1' }, mine: { 'podflight.dev/session': 's1' }, theirs: { 'podflight.dev/session': 's2' }, 'system-node-critical': {} }

type Change = Partial<BridgeRequest> & { readonly [part: string]: unknown }

const pods = { group: '', version: 'v1', resource: 'pods', namespace: 'serving' } as const
const core = (resource: string, more: Change): Change => ({ group: '', version: 'v1', resource, ...more })
const namespaced = (group: string, resource: string, more: Change): Change => ({ group, version: 'v1', resource, namespace: 'serving', ...more })
const cluster = (group: string, resource: string, more: Change): Change => ({ group, version: 'v1', resource, namespace: undefined, ...more })
const pod = (spec: object, metadata: object = {}): Json => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', ...metadata }, spec: { containers: [{ name: 'a', image: 'nginx' }], ...spec } }) as Json
const create = (spec: object, metadata: object = {}): Change => ({ ...pods, verb: 'create', body: pod(spec, metadata) })
const patch = (resource: Change, body: Json, contentType = 'application/merge-patch+json'): Change => ({ ...resource, verb: 'patch', body, contentType: contentType as BridgeRequest['contentType'] })
const operations = 'application/json-patch+json'

async function sent(change: Change): Promise<BridgeRequest | string> {
  const request = { verb: 'get', ...pods, ...change } as BridgeRequest
  const answer = await learnerRequest(Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as BridgeRequest, plan, { labelsOf: ({ name = '' }) => Promise.resolve(labels[name]) })
  return 'refusal' in answer ? answer.refusal : answer.request
}

const policy = (more: Change): Change => cluster('admissionregistration.k8s.io', 'validatingadmissionpolicies', more)
const binding = (more: Change): Change => cluster('admissionregistration.k8s.io', 'validatingadmissionpolicybindings', more)
const node = cluster('', 'nodes', { name: 'podflight-worker' })
const namespace = cluster('', 'namespaces', { name: 'serving' })
const deployment = namespaced('apps', 'deployments', { name: 'web' })
const noFinalizers = 'a manifest for a real cluster cannot have finalizers: they would keep the clean-up from ending'
const foreignOwner = 'ownerReferences of a manifest must name an object of the same namespace'
const onlyVolumes = 'only volumes of the cluster itself are allowed on a real cluster: configMap, secret, emptyDir, downwardAPI, projected, persistentVolumeClaim, ephemeral'
const labelLoss = 'the labels of such an object cannot be replaced as a whole on a real cluster'
const weaker = 'pods of the task\'s namespaces stay under the Pod Security standard baseline on a real cluster'
const notTheTask = (what: string, name: string): string => `${what} "${name}" does not belong to the task: it has no label podflight.dev/session=s1`

const attacks: readonly { readonly guard: string; readonly name: string; readonly change: Change; readonly refusal: string }[] = [
  { guard: 'refuseUnknownPart', name: 'acting as another user', change: { as: 'system:admin' }, refusal: 'a request on a real cluster cannot have "as"' },
  { guard: 'refuseUnknownPart', name: 'acting in another group', change: { asGroups: ['system:masters'] }, refusal: 'a request on a real cluster cannot have "asGroups"' },
  { guard: 'refuseUnknownPart', name: 'another server', change: { server: 'https://10.0.0.1:6443' }, refusal: 'a request on a real cluster cannot have "server"' },
  { guard: 'refuseUnknownPart', name: 'other credentials', change: { credentials: { token: 'x' } }, refusal: 'a request on a real cluster cannot have "credentials"' },
  { guard: 'refuseUnknownKind', name: 'webhooks, even declared', change: cluster('admissionregistration.k8s.io', 'validatingwebhookconfigurations', { verb: 'create', body: {} }), refusal: 'validatingwebhookconfigurations.admissionregistration.k8s.io cannot be changed on a real cluster' },
  { guard: 'refuseUnknownKind', name: 'custom resource definitions', change: cluster('apiextensions.k8s.io', 'customresourcedefinitions', { verb: 'create', body: {} }), refusal: 'customresourcedefinitions.apiextensions.k8s.io cannot be changed on a real cluster' },
  { guard: 'refuseUnknownKind', name: 'API services', change: cluster('apiregistration.k8s.io', 'apiservices', { verb: 'list' }), refusal: 'apiservices.apiregistration.k8s.io cannot be read on a real cluster' },
  { guard: 'refuseUnknownKind', name: 'signing certificates', change: cluster('certificates.k8s.io', 'certificatesigningrequests', { verb: 'create', body: {} }), refusal: 'certificatesigningrequests.certificates.k8s.io cannot be changed on a real cluster' },
  { guard: 'refuseUnknownKind', name: 'questions about the rights of others', change: cluster('authorization.k8s.io', 'subjectaccessreviews', { verb: 'create', body: {} }), refusal: 'subjectaccessreviews.authorization.k8s.io cannot be changed on a real cluster' },
  { guard: 'refuseVerb', name: 'a new namespace', change: cluster('', 'namespaces', { verb: 'create', body: { metadata: { name: 'x' } } }), refusal: 'create of namespaces is not allowed on a real cluster' },
  { guard: 'refuseVerb', name: 'the end of a node', change: { ...node, verb: 'delete' }, refusal: 'delete of nodes is not allowed on a real cluster' },
  { guard: 'refuseVerb', name: 'endpoints that lead traffic elsewhere', change: namespaced('discovery.k8s.io', 'endpointslices', { verb: 'create', body: {} }), refusal: 'create of endpointslices.discovery.k8s.io is not allowed on a real cluster' },
  { guard: 'refuseSubresource', name: 'the proxy of a node', change: { ...node, verb: 'get', subresource: 'proxy' }, refusal: 'get of nodes/proxy is not allowed on a real cluster' },
  { guard: 'refuseSubresource', name: 'the proxy of a pod', change: { name: 'a', subresource: 'proxy' }, refusal: 'get of pods/proxy is not allowed on a real cluster' },
  { guard: 'refuseSubresource', name: 'a status that is made up', change: patch({ ...deployment, subresource: 'status' }, { status: { readyReplicas: 3 } }), refusal: 'patch of deployments.apps/status is not allowed on a real cluster' },
  { guard: 'refuseSubresource', name: 'a binding around the scheduler', change: { verb: 'create', name: 'a', subresource: 'binding', body: {} }, refusal: 'create of pods/binding is not allowed on a real cluster' },
  { guard: 'refuseOtherNamespace', name: 'secrets of the system', change: core('secrets', { verb: 'list', namespace: 'kube-system' }), refusal: 'namespace kube-system is not one of the task: serving, data' },
  { guard: 'refuseOtherNamespace', name: 'pods of all namespaces', change: { verb: 'list', namespace: undefined }, refusal: 'only the namespaces of the task can be used on a real cluster: serving, data' },
  { guard: 'refuseOtherNamespace', name: 'a shell in a pod of the system', change: { verb: 'create', namespace: 'kube-system', name: 'etcd', subresource: 'exec', query: { command: ['sh'] } }, refusal: 'namespace kube-system is not one of the task: serving, data' },
  { guard: 'refuseOtherNamespace', name: 'a port of a pod of somebody', change: { verb: 'create', namespace: 'default', name: 'db', subresource: 'portforward' }, refusal: 'namespace default is not one of the task: serving, data' },
  { guard: 'refuseOtherNamespace', name: 'the sandbox\'s own namespace', change: core('serviceaccounts', { verb: 'create', namespace: 'podflight-s1', name: 'podflight-learner', subresource: 'token', body: {} }), refusal: 'namespace podflight-s1 is not one of the task: serving, data' },
  { guard: 'refuseUndeclared', name: 'an object outside namespaces that the task does not declare', change: cluster('storage.k8s.io', 'storageclasses', { verb: 'delete', name: 'mine' }), refusal: 'the task does not declare that it changes storageclasses.storage.k8s.io' },
  { guard: 'refuseOtherNamespaceObject', name: 'labels of the system\'s namespace', change: patch({ ...namespace, name: 'kube-system' }, { metadata: { labels: { a: 'b' } } }), refusal: 'namespace kube-system is not one of the task' },
  { guard: 'refuseSandboxObject', name: 'the end of the sandbox\'s network policy', change: namespaced('networking.k8s.io', 'networkpolicies', { verb: 'delete', name: 'podflight-network' }), refusal: 'podflight-network belongs to the sandbox' },
  { guard: 'refuseSandboxObject', name: 'the end of all quotas', change: core('resourcequotas', { verb: 'deletecollection' }), refusal: 'resourcequotas cannot be deleted all at once: some belong to the sandbox' },
  { guard: 'refuseTokenRequest', name: 'a token for another audience', change: core('serviceaccounts', { verb: 'create', name: 'a', subresource: 'token', body: { spec: { audiences: ['vault'] } } }), refusal: 'a token for another audience cannot be made on a real cluster' },
  { guard: 'refuseTokenRequest', name: 'a token for a year', change: core('serviceaccounts', { verb: 'create', name: 'a', subresource: 'token', body: { spec: { expirationSeconds: 31_536_000 } } }), refusal: 'a token on a real cluster lives at most 3600 s' },
  { guard: 'refuseForeignObject', name: 'a node that is not lent', change: patch({ ...node, name: 'podflight-worker2' }, { spec: { unschedulable: true } }), refusal: notTheTask('nodes', 'podflight-worker2') },
  { guard: 'refuseForeignObject', name: 'a priority class of the system', change: cluster('scheduling.k8s.io', 'priorityclasses', { verb: 'delete', name: 'system-node-critical' }), refusal: notTheTask('priorityclasses.scheduling.k8s.io', 'system-node-critical') },
  { guard: 'refuseForeignObject', name: 'what another session made', change: patch(cluster('scheduling.k8s.io', 'priorityclasses', { name: 'theirs' }), { value: 1 }), refusal: notTheTask('priorityclasses.scheduling.k8s.io', 'theirs') },

  { guard: 'refuseUnseenReach', name: 'a policy for nodes', change: policy({ verb: 'create', body: { spec: { matchConstraints: { resourceRules: [{ resources: ['nodes'], scope: 'Cluster' }] } } } }), refusal: 'a policy on a real cluster cannot match objects outside namespaces' },
  { guard: 'refuseUnseenReach', name: 'a binding whose selector is taken away by an operation', change: patch(binding({ name: 'mine' }), [{ op: 'remove', path: '/spec/matchResources' }], operations), refusal: 'a policy on a real cluster cannot be changed by single operations: apply it as a whole' },
  { guard: 'refuseUnseenReach', name: 'a binding whose selector is replaced', change: patch(binding({ name: 'mine' }), { spec: { matchResources: { $patch: 'replace' } } }, 'application/strategic-merge-patch+json'), refusal: 'a policy on a real cluster cannot be replaced in part: apply it as a whole' },
  { guard: 'refuseUnseenReach', name: 'a binding that loses all it says', change: patch(binding({ name: 'mine' }), { spec: null }), refusal: 'a policy on a real cluster cannot be replaced in part: apply it as a whole' },

  { guard: 'refuseLargeBody', name: 'a manifest of a megabyte', change: core('configmaps', { verb: 'create', body: { metadata: { name: 'a' }, data: { a: 'x'.repeat(300_000) } } }), refusal: 'a manifest is at most 256 KB' },
  { guard: 'refuseDeepBody', name: 'a manifest nested a hundred times', change: { verb: 'create', body: Array.from({ length: 100 }).reduce<Json>((inner) => ({ a: inner }), 1) }, refusal: 'a manifest is at most 64 levels deep' },
  { guard: 'refusePrototypeKey', name: 'a key of JavaScript', change: { verb: 'create', body: JSON.parse('{"metadata": {"labels": {"__proto__": {"x": "y"}}}}') as Json }, refusal: 'a manifest cannot have the key "__proto__"' },
  { guard: 'refusePrototypeKey', name: 'a key of JavaScript in YAML', change: { verb: 'create', contentType: 'application/yaml', body: 'metadata:\n  constructor: {a: b}\n' }, refusal: 'a manifest cannot have the key "constructor"' },
  { guard: 'refuseFinalizer', name: 'a finalizer', change: create({}, { finalizers: ['example.com/stay'] }), refusal: noFinalizers },
  { guard: 'refuseFinalizer', name: 'a finalizer of a template', change: patch(deployment, { spec: { template: { metadata: { finalizers: ['example.com/stay'] } } } }), refusal: noFinalizers },
  { guard: 'refuseFinalizer', name: 'a finalizer by an operation', change: patch(deployment, [{ op: 'add', path: '/metadata/finalizers', value: ['example.com/stay'] }], operations), refusal: noFinalizers },
  { guard: 'refuseFinalizer', name: 'a finalizer by an escaped path', change: patch(deployment, [{ op: 'add', path: '/metadata/finalizers/-', value: 'example.com~1stay' }], operations), refusal: noFinalizers },
  { guard: 'refuseFinalizer', name: 'a finalizer by a text of YAML', change: patch(deployment, 'metadata: {finalizers: [example.com/stay]}', 'application/apply-patch+yaml'), refusal: noFinalizers },
  { guard: 'refuseForeignOwner', name: 'a node as owner', change: create({}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'podflight-worker', uid: 'u' }] }), refusal: foreignOwner },
  { guard: 'refuseForeignOwner', name: 'a custom owner by an operation', change: patch(deployment, [{ op: 'add', path: '/metadata/ownerReferences', value: [{ apiVersion: 'x.io/v1', kind: 'Thing', name: 'x', uid: 'u' }] }], operations), refusal: foreignOwner },
  { guard: 'refuseHostAccess', name: 'the network of the node', change: create({ hostNetwork: true }), refusal: 'hostNetwork is not allowed on a real cluster: it reaches the node' },
  { guard: 'refuseHostAccess', name: 'the processes of the node in a template', change: patch(deployment, { spec: { template: { spec: { hostPID: true } } } }), refusal: 'hostPID is not allowed on a real cluster: it reaches the node' },
  { guard: 'refuseHostAccess', name: 'a privileged container', change: create({ containers: [{ name: 'a', image: 'x', securityContext: { privileged: true } }] }), refusal: 'privileged is not allowed on a real cluster: it reaches the node' },
  { guard: 'refuseHostAccess', name: 'a privileged container for debugging', change: patch({ ...pods, name: 'a', subresource: 'ephemeralcontainers' }, { spec: { ephemeralContainers: [{ name: 'd', image: 'x', securityContext: { privileged: true } }] } }, 'application/strategic-merge-patch+json'), refusal: 'privileged is not allowed on a real cluster: it reaches the node' },
  { guard: 'refuseHostAccess', name: 'a port of the node', change: create({ containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 80, hostPort: 80 }] }] }), refusal: 'hostPort is not allowed on a real cluster: it reaches the node' },
  { guard: 'refuseHostAccess', name: 'the network of the node copied from elsewhere', change: patch(deployment, [{ op: 'copy', from: '/spec/paused', path: '/spec/template/spec/hostNetwork' }], operations), refusal: 'hostNetwork is not allowed on a real cluster: it reaches the node' },
  { guard: 'refuseHostVolume', name: 'files of the node', change: create({ volumes: [{ name: 'root', hostPath: { path: '/' } }] }), refusal: onlyVolumes },
  { guard: 'refuseHostVolume', name: 'files of the node in a cron job', change: namespaced('batch', 'cronjobs', { verb: 'create', body: { spec: { jobTemplate: { spec: { template: { spec: { volumes: [{ name: 'root', hostPath: { path: '/' } }] } } } } } } }), refusal: onlyVolumes },
  { guard: 'refuseHostVolume', name: 'files of the node by an operation', change: patch(deployment, [{ op: 'add', path: '/spec/template/spec/volumes/-', value: { name: 'root', hostPath: { path: '/' } } }], operations), refusal: onlyVolumes },
  { guard: 'refuseHostVolume', name: 'files of another machine', change: create({ volumes: [{ name: 'nas', nfs: { server: '10.0.0.1', path: '/' } }] }), refusal: onlyVolumes },
  { guard: 'refuseHostVolume', name: 'a persistent volume of the node', change: cluster('', 'persistentvolumes', { verb: 'create', body: { metadata: { name: 'pv' }, spec: { hostPath: { path: '/' } } } }), refusal: onlyVolumes },
  { guard: 'refuseHostVolume', name: 'a persistent volume of a disk of the node', change: cluster('', 'persistentvolumes', { verb: 'create', body: { metadata: { name: 'pv' }, spec: { local: { path: '/' } } } }), refusal: 'a persistent volume on a real cluster cannot be of a host or of another machine' },
  { guard: 'refuseHostVolume', name: 'a path of the node in a storage class', change: cluster('storage.k8s.io', 'storageclasses', { verb: 'create', body: { metadata: { name: 'a' }, provisioner: 'rancher.io/local-path', parameters: { pathPattern: '../../etc' } } }), refusal: 'a StorageClass on a real cluster cannot have parameters: they can name paths of the node' },
  { guard: 'refuseExternalAddress', name: 'a Service that takes traffic of others', change: core('services', { verb: 'create', body: { metadata: { name: 'dns' }, spec: { externalIPs: ['8.8.8.8'] } } }), refusal: 'externalIPs of a Service are not allowed on a real cluster' },
  { guard: 'refuseBridgeLabel', name: 'an object for another session\'s clean-up', change: create({}, { labels: { 'podflight.dev/session': 's2' } }), refusal: '"podflight.dev/session" is written by Podflight alone' },
  { guard: 'refuseBridgeLabel', name: 'a forged loan', change: patch(node, { metadata: { annotations: { 'podflight.dev/loan': '{}' } } }), refusal: '"podflight.dev/loan" is written by Podflight alone' },
  { guard: 'refuseBodyNamespace', name: 'a body for another namespace', change: create({}, { namespace: 'kube-system' }), refusal: 'the manifest is for namespace "kube-system", the request for "serving"' },
  { guard: 'refuseSandboxIdentity', name: 'a pod with the learner\'s own token', change: create({ serviceAccountName: 'podflight-learner' }), refusal: 'a pod cannot run as the service account of the sandbox' },
  { guard: 'refuseNodeChange', name: 'another provider of a node', change: patch(node, { spec: { providerID: 'aws:///x' } }), refusal: 'spec.providerID of a node cannot be changed on a real cluster' },
  { guard: 'refuseNodeChange', name: 'another name of a node', change: patch(node, { metadata: { labels: { 'kubernetes.io/hostname': 'x' } } }), refusal: 'metadata.labels.kubernetes.io/hostname of a node cannot be changed on a real cluster' },
  { guard: 'refuseNodeChange', name: 'a control plane of a worker', change: patch(node, [{ op: 'add', path: '/metadata/labels/node-role.kubernetes.io~1control-plane', value: '' }], operations), refusal: 'metadata.labels.node-role.kubernetes.io/control-plane of a node cannot be changed on a real cluster' },
  { guard: 'refuseWeakerNamespace', name: 'privileged pods', change: patch(namespace, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }), refusal: weaker },
  { guard: 'refuseWeakerNamespace', name: 'a namespace without Pod Security', change: patch(namespace, [{ op: 'remove', path: '/metadata/labels/pod-security.kubernetes.io~1enforce' }], operations), refusal: weaker },
  { guard: 'refuseWeakerNamespace', name: 'the Pod Security of an old version', change: patch(namespace, { metadata: { labels: { 'pod-security.kubernetes.io/enforce-version': 'v1.0' } } }), refusal: weaker },
  { guard: 'refuseLabelLoss', name: 'all labels of a namespace at once', change: patch(namespace, { metadata: { labels: null } }), refusal: labelLoss },
  { guard: 'refuseLabelLoss', name: 'new labels in place of all', change: patch(namespace, { metadata: { labels: { $patch: 'replace', a: 'b' } } }, 'application/strategic-merge-patch+json'), refusal: labelLoss },
  { guard: 'refuseLabelLoss', name: 'new labels by an operation', change: patch(namespace, [{ op: 'replace', path: '/metadata/labels', value: { a: 'b' } }], operations), refusal: labelLoss },
  { guard: 'refuseLabelLoss', name: 'new labels by an operation with an odd path', change: patch(namespace, [{ op: 'replace', path: 'x/metadata/labels', value: { a: 'b' } }], operations), refusal: labelLoss },
  { guard: 'refuseLabelLoss', name: 'a label that is moved away', change: patch(cluster('scheduling.k8s.io', 'priorityclasses', { name: 'mine' }), [{ op: 'move', from: '/metadata/labels', path: '/metadata/annotations' }], operations), refusal: labelLoss },
  { guard: 'refuseClusterDefault', name: 'a priority for everybody', change: cluster('scheduling.k8s.io', 'priorityclasses', { verb: 'create', body: { metadata: { name: 'a' }, value: 1, globalDefault: true } }), refusal: 'globalDefault acts on the whole cluster, which a task cannot do on a real one' },
  { guard: 'refuseClusterDefault', name: 'storage for everybody', change: cluster('storage.k8s.io', 'storageclasses', { verb: 'create', body: { metadata: { name: 'a', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } } }), refusal: 'storageclass.kubernetes.io/is-default-class acts on the whole cluster, which a task cannot do on a real one' },
  { guard: 'refuseClusterDefault', name: 'rights that add to those of every administrator', change: cluster('rbac.authorization.k8s.io', 'clusterroles', { verb: 'create', body: { metadata: { name: 'a', labels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } } } }), refusal: 'rbac.authorization.k8s.io/aggregate-to-admin acts on the whole cluster, which a task cannot do on a real one' },
  { guard: 'refuseForeignSubject', name: 'rights over the cluster for everybody', change: cluster('rbac.authorization.k8s.io', 'clusterrolebindings', { verb: 'create', body: { metadata: { name: 'a' }, subjects: [{ kind: 'Group', name: 'system:authenticated' }] } }), refusal: 'a ClusterRoleBinding on a real cluster may name only service accounts of the task' },
  { guard: 'refuseForeignSubject', name: 'rights over the cluster for an account elsewhere', change: patch(cluster('rbac.authorization.k8s.io', 'clusterrolebindings', { name: 'mine' }), [{ op: 'add', path: '/subjects/-', value: { kind: 'ServiceAccount', namespace: 'kube-system', name: 'x' } }], operations), refusal: 'a ClusterRoleBinding on a real cluster may name only service accounts of the task' },
]

describe('attacks of the learner\'s side', () => {
  it.each(attacks)('$guard: keeps out $name', async ({ change, refusal }) => {
    expect(await sent(change)).toBe(refusal)
  })

  it('withSessionLabel: what is made outside namespaces bears the session\'s label, whatever it says itself', async () => {
    const made = await sent(cluster('scheduling.k8s.io', 'priorityclasses', { verb: 'create', body: { metadata: { name: 'a', labels: { team: 'x' } }, value: 1 } }))
    expect(made).toMatchObject({ body: { metadata: { labels: { team: 'x', 'podflight.dev/session': 's1' } } } })
  })
})

describe('policies of a task', () => {
  const own = { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['serving', 'data'] }
  const prod = { key: 'env', operator: 'In', values: ['prod'] }
  const cases: readonly { readonly name: string; readonly change: Change; readonly spec: object }[] = [
    { name: 'a binding without a selector', change: binding({ verb: 'create', body: { spec: { policyName: 'p' } } }), spec: { policyName: 'p', matchResources: { namespaceSelector: { matchExpressions: [own] } } } },
    { name: 'a binding with a selector', change: binding({ verb: 'create', body: { spec: { matchResources: { namespaceSelector: { matchLabels: { env: 'prod' }, matchExpressions: [prod] } } } } }), spec: { matchResources: { namespaceSelector: { matchLabels: { env: 'prod' }, matchExpressions: [prod, own] } } } },
    { name: 'a binding that names another namespace', change: binding({ verb: 'create', body: { spec: { matchResources: { namespaceSelector: { matchExpressions: [{ ...own, values: ['kube-system'] }] } } } } }), spec: { matchResources: { namespaceSelector: { matchExpressions: [own] } } } },
    { name: 'a binding that is applied by the server', change: patch(binding({ name: 'mine' }), 'spec: {policyName: p}', 'application/apply-patch+yaml'), spec: { policyName: 'p', matchResources: { namespaceSelector: { matchExpressions: [own] } } } },
    { name: 'a patch that takes the selector away', change: patch(binding({ name: 'mine' }), { spec: { matchResources: null } }), spec: { matchResources: { namespaceSelector: { matchLabels: null, matchExpressions: [own] } } } },
    { name: 'a patch that takes expressions away', change: patch(binding({ name: 'mine' }), { spec: { matchResources: { namespaceSelector: { matchExpressions: null } } } }), spec: { matchResources: { namespaceSelector: { matchExpressions: [own] } } } },
    { name: 'a patch that takes a variable away', change: patch(policy({ name: 'mine' }), { spec: { variables: [{ $patch: 'delete', name: 'x' }], '$setElementOrder/variables': [] } }, 'application/strategic-merge-patch+json'), spec: { variables: [{ $patch: 'delete', name: 'x' }], '$setElementOrder/variables': [] } },
    { name: 'a patch of other fields', change: patch(binding({ name: 'mine' }), { spec: { validationActions: ['Warn'] } }), spec: { validationActions: ['Warn'] } },
    { name: 'a policy for all scopes', change: policy({ verb: 'create', body: { spec: { matchConstraints: { resourceRules: [{ resources: ['*'], scope: '*' }] } } } }), spec: { matchConstraints: { resourceRules: [{ resources: ['*'], scope: 'Namespaced' }] } } },
  ]
  it.each(cases)('withTaskScope: act on its namespaces alone: $name', async ({ change, spec }) => {
    expect(await sent(change)).toMatchObject({ body: { spec } })
    expect(((await sent(change)) as { body: { spec: object } }).body.spec).toEqual(spec)
  })
})

const allowed: readonly { readonly name: string; readonly change: Change }[] = [
  { name: 'pods of the task', change: create({ volumes: [{ name: 'c', configMap: { name: 'c' } }, { name: 't', emptyDir: {} }], nodeSelector: { accelerator: 'a100' } }) },
  { name: 'a shell in an own pod', change: { verb: 'create', name: 'a', subresource: 'exec', query: { command: ['ls'], stdout: true } } },
  { name: 'a whole object that was read before, with the finalizers of Kubernetes', change: core('persistentvolumeclaims', { verb: 'update', name: 'a', body: { metadata: { name: 'a', finalizers: ['kubernetes.io/pvc-protection'] } } }) },
  { name: 'taking a finalizer away', change: patch(core('persistentvolumeclaims', { name: 'a' }), { metadata: { finalizers: null } }) },
  { name: 'an owner of the same namespace', change: create({}, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'a', uid: 'u' }] }) },
  { name: 'a taint of a lent node', change: patch(node, { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }], unschedulable: true } }, 'application/strategic-merge-patch+json') },
  { name: 'a stricter Pod Security', change: patch(namespace, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } }) },
  { name: 'a label of the namespace', change: patch(namespace, [{ op: 'add', path: '/metadata/labels/team', value: 'a' }], operations) },
  { name: 'an own priority class', change: cluster('scheduling.k8s.io', 'priorityclasses', { verb: 'delete', name: 'mine' }) },
  { name: 'a question about the own rights', change: cluster('authorization.k8s.io', 'selfsubjectaccessreviews', { verb: 'create', body: { spec: {} } }) },
  { name: 'the nodes to look at', change: cluster('', 'nodes', { verb: 'list' }) },
  { name: 'a ConfigMap that speaks of hosts', change: core('configmaps', { verb: 'create', body: { metadata: { name: 'a' }, data: { hostPath: '/', hostNetwork: 'true', volumes: 'x' } } }) },
]

describe('the learner\'s side may use', () => {
  it.each(allowed)('$name', async ({ change }) => {
    expect(await sent(change)).toMatchObject({ resource: change.resource ?? 'pods' })
  })

  it('YAML, which is read once and sent as JSON', async () => {
    expect(await sent({ ...pods, verb: 'create', contentType: 'application/yaml', body: 'metadata: {name: a}\nspec: {hostNetwork: no}\n' })).toMatchObject({ body: { metadata: { name: 'a' }, spec: { hostNetwork: false } } })
    expect(await sent({ ...pods, verb: 'create', contentType: 'application/yaml', body: 'spec: [' })).toMatch(/^yaml: /)
  })
})
