/** The parts of an HTTP URL that the simulated network looks at. */
export interface HttpUrl {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  /** Path with query, beginning with a slash. */
  readonly path: string
}

/** Parses an http or https URL; a missing scheme means http, as curl takes it. undefined when it is none. */
export function parseHttpUrl(text: string): HttpUrl | undefined {
  const match = /^(?:(https?):\/\/)?([^/:?#\s]+)(?::(\d{1,5}))?(\/[^#\s]*|\?[^#\s]*)?(?:#\S*)?$/i.exec(text)
  if (match === null) return undefined
  const scheme = match[1]?.toLowerCase() === 'https' ? 'https' : 'http'
  const port = match[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(match[3])
  const rest = match[4] ?? '/'
  return { scheme, host: match[2], port, path: rest.startsWith('/') ? rest : `/${rest}` }
}
