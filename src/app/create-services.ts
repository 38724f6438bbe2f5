import type { ContentSource } from './content-types.ts'
import { createBridgeClient } from './kind/bridge-client.ts'
import { KindRuns } from './kind/kind-run.ts'
import type { Services } from './services.tsx'
import { startWorkerHost } from './worker-host.ts'

/** The host and the content of this build; `vite build --mode fake` makes one without an engine, for working on screens. */
export async function createServices(): Promise<Services> {
  if (import.meta.env.MODE === 'fake') return (await import('./testing/fake-services.ts')).createFakeServices()
  return { host: startWorkerHost(), content: lazyContent(), kind: new KindRuns(createBridgeClient()) }
}

/** Content comes with its own chunk, when it is first asked for. */
function lazyContent(): ContentSource {
  let loading: Promise<ContentSource> | undefined
  const source = () => (loading ??= Promise.all([import('./content/content-source.ts'), import('./content/content-files.ts')]).then(([{ createContentSource }, { contentFiles }]) => createContentSource(contentFiles)))
  return {
    catalog: async () => (await source()).catalog(),
    lab: async (id) => (await source()).lab(id),
    form: async (id) => (await source()).form(id),
    docs: async () => (await source()).docs(),
    simulated: async () => (await source()).simulated(),
  }
}
