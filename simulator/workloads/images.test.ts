import { describe, expect, it } from 'vitest'
import { digestOf, familiarReference, findImage, imageId, images } from './images.ts'
import { findProgram, resolveCommand } from './registry.ts'

const noFiles = { read: () => undefined, list: () => undefined }

describe('the image table', () => {
  it('names only programs that exist', () => {
    const missing = Object.entries(images).filter(([, entry]) => findProgram(entry.program).name !== entry.program && !['batch-scorer', 'drift-check', 'model-fetcher', 'queue-worker', 'vector-cache'].includes(entry.program))
    expect(missing).toEqual([])
  })
  it.each([
    { name: 'the short name', image: 'nginx:1.27-alpine' },
    { name: 'the name with its registry', image: 'docker.io/library/nginx:1.27-alpine' },
    { name: 'a name without a tag', image: 'busybox' },
    { name: 'another tag of a public image', image: 'python:3.12-slim' },
  ])('finds $name', ({ image }) => {
    expect(findImage(undefined, image)).toBeDefined()
  })
  it.each(['nginx:1.99-nosuchtag', 'nginx:doesnotexist', 'registry.example.com/unknown:1', 'Nginx:1.27', 'busybox:nope'])('does not find %s', (image) => {
    expect(findImage(undefined, image)).toBeUndefined()
  })
  it('finds an image by its digest', () => {
    const entry = images['mlmodel:v1']
    expect(findImage(undefined, `mlmodel@sha256:${digestOf('mlmodel:v1', entry)}`)).toBe(entry)
    expect(imageId('mlmodel:v1', entry)).toBe(`docker.io/library/mlmodel@sha256:${digestOf('mlmodel:v1', entry)}`)
  })
  it('prefers the images of the configuration', () => {
    const own = { ...images['mlmodel:v1'], bytes: 1 }
    expect(findImage({ 'mlmodel:v1': own }, 'docker.io/library/mlmodel:v1')).toBe(own)
  })
  it('adds the default tag', () => {
    expect(familiarReference('busybox')).toBe('busybox:latest')
  })
})

describe('resolveCommand', () => {
  const busybox = images['busybox:1.36']
  const server = images['mlmodel:v1']
  it.each([
    { name: 'an applet runs in the shell', entry: busybox, argv: ['sleep', '1'], want: { program: 'shell' } },
    { name: 'an applet by its path', entry: busybox, argv: ['/bin/cat', 'x'], want: { program: 'shell' } },
    { name: 'a command that the image does not have', entry: busybox, argv: ['python3', 'serve.py'], want: { error: 'notInPath' } },
    { name: 'a path that does not exist', entry: busybox, argv: ['/usr/bin/python3'], want: { error: 'noFile' } },
    { name: 'the image of a model server knows python', entry: server, argv: ['python', 'other.py'], want: { program: 'inference-server' } },
    { name: 'the shell of a model server', entry: server, argv: ['sh', '-c', 'env'], want: { program: 'shell' } },
    { name: 'an image without a shell', entry: images['registry.k8s.io/pause:3.10'], argv: ['sh'], want: { error: 'notInPath' } },
  ])('$name', ({ entry, argv, want }) => {
    expect(resolveCommand(entry, argv, noFiles)).toEqual(want)
  })
})
