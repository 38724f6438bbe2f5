import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { staticApp } from './static-app.ts'

function site(): ReturnType<typeof staticApp> {
  const folder = mkdtempSync(join(tmpdir(), 'podflight-site-'))
  const root = join(folder, 'dist')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<!doctype html>app')
  writeFileSync(join(root, 'assets', 'a-1.js'), 'let a')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  return staticApp(root)
}

async function get(path: string, host = 'localhost:4000'): Promise<{ status: number; type: string | null; cache: string | null; text: string; headers: Headers }> {
  const response = await site().request(`http://localhost${path}`, { headers: { host } })
  const { status, headers } = response
  return { status, type: headers.get('content-type'), cache: headers.get('cache-control'), text: await response.text(), headers }
}

describe('the static app', () => {
  it('serves the page, also for paths of the app, and files with their types', async () => {
    expect(await get('/')).toMatchObject({ status: 200, type: 'text/html; charset=utf-8', cache: 'no-cache', text: '<!doctype html>app' })
    expect(await get('/lab/l04')).toMatchObject({ status: 200, text: '<!doctype html>app' })
    expect(await get('/assets/a-1.js')).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8', cache: 'public, max-age=31536000, immutable' })
    expect(await get('/assets/none.js')).toMatchObject({ status: 404 })
  })

  it('sends the headers that make browsers strict', async () => {
    const { headers } = await get('/')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy'), headers.get('cross-origin-opener-policy')]).toEqual(['nosniff', 'no-referrer', 'same-origin'])
  })

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%2f..%2fsecret.txt', '/%2e%2e%2fsecret.txt'])('gives nothing from outside its folder: %s', async (path) => {
    const { status, text } = await get(path)
    expect([status, text.includes('secret')]).toEqual([404, false])
  })

  it.each([['localhost', 200], ['127.0.0.1:4000', 200], ['[::1]:4000', 200], ['evil.example', 403], ['localhost.evil.example', 403], ['192.168.1.4:4000', 403]])('answers host %s with %d', async (host, status) => {
    expect((await get('/', host)).status).toBe(status)
  })
})
