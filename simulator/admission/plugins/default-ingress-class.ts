/** Ingresses without a class get the default one. Models plugin/pkg/admission/network/defaultingressclass (v1.35). */

import type { KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { isMain } from './helpers.ts'
import type { AdmissionPlugin } from './plugin.ts'

const group = 'networking.k8s.io'

/** The newest of the default classes. */
function newest(classes: readonly KubeObject[]): KubeObject | undefined {
  const time = (object: KubeObject): string => String(object.metadata.creationTimestamp ?? '')
  return [...classes].sort((a, b) => compareText(time(b), time(a)) || compareText(a.metadata.name ?? '', b.metadata.name ?? ''))[0]
}

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  admit(request) {
    if (request.operation !== 'CREATE' || !isMain(request, 'ingresses', group)) return undefined
    const spec = (request.object['spec'] ??= {}) as { ingressClassName?: string }
    if (spec.ingressClassName !== undefined || request.object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return undefined
    const defaults = request.reader.list(`ingressclasses.${group}`, undefined).filter((object) => object.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true')
    const chosen = newest(defaults)?.metadata.name
    if (chosen !== undefined) spec.ingressClassName = chosen
    return undefined
  },
}
