import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { kindCommand } from './kind-command.ts'
import { UsageError } from './user-input.ts'

let folder: string
let said: string[]
const before = { ...process.env }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podflight-kind-'))
  said = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => { said.push(String(text)); return true })
  process.env = { ...before, PATH: folder, KUBECONFIG: join(folder, 'kubeconfig'), PODFLIGHT_CWD: folder }
})
afterEach(() => {
  vi.restoreAllMocks()
  process.env = { ...before }
})

/** A program on PATH that notes how it was called. */
function program(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\nfor word in "$@"; do printf '[%s]' "$word" >> '${folder}/calls'; done\necho " ${name} $KIND_EXPERIMENTAL_PROVIDER" >> '${folder}/calls'\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}
const goodKind = (clusters = ''): void => program('kind', `case "$1" in version) echo 'kind v0.31.0 go1.25.5 linux/amd64';; get) echo '${clusters}';; esac`)
const calls = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n').map((line) => line.trim())

describe('podflight kind doctor', () => {
  const cases: readonly { readonly name: string; readonly make: () => void; readonly says: readonly string[] }[] = [
    { name: 'nothing is installed', make: () => undefined, says: ['missing  kind', 'not on your PATH', 'neither docker nor podman is on your PATH', 'https://docs.docker.com/get-started/get-docker/', 'Nothing was changed.'] },
    { name: 'Docker is installed and stopped', make: () => { goodKind(); program('docker', "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1") }, says: ['ok       kind        v0.31.0', 'its service does not run: Cannot connect to the Docker daemon', 'Start Docker Desktop'] },
    { name: 'Docker may not be used', make: () => { goodKind(); program('docker', "echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1") }, says: ['you may not use it', 'group docker'] },
    { name: 'kind is old', make: () => { program('kind', "echo 'kind v0.20.0 go1.20 linux/amd64'"); program('docker', 'echo 28.1.1') }, says: ['v0.20.0', 'older than v0.31', 'Docker 28.1.1'] },
    { name: 'Docker is stopped but Podman runs', make: () => { goodKind(); program('docker', 'exit 1'); program('podman', 'echo 5.4.0') }, says: ['Podman 5.4.0', 'there is no kubeconfig at', 'podflight kind up makes one'] },
  ]
  it.each(cases)('says in plain words what is missing when $name', async ({ make, says }) => {
    make()
    expect(await kindCommand(['doctor'])).toBe(1)
    for (const text of says) expect(said.join('\n')).toContain(text)
  })

  it('says why a context is not used', async () => {
    goodKind('mine')
    program('docker', 'echo 28.1.1')
    writeFileSync(join(folder, 'kubeconfig'), 'apiVersion: v1\nkind: Config\ncontexts: [{ name: kind-mine, context: { cluster: c, user: u } }]\nclusters: [{ name: c, cluster: { server: "https://10.1.2.3:6443", certificate-authority-data: QQ== } }]\nusers: [{ name: u, user: { token: secret-token } }]\n')
    expect(await kindCommand(['doctor'])).toBe(1)
    expect(said.join('\n')).toContain('the server of context kind-mine is not on this machine')
    expect(said.join('\n')).not.toContain('secret-token')
  })
})

describe('podflight kind up and down', () => {
  it('writes the configuration of a cluster of the course and hands it to kind, with no shell between', async () => {
    goodKind()
    program('podman', 'echo 5.4.0')
    process.env['PODFLIGHT_CWD'] = mkdtempSync(join(tmpdir(), "it's $(touch x) here-"))
    expect(await kindCommand(['up', '--cluster', 'gpu-mixed', '--name', 'podflight-gpu'])).toBe(0)
    const path = join(process.env['PODFLIGHT_CWD'], 'podflight-gpu.kind.yaml')
    expect(calls().at(-1)).toBe(`[create][cluster][--name][podflight-gpu][--config][${path}][--wait][180s] kind podman`)
    const { kind, apiVersion, nodes } = parse(readFileSync(path, 'utf8')) as { kind: string; apiVersion: string; nodes: { role: string; image: string; labels: { [label: string]: string }; kubeadmConfigPatches?: string[] }[] }
    expect([kind, apiVersion, nodes.map(({ role }) => role)]).toEqual(['Cluster', 'kind.x-k8s.io/v1alpha4', ['control-plane', ...Array.from({ length: 6 }, () => 'worker')]])
    const a100 = nodes.find(({ labels }) => labels['accelerator'] === 'nvidia-a100')
    expect([a100?.image.startsWith('kindest/node:v1.35.0@sha256:'), a100?.labels['topology.kubernetes.io/zone']]).toEqual([true, 'local-a'])
    expect(parse(a100?.kubeadmConfigPatches?.[0] ?? '')).toEqual({ kind: 'JoinConfiguration', nodeRegistration: { taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }] } })
    expect(nodes.flatMap(({ labels }) => Object.keys(labels)).some((label) => label.startsWith('node-role.kubernetes.io/'))).toBe(false)
  })

  it('only prints with --print, and starts nothing when something is missing', async () => {
    expect(await kindCommand(['up', '--print'])).toBe(0)
    expect((parse(said.join('')) as { nodes: unknown[] }).nodes.length).toBe(4)
    goodKind()
    expect(await kindCommand(['up'])).toBe(1)
    expect(calls()).toEqual(['[version] kind'])
  })

  it('leaves a cluster that is there, and files of somebody, as they are', async () => {
    goodKind('podflight')
    program('docker', 'echo 28.1.1')
    expect(await kindCommand(['up'])).toBe(1)
    expect(said.join('\n')).toContain('is there already')
    goodKind('')
    writeFileSync(join(folder, 'podflight.kind.yaml'), 'mine')
    await expect(kindCommand(['up'])).rejects.toThrow('is not of podflight')
    expect(readFileSync(join(folder, 'podflight.kind.yaml'), 'utf8')).toBe('mine')
  })

  it('removes its own clusters only', async () => {
    goodKind('podflight\nproduction')
    program('docker', 'echo 28.1.1')
    expect(await kindCommand(['down'])).toBe(0)
    expect(calls()).toContain('[delete][cluster][--name][podflight] kind')
    await expect(kindCommand(['down', '--name', 'production'])).rejects.toThrow(UsageError)
    expect(await kindCommand(['down', '--name', 'podflight-other'])).toBe(1)
    expect(said.at(-1)).toContain('There is no cluster podflight-other. kind has podflight, production.')
  })

  it.each([[['up', '--name', 'podflight; rm -rf ~'], '--name takes'], [['up', '--image', '--config=/etc/passwd'], '--image takes'], [['up', '--cluster', 'none', '--print'], 'there is no cluster'], [['sideways'], 'kind takes up, down'], [['clean'], 'needs --context']])('refuses %j', async (argv, text) => {
    await expect(kindCommand(argv)).rejects.toThrow(text)
  })
})
