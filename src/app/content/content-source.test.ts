import { describe, expect, test } from 'vitest'
import { clusterYaml } from './cluster-yaml.ts'
import { toCard } from './content-source.ts'

describe('content in the shape of the screens', () => {
  test('a card has title, keywords, source and text', () => {
    expect(toCard('docs/cards/jobs.md', '# Jobs\n\nKeywords: job, backoffLimit\nSource: https://kubernetes.io/x/\n\nA Job runs.\n')).toEqual({ id: 'jobs', title: 'Jobs', keywords: ['job', 'backoffLimit'], source: 'https://kubernetes.io/x/', body: [{ type: 'p', text: ['A Job runs.'] }] })
  })
  test('a preset with an add-on says so, and keeps its objects', () => {
    expect(clusterYaml({ id: 'c', title: 'C', addOns: ['coredns', 'kueue'], nodes: [{ name: 'a', resources: {} }], objects: 'kind: Namespace\n' })).toBe(`apiVersion: podflight.dev/v1
kind: Cluster
addOns: [kueue]
---
apiVersion: v1
kind: Node
metadata:
  name: a
status:
---
kind: Namespace
`)
  })
  test('a preset becomes YAML of Nodes', () => {
    expect(clusterYaml({ id: 'c', title: 'C', addOns: [], nodes: [{ name: 'a', resources: { cpu: '4' }, labels: { zone: 'z' }, taints: [{ key: 'gpu', effect: 'NoSchedule' }] }, { name: 'b', resources: { cpu: '2' } }] })).toBe(`apiVersion: v1
kind: Node
metadata:
  name: a
  labels:
    zone: "z"
spec:
  taints:
  - key: gpu
    effect: NoSchedule
status:
  capacity:
    cpu: "4"
  allocatable:
    cpu: "4"
---
apiVersion: v1
kind: Node
metadata:
  name: b
status:
  capacity:
    cpu: "2"
  allocatable:
    cpu: "2"
`)
  })
})
