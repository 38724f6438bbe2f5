import { createBridgeClient } from '../kind/bridge-client.ts'
import { KindRuns } from '../kind/kind-run.ts'
import type { Services } from '../services.tsx'
import { fakeContent } from './fake-content.ts'
import { FakeHost } from './fake-host.ts'

/** Options of the fixture come from the query: `?fleet=60`, `?left=299000`. */
export function createFakeServices(): Services {
  const query = new URLSearchParams(location.search)
  const fleet = query.get('fleet')
  const left = query.get('left')
  return { host: new FakeHost({ ...(fleet === null ? {} : { fleetNodes: Number(fleet) }), ...(left === null ? {} : { examLeftMs: Number(left) }) }), content: fakeContent, kind: new KindRuns(createBridgeClient()) }
}
