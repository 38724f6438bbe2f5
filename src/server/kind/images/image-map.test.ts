import { describe, expect, it } from 'vitest'
import { ImageMap } from './image-map.ts'
import { courseImages, imagesFor, pythonImage, readImageTable } from './image-table.ts'

const digest = `sha256:${'a'.repeat(64)}`
const table = {
  'example.com/a:1': { image: `docker.io/library/python:3@${digest}`, command: ['serve', '1'] },
  'example.com/a:2': { image: `docker.io/library/python:3@${digest}`, command: ['serve', '2'] },
  'example.com/plain:1': { image: `docker.io/library/other@${digest}` },
}
const referenceOf = (image: string): string => new ImageMap(table).referenceOf(image) ?? ''

describe('images of the course and their stand-ins', () => {
  it.each([
    { name: 'a container gets image and command', sent: { containers: [{ name: 'c', image: 'example.com/a:1' }] }, real: { containers: [{ name: 'c', image: referenceOf('example.com/a:1'), command: ['serve', '1'] }] } },
    { name: 'its own command follows', sent: { initContainers: [{ image: 'example.com/a:1', command: ['sh', '-c', 'x'], args: ['y'] }] }, real: { initContainers: [{ image: referenceOf('example.com/a:1'), command: ['serve', '1', 'sh', '-c', 'x'], args: ['y'] }] } },
    { name: 'a stand-in without a command leaves commands alone', sent: { containers: [{ image: 'example.com/plain:1', command: ['x'] }] }, real: { containers: [{ image: referenceOf('example.com/plain:1'), command: ['x'] }] } },
    { name: 'an image that nobody knows is sent as it is', sent: { containers: [{ image: 'example.com/a:typo' }] }, real: { containers: [{ image: 'example.com/a:typo' }] } },
    { name: 'a public image is sent as it is', sent: { containers: [{ image: 'nginx:1.27' }] }, real: { containers: [{ image: 'nginx:1.27' }] } },
    { name: 'a patch of the command keeps the program in front', sent: { spec: { containers: [{ name: 'now', command: ['x'] }] } }, real: { spec: { containers: [{ name: 'now', command: ['serve', '2', 'x'] }] } } },
    { name: 'a JSON patch of an image sets the command too', sent: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'example.com/a:2' }], real: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: referenceOf('example.com/a:2') }, { op: 'add', path: '/spec/template/spec/containers/0/command', value: ['serve', '2'] }] },
    { name: 'a JSON patch that adds a container', sent: [{ op: 'add', path: '/spec/containers/-', value: { image: 'example.com/plain:1' } }], real: [{ op: 'add', path: '/spec/containers/-', value: { image: referenceOf('example.com/plain:1') } }] },
  ])('$name', ({ sent, real }) => {
    expect(new ImageMap(table).toReal(sent, (container) => (container === 'now' ? 'example.com/a:2' : undefined))).toEqual(real)
  })

  it('shows what was sent as it was written', () => {
    const map = new ImageMap(table)
    const spec = { containers: [{ name: 'a', image: 'example.com/a:1' }, { name: 'b', image: 'example.com/a:2', command: ['x'] }, { name: 'c', image: 'nginx' }] }
    expect(map.toCourse(map.toReal({ spec }))).toEqual({ spec })
  })

  it('shows the images of a Pod in its status, in tables and in messages', () => {
    const map = new ImageMap(table)
    const real = map.toReal({ spec: { containers: [{ name: 'a', image: 'example.com/a:1' }] } }) as { spec: object }
    expect(map.toCourse({ ...real, status: { containerStatuses: [{ name: 'a', image: 'docker.io/library/python@sha256:aaa' }] } })).toMatchObject({ status: { containerStatuses: [{ image: 'example.com/a:1' }] } })
    expect(map.toCourse({ rows: [{ cells: [`x,${referenceOf('example.com/a:1')}`] }], message: `Pulling image "${referenceOf('example.com/a:1')}"` })).toEqual({ rows: [{ cells: ['x,example.com/a:1'] }], message: 'Pulling image "example.com/a:1"' })
  })

  it('gives each image of the course a reference of its own, which a registry can have', () => {
    const map = new ImageMap(courseImages)
    const references = Object.keys(courseImages).map((image) => map.referenceOf(image) ?? '')
    expect(new Set(references).size).toBe(references.length)
    for (const reference of references) expect(reference).toMatch(/^[a-z0-9./-]+:\w[\w.-]{0,127}@sha256:[0-9a-f]{64}$/)
  })

  it('tells images apart by their commands where they share a reference without a digest', () => {
    const plain = Object.fromEntries(Object.entries(courseImages).map(([image, standIn]) => [image, { ...standIn, image: 'docker.io/library/python:3.12-alpine' }]))
    const map = new ImageMap(plain)
    const spec = { containers: Object.keys(plain).map((image, i) => ({ name: `c${i}`, image, ...(i % 2 === 0 ? {} : { command: ['own', image] }) })) }
    const real = map.toReal({ spec })
    expect(JSON.stringify(real)).toContain('"image":"docker.io/library/python:3.12-alpine"')
    expect(map.toCourse(real)).toEqual({ spec })
  })

  it('refuses a table in which two images could not be told apart', () => {
    const map = new ImageMap({ a: { image: 'python:3' }, b: { image: 'python:3' } })
    map.referenceOf('a')
    expect(() => map.referenceOf('b')).toThrow('give it with its digest')
  })

  it.each([
    { name: 'a list', value: [], says: 'must be an object' },
    { name: 'an entry without an image', value: { a: { command: [] } }, says: '"a" has no image' },
    { name: 'a command that is a text', value: { a: { image: 'b', command: 'c' } }, says: 'is no list of texts' },
  ])('a table is refused: $name', ({ value, says }) => {
    expect(() => readImageTable(value)).toThrow(says)
  })

  it('has stand-ins for the images that a task brings, unless the user says otherwise', () => {
    const images = { 'registry.example.com/own:7': { program: 'inference-server', megabytes: 1, parameters: { port: 9000, load_s: 3 } } }
    expect(imagesFor({ images })['registry.example.com/own:7']).toMatchObject({ image: pythonImage, command: expect.arrayContaining(['9000', '3', '7']) as string[] })
    expect(imagesFor({ images }, { 'registry.example.com/own:7': { image: 'mine' } })['registry.example.com/own:7']).toEqual({ image: 'mine' })
  })
})
