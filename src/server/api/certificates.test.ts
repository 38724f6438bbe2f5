import { createPrivateKey, X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeCertificates } from './certificates.ts'

describe('certificates', () => {
  const nowMs = Date.parse('2026-01-05T09:00:00Z')
  const made = makeCertificates(nowMs)
  const authority = new X509Certificate(made.authority)
  const server = new X509Certificate(made.certificate)

  it('the authority signs itself and the server', () => {
    expect([authority.ca, server.ca]).toEqual([true, false])
    expect([authority.verify(authority.publicKey), server.verify(authority.publicKey), server.verify(server.publicKey)]).toEqual([true, true, false])
    expect([authority.subject, server.issuer, server.subject]).toEqual(['CN=podflight', 'CN=podflight', 'CN=kube-apiserver'])
  })

  it('the server is known by its loopback names, and by no other', () => {
    expect([server.checkHost('localhost'), server.checkHost('example.com'), server.checkIP('127.0.0.1'), server.checkIP('::1'), server.checkIP('10.0.0.1')]).toEqual(['localhost', undefined, '127.0.0.1', '::1', undefined])
    expect(server.checkPrivateKey(createPrivateKey(made.key))).toBe(true)
  })

  it('they hold for a year from yesterday', () => {
    expect([server.validFromDate.getTime(), server.validToDate.getTime()]).toEqual([nowMs - 86_400_000, nowMs + 365 * 86_400_000])
  })
})
