import { beforeEach, describe, expect, it } from 'vitest'
import { adminUser, createCluster, kubectl } from '../index.ts'
import type { Cluster } from '../index.ts'
import type { FileSystem, Process, ProcessAnswer, ProcessNeed } from '../shell/process.ts'

const kubeconfig = `apiVersion: v1
kind: Config
current-context: lab
clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443'}}]
contexts: [{name: lab, context: {cluster: c, user: me}}, {name: other, context: {cluster: c, user: me, namespace: kube-system}}]
users: [{name: me, user: {}}]
`

class Files implements FileSystem {
  private readonly texts = new Map<string, string>([['/home/me/.kube/config', kubeconfig]])
  read(path: string): string | undefined { return this.texts.get(path) }
  write(path: string, text: string): void { this.texts.set(path, text) }
  remove(path: string): boolean { return this.texts.delete(path) }
  isDirectory(path: string): boolean { return this.list(path) !== undefined }
  makeDirectory(): void {}
  list(path: string): readonly string[] | undefined {
    const names = [...this.texts.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1).split('/')[0] ?? '')
    return names.length === 0 ? undefined : [...new Set(names)].sort()
  }
}

let cluster: Cluster
let files: Files
let output = ''
let requests: string[] = []

function start(argv: readonly string[], input?: string): Process {
  return kubectl({
    argv: ['kubectl', ...argv], env: { HOME: '/home/me' }, workingDirectory: '/home/me', files, clock: cluster.clock,
    out: (text) => { output += text }, err: (text) => { output += text }, isTerminal: true, hasInput: input !== undefined,
  })
}

function answer(need: ProcessNeed, input: string | undefined): ProcessAnswer {
  switch (need.kind) {
    case 'request':
      // Discovery comes first for every command.
      if (need.request.resource !== 'apigroupdiscoverylists') requests.push(`${need.request.verb} ${need.request.resource}${need.request.name === undefined ? '' : `/${need.request.name}`}`)
      return { kind: 'response', response: cluster.request({ user: adminUser, ...need.request }) }
    case 'stream': {
      const frames = cluster.readStream(need.streamId)
      if (frames.length === 0) cluster.advanceTo(Math.min(need.untilMs ?? Infinity, cluster.nowMs + 100))
      return { kind: 'frames', frames }
    }
    case 'sleep': cluster.advanceTo(need.untilMs); return { kind: 'none' }
    case 'closeStream': cluster.closeStream(need.streamId); return { kind: 'none' }
    case 'input': return { kind: 'text', text: input }
    case 'edit': {
      files.write(need.path, (files.read(need.path) ?? '').replace('replicas: 2', 'replicas: 3'))
      return { kind: 'saved', isSaved: true }
    }
    default: return { kind: 'none' }
  }
}

/** Runs a command line, at most so many steps. */
function run(line: string, input?: string, steps = 500): number | undefined {
  output = ''
  requests = []
  const process = start(line.split(' '), input)
  let step = process.next()
  for (let count = 0; step.done !== true; count++) {
    if (count >= steps) {
      process.return(130)
      return undefined
    }
    step = process.next(answer(step.value, input))
  }
  return step.value
}

beforeEach(() => {
  cluster = createCluster({ seed: 1, kubelet: 'scripted', nodes: [{ name: 'n1', resources: { cpu: '4', memory: '8Gi', pods: '110' } }] })
  files = new Files()
  cluster.advanceTo(1000)
  run('create deploy web --image=nginx:1.27 --replicas=2')
  cluster.advanceTo(2000)
})

describe('commands', () => {
  it.each([
    ['get deploy', 0, 'NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    0/2     2            0           1s\n'],
    ['get deploy/web -o name', 0, 'deployment.apps/web\n'],
    ['get pods -n kube-public', 0, 'No resources found in kube-public namespace.\n'],
    ['get cm nope', 1, 'Error from server (NotFound): configmaps "nope" not found\n'],
    ['get nosuch', 1, 'error: the server doesn\'t have a resource type "nosuch"\n'],
    ['gte pods', 1, 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget\n'],
    ['get pods --wat', 1, "error: unknown flag: --wat\nSee 'kubectl get --help' for usage.\n"],
    ['scale deploy web --replicas=3', 0, 'deployment.apps/web scaled\n'],
    ['set image deploy/web nginx=nginx:1.28', 0, 'deployment.apps/web image updated\n'],
    ['label deploy web tier=front', 0, 'deployment.apps/web labeled\n'],
    ['edit deploy web', 0, 'deployment.apps/web edited\n'],
    ['delete deploy web', 0, 'deployment.apps "web" deleted from default namespace\n'],
    ['create cm a --from-literal=k=v --dry-run=client -o yaml', 0, 'apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: a\n'],
    ['get deploy web -o jsonpath={.spec.replicas}', 0, '2'],
    ['get deploy web -o go-template={{.spec.replicas}}', 0, '2'],
    ['rollout status deploy/web --timeout=1s', 1, 'Waiting for deployment "web" rollout to finish: 0 of 2 updated replicas are available...\nerror: timed out waiting for the condition\n'],
    ['config use-context other', 0, 'Switched to context "other".\n'],
    ['auth can-i create pods', 0, 'yes\n'],
    ['explain deploy.spec.replicas', 0, 'GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: replicas <integer>\n\n\nDESCRIPTION:\n    <empty>\n\n'],
    ['__complete rollout st', 0, 'status\tShow the status of the rollout\n:4\nCompletion ended with directive: ShellCompDirectiveNoFileComp\n'],
    ['__completeNoDesc get deploy w', 0, 'web\n:4\nCompletion ended with directive: ShellCompDirectiveNoFileComp\n'],
    ['__completeNoDesc get pods --context o', 0, 'other\n:4\nCompletion ended with directive: ShellCompDirectiveNoFileComp\n'],
  ])('%s', (line, exitCode, text) => {
    expect([run(line), output]).toEqual([exitCode, text])
  })

  it('applies from standard input, then again without a change', () => {
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n'
    expect([run('apply -f -', manifest), output, requests]).toEqual([0, 'configmap/a created\n', ['get configmaps/a', 'create configmaps']])
    expect([run('apply -f -', manifest), output]).toEqual([0, 'configmap/a unchanged\n'])
    expect([run('diff -f -', manifest.replace('k: v', 'k: w')), output.includes('\n-  k: v\n+  k: w\n')]).toEqual([1, true])
    expect([run('apply -f -', manifest.replace('k: v', 'k: w')), output]).toEqual([0, 'configmap/a configured\n'])
  })

  it('remembers the context in the kubeconfig', () => {
    run('config use-context other')
    run('get pods')
    expect(output).toBe('No resources found in kube-system namespace.\n')
    run('config set-context --current --namespace=default')
    run('get deploy -o name')
    expect(output).toBe('deployment.apps/web\n')
  })
})

it('watches until it is stopped', () => {
  expect(run('get deploy -w', undefined, 20)).toBeUndefined()
  expect(output.split('\n')[1]).toMatch(/^web {4}0\/2 /)
})

it('gives the same output for the same cluster', () => {
  run('get deploy,rs,pods')
  const first = output
  run('get deploy,rs,pods')
  expect(output).toBe(first)
})
