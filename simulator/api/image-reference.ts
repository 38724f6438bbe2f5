/** Image references. Models distribution/reference v0.6 and kubernetes/pkg/util/parsers (v1.35). */

import { goQuote, utf8Length } from './go-text.ts'

/** An image name taken apart. `tag` and `digest` are '' when not given; without both, `tag` is `latest`. */
export interface ImageReference {
  readonly domain: string
  readonly path: string
  /** domain/path */
  readonly repository: string
  readonly tag: string
  readonly digest: string
  /** The name as people write it: without the default domain and without a default tag. */
  readonly familiar: string
}

const component = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const domainPattern = `(?:${component}(?:\\.${component})*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?`
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*'
const remoteName = `${pathComponent}(?:/${pathComponent})*`
const tagPattern = '[\\w][\\w.-]{0,127}'
const digestPattern = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*[:][0-9a-fA-F]{32,}'
const referencePattern = new RegExp(`^((?:${domainPattern}/)?${remoteName})(?::(${tagPattern}))?(?:@(${digestPattern}))?$`)
const namePattern = new RegExp(`^(?:(${domainPattern})/)?(${remoteName})$`)
const digestSizes: { readonly [algorithm: string]: number } = { sha256: 64, sha384: 96, sha512: 128 }
const nameBytesMax = 255

function splitDomain(name: string): { domain: string; remainder: string } {
  const slash = name.indexOf('/')
  if (slash < 0) return { domain: 'docker.io', remainder: `library/${name}` }
  const first = name.slice(0, slash)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first.toLowerCase() !== first
  const domain = !isDomain || first === 'index.docker.io' ? 'docker.io' : first
  const remainder = isDomain ? name.slice(slash + 1) : name
  return { domain, remainder: domain === 'docker.io' && !remainder.includes('/') ? `library/${remainder}` : remainder }
}

function digestError(digest: string): string | undefined {
  const colon = digest.indexOf(':')
  const algorithm = digest.slice(0, colon)
  const encoded = digest.slice(colon + 1)
  if (!Object.hasOwn(digestSizes, algorithm)) {
    return /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/.test(digest) ? 'unsupported digest algorithm' : 'invalid checksum digest format'
  }
  if (encoded.length !== digestSizes[algorithm]) return 'invalid checksum digest length'
  return /^[a-f0-9]+$/.test(encoded) ? undefined : 'invalid checksum digest format'
}

function familiarName(domain: string, path: string): string {
  if (domain !== 'docker.io') return `${domain}/${path}`
  const rest = path.startsWith('library/') ? path.slice('library/'.length) : path
  return rest.includes('/') ? path : rest
}

function parse(text: string): ImageReference | string {
  if (/^[a-f0-9]{64}$/.test(text)) return `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`
  const { domain, remainder } = splitDomain(text)
  const remote = remainder.split(':')[0]!
  if (remote.toLowerCase() !== remote) return `invalid reference format: repository name (${remote}) must be lowercase`
  const full = `${domain}/${remainder}`
  const match = referencePattern.exec(full)
  if (match === null) return referencePattern.test(full.toLowerCase()) ? 'repository name must be lowercase' : 'invalid reference format'
  const [, name, tag = '', digest = ''] = match
  const parts = namePattern.exec(name!)!
  const path = parts[2]!
  if (utf8Length(path) > nameBytesMax) return `repository name must not be more than ${nameBytesMax} characters`
  const wrongDigest = digest === '' ? undefined : digestError(digest)
  if (wrongDigest !== undefined) return wrongDigest
  const familiar = `${familiarName(parts[1] ?? '', path)}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`
  return { domain: parts[1] ?? '', path, repository: name!, tag: tag === '' && digest === '' ? 'latest' : tag, digest, familiar }
}

/** Takes an image name apart. The error is what the kubelet says of it. */
export function parseImageReference(text: string): ImageReference | { error: string } {
  const result = parse(text)
  return typeof result === 'string' ? { error: `couldn't parse image name ${goQuote(text)}: ${result}` } : result
}
