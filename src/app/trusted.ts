/** The one place that starts workers: their addresses pass a Trusted Types policy that allows this origin alone. */
interface ScriptUrlPolicy { createScriptURL(url: string): string }
interface TrustedTypesLike { createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy }

const policy = (globalThis as { trustedTypes?: TrustedTypesLike }).trustedTypes?.createPolicy('podflight-worker', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError('A worker from another origin was refused.')
    return url
  },
})

export function startWorker(url: string): Worker {
  return new Worker(policy === undefined ? url : policy.createScriptURL(url), { type: 'module' })
}
