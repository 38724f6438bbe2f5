/** Random requests: good ones with something wrong in them. Drawn from a seed, so that a run can be repeated. */

const pod = {
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: { app: 'x' } },
  spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }], resources: { limits: { cpu: '1', memory: '1Gi' } }, readinessProbe: { httpGet: { path: '/', port: 80 } } }], volumes: [{ name: 'v', emptyDir: {} }] },
}

/** Objects that the server takes, each with where it belongs. */
export const seeds = [
  { path: '/api/v1/namespaces/default/pods', body: pod },
  { path: '/api/v1/namespaces/default/configmaps', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } } },
  { path: '/api/v1/namespaces/default/services', body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { selector: { app: 'x' }, ports: [{ port: 80, targetPort: 'http' }] } } },
  { path: '/api/v1/namespaces/default/secrets', body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { k: 'AAEC' } } },
  { path: '/apis/apps/v1/namespaces/default/deployments', body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 1, selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: pod.spec } } } },
  { path: '/apis/batch/v1/namespaces/default/jobs', body: { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec: { template: { spec: { ...pod.spec, restartPolicy: 'Never' } } } } },
  { path: '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', body: { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h' }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] } } },
  { path: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles', body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] } },
  { path: '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', body: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'n' }, spec: { podSelector: {} } } },
] as const

const otherPaths = ['/api/v1/namespaces', '/api/v1/nodes', '/api/v1/namespaces/default/events', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/api/v1/pods']
const names = ['default', 'kube-root-ca.crt', '__proto__', 'constructor', '%00', '..%2f..', 'é', 'x'.repeat(300)]
const subresources = ['status', 'scale', 'log', 'eviction', 'binding', 'token', 'finalize', 'ephemeralcontainers', 'resize', 'exec', 'proxy', '__proto__']
const queries = [
  'limit=1', 'limit=-1', 'limit=x', 'continue=abc', 'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ', 'labelSelector=a%3Db', 'labelSelector=a+in+(b', 'fieldSelector=metadata.name%3Dp', 'fieldSelector=%3D', 'watch=true', 'watch=true&resourceVersion=x',
  'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true', 'resourceVersion=99999999', 'dryRun=All', 'dryRun=x', 'fieldValidation=Strict', 'fieldValidation=x', 'fieldManager=f', 'force=true',
  'propagationPolicy=x', 'gracePeriodSeconds=-5', 'container=c&tailLines=-1', 'follow=true', '__proto__=1', '%zz', 'timeoutSeconds=0',
]
const methods = ['GET', 'POST', 'POST', 'POST', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'DELETE']
const bodyTypes = ['application/json', 'application/json', 'application/yaml']
const patchTypes = ['application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/json-patch+json', 'application/apply-patch+yaml']
const accepts = ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/vnd.kubernetes.protobuf,application/json', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/yaml', '*/*']
const oddValues: readonly unknown[] = [null, true, -1, 1e308, 0.5, 2 ** 53, '', 'x'.repeat(2000), '\u0000', '1e999999999', '${a}', [], {}, [null], { $patch: 'delete' }, { $patch: 'x' }, { '$setElementOrder/containers': [{ name: 'c' }] }, { $retainKeys: ['a'] }]
const oddKeys = ['__proto__', 'constructor', 'toString', '', 'a.b', '$patch', 'metadata', 'items', 'kind', 'apiVersion', 'finalizers', 'ownerReferences', 'managedFields']
const patches: readonly unknown[] = [
  [{ op: 'add', path: '/__proto__/x', value: 1 }], [{ op: 'replace', path: '/metadata/labels', value: [] }], [{ op: 'move', from: '/metadata', path: '/metadata/x' }], [{ op: 'copy', from: '', path: '/a' }], [{ op: 'test', path: '/spec', value: 1 }], [{}], [null],
]

export type Seed = (typeof seeds)[number]

/** A stream of random choices. */
export class RandomInput {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A number from 0 up to 1. Models mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)]!
  }

  /** Where a request for a seed goes: mostly to the seed's own place. */
  target(seed: Seed): { readonly method: string; readonly path: string } {
    const method = this.pick(methods)
    let path: string = this.chance(0.05) ? this.pick(otherPaths) : seed.path
    if (this.chance(method === 'POST' ? 0.1 : 0.95)) path += `/${this.chance(0.9) ? seed.body.metadata.name : this.pick(names)}`
    if (this.chance(0.12)) path += `/${this.pick(subresources)}`
    if (this.chance(0.02)) path = path.replace(/\/[a-z]+/, `/${this.pick(names)}`)
    if (this.chance(0.25)) path += `?${this.pick(queries)}`
    if (path.includes('?') && this.chance(0.3)) path += `&${this.pick(queries)}`
    return { method, path: path.replace(/[^\u0021-\u007e]/g, (character) => encodeURIComponent(character)) }
  }

  contentType(method: string): string {
    if (this.chance(0.03)) return this.pick(['', 'text/plain', 'application/json; charset=x'])
    return this.pick(method === 'PATCH' ? patchTypes : bodyTypes)
  }

  accept(): string {
    return this.pick(accepts)
  }

  body(seed: Seed): string {
    if (this.chance(0.15)) return JSON.stringify(this.pick(patches))
    const value = this.changed(structuredClone(seed.body) as unknown)
    const text = JSON.stringify(value)
    return this.chance(0.08) ? this.cut(text) : text
  }

  damaged(bytes: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(bytes)
    for (let i = this.next() * 4; i > 0; i--) copy[Math.floor(this.next() * copy.length)] = Math.floor(this.next() * 256)
    return this.chance(0.3) ? copy.subarray(0, Math.floor(this.next() * copy.length)) : copy
  }

  private cut(text: string): string {
    const at = Math.floor(this.next() * text.length)
    return this.chance(0.5) ? text.slice(0, at) : text.slice(0, at) + this.pick(['"', '}', '\\u', ',', '[', '\n\t', '{"a":'.repeat(500)]) + text.slice(at)
  }

  /** A value with some members changed, removed or added. */
  private changed(value: unknown): unknown {
    if (this.chance(0.02)) return this.pick(oddValues)
    if (Array.isArray(value)) {
      const items = value.map((item) => this.changed(item))
      return this.chance(0.1) ? [...items, ...items] : items
    }
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).filter(() => !this.chance(0.015)).map(([key, member]) => [key, this.changed(member)] as const)
    const added = this.chance(0.05) ? [[this.pick(oddKeys), this.pick(oddValues)] as const] : []
    const made: { [key: string]: unknown } = {}
    for (const [key, member] of [...entries, ...added]) Object.defineProperty(made, key, { value: member, enumerable: true, configurable: true, writable: true })
    return made
  }
}
