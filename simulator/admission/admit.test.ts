import { describe, expect, it } from 'vitest'
import { admitCreate, admitDelete } from './admit.ts'
import { createPod, created, readerOf, refusalOf, requestFor, updated } from './testing/requests.ts'

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: app, image: nginx}]\n'

function createYaml(text: string, fieldValidation: 'Strict' | 'Warn' | 'Ignore' = 'Strict'): ReturnType<typeof admitCreate> {
  return admitCreate(requestFor('v1', 'Pod', text, { fieldValidation }), readerOf())
}

describe('a body is refused', () => {
  const cases: [name: string, text: string, refusal: string][] = [
    ['for an unknown field, with its path', `${pod}  replica: 1\n`, 'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.replica"'],
    ['for a key that stands there twice', `${pod}  nodeName: a\n  nodeName: b\n`, 'Pod in version "v1" cannot be handled as a Pod: strict decoding error: yaml: unmarshal errors:\n  line 7: key "nodeName" already set in map'],
    ['for a value of the wrong type, before all else', `${pod}  replica: 1\n  hostNetwork: 'yes'\n`, 'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
    ['for another kind than the path has', 'apiVersion: v1\nkind: Secret\n', 'Secret in version "v1" cannot be handled as a Pod: converting (v1.Secret) to (core.Pod): unknown conversion'],
    ['for another namespace than the path has', pod.replace('web}', 'web, namespace: other}'), 'the namespace of the provided object does not match the namespace sent on the request'],
    ['for a text that is no object', '- a\n', 'couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct'],
    ['for what no pod may be', pod.replace('nginx', "''"), 'Pod "web" is invalid: spec.containers[0].image: Required value'],
    ['for a key that would change prototypes', `${pod}__proto__: {polluted: true}\n`, 'unknown field "__proto__"'],
  ]
  it.each(cases)('%s', (_name, text, refusal) => expect(refusalOf(createYaml(text))).toContain(refusal))
  it('for ten thousand unknown fields, naming a hundred', () => {
    const text = pod + Array.from({ length: 10_000 }, (_, index) => `x${index}: 1\n`).join('')
    const names = refusalOf(createYaml(text)).match(/unknown field/g)
    expect(names).toHaveLength(100)
  })
})

describe('an unknown field', () => {
  it('is a warning where that is asked for', () => {
    const admission = createYaml(`${pod}  replica: 1\n`, 'Warn')
    expect(admission.ok && admission.warnings).toEqual(['unknown field "spec.replica"'])
  })
  it('is dropped in silence where nobody asks', () => {
    const admission = createYaml(`${pod}  replica: 1\n`, 'Ignore')
    expect(admission.warnings).toEqual([])
    expect(admission.ok && admission.object.spec).not.toHaveProperty('replica')
  })
})

describe('a new object', () => {
  it('gets the defaults of its kind and what the plugins add', () => {
    const admission = createPod()
    expect(admission.ok && admission.object).toMatchObject({
      metadata: { namespace: 'lab', generation: 1 }, status: { phase: 'Pending', qosClass: 'BestEffort' },
      spec: { restartPolicy: 'Always', serviceAccountName: 'default', priority: 0, volumes: [{ name: 'kube-api-access-abcde' }] },
    })
  })
  it('loses the status and the times that its author wrote', () => {
    const object = created('apps/v1', 'ReplicaSet', { metadata: { name: 'web', creationTimestamp: '2020-01-01T00:00:00Z' }, spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } } }, status: { replicas: 9 } })
    expect(object.metadata.creationTimestamp).toBeUndefined()
    expect(object.status).toEqual({ replicas: 0 })
  })
  it('is not changed by what its caller does with the request afterwards', () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'one' } }
    const admission = admitCreate(requestFor('v1', 'ConfigMap', body), readerOf())
    body.data.key = 'two'
    expect(admission.ok && admission.object).toMatchObject({ data: { key: 'one' } })
  })
  it('of a kind without rules is checked by its metadata', () => {
    const widget = (metadata: object): ReturnType<typeof admitCreate> => admitCreate(requestFor('storage.k8s.io/v1', 'CSIDriver', { metadata, spec: { podInfoOnMount: true } }), readerOf())
    expect(widget({ name: 'csi.example.com', uid: 'x' })).toMatchObject({ ok: true, object: { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'csi.example.com' }, spec: { podInfoOnMount: true } } })
    expect(refusalOf(widget({ name: 'a', label: {} }))).toContain('unknown field "metadata.label"')
    expect(refusalOf(widget({}))).toContain('metadata.name: Required value: name or generateName is required')
  })
  it('of an old version is stored as the new one', () => {
    const object = created('autoscaling/v1', 'HorizontalPodAutoscaler', { metadata: { name: 'web' }, spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } })
    expect(object).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { metrics: [{ resource: { target: { averageUtilization: 50 } } }] } })
  })
})

describe('an update', () => {
  const deployment = created('apps/v1', 'Deployment', { metadata: { name: 'web' }, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'b' }] } } } })
  const spec = deployment.spec as object
  it('counts the generation when the spec changes', () => {
    const admission = updated(deployment, { spec: { ...spec, replicas: 5 } })
    expect(admission.ok && admission.object.metadata.generation).toBe(2)
  })
  it('keeps the generation when labels change', () => {
    const admission = updated(deployment, { metadata: { ...deployment.metadata, labels: { a: 'b' } } })
    expect(admission.ok && admission.object.metadata.generation).toBe(1)
  })
  it('of the status leaves the spec alone', () => {
    const admission = updated(deployment, { spec: { ...spec, replicas: 5 }, status: { replicas: 2 } }, { subresource: 'status' })
    expect(admission.ok && admission.object).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 2 } })
  })
  const refusals: [name: string, change: object, refusal: string][] = [
    ['of an immutable selector is refused', { spec: { ...spec, selector: { matchLabels: { app: 'x' } } } }, 'field is immutable'],
    ['of an older version is a conflict', { metadata: { ...deployment.metadata, resourceVersion: '0' } }, 'the object has been modified; please apply your changes to the latest version and try again'],
    ['of another object of that name is a conflict', { metadata: { ...deployment.metadata, uid: 'OTHER' } }, 'Precondition failed: UID in precondition: OTHER, UID in object meta: UID'],
    ['of another name than the path has is refused', { metadata: { ...deployment.metadata, name: 'api' } }, 'the name of the object (api) does not match the name on the URL (web)'],
  ]
  it.each(refusals)('%s', (_name, change, refusal) => expect(refusalOf(updated(deployment, change))).toContain(refusal))
})

describe('a delete', () => {
  const cases: [name: string, apiVersion: string, kind: string, object: string, refusal: string | undefined][] = [
    ['of a system namespace is refused', 'v1', 'Namespace', 'kube-system', 'this namespace may not be deleted'],
    ['of a system priority class is refused', 'scheduling.k8s.io/v1', 'PriorityClass', 'system-node-critical', 'this is a system priority class and cannot be deleted'],
    ['of anything else goes through', 'v1', 'Namespace', 'lab', undefined],
  ]
  it.each(cases)('%s', (_name, apiVersion, kind, name, refusal) => {
    const { body: _body, ...request } = requestFor(apiVersion, kind, {}, { name })
    const status = admitDelete(request, { apiVersion, kind, metadata: { name } }, readerOf())
    if (refusal === undefined) expect(status).toBeUndefined()
    else expect(status?.message).toContain(refusal)
  })
})
