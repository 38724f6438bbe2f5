import { expect, it } from 'vitest'
import { toKyaml } from './kyaml.ts'

it.each([
  ['plain members in the order of their names', { kind: 'Pod', apiVersion: 'v1', spec: {} }, '---\n{\n  apiVersion: "v1",\n  kind: "Pod",\n  spec: {},\n}\n'],
  ['lists of objects side by side', { a: [{ b: 1 }, { c: true }] }, '---\n{\n  a: [{\n    b: 1,\n  }, {\n    c: true,\n  }],\n}\n'],
  ['lists of texts below each other', { a: ['x', null, 1.5] }, '---\n{\n  a: [\n    "x",\n    null,\n    1.5,\n  ],\n}\n'],
  ['texts of several lines', { m: 'a\n  b\n' }, '---\n{\n  m: "\\\n     a\\n\\\n    \\  b\\n\\\n    ",\n}\n'],
  ['keys that look like something else', { yes: '1', '2020-1-1': 'a', '1.5': 'b', 'app.kubernetes.io/name': 'x' }, '---\n{\n  "1.5": "b",\n  "2020-1-1": "a",\n  app.kubernetes.io/name: "x",\n  "yes": "1",\n}\n'],
])('writes %s', (_name, value, text) => {
  expect(toKyaml(value, true)).toBe(text)
})
