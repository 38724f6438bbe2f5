import { describe, expect, it } from 'vitest'
import { parseCurlArguments } from './curl-arguments.ts'

describe('parseCurlArguments', () => {
  it('reads joined short flags with a value', () => {
    expect(parseCurlArguments(['-sSfo', '/dev/null', '-w', '%{http_code}', 'http://web/'])).toMatchObject({ urls: ['http://web/'], isSilent: true, showsError: true, isFailing: true, output: '/dev/null', writeOut: '%{http_code}' })
  })
  it('joins data', () => {
    expect(parseCurlArguments(['-d', 'a=1', '-d', 'b=2', 'x'])).toMatchObject({ data: 'a=1&b=2' })
  })
  it('takes --json as data with its headers', () => {
    expect(parseCurlArguments(['--json', '{}', 'x'])).toMatchObject({ data: '{}', headers: ['Content-Type: application/json', 'Accept: application/json'] })
  })
  it('reads times in seconds', () => {
    expect(parseCurlArguments(['-m', '0.5', '--connect-timeout', '2', 'x'])).toMatchObject({ maxTimeMs: 500, connectTimeoutMs: 2000 })
  })
  it.each([
    { words: ['--nope', 'x'], message: "curl: option --nope: is unknown\ncurl: try 'curl --help' for more information\n" },
    { words: ['x', '-X'], message: "curl: option -X: requires parameter\ncurl: try 'curl --help' for more information\n" },
    { words: ['-s'], message: 'curl: (2) no URL specified\n' },
  ])('refuses $words', ({ words, message }) => {
    expect(parseCurlArguments(words)).toEqual({ exitCode: 2, message })
  })
})
