/** Gives aggregated ClusterRoles their rules. Models kubernetes/pkg/controller/clusterroleaggregation (v1.35). */

import { aggregatedRules } from '../../api/rbac.ts'
import type { ClusterRole } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { Controller } from '../../store/component.ts'

const resource = 'clusterroles.rbac.authorization.k8s.io'

/** The ClusterRole aggregation controller. */
export const roleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  watches: [{ resource, keysOf: (_change, api) => api.list<ClusterRole>(resource).filter((role) => role.aggregationRule !== undefined).map(({ metadata }) => metadata.name ?? '') }],
  reconcile(key, { api }) {
    const role = api.find<ClusterRole>(resource, key)
    if (role?.aggregationRule === undefined) return done
    const rules = aggregatedRules(role, api.list<ClusterRole>(resource))
    if (equalJson(role.rules ?? [], rules)) return done
    return { failed: !api.patch(resource, key, { rules }).ok }
  },
}
