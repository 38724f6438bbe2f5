/** Checks with @kubernetes/client-node, the official client of JavaScript. */

import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiException, AppsV1Api, CoreV1Api, Exec, KubeConfig, Watch } from '@kubernetes/client-node'
import type { V1Status } from '@kubernetes/client-node'

const namespace = 'default'

function configOf(path: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(path)
  return config
}

/** Creates ConfigMaps, some at a time, until the server is gone; the names that it acknowledged are added to a list. */
export async function createUntilRefused(kubeconfig: string, acknowledged: string[]): Promise<void> {
  const core = configOf(kubeconfig).makeApiClient(CoreV1Api)
  let isUp = true
  let next = 0
  const worker = async (): Promise<void> => {
    while (isUp) {
      const name = `kept-${next++}`
      try {
        await core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } })
        acknowledged.push(name)
      } catch {
        isUp = false
      }
    }
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}

/** Names of all ConfigMaps. */
export async function namesOf(kubeconfig: string): Promise<string[]> {
  const { items } = await configOf(kubeconfig).makeApiClient(CoreV1Api).listNamespacedConfigMap({ namespace })
  return items.map(({ metadata }) => metadata?.name ?? '')
}

async function runningPod(config: KubeConfig): Promise<string> {
  const core = config.makeApiClient(CoreV1Api)
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'shell' }, spec: { containers: [{ name: 'c', image: 'busybox', command: ['sleep', '3600'] }] } } })
  for (let i = 0; i < 200; i++) {
    const { status } = await core.readNamespacedPod({ namespace, name: 'shell' })
    if (status?.phase === 'Running') return 'shell'
    await sleep(100)
  }
  throw new Error('the pod never ran')
}

async function watches(config: KubeConfig): Promise<string | undefined> {
  const core = config.makeApiClient(CoreV1Api)
  const seen: string[] = []
  const controller = await new Watch(config).watch(`/api/v1/namespaces/${namespace}/configmaps`, { fieldSelector: 'metadata.name=seen' }, (type) => void seen.push(type), () => undefined)
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'seen' } } })
  await core.deleteNamespacedConfigMap({ namespace, name: 'seen' })
  for (let i = 0; i < 50 && seen.length < 2; i++) await sleep(50)
  controller.abort()
  return seen.join(' ') === 'ADDED DELETED' ? undefined : `it saw ${seen.join(' ')}`
}

async function executes(config: KubeConfig): Promise<string | undefined> {
  const pod = await runningPod(config)
  const out = new PassThrough()
  let text = ''
  out.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec(namespace, pod, 'c', ['echo', 'hello'], out, null, null, false, resolve).catch(reject)
  })
  for (let i = 0; i < 100 && text === ''; i++) await sleep(50)
  return status.status === 'Success' && text === 'hello\n' ? undefined : `${status.status} ${text}`
}

const conflictTries = 20

async function scales(config: KubeConfig): Promise<string | undefined> {
  const apps = config.makeApiClient(AppsV1Api)
  const labels = { app: 'scaled' }
  await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'scaled' }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } } } })
  const scale = async (tries: number): Promise<number | undefined> => {
    const current = await apps.readNamespacedDeploymentScale({ namespace, name: 'scaled' })
    const changed = await apps.replaceNamespacedDeploymentScale({ namespace, name: 'scaled', body: { ...current, spec: { replicas: 3 } } }).catch((error: unknown) => {
      // Controllers write the new Deployment at the same time; every client retries that.
      if (error instanceof ApiException && error.code === 409 && tries > 0) return undefined
      throw error
    })
    return changed === undefined ? scale(tries - 1) : changed.spec?.replicas
  }
  const replicas = await scale(conflictTries)
  return replicas === 3 ? undefined : `it has ${replicas} replicas`
}

async function refuses(config: KubeConfig): Promise<string | undefined> {
  try {
    await config.makeApiClient(CoreV1Api).readNamespacedPod({ namespace, name: 'none' })
    return 'a pod that does not exist was read'
  } catch (error) {
    return error instanceof ApiException && error.code === 404 ? undefined : String(error)
  }
}

/** The checks, each with its name; undefined means that it passed. */
export function clientNodeChecks(kubeconfig: string): readonly (readonly [string, () => Promise<string | undefined>])[] {
  const config = configOf(kubeconfig)
  return [['a missing pod is an ApiException', () => refuses(config)], ['a Deployment is made and scaled', () => scales(config)], ['a watch sees changes', () => watches(config)], ['exec', () => executes(config)]]
}
