import { describe, expect, it } from 'vitest'
import { parseYaml, splitYamlDocuments } from '../../api/yaml/documents.ts'
import { buildKustomization } from './build.ts'

const pod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: runner
  containers:
  - name: web
    image: registry:5000/web:1
    ports: [{containerPort: 80, protocol: TCP}]
  - {name: log, image: log}
`

function build(files: { readonly [path: string]: string }) {
  const all = new Map(Object.entries(files).map(([path, text]) => [`/app/${path}`, text]))
  return buildKustomization({ read: (path) => all.get(path), isDirectory: (path) => [...all.keys()].some((file) => file.startsWith(`${path}/`)), missing: (path) => `${path} is missing` }, '/app')
}

function objects(files: { readonly [path: string]: string }) {
  const result = build(files)
  if ('error' in result) throw new Error(result.error)
  return splitYamlDocuments(result.yaml).documents.map((document) => {
    const parsed = parseYaml(document)
    if ('error' in parsed) throw new Error(parsed.error)
    return parsed.value as { kind: string; metadata: { name: string; namespace?: string }; spec: { [field: string]: never } & { containers: { name: string; image: string; ports?: object[] }[] }; subjects?: object[] }
  })
}

const patched = (patch: string) => objects({ 'kustomization.yaml': 'resources: [pod.yaml]\npatches:\n- path: p.yaml\n', 'pod.yaml': pod, 'p.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n${patch}` })[0]!

describe('a strategic patch', () => {
  it('puts what it names before the rest', () => {
    expect(patched('spec:\n  containers:\n  - {name: new, image: n}\n  - {name: log, image: l2}\n').spec.containers.map(({ name }) => name)).toEqual(['new', 'log', 'web'])
  })
  it('finds a port by what both sides say of it', () => {
    expect(patched('spec:\n  containers:\n  - name: web\n    ports: [{containerPort: 80, name: http}]\n').spec.containers[0]?.ports).toEqual([{ containerPort: 80, protocol: 'TCP', name: 'http' }])
  })
  it('deletes an element', () => {
    expect(patched('spec:\n  containers:\n  - {name: log, $patch: delete}\n').spec.containers.map(({ name }) => name)).toEqual(['web'])
  })
  it('replaces a list', () => {
    expect(patched('spec:\n  containers:\n  - $patch: replace\n  - {name: only, image: o}\n').spec.containers).toEqual([{ name: 'only', image: 'o' }])
  })
  it('of another type than the field is an error', () => {
    expect(build({ 'kustomization.yaml': 'resources: [pod.yaml]\npatches:\n- path: p.yaml\n', 'pod.yaml': pod, 'p.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: text\n' })).toHaveProperty('error')
  })
})

describe('names', () => {
  const rbac = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: rb}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects:\n- {kind: ServiceAccount, name: runner}\n'
  const all = objects({ 'kustomization.yaml': 'resources: [pod.yaml, rbac.yaml]\nnamePrefix: dev-\nnamespace: team\n', 'pod.yaml': pod, 'rbac.yaml': rbac })
  const find = (kind: string) => all.find((object) => object.kind === kind)!

  it('of accounts follow in pods', () => { expect(find('Pod').spec['serviceAccountName']).toBe('dev-runner') })
  it('of accounts follow in bindings, with their namespace', () => { expect(find('RoleBinding').subjects).toEqual([{ kind: 'ServiceAccount', name: 'dev-runner', namespace: 'team' }]) })
  it('of objects that are not here stay', () => { expect((find('RoleBinding') as unknown as { roleRef: { name: string } }).roleRef.name).toBe('view') })
})

describe('words of old YAML', () => {
  it('are texts in resources, and true in the kustomization file', () => {
    const [object] = objects({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: y}\ndata: {on: yes}\n' })
    expect(object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'y' }, data: { on: 'yes' } })
  })
  it('twice as a key cannot be printed', () => {
    expect(build({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: "1"\n  a: "2"\n' })).toMatchObject({ error: expect.stringContaining('line 6: mapping key "a" already defined at line 5') as string })
  })
})

describe('images', () => {
  it('with the port of a registry keep it', () => {
    expect(objects({ 'kustomization.yaml': 'resources: [pod.yaml]\nimages: [{name: "registry:5000/web", newTag: "2"}]\n', 'pod.yaml': pod })[0]!.spec.containers[0]?.image).toBe('registry:5000/web:2')
  })
})

describe('what is wrong', () => {
  it.each([
    { name: 'a patch in the old list form', file: 'resources: [pod.yaml]\npatches: [p.yaml]\n', error: 'invalid Kustomization: json: cannot unmarshal string into Go struct field Kustomization.patches of type types.Patch' },
    { name: 'an absolute base', file: 'resources: [/etc]\n', error: "new root '/etc' cannot be absolute" },
    { name: 'a base on the network', file: 'resources: ["github.com/a/b"]\n', error: 'git cmd' },
    { name: 'a component that is none', file: 'resources: [pod.yaml]\ncomponents: [base]\n', error: "expected kind 'Component'" },
    { name: 'a pattern that is none', file: 'resources: [pod.yaml]\npatches:\n- {target: {name: "("}, patch: "[{op: remove, path: /spec}]"}\n', error: 'error parsing regexp' },
    { name: 'a chart', file: 'resources: [pod.yaml]\nhelmCharts: [{name: x}]\n', error: 'must specify --enable-helm' },
    { name: 'a field that is not supported', file: 'resources: [pod.yaml]\nvars: [{name: X}]\n', error: "the field 'vars' is not supported here" },
  ])('$name is told', ({ file, error }) => {
    const result = build({ 'kustomization.yaml': file, 'pod.yaml': pod, 'base/kustomization.yaml': 'resources: [c.yaml]\n', 'base/c.yaml': pod.replace('web}', 'other}') })
    expect('error' in result ? result.error : '').toContain(error)
  })
})
