/** The static app over HTTP: files of a build with headers that browsers need to be strict. */

import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { contentSecurityPolicy } from './content-security-policy.ts'

const contentTypes: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.webmanifest': 'application/manifest+json', '.md': 'text/markdown; charset=utf-8', '.yaml': 'text/yaml; charset=utf-8',
}

const loopbackHosts = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/** Headers of every answer: the page runs its own code only, in no frame of others. */
export function hardenPage(context: Context): void {
  context.header('Content-Security-Policy', contentSecurityPolicy)
  context.header('X-Content-Type-Options', 'nosniff')
  context.header('Referrer-Policy', 'no-referrer')
  context.header('Cross-Origin-Opener-Policy', 'same-origin')
}

/**
 * Serves a folder.
 * @param root absolute path of the build
 * @returns a hono app; a path outside the folder or without a file answers the app's page or 404
 */
export function staticApp(root: string): Hono {
  const app = new Hono()
  app.use('*', async (context, next) => {
    hardenPage(context)
    if (!loopbackHosts.test(context.req.header('host') ?? '')) return context.text('This server answers on loopback names only.', 403)
    await next()
    return undefined
  })
  app.get('*', async (context) => {
    const path = normalize(decodeURIComponent(new URL(context.req.url).pathname))
    const isPage = extname(path) === ''
    const file = join(root, isPage ? 'index.html' : path)
    if (!file.startsWith(root)) return context.text('Not found', 404)
    const body = await readFile(file).catch(() => undefined)
    if (body === undefined) return context.text('Not found', 404)
    const isHashed = path.startsWith('/assets/')
    return context.body(new Uint8Array(body), 200, {
      'Content-Type': contentTypes[extname(file)] ?? 'application/octet-stream',
      'Cache-Control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
  })
  return app
}
