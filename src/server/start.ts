/** `npm start`: builds the app if its sources are newer than the build, serves it on loopback and prints the URL. */

import { serve } from '@hono/node-server'
import { buildFolder, ensureBuild } from './serve/build.ts'
import { staticApp } from './static-app.ts'

const defaultPort = 4173
const portTries = 20

function listen(port: number, triesLeft: number): void {
  const server = serve({ fetch: staticApp(buildFolder).fetch, hostname: '127.0.0.1', port }, (info) => console.log(`Podflight: http://localhost:${info.port}/`))
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' && triesLeft > 0) listen(port + 1, triesLeft - 1)
    else {
      console.error(`cannot listen on port ${port}: ${error.message}`)
      process.exit(1)
    }
  })
}

if (!ensureBuild()) process.exit(1)
const wanted = Number(process.env['PORT'] ?? defaultPort)
listen(wanted, process.env['PORT'] === undefined ? portTries : 0)
