/** The files that a container sees: its image, what it wrote, its volumes, and what the runtime makes. */

import type { Container, Pod, Volume, VolumeMount } from '../api/types.ts'
import { compareText } from '../kernel/text.ts'
import { hasShell } from '../workloads/registry.ts'
import type { FileView } from '../workloads/program.ts'
import { deviceFiles } from './devices.ts'
import { hostnameOf } from './env.ts'
import type { Host, WrittenFiles } from './host.ts'
import { securityOf } from './security.ts'
import { isTokenVolume, mountVolume } from './volumes.ts'

const shellRoot: { readonly [path: string]: string } = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/home/app:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  '/etc/group': 'root:x:0:\napp:x:1000:\nnobody:x:65534:\n',
}
/** Folders that every container has. */
const rootFolders: readonly string[] = ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp', 'var']

interface Place {
  readonly mount: VolumeMount
  readonly volume: Volume
  /** Path inside the volume, without a leading slash. */
  readonly inside: string
}

function normalize(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** The mount that a path is in, if any: the deepest one. */
function placeOf(pod: Pod, container: Container, path: string): Place | undefined {
  let best: VolumeMount | undefined
  for (const mount of container.volumeMounts ?? []) {
    const root = normalize(mount.mountPath)
    if ((path === root || path.startsWith(root === '/' ? '/' : `${root}/`)) && (best === undefined || root.length > normalize(best.mountPath).length)) best = mount
  }
  if (best === undefined) return undefined
  const volume = pod.spec.volumes?.find(({ name }) => name === best.name)
  if (volume === undefined) return undefined
  const rest = path.slice(normalize(best.mountPath).length).replace(/^\//, '')
  const inside = [best.subPath ?? '', rest].filter((part) => part !== '').join('/')
  return { mount: best, volume, inside }
}

/** Key of the table row that holds what was written to a volume; undefined for volumes that nobody writes. */
function volumeKey(pod: Pod, podKey: string, volume: Volume): string | undefined {
  if (volume.emptyDir !== undefined) return `empty|${podKey}|${volume.name}`
  if (volume.hostPath !== undefined) return `host|${pod.spec.nodeName}|${volume.hostPath.path}`
  if (volume.persistentVolumeClaim !== undefined) return `claim|${pod.metadata.namespace}/${volume.persistentVolumeClaim.claimName}`
  if (volume.ephemeral !== undefined) return `claim|${pod.metadata.namespace}/${pod.metadata.name}-${volume.name}`
  return undefined
}

/** The files of one run of a container. */
export class ContainerFiles implements FileView {
  private readonly host: Host
  private readonly podKey: string
  private readonly pod: Pod
  private readonly container: Container
  private readonly layerKey: string

  constructor(host: Host, podKey: string, pod: Pod, container: Container, containerId: string) {
    this.host = host
    this.podKey = podKey
    this.pod = pod
    this.container = container
    this.layerKey = `layer|${podKey}|${container.name}|${containerId}`
  }

  read(path: string): string | undefined {
    const full = normalize(path)
    const place = placeOf(this.pod, this.container, full)
    if (place !== undefined) return this.volumeFiles(place)[place.inside]
    const written = this.written(this.layerKey)[full]
    if (written === null) return undefined
    return written ?? this.generated(full) ?? this.imageFiles()[full] ?? (full.startsWith('/proc/driver/') ? this.deviceFiles()[full] : undefined)
  }

  list(path: string): readonly string[] | undefined {
    const full = normalize(path)
    const names = new Set<string>()
    let exists = full === '/'
    const place = placeOf(this.pod, this.container, full)
    if (place !== undefined) exists = this.listVolume(place, names) || exists
    else exists = this.listLayer(full, names) || exists
    for (const { mountPath } of this.container.volumeMounts ?? []) {
      const root = normalize(mountPath)
      // A single file is mounted by its subPath: it is no folder.
      if (full === root && place !== undefined && this.volumeFiles(place)[place.inside] !== undefined) continue
      if (full !== root && !root.startsWith(full === '/' ? '/' : `${full}/`)) continue
      exists = true
      if (full !== root) names.add(root.slice(full === '/' ? 1 : full.length + 1).split('/')[0])
    }
    return exists ? [...names].filter((name) => name !== '').sort(compareText) : undefined
  }

  writeError(path: string): string | undefined {
    const full = normalize(path)
    const place = placeOf(this.pod, this.container, full)
    if (place !== undefined) return place.mount.readOnly === true || volumeKey(this.pod, this.podKey, place.volume) === undefined ? 'Read-only file system' : undefined
    if (full === this.messagePath()) return undefined
    const security = securityOf(this.pod, this.container)
    if (security.readOnlyRootFilesystem === true) return 'Read-only file system'
    const user = security.runAsUser ?? Number(this.host.image(this.container.image ?? '').entry?.user ?? 0)
    return user !== 0 && !/^\/(tmp|home|data|var\/tmp|dev\/shm|dev\/stdout|dev\/stderr)(\/|$)/.test(full) ? 'Permission denied' : undefined
  }

  /** Path of the termination message. */
  messagePath(): string {
    return normalize(this.container.terminationMessagePath ?? '/dev/termination-log')
  }

  /** Writes a file; null removes it, or a folder with all that is in it. */
  write(path: string, text: string | null): void {
    const full = normalize(path)
    const place = placeOf(this.pod, this.container, full)
    const key = place === undefined ? this.layerKey : volumeKey(this.pod, this.podKey, place.volume)
    if (key === undefined) return
    const name = place === undefined ? full : place.inside
    const before = this.written(key)
    if (text !== null) {
      this.host.files.set(key, { ...before, [name]: text })
      return
    }
    const after: { [path: string]: string | null } = {}
    for (const [other, content] of Object.entries(before)) {
      if (other === name || other.startsWith(`${name}/`)) continue
      after[other] = content
    }
    if (place === undefined) for (const other of Object.keys(this.imageFiles())) if (other === name || other.startsWith(`${name}/`)) after[other] = null
    this.host.files.set(key, after)
  }

  /** A folder is a row with a slash at its end. */
  makeDirectory(path: string): void {
    this.write(`${normalize(path)}`.concat('/.keep-folder'), '')
  }

  private written(key: string): WrittenFiles {
    return this.host.files.get(key) ?? {}
  }

  private deviceFiles(): { readonly [path: string]: string } {
    return deviceFiles(this.host, this.podKey, this.pod, this.container)
  }

  private imageFiles(): { readonly [path: string]: string } {
    const { entry } = this.host.image(this.container.image ?? '')
    if (entry === undefined) return {}
    return hasShell(entry) ? { ...shellRoot, ...entry.files } : (entry.files ?? {})
  }

  private generated(path: string): string | undefined {
    const record = this.host.pods.get(this.podKey)
    const ip = record?.ip ?? ''
    const { metadata, spec } = this.pod
    if (path === '/etc/hostname') return `${hostnameOf(this.pod)}\n`
    if (path === '/etc/hosts') {
      return `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n${ip}\t${hostnameOf(this.pod)}\n`
    }
    if (path === '/etc/resolv.conf') {
      return spec.dnsPolicy === 'Default' ? 'nameserver 192.168.49.1\n' : `search ${metadata.namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`
    }
    return undefined
  }

  private volumeFiles(place: Place): { readonly [path: string]: string } {
    const { volume, mount } = place
    const key = volumeKey(this.pod, this.podKey, volume)
    if (key !== undefined) {
      const files: { [path: string]: string } = {}
      for (const [path, text] of Object.entries(this.written(key))) if (text !== null) files[path] = text
      return files
    }
    if (isTokenVolume(volume)) {
      const mounted = mountVolume(this.host, this.pod, volume)
      return 'files' in mounted ? mounted.files : {}
    }
    const record = this.host.mounts.get(this.podKey)
    const volumes = mount.subPath === undefined ? record?.volumes : (record?.original ?? record?.volumes)
    return volumes?.[volume.name] ?? {}
  }

  private listVolume(place: Place, names: Set<string>): boolean {
    const prefix = place.inside === '' ? '' : `${place.inside}/`
    let exists = place.inside === ''
    for (const path of Object.keys(this.volumeFiles(place))) {
      if (!path.startsWith(prefix)) continue
      exists = true
      const name = path.slice(prefix.length).split('/')[0]
      if (name !== '.keep-folder') names.add(name)
    }
    return exists
  }

  private listLayer(full: string, names: Set<string>): boolean {
    const prefix = full === '/' ? '/' : `${full}/`
    const written = this.written(this.layerKey)
    let exists = full === '/' || rootFolders.includes(full.slice(1)) || full === '/dev/shm'
    if (full === '/') for (const name of rootFolders) names.add(name)
    const devices = full === '/proc' || full.startsWith('/proc/') ? Object.keys(this.deviceFiles()) : []
    const all = [...devices, ...Object.keys(this.imageFiles()), ...Object.keys(written), '/etc/hosts', '/etc/hostname', '/etc/resolv.conf']
    for (const path of all) {
      if (!path.startsWith(prefix) || written[path] === null) continue
      exists = true
      const name = path.slice(prefix.length).split('/')[0]
      if (name !== '.keep-folder') names.add(name)
    }
    return exists
  }
}
