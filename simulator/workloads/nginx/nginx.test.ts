import { describe, expect, it } from 'vitest'
import type { FileView } from '../program.ts'
import { answer } from './answer.ts'
import { parseConfig } from './config.ts'
import { nginxFiles } from './image-files.ts'

const path = '/etc/nginx/conf.d/default.conf'

function filesWith(config: string): FileView {
  const all: { [path: string]: string } = { ...nginxFiles, [path]: config }
  return { read: (name) => all[name], list: (folder) => (folder === '/etc/nginx/conf.d' ? ['default.conf'] : undefined) }
}

const errors: { name: string; config: string; want: string }[] = [
  { name: 'a missing semicolon before a closing brace', config: 'server {\n  listen 80\n}', want: `unexpected "}" in ${path}:3` },
  { name: 'a missing semicolon between two directives', config: 'server {\n  listen 80\n  server_name x;\n}', want: `invalid parameter "server_name" in ${path}:3` },
  { name: 'a missing semicolon before a block', config: 'server {\n  listen 80\n  location / {\n  }\n}', want: `directive "listen" is not terminated by ";" in ${path}:3` },
  { name: 'a directive that does not exist', config: 'server {\n  listne 80;\n}', want: `unknown directive "listne" in ${path}:2` },
  { name: 'a directive in the wrong place', config: 'listen 80;', want: `"listen" directive is not allowed here in ${path}:1` },
  { name: 'a block without its brace', config: 'server;', want: `directive "server" has no opening "{" in ${path}:1` },
  { name: 'too many arguments', config: 'server {\n  default_type a b;\n}', want: `invalid number of arguments in "default_type" directive in ${path}:2` },
  { name: 'a brace that is never closed', config: 'server {\n  listen 80;\n', want: `unexpected end of file, expecting "}" in ${path}:3` },
  { name: 'a quote that is never closed', config: 'server {\n  return 200 "x;\n}', want: `unexpected end of file, expecting ";" or "}" in ${path}:3` },
  { name: 'a return code that is no number', config: 'server {\n  return ok "x";\n}', want: `invalid return code "ok" in ${path}:2` },
  { name: 'a semicolon alone', config: 'server {\n  ;\n}', want: `unexpected ";" in ${path}:2` },
]

describe('nginx says what is wrong with its configuration', () => {
  it.each(errors)('$name', ({ config, want }) => {
    expect(parseConfig(filesWith(config))).toEqual({ error: want })
  })
})

const mock = `server {
  listen 8000;
  default_type text/html;
  location /ready { return 200 "ready\\n"; }
  location = /exact { return 204; }
  location /predict { default_type application/json; return 200 '{"label":"positive","score":0.91}'; }
  location ~* \\.(png|jpg)$ { return 403; }
  location /old { return 301 /new; }
  location /host { return 200 "$host $request_uri"; }
  location /static { root /usr/share/nginx/html; }
}`

function ask(url: string, method = 'GET', config = mock, port = 8000): { status: number; type: string | undefined; body: string; location: string | undefined } {
  const files = filesWith(config)
  const parsed = parseConfig(files)
  if ('error' in parsed) throw new Error(parsed.error)
  const { status, headers, body } = answer(parsed.directives, port, { method, url, headers: {}, body: '' }, files)
  return { status, type: headers['Content-Type'], body, location: headers['Location'] }
}

describe('nginx answers by its configuration', () => {
  it('returns a text with the type around it', () => {
    expect(ask('http://x:8000/ready')).toMatchObject({ status: 200, type: 'text/html', body: 'ready\n' })
  })
  it('takes the type of the location', () => {
    expect(ask('http://x:8000/predict')).toMatchObject({ status: 200, type: 'application/json', body: '{"label":"positive","score":0.91}' })
  })
  it('takes the longest prefix', () => {
    expect(ask('http://x:8000/predict/more').status).toBe(200)
  })
  it('prefers an exact location', () => {
    expect(ask('http://x:8000/exact').status).toBe(204)
    expect(ask('http://x:8000/exact/more').status).toBe(404)
  })
  it('prefers a regular expression to a prefix', () => {
    expect(ask('http://x:8000/ready/a.PNG').status).toBe(403)
  })
  it('redirects', () => {
    expect(ask('http://x:8000/old')).toMatchObject({ status: 301, location: '/new' })
  })
  it('knows variables', () => {
    expect(ask('http://me.example:8000/host?a=1').body).toBe('me.example /host?a=1')
  })
  it('answers 404 with its own page', () => {
    expect(ask('http://x:8000/none')).toMatchObject({ status: 404, type: 'text/html' })
    expect(ask('http://x:8000/none').body).toContain('<center><h1>404 Not Found</h1></center>')
  })
  it('does not take a POST for a file', () => {
    expect(ask('http://x/', 'POST', nginxFiles[path], 80).status).toBe(405)
  })
  it('serves the default page', () => {
    expect(ask('http://x/', 'GET', nginxFiles[path], 80).body).toContain('Welcome to nginx!')
  })
  it('sends no body for HEAD', () => {
    expect(ask('http://x:8000/ready', 'HEAD')).toMatchObject({ status: 200, body: '' })
  })
})
