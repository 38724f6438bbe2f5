import { describe, expect, it } from 'vitest'
import { readClusterYaml } from './cluster-yaml.ts'
import { Flight } from './flight.ts'

const node = (name: string): string => `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {capacity: {cpu: "4", memory: 16Gi}}\n`

/** A session with clusters of one node each, and what its terminal printed. */
function start(): { run(line: string): string } {
  const read = readClusterYaml(node('solo'))
  if ('error' in read) throw new Error(read.error)
  let output = ''
  const plan = (context: string, seed: number) => ({ context, scenario: { cluster: 'file', seed, historyMinutes: 5, images: {}, namespace: 'default', files: {}, start: [] } })
  const flight = new Flight({
    library: { clusters: [read.definition], labs: [], tasks: [], forms: [] } as never,
    plans: [plan('east', 1), plan('west', 2)],
    header: { engine: '1', content: '1', kind: 'sandbox', id: 'x', seed: 1 }, out: (text) => { output += text },
  })
  return {
    run(line) {
      output = ''
      flight.runLine(line)
      return output
    },
  }
}

describe('contexts of a session', () => {
  it('reach their own clusters, one at a time or by flag', () => {
    const session = start()
    session.run('kubectl --context west create configmap here')
    expect(session.run('kubectl get configmap here')).toContain('NotFound')
    expect(session.run('kubectl config use-context west && kubectl get configmap here -o name')).toBe('Switched to context "west".\nconfigmap/here\n')
  })

  it('of a new user reach the cluster that they name', () => {
    const session = start()
    session.run('kubectl --context west create serviceaccount robot')
    session.run('kubectl config set-credentials robot --token=$(kubectl --context west create token robot)')
    session.run('kubectl config set-context there --cluster=west --user=robot')
    expect(session.run('kubectl --context there auth whoami -o jsonpath={.status.userInfo.username}')).toBe('system:serviceaccount:default:robot')
    session.run('kubectl config set-context here --cluster=east --user=robot')
    expect(session.run('kubectl --context here get pods')).toBe('error: You must be logged in to the server (Unauthorized)\n')
  })

  it('whose user is nobody are anonymous', () => {
    const session = start()
    session.run('kubectl config set-context nobody --cluster=east --user=nobody')
    expect(session.run('kubectl --context nobody get pods')).toContain('User "system:anonymous" cannot list resource "pods"')
  })

  it('with an address where nothing is are refused', () => {
    const session = start()
    session.run('kubectl config set-cluster gone --server=https://10.0.0.1:6443 && kubectl config set-context gone --cluster=gone --user=east-admin')
    expect(session.run('kubectl --context gone get pods')).toContain('The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?')
  })
})
