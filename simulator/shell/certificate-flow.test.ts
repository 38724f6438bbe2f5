import { describe, expect, it } from 'vitest'
import { kubectl } from '../bind-kubectl.ts'
import { adminUser, createCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { runToEnd } from './driver.ts'
import { Terminal } from './terminal.ts'

const home = '/home/learner'
const kubeconfig = `apiVersion: v1
clusters:
- cluster:
    server: https://lab.podflight.local:6443
  name: lab
contexts:
- context:
    cluster: lab
    user: lab-admin
  name: lab
current-context: lab
kind: Config
users:
- name: lab-admin
  user: {}
`

/** A terminal of an administrator at a cluster without nodes. */
class Desk {
  readonly cluster: Cluster = createCluster({ seed: 7, kubelet: 'scripted' })
  private output = ''
  readonly terminal: Terminal

  constructor() {
    const { cluster } = this
    this.terminal = new Terminal({ executables: { kubectl }, clock: { get nowMs() { return cluster.nowMs }, timestamp: (atMs) => cluster.clock.timestamp(atMs), parse: (text) => cluster.clock.parse(text) }, out: (text) => { this.output += text } })
    this.terminal.files.write(`${home}/.kube/config`, kubeconfig)
    cluster.advanceTo(10_000)
  }

  /** Runs a line and returns all that it printed. */
  run(line: string): string {
    this.output = ''
    runToEnd(this.terminal.run(line), { user: () => adminUser, cluster: () => this.cluster })
    this.cluster.advanceTo(this.cluster.nowMs + 1000)
    return this.output
  }
}

const request = `cat <<EOF | kubectl apply -f -
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: jane
spec:
  request: $(cat jane.csr | base64 | tr -d "\\n")
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 86400
  usages:
  - client auth
EOF`

function withUser(): Desk {
  const desk = new Desk()
  desk.run('openssl genrsa -out jane.key 2048')
  desk.run('openssl req -new -key jane.key -out jane.csr -subj "/CN=jane/O=dev"')
  expect(desk.run(request)).toBe('certificatesigningrequest.certificates.k8s.io/jane created\n')
  return desk
}

function withContext(): Desk {
  const desk = withUser()
  desk.run('kubectl certificate approve jane')
  desk.run("kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt")
  expect(desk.run('kubectl config set-credentials jane --client-key=jane.key --client-certificate=jane.crt --embed-certs=true')).toBe('User "jane" set.\n')
  expect(desk.run('kubectl config set-context jane --cluster=lab --user=jane')).toBe('Context "jane" created.\n')
  return desk
}

describe('a certificate for a new user', () => {
  it('waits for its approval', () => {
    const desk = withUser()
    expect(desk.run('openssl req -in jane.csr -noout -subject')).toBe('subject=CN = jane, O = dev\n')
    expect(desk.run('kubectl get csr')).toMatch(/^NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\njane +\d+s +kubernetes.io\/kube-apiserver-client +kubernetes-admin +24h +Pending\n$/)
    expect(desk.run('kubectl describe csr jane')).toMatch(/Requesting User: +kubernetes-admin\nSigner: +kubernetes.io\/kube-apiserver-client\nRequested Duration: +24h\nStatus: +Pending\nSubject:\n +Common Name: +jane\n +Serial Number: +\n +Organization: +dev\nEvents: +<none>\n$/)
    expect(desk.run('kubectl certificate approve jane')).toBe('certificatesigningrequest.certificates.k8s.io/jane approved\n')
    expect(desk.run('kubectl get csr jane --no-headers')).toContain('Approved,Issued')
  })

  it('stays without a certificate when it is denied', () => {
    const desk = withUser()
    expect(desk.run('kubectl certificate deny jane')).toBe('certificatesigningrequest.certificates.k8s.io/jane denied\n')
    expect(desk.run('kubectl get csr jane --no-headers')).toMatch(/Denied\n$/)
  })

  it('says who the user of the new context is', () => {
    const desk = withContext()
    expect(desk.run('openssl x509 -in jane.crt -noout -subject -issuer -enddate')).toBe('subject=O = dev, CN = jane\nissuer=CN = kubernetes\nnotAfter=Jan  6 08:55:13 2026 GMT\n')
    expect(desk.run('kubectl --context jane auth whoami')).toMatch(/Username +jane\nGroups +\[dev system:authenticated\]\n/)
    expect(desk.run('kubectl --context jane get pods')).toBe('Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"\n')
    desk.run('kubectl create role reader --verb=get,list --resource=pods')
    desk.run('kubectl create rolebinding readers --role=reader --group=dev')
    expect(desk.run('kubectl config use-context jane && kubectl get pods')).toBe('Switched to context "jane".\nNo resources found in default namespace.\n')
    expect(desk.run('kubectl get pods --as kubernetes-admin')).toContain('User "jane" cannot impersonate resource "users" in API group "" at the cluster scope')
  })

  it('is worth nothing at another cluster, after its time, or with another key', () => {
    const desk = withContext()
    desk.run('openssl genrsa -out other.key')
    expect(desk.run('kubectl --context jane --client-key other.key get pods')).toBe('error: tls: private key does not match public key\n')
    const certificate = desk.terminal.files.read(`${home}/jane.crt`) ?? ''
    expect(desk.cluster.authenticate({ certificate })?.name).toBe('jane')
    expect(createCluster({ seed: 8, kubelet: 'scripted' }).authenticate({ certificate })).toBeUndefined()
    desk.cluster.advanceTo(25 * 3_600_000)
    expect(desk.run('kubectl --context jane get pods')).toBe('error: You must be logged in to the server (Unauthorized)\n')
  })

  it('is never one of system:masters', () => {
    const desk = new Desk()
    desk.run('openssl req -new -newkey rsa:2048 -nodes -keyout jane.key -out jane.csr -subj "/CN=jane/O=system:masters"')
    expect(desk.run(request)).toContain('use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed')
  })
})

describe('a token of a service account', () => {
  it('is the account, for as long as it lasts', () => {
    const desk = new Desk()
    desk.run('kubectl create serviceaccount robot')
    desk.run('kubectl config set-credentials robot --token=$(kubectl create token robot --duration=10m)')
    desk.run('kubectl config set-context robot --cluster=lab --user=robot')
    expect(desk.run('kubectl --context robot auth whoami')).toMatch(/Username +system:serviceaccount:default:robot\nUID +\S+\nGroups +\[system:serviceaccounts system:serviceaccounts:default system:authenticated\]\n/)
    desk.cluster.advanceTo(desk.cluster.nowMs + 600_000)
    expect(desk.run('kubectl --context robot auth whoami')).toBe('error: You must be logged in to the server (Unauthorized)\n')
  })
})

describe('aggregated ClusterRoles', () => {
  it('take the rules of roles with a label as they come', () => {
    const desk = new Desk()
    desk.run('kubectl create clusterrole widgets --verb=get --resource=configmaps && kubectl label clusterrole widgets team=a')
    desk.run('kubectl create clusterrole all --aggregation-rule=team=a')
    expect(desk.run("kubectl get clusterrole all -o jsonpath='{.rules[*].resources}'")).toBe('["configmaps"]')
  })
})
