/** `npm start`: builds the app if its sources are newer than the build, serves it on loopback and prints the URL. */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { staticApp } from './static-app.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const build = join(root, 'dist')
const sources = ['simulator', 'src', 'labs', 'scenarios', 'public', 'docs', 'package.json', 'vite.config.ts']
const defaultPort = 4173
const portTries = 20

function newestMs(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}

function isFresh(): boolean {
  const page = join(build, 'index.html')
  if (!existsSync(page)) return false
  const builtMs = statSync(page).mtimeMs
  return sources.every((source) => !existsSync(join(root, source)) || newestMs(join(root, source)) <= builtMs)
}

function makeBuild(): void {
  console.log('building the app ...')
  const result = spawnSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) {
    console.error('the build failed; the lines above say why')
    process.exit(1)
  }
}

function listen(port: number, triesLeft: number): void {
  const server = serve({ fetch: staticApp(build).fetch, hostname: '127.0.0.1', port }, (info) => console.log(`Podflight: http://localhost:${info.port}/`))
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' && triesLeft > 0) listen(port + 1, triesLeft - 1)
    else {
      console.error(`cannot listen on port ${port}: ${error.message}`)
      process.exit(1)
    }
  })
}

if (!isFresh()) makeBuild()
const wanted = Number(process.env['PORT'] ?? defaultPort)
listen(wanted, process.env['PORT'] === undefined ? portTries : 0)
