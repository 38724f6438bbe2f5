/**
 * Makes the app work without its server: all files of a build are kept when it is first opened. The network goes first,
 * so that a new build is seen at once; what it cannot answer comes from the kept files.
 * `offlineFiles` and `buildId` are written in by the build.
 */

declare const offlineFiles: readonly string[]
declare const buildId: string

interface LifeEvent extends Event { waitUntil(work: Promise<unknown>): void }
interface RequestEvent extends LifeEvent { readonly request: Request; respondWith(answer: Promise<Response>): void }
interface ServiceWorkerScope { addEventListener(type: 'install' | 'activate', listener: (event: LifeEvent) => void): void; addEventListener(type: 'fetch', listener: (event: RequestEvent) => void): void }

const scope = self as unknown as ServiceWorkerScope
const prefix = 'podflight-'
const cacheName = `${prefix}${buildId}`

async function keepAll(): Promise<void> {
  await (await caches.open(cacheName)).addAll(offlineFiles)
}

/** Runs when no page of an earlier build is open any more. */
async function forgetEarlierBuilds(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith(prefix) && name !== cacheName).map((name) => caches.delete(name)))
}

function keptAnswer(request: Request): Promise<Response | undefined> {
  return caches.match(request.mode === 'navigate' ? './index.html' : request, { ignoreSearch: true })
}

async function answer(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    // An open page may ask for a file of the build that it came from.
    return response.ok ? response : ((await keptAnswer(request)) ?? response)
  } catch (error) {
    const kept = await keptAnswer(request)
    if (kept === undefined) throw error
    return kept
  }
}

scope.addEventListener('install', (event) => event.waitUntil(keepAll()))
scope.addEventListener('activate', (event) => event.waitUntil(forgetEarlierBuilds()))
scope.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method === 'GET' && new URL(request.url).origin === location.origin) event.respondWith(answer(request))
})
