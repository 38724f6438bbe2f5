import { describe, expect, it } from 'vitest'
import { internalPodSpec, internalTemplate } from './internal.ts'

describe('a pod as the server prints it', () => {
  it('has every field by its Go name', () => {
    const spec = internalPodSpec({ containers: [{ name: 'app', image: 'nginx', tty: true, resources: { requests: { memory: '1Gi', cpu: '1' } } }], dnsPolicy: 'ClusterFirst' })
    expect(spec).toMatchObject({ Volumes: null, DNSPolicy: 'ClusterFirst', NodeName: '', Containers: [{ Name: 'app', TTY: true, Env: null, Resources: { Limits: null, Requests: { cpu: '1', memory: '1Gi' } } }] })
  })
  it('keeps what concerns the host in the security context', () => {
    expect(internalPodSpec({ hostNetwork: true, securityContext: { runAsUser: 1 } })).toMatchObject({ SecurityContext: { HostNetwork: true, HostPID: false, RunAsUser: 1, FSGroup: null } })
    expect(internalPodSpec({})).toMatchObject({ SecurityContext: null })
  })
  it('has the metadata of a template beside its spec', () => expect(internalTemplate({ metadata: { labels: { a: 'b' } }, spec: {} })).toMatchObject({ labels: { a: 'b' }, Spec: { Containers: null } }))
})
