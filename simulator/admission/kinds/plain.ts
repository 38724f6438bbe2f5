/** Rules of kinds that admission knows nothing particular of: metadata is checked, the rest is taken as it comes. */

import type { KindInfo } from '../../api/kinds.ts'
import { apiVersionOf, findSubresource } from '../../api/kinds.ts'
import type { KindRules } from '../kind-rules.ts'
import { statusOnly } from '../kind-rules.ts'
import { validateObjectMetaUpdate } from '../validation/meta.ts'

/** The rules of such a kind. */
export function plainRules(kind: KindInfo): KindRules {
  const hasStatus = findSubresource(kind, 'status') !== undefined
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    validateCreate: () => undefined,
    prepareUpdate(object, old) {
      if (hasStatus) object['status'] = old['status']
    },
    validateUpdate: () => undefined,
    allowsUnconditionalUpdate: true,
    subresources: { status: statusOnly((object, old, errors) => validateObjectMetaUpdate(object.metadata, old.metadata, errors)) },
  }
}
