import type { Services } from './services.tsx'

/**
 * The host and the content of this build. `vite build --mode fake` makes a build without an engine, for working on
 * screens; options of the fixture come from the query (`?fleet=60`, `?left=299000`).
 */
export async function createServices(): Promise<Services> {
  const [{ FakeHost }, { fakeContent }] = await Promise.all([import('./testing/fake-host.ts'), import('./testing/fake-content.ts')])
  const query = new URLSearchParams(location.search)
  const fleet = query.get('fleet')
  const left = query.get('left')
  return { host: new FakeHost({ ...(fleet === null ? {} : { fleetNodes: Number(fleet) }), ...(left === null ? {} : { examLeftMs: Number(left) }) }), content: fakeContent }
}
