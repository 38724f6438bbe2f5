/** `podflight serve`: the app on loopback and, when asked for, the kind bridge beside it. */

import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import type { ServerType } from '@hono/node-server'
import { Hono } from 'hono'
import type { KindBackend } from '../bridge/backend.ts'
import { bridgeApp } from '../bridge/bridge-app.ts'
import { listenAddress } from '../bridge/http-guards.ts'
import { staticApp } from '../static-app.ts'

export interface ServeOptions {
  /** Folder of the build. */
  readonly root: string
  /** 0 takes a free one. */
  readonly port: number
  /** Left out: the app alone, and none of the bridge's paths. */
  readonly backend?: KindBackend
  readonly log?: (text: string) => void
}

export interface Served {
  readonly port: number
  /**
   * What the person opens. With a bridge it carries the key behind #, which browsers never send to any server; the page
   * takes it out of the address at once.
   */
  readonly address: string
  /** Stops gradings, waits until they were cleaned up, and closes. */
  stop(): Promise<void>
}

const keyBytes = 32
const lastWordsMs = 500

function listening(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
}

/** Starts the server. Rejects when it cannot listen. */
export async function startServe({ root, port, backend, log }: ServeOptions): Promise<Served> {
  const key = randomBytes(keyBytes).toString('base64url')
  let ownPort = port
  const bridge = backend === undefined ? undefined : bridgeApp({ backend, side: () => ({ port: ownPort, key }), ...(log === undefined ? {} : { log }) })
  const app = new Hono()
  if (bridge !== undefined) app.route('/bridge', bridge.app)
  app.route('/', staticApp(root))
  const server = serve({ fetch: app.fetch, hostname: listenAddress(), port })
  await listening(server)
  const address = server.address()
  if (typeof address === 'object' && address !== null) ownPort = address.port
  return {
    port: ownPort,
    address: `http://localhost:${ownPort}/${bridge === undefined ? '' : `#bridge=${key}`}`,
    async stop() {
      await bridge?.stop()
      const closed = new Promise((resolve) => server.close(resolve))
      // Last words of a stopped grading are still on their way.
      const timer = setTimeout(() => { if ('closeAllConnections' in server) server.closeAllConnections() }, lastWordsMs)
      await closed
      clearTimeout(timer)
    },
  }
}
