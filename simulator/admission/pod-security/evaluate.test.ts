import { describe, expect, it } from 'vitest'
import type { CheckedPod } from './check.ts'
import { evaluatePod, findingsText } from './evaluate.ts'
import { levelText, policyOf } from './policy.ts'

const latest = Number.POSITIVE_INFINITY
const restricted = { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } }

function pod(spec: CheckedPod['spec']): CheckedPod {
  return { annotations: {}, spec: { containers: [{ name: 'app', securityContext: restricted }], ...spec } }
}

describe('the restricted level', () => {
  const cases: [name: string, spec: CheckedPod['spec'], found: string][] = [
    ['lets a careful pod pass', {}, ''],
    ['forbids host namespaces', { hostNetwork: true, hostIPC: true }, 'host namespaces (hostNetwork=true, hostIPC=true)'],
    ['forbids volumes of the host', { volumes: [{ name: 'h', hostPath: { path: '/' } }] }, 'restricted volume types (volume "h" uses restricted volume type "hostPath")'],
    ['forbids the user 0', { securityContext: { runAsUser: 0 } }, 'runAsUser=0 (pod must not set runAsUser=0)'],
    ['lets the user 0 pass in its own user namespace', { securityContext: { runAsUser: 0 }, hostUsers: false }, ''],
    ['names every container', { containers: [{ name: 'a', securityContext: { ...restricted, privileged: true } }, { name: 'b', securityContext: { ...restricted, privileged: true } }] }, 'privileged (containers "a", "b" must not set securityContext.privileged=true)'],
  ]
  it.each(cases)('%s', (_name, spec, found) => expect(findingsText(evaluatePod({ level: 'restricted', minor: latest }, pod(spec)))).toBe(found))
  it('pinned to an old version has its rules', () => {
    const spec = { containers: [{ name: 'app', securityContext: { ...restricted, capabilities: {} } }] }
    expect(evaluatePod({ level: 'restricted', minor: 21 }, pod(spec))).toEqual([])
    expect(evaluatePod({ level: 'restricted', minor: 22 }, pod(spec)).map((finding) => finding.reason)).toEqual(['unrestricted capabilities'])
  })
})

describe('the labels of a namespace', () => {
  const prefix = 'pod-security.kubernetes.io'
  const cases: [name: string, labels: { [key: string]: string }, enforce: string, warn: string][] = [
    ['without a level ask for nothing', {}, 'privileged:latest', 'privileged:latest'],
    ['with a level enforce it and warn of it', { [`${prefix}/enforce`]: 'baseline' }, 'baseline:latest', 'baseline:latest'],
    ['may warn of more than they enforce', { [`${prefix}/enforce`]: 'baseline', [`${prefix}/warn`]: 'restricted' }, 'baseline:latest', 'restricted:latest'],
    ['may pin a version', { [`${prefix}/enforce`]: 'baseline', [`${prefix}/enforce-version`]: 'v1.20' }, 'baseline:v1.20', 'baseline:v1.20'],
    ['that name no level enforce the strictest', { [`${prefix}/enforce`]: 'strict' }, 'restricted:latest', 'privileged:latest'],
  ]
  it.each(cases)('%s', (_name, labels, enforce, warn) => {
    const policy = policyOf(labels)
    expect([levelText(policy.enforce), levelText(policy.warn)]).toEqual([enforce, warn])
  })
})
