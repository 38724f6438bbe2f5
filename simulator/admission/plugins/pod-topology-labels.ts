/** Pods that are made with a node get the node's zone and region as labels. Models plugin/pkg/admission/podtopologylabels (v1.35). */

import { topologyLabelsOf } from '../../api/topology.ts'
import { isMain, podOf } from './helpers.ts'
import type { AdmissionPlugin } from './plugin.ts'

export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  admit(request) {
    if (request.operation !== 'CREATE' || !isMain(request, 'pods')) return undefined
    const pod = podOf(request)
    if (!pod.spec.nodeName) return undefined
    const labels = topologyLabelsOf(request.reader.get('nodes', undefined, pod.spec.nodeName))
    if (labels !== undefined) pod.metadata.labels = { ...pod.metadata.labels, ...labels }
    return undefined
  },
}
