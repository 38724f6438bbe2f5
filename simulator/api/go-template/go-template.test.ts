import { describe, expect, it } from 'vitest'
import { printGoTemplate } from './print.ts'

const data = { kind: 'List', items: [{ metadata: { name: 'a', labels: { x: '1', b: '2' } }, spec: { gpus: 8 } }, { metadata: { name: 'b' }, spec: { gpus: 0 } }] }

function run(source: string): string {
  const result = printGoTemplate(source, data)
  return 'error' in result ? `${result.stage}: ${result.error}` : result.output
}

describe('a Go template of kubectl', () => {
  const cases: [name: string, source: string, output: string][] = [
    ['prints fields', '{{.kind}}', 'List'],
    ['ranges over lists', '{{range .items}}{{.metadata.name}},{{end}}', 'a,b,'],
    ['ranges over maps in the order of keys', '{{range $k, $v := (index .items 0).metadata.labels}}{{$k}}={{$v}};{{end}}', 'b=2;x=1;'],
    ['has variables', '{{$n := len .items}}{{$n}}', '2'],
    ['takes 0 for false', '{{range .items}}{{if .spec.gpus}}yes{{else}}no{{end}} {{end}}', 'yes no '],
    ['compares', '{{range .items}}{{if eq .metadata.name "b"}}{{.metadata.name}}{{end}}{{end}}', 'b'],
    ['formats', '{{printf "%-4s|%03d" .kind 7}}', 'List|007'],
    ['trims blanks', 'a  {{- 1 -}}  b', 'a1b'],
    ['defines templates', '{{define "t"}}<{{.}}>{{end}}{{template "t" .kind}}', '<List>'],
    ['prints nothing known for what is missing', '{{.nope}}', '<no value>'],
    ['may break out of a range', '{{range .items}}{{.metadata.name}}{{break}}{{end}}', 'a'],
    ['decodes base64', '{{"aGk=" | base64decode}}', 'hi'],
  ]
  it.each(cases)('%s', (_name, source, output) => expect(run(source)).toBe(output))

  const errors: [name: string, source: string, error: string][] = [
    ['an action left open', '{{.kind', 'parse: template: output:1: unclosed action'],
    ['a function nobody knows', '{{nope}}', 'parse: template: output:1: function "nope" not defined'],
    ['an if without end', '{{if .kind}}', 'parse: template: output:1: unexpected EOF'],
    ['an index that is not there', '{{index .items 5}}', 'print: error executing template "{{index .items 5}}": template: output:1:2: executing "output" at <index .items 5>: error calling index: index out of range: 5'],
  ]
  it.each(errors)('tells %s', (_name, source, error) => expect(run(source)).toBe(error))

  it('ends a template that calls itself without end', () => expect(run('{{define "t"}}{{template "t"}}{{end}}{{template "t"}}')).toMatch(/^print: /))
})
