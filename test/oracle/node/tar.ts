/** Writes a tar archive in memory; the same content gives the same bytes. */

const block = 512
const nameLengthMax = 100

export class Tar {
  private readonly parts: Buffer[] = []
  private readonly seen = new Set<string>()

  file(name: string, data: Buffer, mode: number): void {
    if (this.seen.has(name)) return
    this.header(name, '0', mode, data.length, '')
    this.parts.push(data, Buffer.alloc((block - (data.length % block)) % block))
  }

  link(name: string, target: string): void {
    if (!this.seen.has(name)) this.header(name, '2', 0o777, 0, target)
  }

  folder(name: string, mode = 0o755): void {
    if (!this.seen.has(name)) this.header(name, '5', mode, 0, '')
  }

  /** A folder with those above it. */
  folders(path: string): void {
    const words = path.split('/').filter((word) => word !== '')
    for (let i = 1; i <= words.length; i++) this.folder(words.slice(0, i).join('/'))
  }

  end(): Buffer {
    return Buffer.concat([...this.parts, Buffer.alloc(2 * block)])
  }

  private header(name: string, type: string, mode: number, size: number, link: string): void {
    this.seen.add(name)
    const [prefix, rest] = split(name)
    const head = Buffer.alloc(block)
    const octal = (value: number, at: number, length: number): void => void head.write(value.toString(8).padStart(length - 1, '0'), at)
    head.write(rest, 0)
    octal(mode, 100, 8)
    octal(0, 108, 8)
    octal(0, 116, 8)
    octal(size, 124, 12)
    octal(0, 136, 12)
    head.write('        ', 148)
    head.write(type, 156)
    head.write(link, 157)
    head.write('ustar\u000000', 257)
    head.write(prefix, 345)
    octal(head.reduce((sum, byte) => sum + byte, 0), 148, 7)
    this.parts.push(head)
  }
}

/** A long name goes into two fields, cut at a slash. */
function split(name: string): [prefix: string, rest: string] {
  if (Buffer.byteLength(name) <= nameLengthMax) return ['', name]
  const at = name.indexOf('/', name.length - nameLengthMax - 1)
  if (at < 0) throw new Error(`the name is too long for a tar archive: ${name}`)
  return [name.slice(0, at), name.slice(at + 1)]
}
