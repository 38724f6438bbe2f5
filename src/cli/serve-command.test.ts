import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serveCommand } from './serve-command.ts'

const built = vi.hoisted(() => ({ folder: '' }))
vi.mock('../server/serve/build.ts', () => ({ ensureBuild: () => true, get buildFolder() { return built.folder } }))

const said: string[] = []
const foreign = 'apiVersion: v1\nkind: Config\ncontexts: [{ name: kind-mine, context: { cluster: c, user: u } }]\nclusters: [{ name: c, cluster: { server: "https://10.1.2.3:6443", certificate-authority-data: QQ== } }]\nusers: [{ name: u, user: { token: secret-token } }]\n'

beforeEach(() => {
  built.folder = mkdtempSync(join(tmpdir(), 'podflight-serve-'))
  writeFileSync(join(built.folder, 'index.html'), '<!doctype html>app')
  writeFileSync(join(built.folder, 'kubeconfig'), foreign)
  said.length = 0
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text))
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Serves until `visit` is done, then ends it as Ctrl+C does. */
async function served(argv: readonly string[], visit: (address: string) => Promise<void>): Promise<number> {
  const running = serveCommand(['--port', '0', ...argv])
  await expect.poll(() => said.join('\n'), { timeout: 20_000 }).toMatch(/http:\/\/localhost:\d+\//)
  await visit(/http:\/\/localhost:\d+\/\S*/.exec(said.join('\n'))?.[0] ?? '')
  process.emit('SIGINT')
  return running
}

describe('podflight serve', () => {
  it('serves the app alone, without a key', async () => {
    const code = await served([], async (address) => {
      expect(address).toMatch(/\/$/)
      expect(await (await fetch(address)).text()).toBe('<!doctype html>app')
    })
    expect(code).toBe(0)
  })

  it('serves the bridge beside it, tells the key once, and says why a context is not used', async () => {
    const code = await served(['--kind', '--kubeconfig', join(built.folder, 'kubeconfig')], async (address) => {
      const [origin, key = ''] = address.split('/#bridge=')
      const answer = await fetch(`${origin}/bridge/contexts`, { headers: { 'x-podflight-key': key } })
      expect(await answer.json()).toMatchObject({ isBusy: false, contexts: [{ name: 'kind-mine', refused: expect.stringContaining('is not on this machine') as string }] })
      expect((await fetch(`${origin}/bridge/contexts`)).status).toBe(401)
      expect(said.join('\n').split(key).length).toBe(2)
    })
    expect([code, said.join('\n').includes('secret-token')]).toEqual([0, false])
    expect(said.join('\n')).toContain('kind-mine is not used: the server of context kind-mine is not on this machine')
  }, 30_000)

  it.each([[['--port', 'x'], '--port takes a port number'], [['--port', '70000'], '--port takes'], [['--kubeconfig', 'f'], 'belong to --kind'], [['now'], 'serve takes no now'], [['--bridge'], 'unknown option']])('refuses %j', async (argv, text) => {
    await expect(serveCommand(argv)).rejects.toThrow(text)
  })
})
