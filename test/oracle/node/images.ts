/** Images of the test node, made of programs of this machine: no registry is asked. One archive in the OCI layout. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { programsFolder } from '../programs.ts'
import { Tar } from './tar.ts'

/** Repository of the stand-ins' image; its digest is that of what was built here. */
export const pythonRepository = 'docker.io/library/python'

/** The archive, and the reference of its Python image. */
export interface NodeImages { readonly archive: Buffer; readonly python: string }

const python = '/usr/bin/python3'
const busybox = '/bin/busybox'

/** What the images are made of and this machine lacks. */
export function missingForImages(): string[] {
  return [python, busybox].filter((path) => !existsSync(path)).map((path) => `${path} is not there`)
}

function output(command: string, args: readonly string[]): string {
  const { stdout, status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

function addBase(tar: Tar): void {
  for (const folder of ['bin', 'data', 'etc', 'root']) tar.folder(folder)
  tar.folder('tmp', 0o1777)
  tar.file('etc/passwd', Buffer.from('root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n'), 0o644)
  tar.file('etc/group', Buffer.from('root:x:0:\napp:x:1000:\n'), 0o644)
}

function addBusybox(tar: Tar): void {
  tar.file('bin/busybox', readFileSync(busybox), 0o755)
  for (const applet of output(busybox, ['--list']).trim().split('\n')) if (applet !== 'busybox') tar.link(`bin/${applet}`, 'busybox')
}

const leftOut = new Set(['__pycache__', 'test', 'idlelib', 'tkinter', 'ensurepip', 'lib2to3', 'site-packages', 'dist-packages', 'pydoc_data'])

function addTree(tar: Tar, folder: string): string[] {
  const shared: string[] = []
  tar.folders(folder)
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (leftOut.has(name) || name.startsWith('config-') || !existsSync(path)) continue
    if (lstatSync(realpathSync(path)).isDirectory()) shared.push(...addTree(tar, path))
    else {
      tar.file(path.slice(1), readFileSync(path), 0o755)
      if (name.endsWith('.so')) shared.push(path)
    }
  }
  return shared
}

/** The interpreter of this machine with its library and the shared objects that they load. */
function addPython(tar: Tar): void {
  const stdlib = output(python, ['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))']).trim()
  const program = realpathSync(python)
  tar.folders('/usr/bin')
  tar.file(program.slice(1), readFileSync(program), 0o755)
  tar.link('usr/bin/python3', program)
  const objects = [program, ...addTree(tar, stdlib)]
  const needed = new Set(output('ldd', objects).split('\n').flatMap((line) => /(\/[^ ]+) \(0x/.exec(line)?.slice(1) ?? []))
  for (const path of needed) {
    tar.folders(path.slice(0, path.lastIndexOf('/')))
    tar.file(path.slice(1), readFileSync(path), 0o755)
  }
}

interface ImageSpec { readonly names: readonly string[]; readonly config: object; readonly fill: (tar: Tar) => void }

function specs(): ImageSpec[] {
  const nodeApp = readFileSync(join(programsFolder(), 'node-app'))
  const Env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
  return [
    { names: ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10.1'], config: { Entrypoint: ['/pause'], Env, User: '65535:65535' }, fill: (tar) => tar.file('pause', nodeApp, 0o755) },
    { names: ['docker.io/library/busybox:1.36'], config: { Cmd: ['sh'], Env }, fill: addBusybox },
    { names: ['docker.io/library/nginx:1.27-alpine'], config: { Entrypoint: ['/docker-entrypoint.sh'], Cmd: ['nginx', '-g', 'daemon off;'], Env, ExposedPorts: { '80/tcp': {} } }, fill: (tar) => { addBusybox(tar); tar.file('docker-entrypoint.sh', nodeApp, 0o755) } },
    { names: [pythonRepository], config: { Cmd: ['python3'], Env }, fill: (tar) => { addBusybox(tar); addPython(tar) } },
  ]
}

interface Descriptor { readonly mediaType: string; readonly digest: string; readonly size: number }

/** Builds every image. */
export function buildImages(): NodeImages {
  const tar = new Tar()
  const manifests: object[] = []
  let pythonReference = ''
  tar.folders('/blobs/sha256')
  const add = (mediaType: string, bytes: Buffer): Descriptor => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    tar.file(`blobs/sha256/${hash}`, bytes, 0o644)
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length }
  }
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
  for (const { names, config, fill } of specs()) {
    const content = new Tar()
    addBase(content)
    fill(content)
    const layer = add('application/vnd.oci.image.layer.v1.tar', content.end())
    const image = add('application/vnd.oci.image.config.v1+json', json({ architecture: 'amd64', os: 'linux', config, rootfs: { type: 'layers', diff_ids: [layer.digest] } }))
    const manifest = add('application/vnd.oci.image.manifest.v1+json', json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: image, layers: [layer] }))
    for (const name of names) {
      const reference = name === pythonRepository ? `${name}@${manifest.digest}` : name
      if (name === pythonRepository) pythonReference = reference
      manifests.push({ ...manifest, annotations: { 'io.containerd.image.name': reference } })
    }
  }
  tar.file('oci-layout', json({ imageLayoutVersion: '1.0.0' }), 0o644)
  tar.file('index.json', json({ schemaVersion: 2, manifests }), 0o644)
  return { archive: tar.end(), python: pythonReference.replace('@', ':3.12-alpine@') }
}
