import type { BindPlugin } from '../../framework.ts'
import { errorStatus, success } from '../../status.ts'

/** Binds with one request. Models kubernetes/pkg/scheduler/framework/plugins/defaultbinder (v1.35). */
export const defaultBinder: BindPlugin = {
  name: 'DefaultBinder',
  bind(pod, nodeName, binder) {
    const problem = binder.bind(pod, nodeName)
    return problem === undefined ? success : errorStatus(problem)
  },
}
