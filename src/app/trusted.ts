/** The one place that starts workers: their addresses pass a Trusted Types policy that allows this origin alone. */
interface ScriptUrlPolicy { createScriptURL(url: string): string }
interface TrustedTypesLike { createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy }

const policy = (globalThis as { trustedTypes?: TrustedTypesLike }).trustedTypes?.createPolicy('podflight-worker', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError('A worker from another origin was refused.')
    return url
  },
})

function trusted(url: string): string { return policy === undefined ? url : policy.createScriptURL(url) }

export function startWorker(url: string): Worker {
  return new Worker(trusted(url), { type: 'module' })
}

/** Starts the service worker that keeps the app's files. */
export async function startServiceWorker(url: string): Promise<void> {
  await navigator.serviceWorker.register(trusted(url))
}
