import { describe, expect, it } from 'vitest'
import { createCluster } from '../../../../simulator/index.ts'
import type { AttemptStep } from '../attempt.ts'
import { simulatedConnection } from '../testing/simulated-connection.ts'
import type { SimulatedConnection } from '../testing/simulated-connection.ts'
import { RemoteTerminal } from './remote-terminal.ts'

interface Session { readonly terminal: RemoteTerminal; readonly connection: SimulatedConnection; readonly stop: AbortController }

function session(lineSecondsMax = 30): Session {
  const cluster = createCluster({ seed: 1, nodes: [{ name: 'worker', resources: { cpu: '8', memory: '16Gi' } }], addOns: [] } as never)
  const connection = simulatedConnection(() => cluster, 2000)
  const stop = new AbortController()
  const terminal = new RemoteTerminal({ connection, as: 'learner', context: 'test', namespace: 'default', files: { 'a/note.txt': 'hello\n' }, lineSecondsMax, signal: stop.signal })
  return { terminal, connection, stop }
}

async function output(...lines: readonly string[]): Promise<string> {
  const { terminal } = session()
  for (const line of lines) await terminal.run(line)
  return terminal.transcript
}

describe('the terminal in front of a real cluster', () => {
  it.each([
    { name: 'files of the task are in its home', lines: ['cat a/note.txt', 'pwd'], says: 'hello\n/home/learner\n' },
    { name: 'kubectl writes and reads', lines: ['kubectl create configmap c --from-literal=a=b', 'kubectl get configmap c -o jsonpath={.data.a}'], says: 'configmap/c created\nb' },
    { name: 'kubectl prints the tables of the server', lines: ['kubectl get nodes --no-headers | wc -l'], says: '1\n' },
    { name: 'kubectl waits by watching', lines: ['kubectl create deployment web --image=nginx:1.27-alpine', 'kubectl rollout status deployment/web --timeout=20s | tail -1'], says: 'deployment.apps/web created\ndeployment "web" successfully rolled out\n' },
    { name: 'pipes and variables are Podflight\'s own shell', lines: ['X=$(kubectl get nodes -o name); echo "<$X>"'], says: '<node/worker>\n' },
    { name: 'no file of the machine is there', lines: ['cat /etc/hostname', 'ls /work /proc'], says: /No such file or directory/ },
    { name: 'no program of the machine is there', lines: ['node --version', 'git status'], says: /node: command not found[^]*git: command not found/ },
    { name: 'another server is nobody', lines: ['kubectl --server=https://192.0.2.1 get pods'], says: /was refused|connection refused/ },
    { name: 'credentials of a kubeconfig are not sent', lines: ['kubectl --token=secret get pods'], says: /Unauthorized|sends no credentials|must be logged in/ },
    { name: 'nobody is impersonated', lines: ['kubectl --as=system:admin get pods'], says: /in the name of somebody else/ },
    { name: 'what others may do is asked as a review', lines: ['kubectl auth can-i get pods --as=nobody'], says: 'no\n' },
    { name: 'an editor saves the file as it is', lines: ['kubectl create configmap c', 'kubectl edit configmap c'], says: /no changes made/ },
  ])('$name', async ({ lines, says }) => {
    const said = await output(...lines)
    if (typeof says === 'string') expect(said).toBe(says)
    else expect(said).toMatch(says)
  })

  it('asks as the learner only', async () => {
    const { terminal, connection } = session()
    await terminal.run('kubectl get pods; kubectl create configmap c; kubectl delete configmap c')
    const asOwner = connection.sent.filter(({ as }) => as === 'owner').map(({ request }) => `${request.verb} ${request.resource}`)
    expect(new Set(asOwner)).toEqual(new Set(['list customresourcedefinitions']))
  })

  it('stops a line that takes too long', async () => {
    const { terminal } = session(1)
    expect(await terminal.run('kubectl get pods --watch')).toMatchObject({ exitCode: 130 })
    expect(await terminal.run('sleep 1000')).toMatchObject({ exitCode: 130 })
    expect(await terminal.run('echo on')).toEqual({ exitCode: 0, output: 'on\n' })
  })

  it('stops when it is told to', async () => {
    const { terminal, stop } = session()
    const running = terminal.run('sleep 1000')
    stop.abort()
    expect(await running).toMatchObject({ exitCode: 130 })
  })

  it.each<{ name: string; steps: readonly AttemptStep[]; says: string }>([
    { name: 'a file that was written', steps: [{ kind: 'write', path: '/home/learner/x', text: 'y' }, { kind: 'line', text: 'cat x' }], says: 'y' },
    { name: 'a manifest that was applied in the editor', steps: [{ kind: 'apply', path: '/home/learner/it\'s.yaml', text: '{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}' }], says: 'configmap/m created\n' },
    { name: 'typed input', steps: [{ kind: 'line', text: 'read A; echo "<$A>"', input: ['typed'] }], says: '<typed>\n' },
    { name: 'edited lines are carried over to the object as it is here', steps: [
      { kind: 'line', text: 'kubectl create configmap c --from-literal=a=old --from-literal=b=same' },
      { kind: 'line', text: 'kubectl edit configmap c', edits: [{ before: 'data:\n  a: old\n  b: same\nother: 1', after: 'data:\n  a: new\n  b: same\nother: 1' }] },
      { kind: 'line', text: 'kubectl get configmap c -o jsonpath={.data.a}{.data.b}' },
    ], says: 'configmap/c created\nconfigmap/c edited\nnewsame' },
  ])('plays $name', async ({ steps, says }) => {
    const { terminal } = session()
    for (const step of steps) await terminal.play(step)
    expect(terminal.transcript).toBe(says)
  })
})
