import { inspect } from 'node:util'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BridgeError } from '../contract.ts'
import { base64, expiredCertificates, freshCertificates, kubeconfigText, testContext } from '../testing/kubeconfigs.ts'
import type { KubeconfigParts } from '../testing/kubeconfigs.ts'
import { kindContexts, loadTarget, readKubeconfigs } from './kubeconfig-files.ts'
import { readTarget } from './kubeconfig.ts'

function refusalOf(work: () => unknown): string {
  try {
    work()
    return 'passed'
  } catch (error) {
    if (error instanceof BridgeError) return error.message
    throw error
  }
}

const read = (parts: KubeconfigParts): string => refusalOf(() => readTarget([kubeconfigText(parts)], parts.context ?? testContext, new Date()))
const onlyHere = 'the server of context kind-oracle is not on this machine: only 127.0.0.1, [::1] and localhost with a port are used'
const plainServer = 'the server of context kind-oracle must be https://ADDRESS:PORT and nothing more'

const attacks: readonly { readonly guard: string; readonly name: string; readonly parts: KubeconfigParts; readonly refusal: string }[] = [
  { guard: 'refuseContextName', name: 'a cluster of a company', parts: { context: 'prod' }, refusal: 'context "prod" is not one of kind: its name must begin with kind-' },
  { guard: 'refuseContextName', name: 'a name that only looks like it', parts: { context: 'my-kind-cluster' }, refusal: 'context "my-kind-cluster" is not one of kind: its name must begin with kind-' },
  { guard: 'refuseContextName', name: 'a name with a path in it', parts: { context: 'kind-../../x' }, refusal: 'context "kind-../../x" is not one of kind: its name must begin with kind-' },
  { guard: 'refuseServerScheme', name: 'plain HTTP', parts: { cluster: { server: 'http://127.0.0.1:6443' } }, refusal: plainServer },
  { guard: 'refuseServerScheme', name: 'a user in the address', parts: { cluster: { server: 'https://admin:secret@127.0.0.1:6443' } }, refusal: plainServer },
  { guard: 'refuseServerScheme', name: 'a path behind the address, as of a proxy', parts: { cluster: { server: 'https://127.0.0.1:6443/k8s/clusters/c-1' } }, refusal: plainServer },
  { guard: 'refuseServerHost', name: 'another machine', parts: { cluster: { server: 'https://10.0.0.5:6443' } }, refusal: onlyHere },
  { guard: 'refuseServerHost', name: 'every address of this machine', parts: { cluster: { server: 'https://0.0.0.0:6443' } }, refusal: onlyHere },
  { guard: 'refuseServerHost', name: 'a name that resolves to loopback', parts: { cluster: { server: 'https://127.0.0.1.nip.io:6443' } }, refusal: onlyHere },
  { guard: 'refuseServerHost', name: 'a subdomain of localhost', parts: { cluster: { server: 'https://api.localhost:6443' } }, refusal: onlyHere },
  { guard: 'refuseServerHost', name: 'loopback in other digits', parts: { cluster: { server: 'https://2130706433:6443' } }, refusal: onlyHere },
  { guard: 'refuseUncheckedTls', name: 'a server that is not checked', parts: { cluster: { 'insecure-skip-tls-verify': true } }, refusal: 'context kind-oracle does not check who its server is (insecure-skip-tls-verify)' },
  { guard: 'refuseUncheckedTls', name: 'no authority', parts: { cluster: { 'certificate-authority-data': '' } }, refusal: 'context kind-oracle has no certificate-authority-data to check its server with' },
  { guard: 'refuseTlsServerName', name: 'a certificate of another name', parts: { cluster: { 'tls-server-name': 'prod.example.com' } }, refusal: 'context kind-oracle checks its server under another name (tls-server-name)' },
  { guard: 'refuseProxy', name: 'a proxy', parts: { cluster: { 'proxy-url': 'http://127.0.0.1:3128' } }, refusal: 'context kind-oracle goes through a proxy (proxy-url)' },
  { guard: 'refuseCredentialProgram', name: 'an exec plugin', parts: { user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', 'id'] } } }, refusal: 'the user of context kind-oracle runs a program for its credentials (exec); kind never does' },
  { guard: 'refuseCredentialProgram', name: 'an auth provider', parts: { user: { 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/sh' } } } }, refusal: 'the user of context kind-oracle runs a program for its credentials (auth-provider); kind never does' },
  { guard: 'refuseFileReference', name: 'an authority in a file', parts: { cluster: { 'certificate-authority': '/etc/ssl/ca.crt' } }, refusal: 'context kind-oracle refers to a file (certificate-authority); kind writes certificates and keys as data, and no other file is read' },
  { guard: 'refuseFileReference', name: 'a key in a file beside the kubeconfig', parts: { user: { 'client-key': 'id_rsa' } }, refusal: 'context kind-oracle refers to a file (client-key); kind writes certificates and keys as data, and no other file is read' },
  { guard: 'refuseFileReference', name: 'a token in a file', parts: { user: { tokenFile: '/run/secrets/token' } }, refusal: 'context kind-oracle refers to a file (tokenFile); kind writes certificates and keys as data, and no other file is read' },
  { guard: 'refuseActingAs', name: 'a user who acts as another one', parts: { user: { as: 'system:admin' } }, refusal: 'the user of context kind-oracle acts as another one (as)' },
  { guard: 'refuseUnknownField', name: 'a password', parts: { user: { username: 'admin', password: 'secret' } }, refusal: 'context kind-oracle has "username", which kind does not write' },
  { guard: 'refuseUnknownField', name: 'a field of the future', parts: { cluster: { 'unix-socket': '/run/x' } }, refusal: 'context kind-oracle has "unix-socket", which kind does not write' },
]

describe('attacks with a kubeconfig', () => {
  it.each(attacks)('$guard: keeps out $name', ({ parts, refusal }) => {
    expect(read(parts)).toBe(refusal)
  })

  it.each([
    { guard: 'refuseExpiredCertificate', what: 'the client certificate', parts: { user: { 'client-certificate-data': base64(expiredCertificates.certificate) } } },
    { guard: 'refuseExpiredCertificate', what: 'the certificate authority', parts: { cluster: { 'certificate-authority-data': base64(expiredCertificates.authority) } } },
  ])('$guard: keeps out $what when its time is over', ({ what, parts }) => {
    expect(read(parts)).toMatch(new RegExp(`^${what} expired on .* GMT. Create the cluster anew, or renew its certificates$`))
  })

  it('refuseOddFile: keeps out folders and files too large for a kubeconfig', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
    const large = join(folder, 'large')
    writeFileSync(large, ' '.repeat(300_000))
    expect(refusalOf(() => readKubeconfigs({ path: folder }))).toBe(`kubeconfig ${folder} is no file`)
    expect(refusalOf(() => readKubeconfigs({ path: large }))).toBe(`kubeconfig ${large} is larger than 256 KB`)
  })

  it('hideSecret: neither a token nor a key shows when a target is printed', () => {
    const target = readTarget([kubeconfigText({ user: { token: 'very-secret-token' } })], testContext, new Date())
    const shown = [inspect(target, { depth: 9 }), JSON.stringify(target), String(target.token), `${target.key}`].join(' ')
    expect(shown).not.toContain('very-secret-token')
    expect(shown).not.toContain('PRIVATE KEY')
    expect(target.token?.reveal()).toBe('very-secret-token')
  })

  it('says in words what is missing, and repeats nothing of the file', () => {
    expect(read({ user: { 'client-key-data': '' } })).toBe('the user of context kind-oracle has neither a client certificate with its key nor a token')
    expect(read({ cluster: { 'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----') } })).toBe('the certificate authority of the kubeconfig cannot be read')
    expect(refusalOf(() => readTarget(['a: [secret'], testContext, new Date()))).toBe('the kubeconfig is no YAML that can be read')
    expect(refusalOf(() => readTarget([kubeconfigText()], 'kind-other', new Date()))).toBe('the kubeconfig has no context "kind-other"')
    expect(refusalOf(() => readKubeconfigs({ path: '/none/here' }))).toBe('there is no kubeconfig at /none/here. kind writes it when it creates a cluster: kind create cluster')
  })
})

describe('a kubeconfig of kind', () => {
  it.each([
    ['https://127.0.0.1:41234', '127.0.0.1'], ['https://[::1]:41234', '::1'], ['https://localhost:41234', 'localhost'],
  ])('passes with server %s', (server, host) => {
    expect(readTarget([kubeconfigText({ cluster: { server } })], testContext, new Date())).toMatchObject({ context: testContext, cluster: 'oracle', host, port: 41234, authority: freshCertificates.authority })
  })

  it('is found in several files; the first with an entry wins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
    const paths = [join(folder, 'a'), join(folder, 'missing'), join(folder, 'b')]
    writeFileSync(paths[0], kubeconfigText({ context: 'kind-one' }))
    writeFileSync(paths[2], kubeconfigText({ context: 'kind-two' }))
    expect(kindContexts({ environment: paths.join(':') })).toEqual(['kind-one', 'kind-two'])
    expect(loadTarget({ environment: paths.join(':') }, 'kind-two').cluster).toBe('two')
  })
})
