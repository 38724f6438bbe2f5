/** kubectl describe of roles and bindings. Models k8s.io/kubectl/pkg/describe (v1.35). */

import type { Role, RoleBinding } from '../../api/types.ts'
import { compactRules, ruleCells } from '../rule-list.ts'
import type { Describer } from './describer.ts'
import { writeHead } from './lines.ts'

export const describeRole: Describer<Role> = function* (role, { lines }) {
  writeHead(lines, role.metadata, { isClusterScoped: true })
  lines.write(0, 'PolicyRule:\n')
  lines.write(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n')
  lines.write(1, '---------\t-----------------\t--------------\t-----\n')
  for (const rule of compactRules(role.rules ?? [])) lines.write(1, `${ruleCells(rule).join('\t')}\n`)
}

export const describeBinding: Describer<RoleBinding> = function* (binding, { lines }) {
  writeHead(lines, binding.metadata, { isClusterScoped: true })
  lines.write(0, 'Role:\n')
  lines.field('Kind', binding.roleRef.kind, 1)
  lines.field('Name', binding.roleRef.name, 1)
  lines.write(0, 'Subjects:\n')
  lines.write(1, 'Kind\tName\tNamespace\n')
  lines.write(1, '----\t----\t---------\n')
  for (const subject of binding.subjects ?? []) lines.write(1, `${subject.kind}\t${subject.name}\t${subject.namespace ?? ''}\n`)
}
