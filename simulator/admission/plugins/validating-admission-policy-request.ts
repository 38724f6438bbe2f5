/** What policies see of a request. Models CreateAdmissionRequest of apiserver/pkg/admission/plugin/cel (v1.35). */

import { toCelValue } from '../cel/compile.ts'
import type { CelValue } from '../cel/values.ts'

/** The parts of a request that policies see. */
export interface RequestFacts {
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly resource: string
  readonly subresource: string
  readonly name: string
  readonly namespace: string
  readonly operation: string
  readonly isDryRun?: boolean
  readonly user: { readonly name: string; readonly groups?: readonly string[]; readonly uid?: string; readonly extra?: { readonly [key: string]: readonly string[] } }
}

/** A text, or undefined for an empty one: empty members are left out. */
function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

/** The variable `request`. */
export function requestValue({ kind, resource, subresource, name, namespace, operation, user, isDryRun = false }: RequestFacts): CelValue {
  const what = { group: kind.group, version: kind.version, resource }
  return toCelValue({
    kind, resource: what, requestKind: kind, requestResource: what, subResource: filled(subresource), requestSubResource: filled(subresource),
    name: filled(name), namespace: filled(namespace), operation, dryRun: isDryRun, options: null,
    userInfo: { username: filled(user.name), uid: filled(user.uid), groups: (user.groups ?? []).length === 0 ? undefined : user.groups, extra: Object.keys(user.extra ?? {}).length === 0 ? undefined : user.extra },
  })
}
