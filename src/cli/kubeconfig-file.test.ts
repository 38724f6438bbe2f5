import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { KubeconfigFacts } from '../server/api/kubeconfig.ts'
import { writeKubeconfig } from './kubeconfig-file.ts'

const facts: KubeconfigFacts = { port: 6443, authority: 'CA', accounts: [{ name: 'kubernetes-admin', groups: [], token: 't' }, { name: 'jane', groups: [], token: 'u' }] }
let path: string

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'podflight-kubeconfig-')), 'config')
})

function names(list: 'clusters' | 'users' | 'contexts'): string[] {
  return (parse(readFileSync(path, 'utf8')) as { [list: string]: { name: string }[] })[list]!.map(({ name }) => name)
}

describe('the kubeconfig of podflight api', () => {
  it('is a new file with a context for each user', async () => {
    expect(await writeKubeconfig(path, facts)).toBe(true)
    expect([names('clusters'), names('users'), names('contexts')]).toEqual([['podflight'], ['kubernetes-admin', 'jane'], ['podflight', 'jane@podflight']])
  })

  it('keeps what another cluster has in the file, and makes its own context current', async () => {
    await writeKubeconfig(path, facts)
    expect(await writeKubeconfig(path, { ...facts, port: 6444, name: 'staging' })).toBe(false)
    expect([names('clusters'), names('users'), names('contexts')]).toEqual([
      ['podflight', 'staging'], ['kubernetes-admin', 'jane', 'kubernetes-admin@staging', 'jane@staging'], ['podflight', 'jane@podflight', 'staging', 'jane@staging'],
    ])
    expect(parse(readFileSync(path, 'utf8'))).toMatchObject({ 'current-context': 'staging' })
  })

  it('replaces its own entries', async () => {
    await writeKubeconfig(path, facts)
    await writeKubeconfig(path, { ...facts, port: 7000 })
    expect(names('clusters')).toEqual(['podflight'])
    expect(readFileSync(path, 'utf8')).toContain('https://127.0.0.1:7000')
  })

  it('keeps entries of a file in YAML', async () => {
    writeFileSync(path, 'apiVersion: v1\nkind: Config\npreferences: {}\nclusters: [{name: kind-a, cluster: {server: "https://1.2.3.4"}}]\nusers:\ncontexts: []\ncurrent-context: kind-a\n')
    await writeKubeconfig(path, facts)
    expect(names('clusters')).toEqual(['kind-a', 'podflight'])
  })

  it.each([['no YAML', 'a: [b'], ['another document', '- 1\n'], ['a list without names', 'clusters: [1]\n']])('leaves %s alone', async (_name, text) => {
    writeFileSync(path, text)
    await expect(writeKubeconfig(path, facts)).rejects.toThrow('is there and is no kubeconfig')
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})
