import { never } from './types.ts'
import type { ReferencePlugin } from './types.ts'

export const nodeName: ReferencePlugin = {
  name: 'NodeName',
  filter({ spec }, node) {
    return (spec.nodeName ?? '') === '' || spec.nodeName === node.metadata.name ? undefined : never("node(s) didn't match the requested node name")
  },
}
